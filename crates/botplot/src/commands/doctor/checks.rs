//! The checks of `doctor`; none of them changes anything.

use std::path::{Path, PathBuf};
use std::time::Duration;

use botplot_core::{Clock as _, SystemClock, Timestamp};
use botplot_egress::mail::{Mailer, Security};
use botplot_embed::Encoder;
use botplot_llm::{Piece, Prompt, Role};
use botplot_store::Store;
use futures_util::StreamExt as _;
use tokio::time::{Instant, timeout};

use super::Finding::{self, Fault, Note, Well};
use crate::config::Config;
use crate::folder;
use crate::lock::{self, Holder, Taken};

/// A text, and its vector by the reference implementation, in steps of 1/127 of its largest number.
const KNOWN_TEXT: &str = "How do I reset my password?";
const KNOWN_VECTOR: &[u8; 384] = include_bytes!("known_vector.i8");
/// The least cosine of an encoder that works.
const ENOUGH: f32 = 0.99;
/// Bytes free below which nothing works for long, and below which somebody should know.
const LITTLE: u64 = 100 << 20;
const SOME: u64 = 1 << 30;
/// 2025-01-01: a clock before that is wrong.
const NO_EARLIER: Timestamp = Timestamp(1_735_689_600_000_000);
const NAME_PATIENCE: Duration = Duration::from_secs(3);
const MODEL_PATIENCE: Duration = Duration::from_secs(30);

/// Can the folder be written?
pub(super) fn data_folder(config: &Config) -> Finding {
    let data = &config.data;
    let (folder, made) = nearest_folder(data);
    match tempfile_in(&folder) {
        Ok(()) if made => Well(format!("`{}` can be written", data.display())),
        Ok(()) => Well(format!("`{}` is not there yet; the first start makes it", data.display())),
        Err(why) => Fault(format!(
            "`{}` cannot be written: {why}; give this user the right to, or choose another folder with `--data`",
            folder.display()
        )),
    }
}

/// The folder itself, or the one that it would be made in; and whether it is itself.
fn nearest_folder(data: &Path) -> (PathBuf, bool) {
    let whole = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
    let there = whole.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
    (there.to_owned(), there == whole)
}

fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let probe = folder.join(format!(".botplot-doctor-{}", std::process::id()));
    std::fs::write(&probe, b"probe")?;
    std::fs::remove_file(probe)
}

/// Is there room?
pub(super) fn disk(config: &Config) -> Finding {
    let (folder, _) = nearest_folder(&config.data);
    match rustix::fs::statvfs(&folder) {
        Err(why) => Note(format!("the free space of `{}` cannot be read: {why}", folder.display())),
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let text = format!("{} MB are free", free >> 20);
            match free {
                0..LITTLE => Fault(format!("{text}: make room, or messages cannot be stored soon")),
                LITTLE..SOME => Note(format!("{text}, which is not much")),
                _ => Well(text),
            }
        }
    }
}

/// Do the data open?
pub(super) async fn store(config: &Config) -> Finding {
    if !config.on_postgres() && !folder::is_begun(&config.data) {
        return Note("there are none yet; `botplot serve` makes them".into());
    }
    let opened = async {
        let store = Store::open(&config.store()?, &config.data).await?;
        let projects = store.reader().list_projects().await.map(|all| all.len());
        store.close().await;
        anyhow::Ok(projects?)
    };
    let place = if config.on_postgres() { "PostgreSQL" } else { botplot_store::FILE };
    match opened.await {
        Ok(projects) => Well(format!("{place} opens, with {projects} projects")),
        Err(why) => Fault(format!("{place} does not open: {why:#}")),
    }
}

/// Who does the background work?
pub(super) fn server(config: &Config) -> Finding {
    if !config.data.is_dir() {
        return Note("no server runs on this data folder".into());
    }
    match lock::take(&config.data, &Holder::here(None)) {
        Ok(Taken::Ours(_)) => Note("no server runs on this data folder".into()),
        Ok(Taken::By(Some(Holder { pid, listen: Some(address) }))) => {
            Well(format!("process {pid} serves this data folder on `{address}`"))
        }
        Ok(Taken::By(_)) => Well("a command works on this data folder".into()),
        Err(why) => Fault(format!("{why:#}")),
    }
}

