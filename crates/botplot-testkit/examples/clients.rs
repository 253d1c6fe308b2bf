//! Runs clients that are not ours against a real server: OpenAI's for Python and JavaScript, Node's `fetch`, and a page
//! in Chromium on another origin. They are installed below `target/`; the scripts stand in `tools/clients`.
#![expect(clippy::print_stdout, reason = "a program that prints what it tried")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use botplot_testkit::client::chat;
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply, Request};
use botplot_testkit::server::{Server, command, output, project};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What the model says.
const ANSWER: &str = "You copy the whole file while the server runs.";
/// Answers a month that each project has; one project uses its own up.
const LIMIT: usize = 30;
const BROWSERS: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// How long a page may take to tell what it saw.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let llm = FakeLlm::answering(answer).await;
    let world = World::start(data, &llm).await?;
    let place = install()?;
    let scripts = tools();
    println!("OpenAI's client for Python:");
    world.run(Command::new(place.join("venv/bin/python")).arg(scripts.join("completions.py")))?;
    println!("OpenAI's client for JavaScript:");
    world.run(Command::new("node").arg(scripts.join("completions.mjs")).current_dir(&place))?;
    println!("Node's fetch:");
    world.run(Command::new("node").arg(scripts.join("fetch.mjs")))?;
    println!("a page in a browser:");
    in_browser(&world, data).await?;
    println!("every client works");
    Ok(())
}

/// Answers at once, slowly, or not to the end, as the instructions want it.
fn answer(request: &Request) -> Reply {
    let (system, reply) = (request.system(), Reply::text(ANSWER));
    match system.as_str() {
        words if words.contains("SPEAK SLOWLY") => reply.first_after(Duration::from_millis(700)),
        words if words.contains("BREAK OFF") => reply.with(Fault::CutMidToken(2)),
        _ => reply.each_after(Duration::from_millis(20)),
    }
}

/// A server with two taught projects, of which one has used up its answers.
struct World {
    server: Server,
    publishable: String,
    secret: String,
    limited: String,
}

impl World {
    async fn start(data: &Path, llm: &FakeLlm) -> Result<Self> {
        let publishable = taught(data, "clients")?;
        let used_up = taught(data, "limited")?;
        let (secret, limited) = (secret_key(data, "clients")?, secret_key(data, "limited")?);
        let variables = [
            ("BOTPLOT__LLM__PROVIDER", "openai_compatible".to_owned()),
            ("BOTPLOT__LLM__MODEL", "fake".to_owned()),
            ("BOTPLOT__LLM__BASE_URL", llm.base_url()),
            ("BOTPLOT__PLANS__BUSINESS__MESSAGES", LIMIT.to_string()),
        ];
        let server = Server::start(data, &variables).await?;
        for n in 0..LIMIT {
            // Visitors of their own: none of them meets the limit of a visitor.
            let body =
                format!(r#"{{"message":"How do I back up my data?","visitorId":"v{n}","stream":false}}"#);
            let reply = chat(server.address, &limited, &body).await?;
            ensure!(reply.status == 200, "{}{}", reply.head, reply.body);
        }
        ensure!(used_up != publishable, "two projects share a key");
        Ok(Self { server, publishable, secret, limited })
    }

    fn address(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// Runs a client to its end, its words among ours.
    fn run(&self, command: &mut Command) -> Result<()> {
        let variables = [
            ("SERVER", self.address()),
            ("SECRET", self.secret.clone()),
            ("PUBLISHABLE", self.publishable.clone()),
            ("LIMITED", self.limited.clone()),
            ("ANSWER", ANSWER.to_owned()),
        ];
        let status = command.envs(variables).stdin(Stdio::null()).status();
        // Not the whole command: its environment has the keys.
        let program = command.get_program().display();
        let status = status.with_context(|| format!("cannot start `{program}`"))?;
        ensure!(status.success(), "`{program}` ended with {status}");
        Ok(())
    }
}

fn taught(data: &Path, name: &str) -> Result<String> {
    let key = project(data, name)?;
    let guides = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/guides");
    output(command(data).args(["source", "add", guides, "--project", name, "--wait"]))?;
    Ok(key)
}

fn secret_key(data: &Path, project: &str) -> Result<String> {
    let made = output(command(data).args(["key", "create", "--project", project, "--json"]))?;
    let made: Value = serde_json::from_str(&made)?;
    Ok(made["key"].as_str().context("the command shows the key")?.to_owned())
}

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/clients")
}

/// Installs the official clients below the folder that this program was built in; a second run finds them there.
fn install() -> Result<PathBuf> {
    for (program, package) in [("python3", "python3-venv"), ("node", "nodejs"), ("npm", "npm")] {
        ensure!(find(&[program]).is_some(), "`{program}` is missing: install the package `{package}`");
    }
    let program = std::env::current_exe()?;
    let target = program.ancestors().nth(3).context("a built example stands three folders deep")?;
    let (place, tools) = (target.join("clients"), tools());
    std::fs::create_dir_all(&place)?;
    let python = place.join("venv/bin/python");
    if !python.is_file() {
        output(Command::new("python3").args(["-m", "venv"]).arg(place.join("venv")))?;
    }
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    output(Command::new(&python).args(pip).arg(tools.join("requirements.txt")))?;
    std::fs::copy(tools.join("package.json"), place.join("package.json"))?;
    output(Command::new("npm").args(["install", "--no-audit", "--no-fund", "--silent"]).current_dir(&place))?;
    Ok(place)
}

/// The first of these programs that is in `PATH`.
fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let all = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    all.into_iter().find(|program| program.is_file())
}

