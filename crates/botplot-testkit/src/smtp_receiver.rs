//! A mail server on a loopback port: it takes letters as RFC 5321 says, records what comes, and misbehaves on order.

mod session;
mod words;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// How long a test waits for what should have come.
const PATIENCE: Duration = Duration::from_secs(30);

/// How connections are encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all.
    None,
    /// After `STARTTLS`, without which no letter is taken.
    Starttls,
    /// From the first byte.
    Tls,
}

/// What a receiver does at a step of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// What it should.
    Go,
    /// Answers with this code and text instead.
    Say(u16, &'static str),
    /// Says nothing and keeps the connection.
    Hang,
    /// Sends a byte of an answer at a time, for ever.
    Drip,
    /// Closes the connection.
    Drop,
    /// Does what it should and closes the connection without a word.
    Lose,
    /// Does what it should, and says this at once behind its answer, as somebody on the way might.
    Inject(&'static str),
}

/// A letter that was taken.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// Head and body as they came, without the dots that were added for the way.
    pub raw: String,
    /// Who signed in.
    pub user: Option<String>,
    /// Whether others could not have read it.
    pub encrypted: bool,
}

impl Letter {
    /// A header's value, unfolded and decoded; the first of its name.
    pub fn header(&self, name: &str) -> Option<String> {
        words::header(&self.raw, name)
    }

    /// How often there is a header of this name.
    pub fn count(&self, name: &str) -> usize {
        words::count(&self.raw, name)
    }

    /// The text, decoded, with plain line ends.
    pub fn text(&self) -> String {
        words::text(&self.raw)
    }
}

type Script = Arc<dyn Fn(&str, usize) -> Act + Send + Sync>;

struct Shared {
    encryption: Encryption,
    /// What the client has to sign in with.
    login: Option<(String, String)>,
    acceptor: TlsAcceptor,
    script: Mutex<Script>,
    /// How often each step was reached.
    steps: Mutex<std::collections::HashMap<String, usize>>,
    all: Mutex<Vec<Letter>>,
    /// Every line that a client sent, and whether it was encrypted.
    lines: Mutex<Vec<(bool, String)>>,
    taken: watch::Sender<usize>,
    /// Steps reached in all, so that a test can wait for one.
    reached: watch::Sender<usize>,
}

/// A running mail server; it stops when this value is dropped.
pub struct SmtpReceiver {
    address: SocketAddr,
    authority: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl SmtpReceiver {
    /// Starts a server on a free port that takes letters from everybody.
    pub async fn start(encryption: Encryption) -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), encryption, None).await
    }

    /// The same at an address, taking letters only after this user has signed in with this password.
    pub async fn start_at(address: SocketAddr, encryption: Encryption, login: Option<(&str, &str)>) -> Self {
        let (acceptor, authority) = certificate();
        let listener = TcpListener::bind(address).await.expect("the address is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        let script: Script = Arc::new(|_, _| Act::Go);
        let shared = Arc::new(Shared {
            encryption,
            login: login.map(|(user, password)| (user.to_owned(), password.to_owned())),
            acceptor,
            script: Mutex::new(script),
            steps: Mutex::default(),
            all: Mutex::default(),
            lines: Mutex::default(),
            taken: watch::Sender::new(0),
            reached: watch::Sender::new(0),
        });
        let own = Arc::clone(&shared);
        #[expect(clippy::disallowed_methods, reason = "the task ends with its receiver")]
        let task = tokio::spawn(async move {
            let mut sessions = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                sessions.spawn(session::run(stream, Arc::clone(&own)));
                while sessions.try_join_next().is_some() {}
            }
        });
        Self { address, authority, shared, task }
    }

    /// From now on acts as `script` says at each step, which gets the step's word (`CONNECT`, a command's verb, or
    /// `BODY` for the letter itself) and how often it was reached before.
    pub fn act(&self, script: impl Fn(&str, usize) -> Act + Send + Sync + 'static) {
        *lock(&self.shared.script) = Arc::new(script);
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its certificate in PEM, which it has signed itself: for `localhost` and `127.0.0.1`.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// All letters that it took, in their order.
    pub fn letters(&self) -> Vec<Letter> {
        lock(&self.shared.all).clone()
    }

    /// Every line that clients sent outside of letters, and whether it was encrypted.
    pub fn lines(&self) -> Vec<(bool, String)> {
        lock(&self.shared.lines).clone()
    }

    /// How often a step was reached.
    pub fn reached(&self, step: &str) -> usize {
        lock(&self.shared.steps).get(step).copied().unwrap_or_default()
    }

    /// Waits until it has taken so many letters, and returns all.
    pub async fn wait_for(&self, count: usize) -> Vec<Letter> {
        let mut taken = self.shared.taken.subscribe();
        let come =
            tokio::time::timeout(PATIENCE, taken.wait_for(|n| *n >= count)).await.map(|c| c.map(|_| ()));
        assert!(matches!(come, Ok(Ok(()))), "{count} letters should have come, not {:?}", self.letters());
        self.letters()
    }

    /// Waits until a step was reached so often.
    pub async fn wait_until(&self, step: &str, count: usize) {
        let mut reached = self.shared.reached.subscribe();
        let come = reached.wait_for(|_| self.reached(step) >= count);
        let come = tokio::time::timeout(PATIENCE, come).await.map(|c| c.map(|_| ()));
        assert!(matches!(come, Ok(Ok(()))), "`{step}` was reached {} times, not {count}", self.reached(step));
    }
}

impl Drop for SmtpReceiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A fresh certificate that is its own authority.
fn certificate() -> (TlsAcceptor, String) {
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("the names are sound");
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .expect("the key belongs to the certificate");
    (TlsAcceptor::from(Arc::new(config)), made.cert.pem())
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
