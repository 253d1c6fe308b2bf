//! Crawls a site of 300 pages on the loopback, built from the help centre's articles with navigation and footer,
//! and crawls it again unchanged.
#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use botplot_core::source::PageState;
use botplot_store::Store;
use botplot_testkit::client::chat;
use botplot_testkit::server::{Server, command, output, project};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::Instant;

const PAGES: usize = 300;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let site = serve_site(&articles()?).await?;
    let variables = [("BOTPLOT__EGRESS__ALLOW", r#"["127.0.0.0/8"]"#.to_owned())];
    let server = Server::start(data, &variables).await?;
    let key = project(data, "bench")?;
    let store = Store::open(&botplot_store::Config::default(), data).await?;
    let bench = store.reader().find_project_named("bench").await?.expect("it was made above");
    let add = || {
        let mut add = command(data);
        add.envs(variables.iter().map(|(k, v)| (k, v))).args([
            "source",
            "add",
            &site,
            "--project",
            "bench",
            "--site",
        ]);
        add
    };
    let (start, cpu) = (Instant::now(), server.cpu_seconds());
    output(&mut add())?;
    let outcomes = wait_for_outcomes(&store, bench.id).await?;
    let took = start.elapsed().as_secs_f64();
    let indexed = outcomes.iter().filter(|p| p.state == PageState::Indexed).count();
    println!(
        "{} outcomes, {indexed} indexed, after {took:.2} s: {:.0} pages/s (bound 60), {:.1} CPU s",
        outcomes.len(),
        outcomes.len() as f64 / took,
        server.cpu_seconds() - cpu
    );
    for page in outcomes.iter().filter(|p| p.state != PageState::Indexed).take(5) {
        println!("  {:?} {}: {}", page.state, page.url, page.reason.as_deref().unwrap_or("no reason"));
        ensure!(page.reason.is_some(), "a page without a reason");
    }
    ensure!(indexed >= PAGES, "only {indexed} of {PAGES} pages were indexed");
    let last = outcomes.iter().rfind(|p| p.state == PageState::Indexed).expect("counted above");
    let body = serde_json::json!({ "message": last.title, "visitorId": "bench", "stream": false });
    let reply = chat(server.address, &key, &body.to_string()).await?;
    println!("the last page's title finds it: {}", reply.body.contains(&last.url));
    wait_until_ready(&store, bench.id).await?;
    let before = store.reader().changed_chunks(bench.id, 0).await?;
    let (start, cpu) = (Instant::now(), server.cpu_seconds());
    output(add().arg("--wait"))?;
    let after = store.reader().changed_chunks(bench.id, 0).await?;
    let same = before.len() == after.len()
        && before.iter().zip(&after).all(|(a, b)| a.chunk == b.chunk && a.vector == b.vector);
    let version = store.reader().find_project(bench.id).await?.map(|p| p.index_version);
    println!(
        "again, unchanged: {:.2} s, {:.1} CPU s, {} chunks all the same: {same}, index version {version:?} (was {:?})",
        start.elapsed().as_secs_f64(),
        server.cpu_seconds() - cpu,
        after.len(),
        Some(bench.index_version)
    );
    ensure!(same, "an unchanged site made new chunks or vectors");
    Ok(())
}

async fn wait_for_outcomes(
    store: &Store,
    project: botplot_core::ProjectId,
) -> Result<Vec<botplot_core::source::Page>> {
    loop {
        let (sources, _) = store.reader().list_sources(project, 10, 0).await?;
        if let Some(source) = sources.first() {
            let outcomes = store.reader().list_pages(project, source.id).await?;
            if outcomes.len() >= PAGES && outcomes.len() as i64 >= source.discovered {
                return Ok(outcomes);
            }
            ensure!(
                source.status != botplot_core::source::Status::Failed,
                "the crawl failed: {:?}",
                source.error
            );
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn wait_until_ready(store: &Store, project: botplot_core::ProjectId) -> Result<()> {
    loop {
        let (sources, _) = store.reader().list_sources(project, 10, 0).await?;
        if sources.iter().all(|s| s.status == botplot_core::source::Status::Ready) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The first articles of the help centre, as (title, HTML of the body).
fn articles() -> Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../eval/data/help-centre")), &mut files)?;
    files.sort();
    let mut articles = Vec::new();
    for file in files.into_iter().take(PAGES - 1) {
        let text = std::fs::read_to_string(&file)?;
        let body = text
            .strip_prefix("---")
            .and_then(|rest| rest.split_once("\n---"))
            .map_or(text.as_str(), |(_, body)| body);
        let title = file.file_stem().map(|s| s.to_string_lossy().replace('-', " ")).unwrap_or_default();
        let mut html = String::new();
        pulldown_cmark::html::push_html(&mut html, pulldown_cmark::Parser::new(body));
        articles.push((title, html));
    }
    Ok(articles)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "md") {
            files.push(path);
        }
    }
    Ok(())
}

/// Serves the articles as a site: a start page that links to all, navigation and footer on every page.
async fn serve_site(articles: &[(String, String)]) -> Result<String> {
    let mut nav = String::from(
        "<header><a href=\"/\">Help Center</a><form><input name=q><button>Search</button></form></header><nav><ul>",
    );
    for (n, (title, _)) in articles.iter().enumerate().take(40) {
        write!(nav, "<li><a href=\"/p/{n}\">{title}</a></li>")?;
    }
    nav.push_str("</ul></nav>");
    let footer = "<footer><p>Copyright. Terms of service, privacy policy, cookie settings.</p><a href=\"/\">Home</a></footer>";
    let page = |title: &str, main: &str| {
        format!(
            "<!doctype html><html lang=en><head><title>{title} – Help Center</title></head><body>{nav}<main><h1>{title}</h1>{main}</main>{footer}</body></html>"
        )
    };
    let mut index = String::from(
        "<p>Welcome to the help centre: every article that we have, in one long list for you to browse.</p><ul>",
    );
    for (n, (title, _)) in articles.iter().enumerate() {
        write!(index, "<li><a href=\"/p/{n}\">{title}</a></li>")?;
    }
    index.push_str("</ul>");
    let mut pages = vec![page("Help Center", &index)];
    pages.extend(articles.iter().map(|(title, html)| page(title, html)));
    let pages: &'static [String] = Vec::leak(pages);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let mut connections = tokio::task::JoinSet::new();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::from_std(listener.into_std().expect("a socket")).expect("a socket");
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                connections.spawn(answer(stream, pages));
            }
        });
    });
    Ok(format!("http://{address}/"))
}

async fn answer(mut stream: tokio::net::TcpStream, pages: &'static [String]) -> Result<()> {
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        while !request.windows(4).any(|w| w == b"\r\n\r\n") {
            let read = stream.read(&mut buffer).await?;
            if read == 0 {
                return Ok(());
            }
            request.extend_from_slice(&buffer[..read]);
        }
        let head = String::from_utf8_lossy(&request).into_owned();
        request.clear();
        let path = head.split(' ').nth(1).unwrap_or("/");
        let number = match path {
            "/" => Some(0),
            _ => path.strip_prefix("/p/").and_then(|n| n.parse::<usize>().ok()).map(|n| n + 1),
        };
        let reply = match number.and_then(|n| pages.get(n)) {
            Some(page) => format!(
                "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\r\n{page}",
                page.len()
            ),
            None => {
                "HTTP/1.1 404 Not Found\r\ncontent-type: text/plain\r\ncontent-length: 9\r\n\r\nnot found"
                    .to_owned()
            }
        };
        stream.write_all(reply.as_bytes()).await?;
    }
}
