//! Measures how soon a server with existing data is ready, and what it weighs when idle.
#![expect(clippy::print_stdout, reason = "a program that prints what it measured")]

use std::time::Duration;

use anyhow::Result;
use botplot_store::Store;
use botplot_testkit::server::{Server, spread};

const STARTS: usize = 10;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    // The first start makes the data and teaches the demo project; it is not counted.
    let first = Server::start(folder.path(), &[]).await?;
    let store = Store::open(&botplot_store::Config::default(), folder.path()).await?;
    while store.reader().next_job_at().await?.is_some() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    store.close().await;
    let (all, own) = first.memory_mib();
    println!(
        "just after the very first start, the demo learnt: {all:.1} MiB resident, {own:.1} not of the file"
    );
    drop(first);
    let (mut ready, mut cpu) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let server = Server::start(folder.path(), &[]).await?;
        ready.push(server.ready_after.as_secs_f64() * 1000.0);
        cpu.push(server.cpu_seconds() * 1000.0);
    }
    let ((min, median, max), (cpu_min, cpu_median, cpu_max)) = (spread(ready), spread(cpu));
    println!(
        "{STARTS} starts on existing data: ready after {min:.0}/{median:.0}/{max:.0} ms (min/median/max; bound 300)"
    );
    println!("  CPU until then: {cpu_min:.0}/{cpu_median:.0}/{cpu_max:.0} ms");
    let server = Server::start(folder.path(), &[]).await?;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let (all, own) = server.memory_mib();
    println!("idle for 10 s: {all:.1} MiB resident, {own:.1} of it not of the binary's file (bound 90 MB)");
    let before = server.cpu_seconds();
    tokio::time::sleep(Duration::from_secs(10)).await;
    println!("idle CPU: {:.1} ms a second", (server.cpu_seconds() - before) * 100.0);
    Ok(())
}
