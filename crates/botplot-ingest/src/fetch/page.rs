//! One web page by its address.

use std::time::Duration;

use botplot_egress::{Client, GetLimits, Policy, Response, Validators};
use url::Url;

use super::{Known, Outcome};
use crate::document::{Document, Unreadable};
use crate::formats::html::{self, WebPage};
use crate::formats::{self, Hint};

/// No page may be larger; formats have lower limits of their own.
const MAX_BYTES: usize = 5 << 20;

/// What an address gave.
pub(super) struct Fetched {
    /// The address that answered, after redirects.
    pub(super) url: Url,
    pub(super) got: Got,
}

pub(super) enum Got {
    /// A page with its validators and its size in bytes.
    Page(Box<WebPage>, Validators, usize),
    /// The server said that it has not changed.
    Unchanged,
    /// It is nothing that can be read, or not there any more.
    Unreadable(String),
    /// No answer; whether trying again may help.
    Failed { why: String, again: bool },
}

/// Fetches and reads the one page that an owner named. Robots rules are for robots: this page was asked for
/// by its address. Returns the address that answered and the outcome.
pub async fn fetch(client: &Client, url: &Url, known: Option<&Known>, timeout: Duration) -> (Url, Outcome) {
    let Fetched { url, got } = get(client, url, known, timeout).await;
    let outcome = match got {
        Got::Page(page, validators, bytes) => match unfit(&page) {
            Some(why) => Outcome::Skipped(why),
            None => outcome(*page, validators, bytes, known),
        },
        Got::Unchanged => known.cloned().map_or_else(
            || Outcome::Failed("it answered as unchanged, but was never read".into()),
            Outcome::Unchanged,
        ),
        Got::Unreadable(why) => Outcome::Skipped(why),
        Got::Failed { why, .. } => Outcome::Failed(why),
    };
    (url, outcome)
}

/// The outcome of a page that was read: new, changed, or as it was.
pub(super) fn outcome(page: WebPage, validators: Validators, bytes: usize, known: Option<&Known>) -> Outcome {
    let Validators { etag, last_modified } = validators;
    let now = Known { etag, last_modified, content_hash: page.document.hash() };
    if known.is_some_and(|before| before.content_hash == now.content_hash) {
        return Outcome::Unchanged(now);
    }
    Outcome::Read { document: Box::new(page.document), known: now, bytes }
}

/// Why a page that arrived teaches nothing.
pub(super) fn unfit(page: &WebPage) -> Option<String> {
    if page.needs_script {
        return Some("it has almost no text without JavaScript".into());
    }
    page.document.is_empty().then(|| "it has no text".into())
}

pub(super) async fn get(client: &Client, url: &Url, known: Option<&Known>, timeout: Duration) -> Fetched {
    let asks = |k: &Known| Validators { etag: k.etag.clone(), last_modified: k.last_modified.clone() };
    // What an older version read has to come again to be read by this one.
    let current = known.filter(|known| Document::is_current(&known.content_hash));
    let validators = current.map(asks).filter(|v| v.etag.is_some() || v.last_modified.is_some());
    let limits = GetLimits { max_bytes: MAX_BYTES, timeout, validators };
    match client.get(Policy::Tenant, url, &limits).await {
        Ok(answer) if answer.is_unchanged() => Fetched { url: answer.url, got: Got::Unchanged },
        Ok(answer) => {
            let final_url = answer.url.clone();
            // Reading is CPU work of milliseconds: it must not hold up other connections.
            let got = tokio::task::spawn_blocking(move || read(&answer)).await;
            let broken = |_| Got::Unreadable("it is broken in a way that can't be read".into());
            Fetched { url: final_url, got: got.unwrap_or_else(broken) }
        }
        // Gone on purpose: unlike a failure, it takes the last good copy with it.
        Err(error) if matches!(error.status(), Some(404 | 410)) => {
            Fetched { url: url.clone(), got: Got::Unreadable(error.to_string()) }
        }
        Err(error) => {
            let (why, again) = (error.to_string(), error.is_transient());
            Fetched { url: url.clone(), got: Got::Failed { why, again } }
        }
    }
}

fn read(answer: &Response) -> Got {
    let name = answer.url.path_segments().and_then(Iterator::last).filter(|name| !name.is_empty());
    let hint = Hint { name, content_type: answer.content_type.as_deref() };
    match read_as(&answer.body, &hint, answer) {
        Ok(page) => Got::Page(Box::new(page), answer.validators.clone(), answer.body.len()),
        Err(Unreadable(why)) => Got::Unreadable(why),
    }
}

fn read_as(body: &[u8], hint: &Hint<'_>, answer: &Response) -> Result<WebPage, Unreadable> {
    let mut page = if html::is_html(body, hint) {
        html::page(body, hint, &answer.url)?
    } else {
        WebPage { document: formats::read(body, hint)?, ..WebPage::default() }
    };
    let (noindex, nofollow) = answer.robots_tag.as_deref().map(html::robots_rules).unwrap_or_default();
    page.noindex |= noindex;
    if nofollow {
        page.links.clear();
    }
    Ok(page)
}
