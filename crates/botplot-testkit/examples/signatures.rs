//! Records the webhooks of a real server, before, during and after a secret is replaced, and has them verified by the
//! official `standardwebhooks` library and by the guide's own functions in every language, one-byte changes included.
#![expect(clippy::print_stdout, reason = "a program that prints what it tried")]

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use botplot_testkit::client::{chat, request};
use botplot_testkit::server::{Server, command, output, project};
use botplot_testkit::snippets::{Case, LANGUAGES};
use botplot_testkit::webhook_receiver::{Received, WebhookReceiver};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    project(data, "bench")?;
    let made = output(command(data).args(["key", "create", "--project", "bench", "--json"]))?;
    let made: Value = serde_json::from_str(&made)?;
    let key = made["key"].as_str().context("the command shows the key")?;
    let allow = ("BOTPLOT__EGRESS__ALLOW", r#"["127.0.0.0/8"]"#.to_owned());
    let server = Server::start(data, &[allow]).await?;
    let receiver = WebhookReceiver::start().await;
    let call = async |path: &str, body: Value| post(server.address, key, path, &body).await;

    let endpoint = call("/api/v1/webhooks", json!({ "url": receiver.url() })).await?;
    let (base, old) = (format!("/api/v1/webhooks/{}", text(&endpoint["id"])?), text(&endpoint["secret"])?);
    let message = json!({ "message": "Wie geht’s? 😀 \u{1}\"\\", "visitorId": "visitor-1" }).to_string();
    ensure!(chat(server.address, key, &message).await?.status == 200, "the chat fails");
    let first = receiver.wait_for(3).await;
    let mut lines = record(&first, &[&old]);
    let next = text(&call(&format!("{base}/rotate-secret"), json!({})).await?["secret"])?;
    call(&format!("{base}/test"), json!({ "event": "lead.captured" })).await?;
    lines.push_str(&record(&receiver.wait_for(4).await[3..], &[&old, &next]));
    call(&format!("{base}/switch-secret"), json!({})).await?;
    call(&format!("{base}/test"), json!({})).await?;
    let last = receiver.wait_for(5).await;
    lines.push_str(&record(&last[4..], &[&next, &old]));
    verify(&lines)?;
    let cases = cases(&first, &old)?.into_iter().chain(cases(&last[4..], &next)?);
    judge_by_guide(&cases.collect::<Vec<_>>())
}

/// The webhooks, and each of them with one byte changed.
fn cases(webhooks: &[Received], secret: &str) -> Result<Vec<Case>> {
    let mut all = Vec::new();
    for webhook in webhooks {
        let header = webhook.header("x-botplot-signature").context("a webhook is signed")?;
        all.extend(Case::with_changes(&webhook.body, header, secret));
    }
    Ok(all)
}

/// Has the guide's function in each language judge them; what is not installed is said to be skipped.
fn judge_by_guide(cases: &[Case]) -> Result<()> {
    for language in &LANGUAGES {
        if !language.is_installed() {
            println!(
                "skipped: the guide's function for {}, as `{}` is not installed",
                language.name, language.program
            );
            continue;
        }
        let folder = tempfile::tempdir()?;
        let (accepted, refused) = language.judge(folder.path(), cases)?;
        println!(
            "the guide's function for {} accepts {accepted} webhooks and refuses {refused} changed ones",
            language.name
        );
    }
    Ok(())
}

fn text(value: &Value) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("{value} is no text"))
}

async fn post(to: SocketAddr, key: &str, path: &str, body: &Value) -> Result<Value> {
    let head = format!("POST {path} HTTP/1.0\r\ncontent-type: application/json\r\nx-api-key: {key}\r\n");
    let reply = request(to, &head, &body.to_string()).await?;
    ensure!(reply.status < 300, "{path}: {}{}", reply.head, reply.body);
    Ok(serde_json::from_str(&reply.body)?)
}

/// A line of JSON for each webhook.
fn record(webhooks: &[Received], secrets: &[&str]) -> String {
    let line = |it: &Received| {
        let headers: serde_json::Map<_, _> =
            it.headers.iter().map(|(n, v)| (n.clone(), v.as_str().into())).collect();
        let body = base64::engine::general_purpose::STANDARD.encode(&it.body);
        format!("{}\n", json!({ "headers": headers, "body": body, "secrets": secrets }))
    };
    webhooks.iter().map(line).collect()
}

/// Has the lines verified by the official library, which is installed below the folder of this program.
fn verify(lines: &str) -> Result<()> {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/webhooks");
    let python = install(&tools)?;
    let mut child = Command::new(python).arg(tools.join("verify.py")).stdin(Stdio::piped()).spawn()?;
    child.stdin.take().context("its input is a pipe")?.write_all(lines.as_bytes())?;
    ensure!(child.wait()?.success(), "a signature is not as it should be");
    println!("every signature is right");
    Ok(())
}

fn install(tools: &Path) -> Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(3).context("a built example stands three folders deep")?;
    let venv = target.join("webhooks-venv");
    let python = venv.join("bin/python");
    if !python.is_file() {
        output(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    output(Command::new(&python).args(pip).arg(tools.join("requirements.txt")))?;
    Ok(python)
}
