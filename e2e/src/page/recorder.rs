//! Remembers what a page said to its console and what it asked for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chromiumoxide::cdp::IntoEventKind;
use chromiumoxide::cdp::browser_protocol::log::EventEntryAdded;
use chromiumoxide::cdp::browser_protocol::network::EventRequestWillBeSent;
use chromiumoxide::cdp::js_protocol::runtime::{EventConsoleApiCalled, EventExceptionThrown};
use futures_util::StreamExt as _;

/// Something that a page asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// `GET`, `POST` …
    pub method: String,
    /// The whole address.
    pub url: String,
    /// `Document`, `Script`, `Fetch` …
    pub kind: String,
    /// When it was asked for, in seconds of a clock that only goes forward.
    pub at: f64,
}

/// What was seen so far.
#[derive(Default)]
pub(super) struct Recorder {
    console: Mutex<Vec<String>>,
    requests: Mutex<Vec<Request>>,
}

impl Recorder {
    /// Watches a page from now on, for as long as it is open.
    pub(super) async fn watch(page: &chromiumoxide::Page) -> Arc<Self> {
        let recorder = Arc::new(Self::default());
        recorder.on(page, Self::console_called).await;
        recorder.on(page, Self::thrown).await;
        recorder.on(page, Self::logged).await;
        recorder.on(page, Self::requested).await;
        recorder
    }

    pub(super) fn console(&self) -> Vec<String> {
        lock(&self.console).clone()
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone()
    }

    async fn on<E: IntoEventKind + Send + Sync + Unpin>(
        self: &Arc<Self>,
        page: &chromiumoxide::Page,
        note: fn(&Self, &E),
    ) {
        let mut events = page.event_listener::<E>().await.expect("the browser tells of events");
        let recorder = Arc::clone(self);
        #[expect(clippy::disallowed_methods, reason = "the task ends with the page's events")]
        tokio::spawn(async move {
            while let Some(event) = events.next().await {
                note(&recorder, &event);
            }
        });
    }

    fn console_called(&self, event: &EventConsoleApiCalled) {
        let words = event.args.iter().map(|word| match &word.value {
            Some(serde_json::Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => word.description.clone().unwrap_or_default(),
        });
        let words: Vec<String> = words.collect();
        lock(&self.console).push(format!("{}: {}", event.r#type.as_ref(), words.join(" ")));
    }

    fn thrown(&self, event: &EventExceptionThrown) {
        let details = &event.exception_details;
        let said = details.exception.as_ref().and_then(|error| error.description.clone());
        lock(&self.console).push(format!("uncaught: {}", said.unwrap_or_else(|| details.text.clone())));
    }

    fn logged(&self, event: &EventEntryAdded) {
        let entry = &event.entry;
        let url = entry.url.as_deref().unwrap_or_default();
        lock(&self.console).push(format!(
            "{} ({}): {} {url}",
            entry.level.as_ref(),
            entry.source.as_ref(),
            entry.text
        ));
    }

    fn requested(&self, event: &EventRequestWillBeSent) {
        lock(&self.requests).push(Request {
            method: event.request.method.clone(),
            url: event.request.url.clone(),
            kind: event.r#type.as_ref().map(|kind| kind.as_ref().to_owned()).unwrap_or_default(),
            at: *event.timestamp.inner(),
        });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
