//! HTTP/1.1 by hand: reads requests off a socket and writes replies to it, whole or broken.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Fault, Reply, Request, Shared};

const STREAM_HEAD: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/// Why a connection ends.
enum End {
    /// The client went away while it was being answered.
    Lost,
    /// The script wants it closed.
    Cut,
}

impl From<std::io::Error> for End {
    fn from(_: std::io::Error) -> Self {
        Self::Lost
    }
}

/// Answers one connection's requests one after another until either side closes it.
pub(super) async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let _ = stream.set_nodelay(true);
    let mut buffer = Vec::with_capacity(16 * 1024);
    while let Some((method, request)) = read(&mut stream, &mut buffer).await {
        let answered = if method == "GET" {
            list(&mut stream, &request.path).await
        } else {
            let streamed = request.json()["stream"] != false;
            let reply = shared.receive(request);
            answer(&mut stream, &reply, streamed).await
        };
        match answered {
            Ok(()) => {}
            Err(End::Lost) => return shared.lost(),
            Err(End::Cut) => return,
        }
    }
}

/// Reads one request; `None` when the client is done or does not speak HTTP.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<(String, Request)> {
    let head_end = loop {
        if let Some(at) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..head_end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_string(), first.next()?.to_string());
    let (mut length, mut key) = (0, None);
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" | "x-api-key" | "x-goog-api-key" => key = Some(value.trim().to_string()),
            _ => {}
        }
    }
    while buffer.len() < head_end + length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = buffer[head_end..head_end + length].to_vec();
    buffer.drain(..head_end + length);
    Some((method, Request { path, key, body }))
}

/// The lists of models: Ollama's `/api/tags`, else OpenAI's `/v1/models`.
async fn list(stream: &mut TcpStream, path: &str) -> Result<(), End> {
    let body = match path {
        "/api/tags" => r#"{"models":[{"name":"fake:latest","model":"fake:latest","size":1}]}"#,
        _ => r#"{"object":"list","data":[{"id":"fake","object":"model"}]}"#,
    };
    plain(stream, 200, "application/json", None, body).await
}

async fn answer(stream: &mut TcpStream, reply: &Reply, streamed: bool) -> Result<(), End> {
    if let Some((code, retry_after, body)) = reply.refusal() {
        return plain(stream, code, "application/json", retry_after, body).await;
    }
    match &reply.fault {
        Some(Fault::HangBeforeHead) => hang(stream).await,
        Some(Fault::HangAfterHead) => {
            stream.write_all(STREAM_HEAD.as_bytes()).await?;
            hang(stream).await
        }
        Some(Fault::WrongType) => {
            plain(stream, 200, "text/html", None, "<html><body>\n\n<h1>Welcome</h1>\n\n</body></html>").await
        }
        Some(Fault::Raw { code, pieces, whole }) => raw(stream, *code, pieces, *whole).await,
        _ if !streamed => plain(stream, 200, "application/json", None, &reply.completion()).await,
        _ => tokens(stream, reply).await,
    }
}

/// Writes the tokens with their delays, as far as the script lets them come.
async fn tokens(stream: &mut TcpStream, reply: &Reply) -> Result<(), End> {
    let mut buffer = STREAM_HEAD.as_bytes().to_vec();
    let frames = reply.frames();
    let last = frames.len() - 1;
    for (at, frame) in frames.iter().enumerate() {
        let delay = match at {
            0 => reply.first_after,
            _ if at == last => Duration::ZERO,
            _ => reply.each_after,
        };
        if !delay.is_zero() {
            stream.write_all(&buffer).await?;
            buffer.clear();
            pause(stream, delay).await?;
        }
        if let Some(kept) = cut(reply, at, frame) {
            chunk(&mut buffer, &frame.as_bytes()[..kept]);
            stream.write_all(&buffer).await?;
            return Err(End::Cut);
        }
        if reply.fault == Some(Fault::HangAfter(at)) {
            stream.write_all(&buffer).await?;
            return hang(stream).await;
        }
        chunk(&mut buffer, frame.as_bytes());
    }
    chunk(&mut buffer, b"");
    Ok(stream.write_all(&buffer).await?)
}

/// How many bytes of frame `at` are sent before the connection is cut, if it is cut there.
fn cut(reply: &Reply, at: usize, frame: &str) -> Option<usize> {
    match reply.fault {
        // Twelve bytes before the blank line is inside the JSON of any frame.
        Some(Fault::CutMidToken(n)) if n == at => Some(frame.len() - 12),
        Some(Fault::CutMidCharacter) => frame.bytes().position(|b| !b.is_ascii()).map(|start| start + 1),
        _ => None,
    }
}

async fn raw(stream: &mut TcpStream, code: u16, pieces: &[Vec<u8>], whole: bool) -> Result<(), End> {
    let mut buffer = format!(
        "HTTP/1.1 {code} Scripted\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for piece in pieces.iter().filter(|p| !p.is_empty()) {
        chunk(&mut buffer, piece);
    }
    if whole {
        chunk(&mut buffer, b"");
    }
    stream.write_all(&buffer).await?;
    if whole { Ok(()) } else { Err(End::Cut) }
}

/// Appends one HTTP chunk; an empty one ends the body.
fn chunk(buffer: &mut Vec<u8>, bytes: &[u8]) {
    buffer.extend_from_slice(format!("{:x}\r\n", bytes.len()).as_bytes());
    buffer.extend_from_slice(bytes);
    buffer.extend_from_slice(b"\r\n");
}

async fn plain(
    stream: &mut TcpStream,
    code: u16,
    kind: &str,
    retry_after: Option<u64>,
    body: &str,
) -> Result<(), End> {
    let retry = retry_after.map(|s| format!("retry-after: {s}\r\n")).unwrap_or_default();
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {code} Scripted\r\ncontent-type: {kind}\r\n{retry}content-length: {length}\r\n\r\n{body}"
    );
    Ok(stream.write_all(text.as_bytes()).await?)
}

/// Waits, unless the client goes away first.
async fn pause(stream: &mut TcpStream, delay: Duration) -> Result<(), End> {
    tokio::select! {
        () = tokio::time::sleep(delay) => Ok(()),
        gone = gone(stream) => Err(gone),
    }
}

async fn hang(stream: &mut TcpStream) -> Result<(), End> {
    Err(gone(stream).await)
}

/// Resolves when the client closes its side; what it sends meanwhile is dropped.
async fn gone(stream: &mut TcpStream) -> End {
    let mut scratch = [0; 256];
    while matches!(stream.read(&mut scratch).await, Ok(n) if n > 0) {}
    End::Lost
}
