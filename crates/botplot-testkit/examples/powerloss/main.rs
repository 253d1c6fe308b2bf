//! Simulates power cuts: the server's writes and syncs are recorded, the trace is cut at many instants, everything
//! that no sync had made durable by then is dropped, and each remaining image must open with every message that
//! had been acknowledged. `--plant` ignores the later half of the syncs, which the check must notice.
#![expect(clippy::print_stdout, reason = "a program that prints what it found")]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use botplot_core::ConversationId;
use botplot_store::Store;
use botplot_testkit::client::{Reply, chat_head, exchange};
use botplot_testkit::server::{Server, command, output, project};
use tokio::task::JoinSet;

const CLIENTS: usize = 32;
const CUTS: usize = 24;
const SECONDS: u64 = 6;

struct Acknowledgement {
    at: u64,
    conversation: ConversationId,
    text: String,
}

enum Operation {
    Write(Vec<u8>),
    Sync,
    Truncate,
    Unlink,
}

struct Record {
    at: u64,
    file: String,
    offset: u64,
    operation: Operation,
}

#[tokio::main]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (data, trace) = (folder.path().join("data"), folder.path().join("trace"));
    let key = project(&data, "bench")?;
    let note = folder.path().join("note.md");
    std::fs::write(
        &note,
        "# Backups\n\nYou make a backup with the backup command while the server is serving.\n",
    )?;
    output(command(&data).args(["source", "add"]).arg(&note).args(["--project", "bench", "--wait"]))?;
    let before = folder.path().join("before");
    copy(&data, &before)?;
    let recorder = build(folder.path())?;
    let mut recorded = command(&data);
    recorded.env("LD_PRELOAD", recorder).env("RECORDER_TRACE", &trace).env("RECORDER_FOLDER", &data);
    let server = Server::start_with(recorded, &[]).await?;
    let acknowledged = talk(&server, &key).await;
    server.kill()?;
    let records = parse(&std::fs::read(&trace)?);
    let syncs = records.iter().filter(|r| matches!(r.operation, Operation::Sync)).count();
    println!(
        "{} writes and other calls, {syncs} syncs, {} messages acknowledged",
        records.len(),
        acknowledged.len()
    );
    ensure!(syncs > 10 && acknowledged.len() > 50, "too little was recorded to tell anything");
    let ignored =
        if std::env::args().any(|a| a == "--plant") { records[records.len() / 2].at } else { u64::MAX };
    let (first, last) = (acknowledged[0].at, records.last().map_or(0, |r| r.at) + 1);
    let mut lost = 0;
    for cut in 0..=CUTS {
        let at = first + (last - first) * cut as u64 / CUTS as u64;
        let image = folder.path().join(format!("image-{cut}"));
        copy(&before, &image)?;
        replay(&records, &image, at, ignored)?;
        lost += missing(&image, acknowledged.iter().filter(|a| a.at <= at))
            .await
            .with_context(|| format!("cut {cut}"))?;
        std::fs::remove_dir_all(&image)?;
    }
    println!("{} power cuts: {lost} acknowledged messages lost", CUTS + 1);
    ensure!(lost == 0, "an acknowledged message did not survive a power cut");
    Ok(())
}

/// Compiles the recorder with the machine's C compiler.
fn build(folder: &Path) -> Result<PathBuf> {
    let library = folder.join("recorder.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/powerloss/recorder.c");
    output(Command::new("cc").args(["-O2", "-shared", "-fPIC", "-o"]).arg(&library).args([
        source,
        "-ldl",
        "-lpthread",
    ]))?;
    Ok(library)
}