/// Lets a page ask with either key and checks what it was told.
async fn in_browser(world: &World, data: &Path) -> Result<()> {
    let browser = find(BROWSERS).context("no browser is there: install the package `chromium`")?;
    // By name: for the browser, `localhost` and the server's `127.0.0.1` are different sites.
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    let page = std::fs::read_to_string(tools().join("page.html"))?;
    let page = page.replace("%SERVER%", &world.address()).replace("%SECRET%", &world.secret);
    let page = page.replace("%PUBLISHABLE%", &world.publishable);
    let mut child = open(&browser, &format!("http://localhost:{port}/"), &data.join("browser"))?;
    let told = tokio::time::timeout(PATIENCE, serve(&listener, &page)).await;
    child.kill()?;
    child.wait()?;
    let told = told.with_context(|| format!("{} told nothing within a minute", browser.display()))??;
    ensure!(told["secret"]["status"] == 403 && told["secret"]["code"] == "secret_key_in_browser", "{told}");
    println!("  a secret key: 403 secret_key_in_browser");
    let answered = &told["publishable"];
    ensure!(answered["status"] == 200 && answered["answer"] == ANSWER, "{told}");
    ensure!(answered["pieces"].as_u64() > Some(2), "the answer did not stream: {told}");
    let named = answered["conversation"].as_str().context("the page could not read `X-Conversation-Id`")?;
    ensure!(answered["last"]["conversationId"] == named, "{told}");
    println!("  a publishable key: streamed in {} pieces, X-Conversation-Id read", answered["pieces"]);
    ensure!(told["owners"] == false, "a page can read `/api/v1`: {told}");
    println!("  /api/v1: out of reach");
    Ok(())
}

fn open(browser: &Path, address: &str, profile: &Path) -> Result<Child> {
    let mut command = Command::new(browser);
    command.args(["--headless=new", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"]);
    // Chromium's own sandbox does not start for root, in a container for instance.
    command.arg("--no-sandbox").arg(format!("--user-data-dir={}", profile.display())).arg(address);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().with_context(|| format!("cannot start {}", browser.display()))
}

/// Serves the page until it posts what it saw.
async fn serve(listener: &TcpListener, page: &str) -> Result<Value> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        let Some((head, body)) = read(&mut stream).await? else { continue };
        let (kind, reply) = if head.starts_with("GET / ") { ("text/html", page) } else { ("text/plain", "") };
        let head_out = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            reply.len()
        );
        stream.write_all((head_out + reply).as_bytes()).await?;
        if head.starts_with("POST /result ") {
            let told: Value = serde_json::from_str(&body)?;
            if let Some(error) = told["error"].as_str() {
                bail!("the page failed: {error}");
            }
            return Ok(told);
        }
    }
}

/// One request; `None` when the browser opened a connection and sent nothing.
async fn read(stream: &mut TcpStream) -> Result<Option<(String, String)>> {
    let mut text = Vec::new();
    loop {
        if stream.read_buf(&mut text).await? == 0 {
            return Ok(None);
        }
        let said = String::from_utf8_lossy(&text).into_owned();
        let Some((head, body)) = said.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            return Ok(Some((head.to_owned(), body.to_owned())));
        }
    }
}
