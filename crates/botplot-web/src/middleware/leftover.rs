//! Reads out what a refused request still sends, so that its client gets to read the refusal.
//!
//! A server that answers in the middle of an upload and closes makes the client's system drop the answer: the
//! caller of a 10 MB body would see a broken connection instead of the 413.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::{Stream, StreamExt as _};
use tokio::sync::oneshot;

/// Bytes that are read out at most; who sends more has the connection closed.
const MOST: usize = 32 << 20;
/// How long it may take.
const LONGEST: Duration = Duration::from_secs(5);

/// Runs the handler, then reads out the body if the handler refused without doing so.
pub(crate) async fn read_out(request: Request, next: Next) -> Response {
    // Who sends `Expect` waits for leave before sending the body: reading it would give that leave.
    let bare = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if bare || request.headers().contains_key(header::EXPECT) {
        return next.run(request).await;
    }
    let (home, mut returned) = oneshot::channel();
    let (head, body) = request.into_parts();
    let lent = Lent { stream: Some(body.into_data_stream()), home: Some(home) };
    let response = next.run(Request::from_parts(head, Body::from_stream(lent))).await;
    let refused = response.status().is_client_error() || response.status().is_server_error();
    if refused && let Ok(rest) = returned.try_recv() {
        // Whatever comes of it, the reply goes out.
        let _ = tokio::time::timeout(LONGEST, discard(rest)).await;
    }
    response
}

async fn discard(mut rest: BodyDataStream) {
    let mut seen = 0;
    while let Some(Ok(piece)) = rest.next().await {
        seen += piece.len();
        if seen > MOST {
            return;
        }
    }
}

/// A body that comes back when its reader drops it before its end.
struct Lent {
    stream: Option<BodyDataStream>,
    home: Option<oneshot::Sender<BodyDataStream>>,
}

impl Stream for Lent {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(stream) = &mut self.stream else { return Poll::Ready(None) };
        let piece = std::task::ready!(stream.poll_next_unpin(context));
        if !matches!(piece, Some(Ok(_))) {
            self.stream = None;
        }
        Poll::Ready(piece)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if let (Some(stream), Some(home)) = (self.stream.take(), self.home.take()) {
            // Nobody waits for it when the request itself was dropped.
            let _ = home.send(stream);
        }
    }
}
