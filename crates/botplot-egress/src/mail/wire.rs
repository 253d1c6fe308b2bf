//! A connection that is read line by line until it is encrypted: what somebody on the way puts behind the answer to
//! `STARTTLS` is then no answer to anything, but breaks the handshake.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The first byte of a TLS handshake, with which no command begins.
const HANDSHAKE: u8 = 0x16;

/// The connection.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    encrypted: bool,
}

impl Wire {
    /// Connects to a server that the operator named.
    #[expect(clippy::disallowed_methods, reason = "this crate is the one that opens outgoing connections")]
    pub(super) async fn connect(host: &str, port: u16) -> io::Result<Self> {
        Ok(Self { stream: TcpStream::connect((host, port)).await?, encrypted: false })
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let it = self.get_mut();
        if it.encrypted || out.remaining() <= 1 {
            return Pin::new(&mut it.stream).poll_read(cx, out);
        }
        // One byte at a time up to a line's end; lines in clear are few and short.
        let mut any = false;
        loop {
            let mut byte = [0];
            let mut one = ReadBuf::new(&mut byte);
            match Pin::new(&mut it.stream).poll_read(cx, &mut one) {
                Poll::Ready(Ok(())) if !one.filled().is_empty() => {
                    out.put_slice(one.filled());
                    any = true;
                    if byte == *b"\n" || out.remaining() == 0 {
                        return Poll::Ready(Ok(()));
                    }
                }
                // What came before is handed out; whatever this is comes again.
                _ if any => return Poll::Ready(Ok(())),
                other => return other,
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let it = self.get_mut();
        it.encrypted |= bytes.first() == Some(&HANDSHAKE);
        Pin::new(&mut it.stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}
