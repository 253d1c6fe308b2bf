//! A line between the browser and the server that can be cut, as trains and lifts do.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A running line; it ends when this value is dropped.
pub struct Line {
    address: SocketAddr,
    calls: Arc<Mutex<JoinSet<()>>>,
    listener: JoinHandle<()>,
}

impl Line {
    /// Lays a line to a server.
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let calls = Arc::new(Mutex::new(JoinSet::new()));
        #[expect(
            clippy::disallowed_methods,
            reason = "the task ends with this value, no server waits for it"
        )]
        let listener = tokio::spawn(accept(listener, server, Arc::clone(&calls)));
        Self { address, calls, listener }
    }

    /// Where the server seems to be.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts all that is being said; who calls again is put through.
    pub fn cut(&self) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, calls: Arc<Mutex<JoinSet<()>>>) {
    while let Ok((mut browser, _)) = listener.accept().await {
        calls.lock().unwrap_or_else(PoisonError::into_inner).spawn(async move {
            #[expect(
                clippy::disallowed_methods,
                reason = "the server stands on the loopback, and this is no product code"
            )]
            let server = TcpStream::connect(server).await;
            if let Ok(mut server) = server {
                // Whoever hangs up first, the other one notices.
                let _ = copy_bidirectional(&mut browser, &mut server).await;
            }
        });
    }
}
