//! Puts the running server to the test of its own description: schemathesis reads `/openapi.json`, sends what it
//! allows and what it forbids, and looks whether the replies are what it promises. Fails on any violation and on any
//! status of 500 or more. `--examples N` sets how many cases each address gets at most, `--only REGEX` picks addresses,
//! `--seed N` repeats a run.
#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use botplot_testkit::client::{Reply, request};
use botplot_testkit::server::{Server, command, output};
use serde_json::{Value, json};

/// The version that the results were looked at with.
const PACKAGE: &str = "schemathesis==4.32.5";
/// Cases that a whole run has at least.
const LEAST: u64 = 5_000;
/// A stream that has no end, so that no test of its reply ends either.
const ENDLESS: &str = "/api/chat/events";

#[tokio::main]
async fn main() -> Result<()> {
    let program = installed()?;
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let created = output(command(data).args(["project", "create", "schema", "--json"]))?;
    let created: Value = serde_json::from_str(&created)?;
    let secret = created["secret_key"].as_str().context("a new project has a secret key")?;
    let guides = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides/");
    let guide = format!("{guides}backup.md");
    output(command(data).args(["source", "add", &guide, "--project", "schema", "--wait"]))?;
    let rates = ["VISITOR", "ADDRESS", "PUBLISHABLE_KEY", "SECRET_KEY"];
    let rates = rates.map(|name| (format!("BOTPLOT__LIMITS__{name}_PER_MINUTE"), "0".to_owned()));
    let variables: Vec<_> = rates.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let server = Server::start(data, &variables).await?;
    seed(server.address, secret).await?;

    let report = folder.path().join("report.json");
    std::fs::write(folder.path().join("schemathesis.toml"), settings(secret))?;
    let mut run = Command::new(program);
    run.args(["run", &format!("http://{}/openapi.json", server.address), "--checks", "all"]);
    run.args(["--exclude-path", ENDLESS, "--request-timeout", "20", "--continue-on-failure", "--no-color"]);
    run.args(["--max-examples", &argument("--examples").unwrap_or_else(|| "60".to_owned())]);
    run.args(["--warnings", "off", "--output-sanitize", "false", "--generation-allow-x00", "false"]);
    run.arg("--report-json-path").arg(&report).args(["--report", "json"]).current_dir(folder.path());
    if let Some(pattern) = argument("--only") {
        run.args(["--include-path-regex", &pattern]);
    }
    if let Some(seed) = argument("--seed") {
        run.args(["--seed", &seed]);
    }
    let status = run.status().context("schemathesis cannot be started")?;
    let cases = count(&report)?;
    println!("{cases} cases");
    ensure!(status.success(), "the server and its description differ");
    ensure!(argument("--only").is_some() || cases >= LEAST, "these are fewer than {LEAST} cases");
    Ok(())
}

/// The keys, and the rules that no schema can say: where one field has to fit another or what is stored, a request
/// that the schema allows may be refused as invalid input.
fn settings(secret: &str) -> String {
    let mut text = String::new();
    for scheme in ["secret_key", "publishable_key_bearer"] {
        let _ = write!(text, "[auth.openapi.{scheme}]\nbearer = \"{secret}\"\n");
    }
    for scheme in ["secret_key_header", "publishable_key"] {
        let _ = write!(text, "[auth.openapi.{scheme}]\napi_key = \"{secret}\"\n");
    }
    let statuses = "[\"2xx\", 400, 401, 403, 404, 409, 415, 422]";
    for (path, _) in REFUSALS {
        let _ = write!(text, "[[operations]]\ninclude-path = \"{path}\"\n");
        let _ = writeln!(text, "checks.positive_data_acceptance.expected-statuses = {statuses}");
    }
    text
}

/// Addresses that may refuse what the schema allows, and why.
const REFUSALS: [(&str, &str); 12] = [
    ("/api/chat", "the identity has to be that of `visitorId`"),
    ("/api/chat/close", "the same"),
    ("/api/chat/feedback", "the same"),
    ("/api/chat/handoff", "the same"),
    ("/api/chat/stop", "the same"),
    ("/widget/session", "the same"),
    ("/api/chat/conversations", "a secret key needs `visitorId`, a visitor's token does not"),
    ("/api/v1/sources/{id}", "another source may have the name"),
    ("/api/chat/stream/{messageId}", "`Last-Event-ID` has to be one of this answer's"),
    ("/v1/chat/completions", "one of the messages has to be of the role `user`"),
    ("/api/v1/sources", "a file's content has to fit its name"),
    ("/api/v1/project/logo", "the bytes have to be a picture"),
];

fn argument(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

/// The program, put into a folder of its own under `target` when it is not there yet.
fn installed() -> Result<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/schemathesis");
    let program = home.join("bin/st");
    if program.is_file() {
        return Ok(program);
    }
    for mut step in [Command::new("python3"), Command::new(home.join("bin/pip"))] {
        if step.get_program() == "python3" {
            step.args(["-m", "venv"]).arg(&home);
        } else {
            step.args(["install", "--quiet", PACKAGE]);
        }
        let status =
            step.status().context("python3 is needed: Debian's packages `python3` and `python3-venv`")?;
        if !status.success() {
            bail!("{step:?} ended with {status}");
        }
    }
    Ok(program)
}

/// A few conversations and an endpoint, so that there is something to list.
async fn seed(to: SocketAddr, secret: &str) -> Result<()> {
    for n in 0..5 {
        let info = json!({ "name": "John", "email": format!("john{n}@example.com") });
        let visitor = format!("visitor-{n}");
        let question = "How do I back up my data?";
        let body =
            json!({ "message": question, "visitorId": visitor, "visitor_info": info, "stream": false });
        expect(&post(to, secret, "/api/chat", &body).await?, 200)?;
    }
    let body = json!({ "url": "https://hooks.example/botplot", "events": ["message.sent"] });
    expect(&post(to, secret, "/api/v1/webhooks", &body).await?, 201)
}

async fn post(to: SocketAddr, secret: &str, path: &str, body: &Value) -> Result<Reply> {
    let head = format!("POST {path} HTTP/1.1\r\ncontent-type: application/json\r\nx-api-key: {secret}\r\n");
    Ok(request(to, &head, &body.to_string()).await?)
}

fn expect(reply: &Reply, status: u16) -> Result<()> {
    ensure!(reply.status == status, "{} instead of {status}: {}", reply.status, reply.body);
    Ok(())
}

/// How many cases a report tells of.
fn count(report: &Path) -> Result<u64> {
    let report: Value = serde_json::from_str(&std::fs::read_to_string(report)?)?;
    let cases = report.pointer("/test_cases/generated");
    cases.and_then(Value::as_u64).with_context(|| format!("no number of cases in {report:.400}"))
}
