//! Measures a crawl: 300 pages made of Markdown files, with a menu and a footer around each, served on
//! loopback by the same process. `cargo run --release -p botplot-ingest --example crawl -- eval/data/help-centre`
#![expect(clippy::print_stdout, reason = "printing is its purpose")]
#![expect(clippy::expect_used, reason = "a measurement that can't run has nothing to say")]

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::response::Html;
use botplot_egress::{Client, Config};
use botplot_ingest::{Outcome, SiteSpec, crawl, split, walk};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

const PAGES: usize = 300;

#[tokio::main]
async fn main() {
    let folder = std::env::args().nth(1).expect("a folder of Markdown files");
    let pages = Arc::new(pages(Path::new(&folder)));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let start = format!("http://{}/", listener.local_addr().expect("its address"));
    let served = Arc::clone(&pages);
    let app = Router::new().fallback(move |request: axum::extract::Request| {
        let page = served.get(request.uri().path()).cloned();
        async move { page.map(Html).ok_or(axum::http::StatusCode::NOT_FOUND) }
    });
    let mut server = JoinSet::new();
    server.spawn(async move { axum::serve(listener, app).await.expect("a server") });

    let allow = vec!["127.0.0.1".to_string().try_into().expect("an address")];
    let client = Client::new(&Config { allow, ..Config::default() }).expect("a client");
    let mut known = HashMap::new();
    for round in ["first", "again"] {
        let (sink, mut source) = mpsc::channel(16);
        let spec = SiteSpec::new(start.parse().expect("a URL"));
        let began = Instant::now();
        let (mut chunks, mut bytes) = (0, 0);
        let (end, ()) = tokio::join!(crawl(&client, spec, std::mem::take(&mut known), sink), async {
            while let Some(event) = source.recv().await {
                match event.outcome {
                    Outcome::Read { document, known: new, bytes: size } => {
                        chunks += split(&document, &|text| text.split_whitespace().count() * 4 / 3).len();
                        bytes += size;
                        known.insert(event.url, new);
                    }
                    Outcome::Unchanged(new) => drop(known.insert(event.url, new)),
                    Outcome::Skipped(why) | Outcome::Failed(why) => println!("{}: {why}", event.url),
                }
            }
        });
        let took = began.elapsed();
        let rate = (end.read + end.unchanged) as f64 / took.as_secs_f64();
        println!("{round}: {end:?}\n  {took:?}, {rate:.0} pages/s, {chunks} chunks, {bytes} bytes");
    }
}

/// Each page's path with its HTML: a menu of twenty pages, the article, a footer.
fn pages(folder: &Path) -> HashMap<String, String> {
    let files = walk(folder).expect("a readable folder").files;
    let files: Vec<_> = files
        .into_iter()
        .filter(|file| file.path.extension().is_some_and(|ending| ending == "md"))
        .take(PAGES)
        .collect();
    assert_eq!(files.len(), PAGES, "the folder has too few Markdown files");
    let path = |at: usize| if at == 0 { "/".to_string() } else { format!("/articles/{at}") };
    let page = |at: usize| {
        let text = std::fs::read_to_string(&files[at].path).expect("a readable file");
        let (front, body) = text.trim_start_matches("---\n").split_once("\n---\n").unwrap_or(("", &text));
        let title =
            front.lines().find_map(|line| line.strip_prefix("title: ")).unwrap_or("Page").trim_matches('"');
        let mut article = String::new();
        pulldown_cmark::html::push_html(&mut article, pulldown_cmark::Parser::new(body));
        let menu = (1..=20).fold(String::new(), |menu, step| {
            let to = (at * 7 + step) % PAGES;
            menu + &format!("<li><a href='{}'>{}</a></li>", path(to), files[to].name.replace('-', " "))
        });
        format!(
            "<!DOCTYPE html><html lang=en><head><title>{title} – Help Center</title><script>track()</script></head>\
             <body><header><nav><ul>{menu}</ul></nav></header><main><h1>{title}</h1>{article}</main>\
             <footer><p>© Help Center. Terms, privacy, imprint.</p><ul>{menu}</ul></footer></body></html>"
        )
    };
    (0..PAGES).map(|at| (path(at), page(at))).collect()
}
