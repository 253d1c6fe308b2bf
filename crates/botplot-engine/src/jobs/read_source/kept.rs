//! Pages of what is kept in the store: files, each a page; a text, one page; questions, a page each, so that no
//! question stands in the passage of another.

use std::collections::HashSet;

use botplot_core::job::Fault;
use botplot_core::source::{Kind, Pair, Source};
use botplot_ingest::{Document, Hint, Unreadable, detect_language, read};
use tokio::sync::mpsc;

use super::pages::{Outcome, PageRead};
use crate::sources::new::{QA_FILE, TEXT_FILE};
use crate::{Engine, Error};

/// Reads every page of a source that is kept into `sender`; true when all of it was seen.
pub(super) async fn run(
    engine: &Engine,
    source: &Source,
    sender: mpsc::Sender<PageRead>,
) -> Result<bool, Fault> {
    let files = engine.reader().list_files(source.project, source.id).await.map_err(Error::from)?;
    let discovered = files.len();
    for (name, _) in files {
        let bytes = engine.reader().read_file(source.project, source.id, &name).await.map_err(Error::from)?;
        let Some(bytes) = bytes else { continue };
        let pages = match source.kind {
            Kind::Qa if name == QA_FILE => {
                let pairs = serde_json::from_slice(&bytes);
                questions(pairs.map_err(|e| Fault::Fail(format!("its questions cannot be read: {e}")))?)
            }
            Kind::Text if name == TEXT_FILE => vec![Page::text(&source.name, bytes)],
            _ => vec![Page { url: name.clone(), name, title: None, bytes }],
        };
        let discovered = discovered.max(pages.len());
        for page in pages {
            if sender.send(page.read(discovered).await).await.is_err() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// What becomes one page.
struct Page {
    url: String,
    /// The file's name, which says of what format it is.
    name: String,
    /// The title, when it does not come from the content.
    title: Option<String>,
    bytes: Vec<u8>,
}

impl Page {
    /// The source's name stands in for a title that the text does not have.
    fn text(name: &str, mut bytes: Vec<u8>) -> Self {
        let begins_with_heading = bytes.trim_ascii_start().starts_with(b"# ");
        let title = (!begins_with_heading).then(|| name.to_owned());
        // What begins like the front matter of a file is none in a text of the owner's.
        if bytes.starts_with(b"---") || bytes.starts_with(b"+++") {
            bytes.insert(0, b'\n');
        }
        Self { url: TEXT_FILE.to_owned(), name: TEXT_FILE.to_owned(), title, bytes }
    }

    async fn read(self, discovered: usize) -> PageRead {
        let Self { url, name, title, bytes } = self;
        let reading = tokio::task::spawn_blocking(move || {
            let size = bytes.len();
            read(&bytes, &Hint::name(&name)).map(|document| (titled(document, title), size))
        });
        let outcome = match reading.await {
            Ok(Ok((document, bytes))) => {
                Outcome::Read { document: Box::new(document), etag: None, last_modified: None, bytes }
            }
            Ok(Err(Unreadable(why))) => Outcome::Skipped(why),
            Err(_) => Outcome::Failed("reading it failed in an unforeseen way".into()),
        };
        PageRead { url, outcome, discovered }
    }
}

fn titled(document: Document, title: Option<String>) -> Document {
    let Some(title) = title else { return document };
    // An answer may be too short to tell its language alone.
    let language = document.language.or_else(|| detect_language(&format!("{title}. {}", document.text())));
    Document { title, language, ..document }
}

/// A page for each question, by its text, so that others may come and go around it.
fn questions(pairs: Vec<Pair>) -> Vec<Page> {
    let mut taken = HashSet::new();
    let pages = pairs.into_iter().map(|Pair { question, answer }| {
        let title = question.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut url = title.clone();
        // The same question may have several answers.
        let mut again = 2;
        while !taken.insert(url.clone()) {
            url = format!("{title} ({again})");
            again += 1;
        }
        // A line in front keeps what begins like front matter from being taken for it.
        let bytes = format!("\n{answer}").into_bytes();
        Page { url, name: "answer.md".to_owned(), title: Some(title), bytes }
    });
    pages.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_has_an_address_of_its_own() {
        let pair = |q: &str| Pair { question: q.into(), answer: "---\nYes.".into() };
        let pages = questions(vec![pair("A  b?"), pair("A b?"), pair("A b? (2)"), pair("A b?")]);
        let urls: Vec<_> = pages.iter().map(|p| p.url.as_str()).collect();
        assert_eq!(urls, ["A b?", "A b? (2)", "A b? (2) (2)", "A b? (3)"]);
        assert!(pages.iter().all(|p| p.title.as_deref().unwrap().starts_with("A b?")));
    }

    #[tokio::test]
    async fn a_text_without_a_heading_has_its_sources_name() {
        let title = |text: &str| {
            let page = Page::text("Opening hours", text.as_bytes().to_vec());
            async {
                match page.read(1).await.outcome {
                    Outcome::Read { document, .. } => document.title,
                    Outcome::Skipped(why) | Outcome::Failed(why) => why,
                    Outcome::Unchanged => "unchanged".into(),
                }
            }
        };
        assert_eq!(title("We are here from nine to five.").await, "Opening hours");
        assert_eq!(title("# Hours\n\nNine to five.").await, "Hours");
        assert_eq!(title("---\ntitle: x\n---\nNine to five.").await, "Opening hours");
        assert_eq!(title("# Hours").await, "it has no text");
    }
}