/// Is the clock plausible?
pub(super) async fn clock(config: &Config) -> Finding {
    let now = SystemClock.now();
    if now < NO_EARLIER {
        return Fault(format!(
            "it says {now}, which is past: set it, or keys and visitors' tokens do not work"
        ));
    }
    let newest = async {
        if config.on_postgres() || !folder::is_begun(&config.data) {
            return None;
        }
        let store = Store::open(&config.store().ok()?, &config.data).await.ok()?;
        let projects = store.reader().list_projects().await.ok()?;
        store.close().await;
        projects.into_iter().map(|p| p.created_at).max()
    };
    match newest.await {
        Some(made) if made.seconds_since(now) > 60 => {
            Fault(format!("it says {now}, but the newest project was made at {made}: set the clock"))
        }
        _ => Well(format!("it says {now}")),
    }
}

/// Does the built-in model compute what it should on this processor?
pub(super) fn embedding() -> Finding {
    let encoder = Encoder::load();
    let vector = encoder.embed(KNOWN_TEXT);
    let known: Vec<f32> = KNOWN_VECTOR.iter().map(|byte| f32::from(*byte as i8)).collect();
    let length = known.iter().map(|x| x * x).sum::<f32>().sqrt();
    let cosine = vector.iter().zip(&known).map(|(a, b)| a * b).sum::<f32>() / length;
    let begun = Instant::now();
    encoder.embed(KNOWN_TEXT);
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    let kernel = encoder.kernel();
    if cosine >= ENOUGH {
        Well(format!("right to a cosine of {cosine:.4}, {took:.1} ms for a question, with `{kernel}`"))
    } else {
        Fault(format!(
            "wrong on this processor (cosine {cosine:.4}, `{kernel}`): please report it with `--version`"
        ))
    }
}

/// Can names be looked up and clients be made?
pub(super) async fn network(config: &Config) -> Finding {
    if let Err(why) = botplot_egress::Client::new(&config.egress) {
        return Fault(format!("outgoing connections are impossible: {why}"));
    }
    let exceptions = config.egress.allow.len();
    match timeout(NAME_PATIENCE, tokio::net::lookup_host("example.com:443")).await {
        Ok(Ok(_)) => Well(format!("names are found; {exceptions} exceptions in `egress.allow`")),
        _ => Note("`example.com` is not found: pages and models on the internet cannot be reached".into()),
    }
}

/// Does the mail server take letters from here?
pub(super) async fn mail(config: &Config) -> Finding {
    let mailer = match Mailer::open(&config.mail) {
        Err(why) => return Fault(why.to_string()),
        Ok(None) => return Note("none is configured: nobody is told of anything by e-mail".into()),
        Ok(Some(mailer)) => mailer,
    };
    let (server, sender) = (mailer.server(), mailer.sender());
    match (mailer.check().await, mailer.security()) {
        (Err(why), _) => Fault(format!("{why}; look at `[mail]`")),
        (Ok(()), Security::None) => {
            Well(format!("`{server}` is ready for letters from `{sender}`, unencrypted"))
        }
        (Ok(()), by) => {
            Well(format!("`{server}` is ready for letters from `{sender}`, by `{}`", by.as_str()))
        }
    }
}

/// Does the configured model answer?
pub(super) async fn model(config: &Config) -> Finding {
    let opened = botplot_egress::Client::new(&config.egress)
        .map_err(anyhow::Error::from)
        .and_then(|egress| Ok(botplot_llm::open(&config.llm, egress.operator_http())?));
    let model = match opened {
        Err(why) => return Fault(format!("{why:#}")),
        Ok(None) => return Well("none is configured: answers are quoted".into()),
        Ok(Some(model)) => model,
    };
    let name = model.name().to_owned();
    let prompt = Prompt { system: String::new(), messages: vec![(Role::User, "Say OK.".into())] };
    let begun = Instant::now();
    let first = async {
        let mut stream = model.stream(prompt);
        stream.next().await
    };
    match timeout(MODEL_PATIENCE, first).await {
        Ok(Some(Ok(Piece::Text(_) | Piece::End { .. }))) => {
            Well(format!("`{name}` answers, its first word after {} ms", begun.elapsed().as_millis()))
        }
        Ok(Some(Err(why))) => Fault(format!("`{name}` does not answer: {why}; look at `[llm]`")),
        Ok(None) => Fault(format!("`{name}` answers nothing; look at `[llm]`")),
        Err(_) => {
            Fault(format!("`{name}` gives no answer within {} s; look at `[llm]`", MODEL_PATIENCE.as_secs()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedding_passes_its_own_test() {
        assert!(matches!(embedding(), Well(_)), "{:?}", embedding());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let at = |data: PathBuf| data_folder(&Config { data, ..Config::default() });
        assert!(matches!(at(file.join("below")), Fault(_)));
        assert!(matches!(at(folder.path().join("new/deep")), Well(_)));
        assert!(matches!(at(folder.path().to_owned()), Well(_)));
    }
}
