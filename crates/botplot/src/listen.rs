//! Accepting connections: time limits before the first byte and for headers, caps per address and in all.
//!
//! `axum::serve` has none of these: a connection that sends nothing stays open for ever.

mod caps;
mod forwarded;

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use botplot_web::Peer;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::config::Server;
use caps::{Caps, Place};

/// How long accepting rests when the system has no room for a connection.
const REST: Duration = Duration::from_millis(50);
/// Bytes that the head of a request may have.
const HEAD_LIMIT: usize = 64 * 1024;

/// Binds the address of the configuration.
pub(crate) async fn bind(server: &Server) -> Result<TcpListener> {
    let address = &server.listen;
    let why = match TcpListener::bind(address.as_str()).await {
        Ok(listener) => return Ok(listener),
        Err(why) => why,
    };
    match why.kind() {
        ErrorKind::AddrInUse => bail!(
            "cannot listen on `{address}`: the port is in use; stop the other program, or choose another port with \
             `--listen`"
        ),
        ErrorKind::PermissionDenied => bail!(
            "cannot listen on `{address}`: this user may not use that port; choose one above 1024 with `--listen`, and \
             put a reverse proxy before it"
        ),
        ErrorKind::AddrNotAvailable => bail!(
            "cannot listen on `{address}`: this machine has no such address; choose another with `--listen`"
        ),
        _ => bail!("cannot listen on `{address}`: {why}; choose another address with `--listen`"),
    }
}

/// The way in; cheap to clone.
#[derive(Clone)]
pub(crate) struct Door(Arc<Inner>);

struct Inner {
    router: Router,
    server: Server,
    caps: Caps,
    closing: CancellationToken,
    connections: TaskTracker,
}

impl Door {
    /// A door to `router` that is not open yet.
    pub(crate) fn new(router: Router, server: Server) -> Self {
        let caps = Caps::of(&server);
        let (closing, connections) = (CancellationToken::new(), TaskTracker::new());
        Self(Arc::new(Inner { router, server, caps, closing, connections }))
    }

    /// Lets connections in until the door is closed.
    pub(crate) fn open_for(&self, listener: TcpListener) {
        let door = self.clone();
        self.0.connections.spawn(async move { door.accept(listener).await });
    }

    /// Lets nobody in any more; connections end after the reply that they are waiting for.
    pub(crate) fn close(&self) {
        self.0.closing.cancel();
        self.0.connections.close();
    }

    /// Waits until the last connection has ended, once the door is closed.
    pub(crate) async fn empty(&self) {
        self.0.connections.wait().await;
    }

    /// How many connections there are.
    pub(crate) fn open(&self) -> usize {
        self.0.connections.len()
    }

    async fn accept(&self, listener: TcpListener) {
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.0.closing.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => self.admit(stream, peer),
                Err(why)
                    if matches!(why.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) => {}
                Err(why) => {
                    tracing::error!(%why, "cannot accept connections; trying again");
                    tokio::time::sleep(REST).await;
                }
            }
        }
    }

    /// Serves a connection if there is a place for it; otherwise drops it, which closes it.
    fn admit(&self, stream: TcpStream, peer: SocketAddr) {
        let address = peer.ip().to_canonical();
        let Some(place) = self.0.caps.take(address, self.0.server.trusts(address)) else {
            tracing::debug!(%address, "a connection beyond the limit was closed");
            return;
        };
        let inner = Arc::clone(&self.0);
        self.0.connections.spawn(async move { inner.serve(stream, peer, place).await });
    }
}

impl Inner {
    async fn serve(&self, stream: TcpStream, peer: SocketAddr, _place: Place) {
        // Tokens are small packets that must not wait for one another.
        if stream.set_nodelay(true).is_err() || !self.says_something(&stream).await {
            return;
        }
        let router = self.router.clone();
        let app = TowerToHyperService::new(router);
        let address = peer.ip().to_canonical();
        let service = service_fn(move |request: Request<Incoming>| {
            let app = app.clone();
            let request = self.introduce(request, peer, address);
            async move { hyper::service::Service::call(&app, request).await }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.server.header())
            .max_buf_size(HEAD_LIMIT)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.closing.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(why) = ended {
            tracing::debug!(%address, %why, "a connection broke off");
        }
    }

    /// Waits for the first byte. Hyper's own limit begins with it.
    async fn says_something(&self, stream: &TcpStream) -> bool {
        let mut first = [0];
        let first = tokio::time::timeout(self.server.first_byte(), stream.peek(&mut first));
        tokio::select! {
            first = first => matches!(first, Ok(Ok(1))),
            () = self.closing.cancelled() => false,
        }
    }

    /// Tells the handlers where a request came from.
    fn introduce(&self, request: Request<Incoming>, peer: SocketAddr, address: IpAddr) -> Request<Body> {
        let origin = forwarded::origin(address, request.headers(), |proxy| self.server.trusts(proxy));
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(origin));
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    }
}
