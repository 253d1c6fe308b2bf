//! A bare HTTP/1.1 client for measuring: it notes when the head and the first token of a reply arrived.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// A reply, and when its parts arrived, counted from before the connection was opened.
#[derive(Debug, Default)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The head as it came, with CRLFs.
    pub head: String,
    /// The body as it came (chunk sizes included where the server sent chunks).
    pub body: String,
    /// When the whole head was there.
    pub head_after: Duration,
    /// When the first token was there; none for replies without tokens.
    pub token_after: Option<Duration>,
    /// When the reply was complete.
    pub done_after: Duration,
}

impl Reply {
    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// True when the stream ended with its final event.
    pub fn is_final(&self) -> bool {
        self.body.contains("\"done\":true")
    }
}

/// Opens a connection to a server under test.
#[expect(
    clippy::disallowed_methods,
    reason = "the measured server is on the loopback, and this is no product code"
)]
pub async fn connect(to: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(to).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends one request on a connection of its own and reads the reply to its end.
pub async fn request(to: SocketAddr, head: &str, body: &str) -> io::Result<Reply> {
    let mut reply = Reply::default();
    let ended = exchange(to, head, body, &mut reply).await;
    ended.map(|()| reply)
}

/// As [`request`], but leaves what arrived in `reply` even when the connection breaks.
pub async fn exchange(to: SocketAddr, head: &str, body: &str, reply: &mut Reply) -> io::Result<()> {
    let start = Instant::now();
    let mut stream = connect(to).await?;
    let length = body.len();
    let request = format!("{head}host: {to}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await?;
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 16 * 1024]);
    let mut head_ends = None;
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            break;
        }
        bytes.extend_from_slice(&buffer[..read]);
        if head_ends.is_none() {
            head_ends = find(&bytes, b"\r\n\r\n").map(|at| at + 4);
            if let Some(end) = head_ends {
                reply.head_after = start.elapsed();
                reply.head = String::from_utf8_lossy(&bytes[..end]).into_owned();
                reply.status = reply.head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
            }
        }
        if let (Some(end), None) = (head_ends, reply.token_after)
            && find(&bytes[end..], b"{\"token\"").is_some()
        {
            reply.token_after = Some(start.elapsed());
        }
        reply.body = String::from_utf8_lossy(&bytes[head_ends.unwrap_or(bytes.len())..]).into_owned();
        // Some servers keep the connection open although they were asked to close it.
        if reply.body.ends_with("\r\n0\r\n\r\n") {
            break;
        }
    }
    reply.done_after = start.elapsed();
    if head_ends.is_some() { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// Asks over `POST /api/chat` with `key`; `body` is the JSON.
pub async fn chat(to: SocketAddr, key: &str, body: &str) -> io::Result<Reply> {
    request(to, &chat_head(key), body).await
}

/// The head of a chat request, without the headers that [`request`] adds.
pub fn chat_head(key: &str) -> String {
    format!("POST /api/chat HTTP/1.1\r\ncontent-type: application/json\r\nx-api-key: {key}\r\n")
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}