async fn talk(server: &Server, key: &str) -> Vec<Acknowledgement> {
    let heard: Arc<Mutex<Vec<Acknowledgement>>> = Arc::default();
    let mut clients = JoinSet::new();
    for n in 0..CLIENTS {
        let (to, key, heard) = (server.address, key.to_owned(), heard.clone());
        clients.spawn(async move {
            for i in 0.. {
                let text = format!("How do I make a backup? client {n} message {i}");
                let body = serde_json::json!({ "message": text, "visitorId": format!("v{n}") }).to_string();
                let mut reply = Reply::default();
                let ended = exchange(to, &chat_head(&key), &body, &mut reply).await;
                let conversation = reply.header("x-conversation-id").and_then(|id| id.parse().ok());
                if let (200, Some(conversation)) = (reply.status, conversation) {
                    heard.lock().expect("no panic holds it").push(Acknowledgement {
                        at: now(),
                        conversation,
                        text,
                    });
                }
                if ended.is_err() {
                    return;
                }
            }
        });
    }
    tokio::time::sleep(Duration::from_secs(SECONDS)).await;
    clients.shutdown().await;
    let mut heard = std::mem::take(&mut *heard.lock().expect("no panic holds it"));
    heard.sort_by_key(|a| a.at);
    heard
}

#[expect(
    clippy::disallowed_methods,
    reason = "the recorder in the server's process stamps with the same wall clock"
)]
fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64)
}

fn parse(bytes: &[u8]) -> Vec<Record> {
    let (mut records, mut rest) = (Vec::new(), bytes);
    while let Some(record) = parse_one(&mut rest) {
        records.push(record);
    }
    records
}

/// Takes one record off the front; `None` at the end or where the kill cut one.
fn parse_one(rest: &mut &[u8]) -> Option<Record> {
    let mut take = |n: usize| -> Option<&[u8]> {
        let (head, tail) = rest.split_at_checked(n)?;
        *rest = tail;
        Some(head)
    };
    let at = u64::from_ne_bytes(take(8)?.try_into().ok()?);
    let kind = take(1)?[0];
    let named = u16::from_ne_bytes(take(2)?.try_into().ok()?);
    let path = String::from_utf8_lossy(take(usize::from(named))?).into_owned();
    let offset = u64::from_ne_bytes(take(8)?.try_into().ok()?);
    let length = u32::from_ne_bytes(take(4)?.try_into().ok()?);
    let operation = match kind {
        1 => Operation::Write(take(length as usize)?.to_vec()),
        2 => Operation::Sync,
        3 => Operation::Truncate,
        _ => Operation::Unlink,
    };
    let file = path.trim_end_matches(" (deleted)").rsplit('/').next()?.to_owned();
    Some(Record { at, file, offset, operation })
}

/// Applies to `image` what was durable at the instant `cut`: each file's calls up to its last sync before it.
fn replay(records: &[Record], image: &Path, cut: u64, ignored: u64) -> Result<()> {
    let past = || records.iter().enumerate().take_while(|(_, r)| r.at <= cut);
    let mut last_sync: HashMap<&str, usize> = HashMap::new();
    for (n, record) in past().filter(|(_, r)| matches!(r.operation, Operation::Sync) && r.at < ignored) {
        last_sync.insert(&record.file, n);
    }
    for (n, record) in past() {
        // The shared memory beside a WAL is made anew by whoever opens it after a crash.
        if record.file.ends_with("-shm") || last_sync.get(record.file.as_str()).is_none_or(|last| n > *last) {
            continue;
        }
        let path = image.join(&record.file);
        let file = || std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        match &record.operation {
            Operation::Write(bytes) => {
                std::os::unix::fs::FileExt::write_all_at(&file()?, bytes, record.offset)?;
            }
            Operation::Truncate => file()?.set_len(record.offset)?,
            Operation::Unlink => drop(std::fs::remove_file(&path)),
            Operation::Sync => {}
        }
    }
    Ok(())
}

/// Opens an image as a restarted server would and counts the acknowledged messages that are not there once.
async fn missing(image: &Path, acknowledged: impl Iterator<Item = &Acknowledgement>) -> Result<usize> {
    let store =
        Store::open(&botplot_store::Config::default(), image).await.context("the image does not open")?;
    let bench = store.reader().find_project_named("bench").await?.context("the project is gone")?;
    let mut lost = 0;
    for wanted in acknowledged {
        let stored = store.reader().list_messages(bench.id, wanted.conversation, 100).await?;
        lost += usize::from(stored.iter().filter(|m| m.content == wanted.text).count() != 1);
    }
    store.close().await;
    Ok(lost)
}

/// Copies the data file and its log, not the shared memory or the lock.
fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_file() && !name.to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}
