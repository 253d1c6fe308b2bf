//! The inbox of a project with 10,000 conversations: wall time of each page as a client sees it, on a connection of
//! its own, and the server's processor time.
//!
//! Fails when the median of a page is above its bound.
#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

mod filled;

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use botplot_testkit::client::{Reply, request};
use botplot_testkit::server::{Server, project};

use filled::Filled;

const PAGES: usize = 60;
/// Milliseconds that a page may take.
const BOUND: f64 = 30.0;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    project(&data, "bench").context("making a project")?;
    let filled = filled::fill(&data).await?;
    let server = Server::start(&data, &[]).await?;
    println!("{} conversations, ms                p50      p95   CPU a page", filled::CONVERSATIONS);
    let mut kept = true;
    for (name, query) in [
        ("open", ""),
        ("needs a person", "?view=waiting"),
        ("mine", "?view=mine"),
        ("unread", "?view=unread"),
        ("all", "?view=all"),
        ("a tag", "?tag=vip"),
        ("a conversation", "one"),
    ] {
        let middle = pages(&server, &filled, name, query).await?;
        kept &= middle <= BOUND;
    }
    ensure!(kept, "a page took longer than {BOUND} ms");
    Ok(())
}

/// Fetches a page again and again; gives the median of its milliseconds.
async fn pages(server: &Server, filled: &Filled, name: &str, query: &str) -> Result<f64> {
    let path = match query {
        "one" => filled.path(&format!("/{}", filled.newest)),
        query => filled.path(query),
    };
    for _ in 0..5 {
        check(&get(server, filled, &path).await?)?;
    }
    let before = server.cpu_seconds();
    let mut took = Vec::new();
    for _ in 0..PAGES {
        let reply = get(server, filled, &path).await?;
        check(&reply)?;
        took.push(milliseconds(reply.done_after));
    }
    let cpu = (server.cpu_seconds() - before) * 1000.0 / PAGES as f64;
    took.sort_by(f64::total_cmp);
    let (middle, late) = (took[PAGES / 2], took[PAGES * 95 / 100]);
    println!("  {name:<28}{middle:8.2} {late:8.2}     {cpu:8.2}");
    Ok(middle)
}

async fn get(server: &Server, filled: &Filled, path: &str) -> Result<Reply> {
    let head = format!("GET {path} HTTP/1.1\r\ncookie: botplot={}\r\n", filled.token);
    Ok(request(server.address, &head, "").await?)
}

fn check(reply: &Reply) -> Result<()> {
    ensure!(reply.status == 200 && reply.body.contains("id=\"inbox\""), "{}{}", reply.head, reply.body);
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
