//! Letting go of an answer lets go of the request; connections are kept; logs hold no secret.

use std::io::Write;
use std::sync::{Arc, Mutex};

use botplot_llm::Piece;
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply};
use futures_util::StreamExt as _;
use tracing::instrument::WithSubscriber as _;

use crate::{ask, open, prompt, section};

#[tokio::test]
async fn dropping_the_stream_cancels_the_request() {
    let fake = FakeLlm::start().await;
    fake.reply(Reply::fault(Fault::HangAfter(1)));
    let model = open(&section(&fake, ""));
    let mut stream = model.stream(prompt());
    assert_eq!(stream.next().await, Some(Ok(Piece::Text("one ".into()))));
    drop(stream);
    fake.wait_for_disconnects(1).await;
}

#[tokio::test]
async fn a_stream_that_is_never_polled_sends_nothing() {
    let fake = FakeLlm::start().await;
    let model = open(&section(&fake, ""));
    drop(model.stream(prompt()));
    ask(&*model).await;
    assert_eq!(fake.requests(), 1);
}

#[tokio::test]
async fn connections_are_used_again() {
    let fake = FakeLlm::start().await;
    let model = open(&section(&fake, ""));
    for _ in 0..20 {
        assert!(ask(&*model).await.outcome.is_ok());
    }
    // A connection goes back to the pool in a task of its own, so that a quick caller may open a second one.
    assert!(fake.requests() == 20 && fake.connections() <= 5, "{} connections", fake.connections());
}

/// Everything that is logged while a future runs, at every level and by every crate.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    pub(crate) async fn during(&self, work: impl Future<Output = ()>) {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish();
        work.with_subscriber(subscriber).await;
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}
