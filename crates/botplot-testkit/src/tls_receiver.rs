//! Receivers of webhooks over TLS on a free loopback port: a sound one, and one for each way in which TLS breaks. Each
//! records what came, so that a test can say that nothing was sent to it, and nothing in clear.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, crypto};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// The name that receivers are called by.
const HOST: &str = "localhost";
/// A `ServerHello` of TLS 1.0, as a server says that knows nothing newer.
const OLD_HELLO: &[u8] = &[
    0x16, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0, 0, 0x2f, 0,
];
/// A fatal alert "protocol version".
const OLD_ALERT: &[u8] = &[0x15, 3, 1, 0, 2, 2, 70];

/// An authority that a server under test can be told to trust.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Default for Authority {
    fn default() -> Self {
        Self::named("authority")
    }
}

impl Authority {
    fn named(name: &str) -> Self {
        let key = KeyPair::generate().expect("ring makes keys");
        let mut params = CertificateParams::new(Vec::new()).expect("no name is at fault");
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("a key signs its own certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Its certificate, as a file of trusted ones has it.
    pub fn pem(&self) -> &str {
        &self.pem
    }
}

/// What is wrong with a receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: it answers 200.
    None,
    /// Its certificate is signed by itself.
    SelfSigned,
    /// The same, as `openssl req -x509` makes it: it says to be an authority.
    SelfSignedAuthority,
    /// Its certificate is signed by an authority that nobody knows.
    UnknownAuthority,
    /// Its certificate has expired.
    Expired,
    /// Its certificate is of a time to come.
    NotYetValid,
    /// Its certificate is another host's.
    WrongName,
    /// It closes the connection in the middle of the handshake.
    HandshakeCut,
    /// It says nothing in the handshake and keeps the connection.
    HandshakeHangs,
    /// It speaks TLS 1.0 and nothing newer.
    OldVersion,
    /// It refuses every version of TLS that it is offered.
    OldAlert,
    /// What it says is nothing at all.
    Garbage,
    /// It speaks HTTP without TLS on that port.
    PlainHttp,
    /// It takes the request and closes the connection without an answer.
    NoAnswer,
    /// It closes the connection in the middle of its answer.
    AnswerCut,
}

impl Fault {
    /// Every one of them.
    pub const ALL: [Self; 15] = [
        Self::None,
        Self::SelfSigned,
        Self::SelfSignedAuthority,
        Self::UnknownAuthority,
        Self::Expired,
        Self::NotYetValid,
        Self::WrongName,
        Self::HandshakeCut,
        Self::HandshakeHangs,
        Self::OldVersion,
        Self::OldAlert,
        Self::Garbage,
        Self::PlainHttp,
        Self::NoAnswer,
        Self::AnswerCut,
    ];

    /// What is said to whoever begins a handshake; `None` where there is a true one.
    fn raw(self) -> Option<&'static [u8]> {
        Some(match self {
            Self::HandshakeCut => &OLD_HELLO[..9],
            Self::HandshakeHangs => b"",
            Self::OldVersion => OLD_HELLO,
            Self::OldAlert => OLD_ALERT,
            Self::Garbage => &[0xff; 100],
            Self::PlainHttp => b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n",
            _ => return None,
        })
    }
}

#[derive(Default)]
struct Came {
    /// What was sent outside of any encryption.
    clear: Vec<u8>,
    /// Requests that came whole, decrypted.
    requests: Vec<Vec<u8>>,
}

/// A running receiver; it stops when this value is dropped.
pub struct TlsReceiver {
    address: SocketAddr,
    came: Arc<Mutex<Came>>,
    task: JoinHandle<()>,
}

impl TlsReceiver {
    /// Starts a receiver whose certificate is signed by `authority`, as far as its fault leaves it sound.
    pub async fn start(authority: &Authority, fault: Fault) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let (acceptor, came) = (acceptor(authority, fault), Arc::<Mutex<Came>>::default());
        let own = Arc::clone(&came);
        #[expect(clippy::disallowed_methods, reason = "the task ends with its receiver")]
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, came) = (acceptor.clone(), Arc::clone(&own));
                connections.spawn(async move { serve(stream, fault, acceptor, &came).await });
                while connections.try_join_next().is_some() {}
            }
        });
        Self { address, came, task }
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("https://{HOST}:{}/hook", self.address.port())
    }

    /// What was sent to it outside of any encryption.
    pub fn clear(&self) -> Vec<u8> {
        lock(&self.came).clear.clone()
    }

    /// The requests that came whole, decrypted.
    pub fn requests(&self) -> Vec<Vec<u8>> {
        lock(&self.came).requests.clone()
    }
}

impl Drop for TlsReceiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(came: &Mutex<Came>) -> std::sync::MutexGuard<'_, Came> {
    came.lock().unwrap_or_else(PoisonError::into_inner)
}

fn acceptor(authority: &Authority, fault: Fault) -> TlsAcceptor {
    let key = KeyPair::generate().expect("ring makes keys");
    let name = if fault == Fault::WrongName { "other.example" } else { HOST };
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("the name is sound");
    match fault {
        Fault::Expired => params.not_after = date_time_ymd(2020, 1, 1),
        Fault::SelfSignedAuthority => params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained),
        Fault::NotYetValid => params.not_before = date_time_ymd(4000, 1, 1),
        _ => {}
    }
    params.distinguished_name.push(DnType::CommonName, format!("{name} under test"));
    let stranger = Authority::named("stranger");
    let signed = match fault {
        Fault::SelfSigned | Fault::SelfSignedAuthority => params.self_signed(&key),
        Fault::UnknownAuthority => params.signed_by(&key, &stranger.issuer),
        _ => params.signed_by(&key, &authority.issuer),
    };
    let chain = vec![CertificateDer::from(signed.expect("the key signs").der().to_vec())];
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has the usual versions")
        .with_no_client_auth()
        .with_single_cert(chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into());
    TlsAcceptor::from(Arc::new(config.expect("the key fits its certificate")))
}

async fn serve(mut stream: TcpStream, fault: Fault, acceptor: TlsAcceptor, came: &Mutex<Came>) {
    let Some(words) = fault.raw() else {
        // A client that refuses the certificate leaves here.
        let Ok(mut stream) = acceptor.accept(stream).await else { return };
        while let Some(request) = request(&mut stream).await {
            lock(came).requests.push(request);
            let answer: &[u8] = match fault {
                Fault::NoAnswer => return,
                Fault::AnswerCut => b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
                _ => b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nthanks",
            };
            let given = stream.write_all(answer).await;
            if given.is_err() || fault == Fault::AnswerCut {
                return;
            }
        }
        return;
    };
    let mut begun = [0; 4096];
    let Ok(length) = stream.read(&mut begun).await else { return };
    lock(came).clear.extend_from_slice(&begun[..length]);
    let _ = stream.write_all(words).await;
    if fault == Fault::HandshakeCut {
        return;
    }
    // Whatever else a client may say in clear.
    while let Ok(length @ 1..) = stream.read(&mut begun).await {
        lock(came).clear.extend_from_slice(&begun[..length]);
    }
}

/// One whole request, head and body.
async fn request(stream: &mut (impl AsyncRead + Unpin)) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).await.ok().filter(|length| *length > 0)?;
        request.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.to_ascii_lowercase();
        let length = length.split("content-length: ").nth(1)?.lines().next()?.parse::<usize>().ok()?;
        if body.len() >= length {
            return Some(request);
        }
    }
}
