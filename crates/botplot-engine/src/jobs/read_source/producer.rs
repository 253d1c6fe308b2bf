//! Where a source's pages come from: kept files, one web page, or a site.

use std::collections::HashMap;

use botplot_core::job::Fault;
use botplot_core::source::{Kind, Page, Source};
use botplot_ingest::Hint;
use tokio::sync::mpsc;

use super::pages::{Outcome, PageRead};
use crate::{Engine, Error};

/// Reads every page of `source` into `sender`; true when all of it was seen, so that what was not met is gone.
pub(super) async fn run(
    engine: &Engine,
    source: &Source,
    known: &HashMap<String, Page>,
    sender: mpsc::Sender<PageRead>,
) -> Result<bool, Fault> {
    match source.kind {
        Kind::Files => files(engine, source, sender).await,
        Kind::Url | Kind::Website => {
            let _ = known;
            Err(Fault::Fail("soon".into()))
        }
    }
}

async fn files(engine: &Engine, source: &Source, sender: mpsc::Sender<PageRead>) -> Result<bool, Fault> {
    let files = engine.reader().list_files(source.project, source.id).await.map_err(Error::from)?;
    let discovered = files.len();
    for (name, _) in files {
        let bytes = engine.reader().read_file(source.project, source.id, &name).await.map_err(Error::from)?;
        let Some(bytes) = bytes else { continue };
        let url = name.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let size = bytes.len();
            botplot_ingest::read(&bytes, &Hint::name(&name)).map(|document| (document, size))
        });
        let outcome = match reading.await {
            Ok(Ok((document, bytes))) => {
                Outcome::Read { document: Box::new(document), etag: None, last_modified: None, bytes }
            }
            Ok(Err(why)) => Outcome::Skipped(why.to_string()),
            Err(_) => Outcome::Failed("reading it failed in an unforeseen way".into()),
        };
        if sender.send(PageRead { url, outcome, discovered }).await.is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}
