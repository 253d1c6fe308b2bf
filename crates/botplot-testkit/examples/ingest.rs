//! Measures how soon the 408 articles of the help centre are found by their words, and when all have vectors.
#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

use std::time::Duration;

use anyhow::{Result, ensure};
use botplot_store::Store;
use botplot_testkit::client::chat;
use botplot_testkit::server::{Server, command, output, project};
use tokio::time::Instant;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path();
    let server =
        Server::start(data, &[("BOTPLOT__SERVER__CONNECTIONS_PER_ADDRESS", "10000".to_owned())]).await?;
    let key = project(data, "bench")?;
    let store = Store::open(&botplot_store::Config::default(), data).await?;
    let bench = store.reader().find_project_named("bench").await?.expect("it was made above");
    wait_for_vectors(&store).await?;
    let articles = concat!(env!("CARGO_MANIFEST_DIR"), "/../../eval/data/help-centre");
    let (start, cpu) = (Instant::now(), server.cpu_seconds());
    output(command(data).args(["source", "add", articles, "--project", "bench"]))?;
    let added = start.elapsed();
    let pages = loop {
        let (sources, _) = store.reader().list_sources(bench.id, 10, 0).await?;
        if let Some(source) = sources.first().filter(|s| s.discovered > 0) {
            let outcomes = store.reader().list_pages(bench.id, source.id).await?;
            if outcomes.len() as i64 >= source.discovered {
                break outcomes;
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    let stored = start.elapsed();
    let found = found_by_title(&server, &key, &pages).await?;
    println!(
        "source add returned after {:.2} s; {} pages stored after {:.2} s",
        added.as_secs_f64(),
        pages.len(),
        stored.as_secs_f64()
    );
    println!(
        "first search by words answered after {:.2} s (bound 3); {found} of 20 titles found their own article first",
        start.elapsed().as_secs_f64()
    );
    let chunks = wait_for_vectors(&store).await?;
    let (wall, cpu) = (start.elapsed().as_secs_f64(), server.cpu_seconds() - cpu);
    println!("all {chunks} chunks have vectors after {wall:.1} s (bound 30), {cpu:.1} CPU s");
    Ok(())
}

async fn found_by_title(server: &Server, key: &str, pages: &[botplot_core::source::Page]) -> Result<usize> {
    let mut found = 0;
    let step = pages.len() / 20;
    for page in pages.iter().step_by(step.max(1)).take(20) {
        let body = serde_json::json!({ "message": page.title, "visitorId": "bench", "stream": false });
        let reply = chat(server.address, key, &body.to_string()).await?;
        ensure!(reply.status == 200, "{}{}", reply.head, reply.body);
        found += usize::from(reply.body.contains(&serde_json::to_string(&page.title)?));
    }
    Ok(found)
}

/// Waits until every chunk has its vector; gives their number.
async fn wait_for_vectors(store: &Store) -> Result<usize> {
    let model = botplot_embed::MODEL_ID;
    loop {
        if store.reader().projects_without_vectors(model).await?.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let bench = store.reader().find_project_named("bench").await?.expect("it was made before");
    Ok(store.reader().changed_chunks(bench.id, 0).await?.len())
}
