//! The way out for letters: one SMTP server, which the operator names. What must not be read on its way is sent over
//! TLS or not at all.

mod compose;
mod config;
mod error;
mod wire;

use std::time::Duration;

use botplot_core::Timestamp;
use lettre::message::Mailbox;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters, TlsParametersBuilder,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;

pub use config::{Config, Security};
pub use error::Error;
use wire::Wire;

/// How long the server may take to say goodbye to a letter that it has taken.
const GOODBYE: Duration = Duration::from_secs(2);

/// A letter to one person.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Where it goes: an address without a name.
    pub to: &'a str,
    /// One line.
    pub subject: &'a str,
    /// Plain text.
    pub text: &'a str,
    /// A name of its own, the same at each attempt, so that a letter that came twice can be told.
    pub id: &'a str,
    /// When it was written.
    pub written_at: Timestamp,
    /// Where to say that no more are wanted: a `mailto:` or `https:` address.
    pub unsubscribe: Option<&'a str>,
}

/// Sends letters; cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    host: String,
    port: u16,
    security: Security,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    from: Mailbox,
    timeout: Duration,
}

impl Mailer {
    /// A mailer as the operator set it; `None` when no server is named. [`Config::faults`] says more of what is wrong.
    pub fn open(config: &Config) -> Result<Option<Self>, Error> {
        let Some(host) = config.host.clone() else { return Ok(None) };
        let from = config.sender().map_err(|why| Error::Setup(format!("`mail.from` {why}")))?;
        let password = config.secret().map_err(|why| Error::Setup(format!("`mail.password_file` {why}")))?;
        let credentials = config
            .user
            .clone()
            .zip(password)
            .map(|(user, secret)| Credentials::new(user, secret.expose().to_owned()));
        let tls =
            tls(&host, &config.authorities().map_err(|why| Error::Setup(format!("`mail.ca_file` {why}")))?)?;
        let (security, port) = (config.security(), config.port());
        let timeout = Duration::from_secs(config.timeout_seconds);
        Ok(Some(Self { host, port, security, tls, credentials, from, timeout }))
    }

    /// The server, as people write it.
    pub fn server(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// The address that letters come from.
    pub fn sender(&self) -> String {
        self.from.email.to_string()
    }

    /// How the connection is kept from others' eyes.
    pub fn security(&self) -> Security {
        self.security
    }

    /// Looks whether the server is there, is who it should be, and takes the user's name and password.
    pub async fn check(&self) -> Result<(), Error> {
        let mut server = self.in_time(self.connect()).await?;
        goodbye(&mut server).await;
        Ok(())
    }

    /// Hands a letter to the server; `Ok` means that the server has taken it on.
    pub async fn send(&self, letter: &Outgoing<'_>) -> Result<(), Error> {
        let to: lettre::Address = letter
            .to
            .parse()
            .map_err(|why| Error::Refused(format!("`{}` is no address: {why}", letter.to)))?;
        let message = compose::message(letter, &self.from, &to).map_err(Error::Refused)?;
        let mut server = self.in_time(self.hand_over(to, &message)).await?;
        // It is on its way, whatever is said from here on.
        goodbye(&mut server).await;
        Ok(())
    }

    async fn hand_over(&self, to: lettre::Address, message: &[u8]) -> Result<AsyncSmtpConnection, Error> {
        let mut server = self.connect().await?;
        let from = Mail::new(Some(self.from.email.clone()), Vec::new());
        // A sender that is not taken is a fault of the settings, not of the letter.
        let sender = server.command(from).await;
        sender.map_err(|e| self.not_now(&format!("does not take letters from `{}`", self.from.email), &e))?;
        let recipient = server.command(Rcpt::new(to, Vec::new())).await;
        recipient.map_err(|e| self.about_letter("the recipient", &e))?;
        server.command(Data).await.map_err(|e| self.about_letter("the letter", &e))?;
        server.message(message).await.map_err(|e| self.about_letter("the letter", &e))?;
        Ok(server)
    }

    /// A connection that is ready for a letter.
    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        // The name that goes with the sender's address is one that its owner answers for.
        let name = ClientId::Domain(self.from.email.domain().to_owned());
        let connected = match self.security {
            Security::Tls => {
                let (place, tls) = ((self.host.as_str(), self.port), Some(self.tls.clone()));
                AsyncSmtpConnection::connect_tokio1(place, None, &name, tls, None).await
            }
            Security::Starttls | Security::None => {
                let wire = Wire::connect(&self.host, self.port).await;
                let unreachable =
                    |why| Error::NotNow(format!("`{}` cannot be reached: {why}", self.server()));
                AsyncSmtpConnection::connect_with_transport(Box::new(wire.map_err(unreachable)?), &name).await
            }
        };
        let mut server = connected.map_err(|e| self.not_now("cannot be used", &e))?;
        if self.security == Security::Starttls {
            let encrypted = server.starttls(self.tls.clone(), &name).await;
            encrypted.map_err(|e| self.not_now("offers no TLS that can be trusted", &e))?;
        }
        if let Some(credentials) = &self.credentials {
            let known = server.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await;
            known.map_err(|e| self.not_now("does not take `mail.user` and its password", &e))?;
        }
        Ok(server)
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let seconds = self.timeout.as_secs();
        // On the heap, so that whoever waits for a letter stays small.
        let late = |_| Error::NotNow(format!("`{}` gave no answer within {seconds} s", self.server()));
        tokio::time::timeout(self.timeout, Box::pin(work)).await.map_err(late)?
    }

    fn not_now(&self, what: &str, error: &lettre::transport::smtp::Error) -> Error {
        Error::NotNow(format!("`{}` {what}: {}", self.server(), error::reason(error)))
    }

    fn about_letter(&self, what: &str, error: &lettre::transport::smtp::Error) -> Error {
        let why = format!("`{}` does not take {what}: {}", self.server(), error::reason(error));
        if error.is_permanent() { Error::Refused(why) } else { Error::NotNow(why) }
    }
}

async fn goodbye(server: &mut AsyncSmtpConnection) {
    // Whether it comes is nobody's concern.
    let _ = tokio::time::timeout(GOODBYE, server.quit()).await;
}

/// TLS that trusts the operator's authorities where some are named; else those of the machine, or Mozilla's list where
/// the machine has none.
fn tls(host: &str, named: &[Certificate]) -> Result<TlsParameters, Error> {
    let builder = TlsParametersBuilder::new(host.to_owned());
    let native: Vec<_> = if named.is_empty() {
        let found = rustls_native_certs::load_native_certs().certs.into_iter();
        found.filter_map(|certificate| Certificate::from_der(certificate.to_vec()).ok()).collect()
    } else {
        named.to_vec()
    };
    let builder = if native.is_empty() {
        builder.certificate_store(CertificateStore::WebpkiRoots)
    } else {
        let empty = builder.certificate_store(CertificateStore::None);
        native.into_iter().fold(empty, TlsParametersBuilder::add_root_certificate)
    };
    builder.build_rustls().map_err(|why| Error::Setup(format!("TLS to `{host}` is impossible: {why}")))
}
