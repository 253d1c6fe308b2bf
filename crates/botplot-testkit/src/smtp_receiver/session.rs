//! One session with a client, from its connection to its end.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::TcpStream;

use super::{Act, Encryption, Letter, Shared, lock};

/// The longest line that is read, so that no test eats all memory.
const LONGEST: u64 = 1 << 20;

trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

struct Session {
    wire: BufReader<Box<dyn Wire>>,
    encrypted: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
    /// What goes out behind the next answer.
    injected: &'static str,
    shared: Arc<Shared>,
}

/// Speaks with a client until it leaves; `None` ends a session early.
pub(super) async fn run(stream: TcpStream, shared: Arc<Shared>) {
    let _ = speak(stream, shared).await;
}

async fn speak(stream: TcpStream, shared: Arc<Shared>) -> Option<()> {
    let act = shared.step("CONNECT");
    let encrypted = shared.encryption == Encryption::Tls;
    let wire: Box<dyn Wire> = if encrypted && act == Act::Go {
        Box::new(shared.acceptor.accept(stream).await.ok()?)
    } else {
        Box::new(stream)
    };
    let wire = BufReader::new(wire);
    let mut session =
        Session { wire, encrypted, user: None, from: None, to: Vec::new(), injected: "", shared };
    session.act(act, 220, "test.example ESMTP").await?;
    loop {
        let line = session.line().await?;
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let act = session.shared.step(&verb);
        if let Act::Inject(more) = act {
            session.injected = more;
        } else if act != Act::Go {
            session.act(act, 250, "ok").await?;
            continue;
        }
        session = session.obey(&verb, &line).await?;
    }
}

impl Session {
    async fn obey(mut self, verb: &str, line: &str) -> Option<Self> {
        let rest = line.get(verb.len()..).unwrap_or_default().trim();
        let open = self.shared.encryption != Encryption::Starttls || self.encrypted;
        match verb {
            "EHLO" => self.hello().await?,
            "STARTTLS" => return self.encrypt().await,
            "AUTH" if open => self.sign_in(rest).await?,
            "MAIL" | "RCPT" if !open => self.say(530, "begin with STARTTLS").await?,
            "MAIL" if self.shared.login.is_some() && self.user.is_none() => {
                self.say(530, "sign in first").await?;
            }
            "MAIL" => {
                self.from = Some(address(rest)?);
                self.say(250, "ok").await?;
            }
            "RCPT" if self.from.is_some() => {
                self.to.push(address(rest)?);
                self.say(250, "ok").await?;
            }
            "DATA" if !self.to.is_empty() => self.take().await?,
            "QUIT" => {
                self.say(221, "bye").await?;
                return None;
            }
            _ => self.say(503, "not now").await?,
        }
        Some(self)
    }

    async fn hello(&mut self) -> Option<()> {
        let starttls = self.shared.encryption == Encryption::Starttls && !self.encrypted;
        let auth = self.shared.login.is_some() && !starttls;
        let mut lines = vec!["250-test.example"];
        lines.extend(starttls.then_some("250-STARTTLS"));
        lines.extend(auth.then_some("250-AUTH PLAIN LOGIN"));
        lines.push("250 PIPELINING");
        self.write(format!("{}\r\n", lines.join("\r\n")).as_bytes()).await
    }

    async fn encrypt(mut self) -> Option<Self> {
        if self.shared.encryption != Encryption::Starttls || self.encrypted {
            self.say(502, "no").await?;
            return Some(self);
        }
        self.say(220, "go on").await?;
        let plain = self.wire.into_inner();
        let wire: Box<dyn Wire> = Box::new(self.shared.acceptor.accept(plain).await.ok()?);
        Some(Self { wire: BufReader::new(wire), encrypted: true, ..self })
    }

    async fn sign_in(&mut self, rest: &str) -> Option<()> {
        let (user, password) = match rest.split_once(' ') {
            Some(("PLAIN", word)) => {
                let plain = decoded(word)?;
                let mut parts = plain.split('\0').skip(1).map(str::to_owned);
                (parts.next()?, parts.next()?)
            }
            None if rest == "LOGIN" => {
                self.say(334, "VXNlcm5hbWU6").await?;
                let user = decoded(&self.line().await?)?;
                self.say(334, "UGFzc3dvcmQ6").await?;
                (user, decoded(&self.line().await?)?)
            }
            _ => return self.say(504, "no such mechanism").await,
        };
        let right = self.shared.login == Some((user.clone(), password));
        self.user = right.then_some(user);
        if right {
            self.say(235, "welcome").await
        } else {
            self.say(535, "5.7.8 wrong name or password").await
        }
    }

    async fn take(&mut self) -> Option<()> {
        self.say(354, "end with a dot").await?;
        let mut raw = String::new();
        loop {
            let line = self.read().await?;
            match line.strip_prefix('.') {
                Some("\r\n") => break,
                Some(rest) => raw.push_str(rest),
                None => raw.push_str(&line),
            }
        }
        let act = self.shared.step("BODY");
        let (from, to) = (self.from.take()?, std::mem::take(&mut self.to));
        if matches!(act, Act::Go | Act::Lose) {
            let letter = Letter { from, to, raw, user: self.user.clone(), encrypted: self.encrypted };
            let count = {
                let mut all = lock(&self.shared.all);
                all.push(letter);
                all.len()
            };
            self.shared.taken.send_replace(count);
        }
        self.act(act, 250, "taken").await
    }

    /// Answers as it should, or as the script says.
    async fn act(&mut self, act: Act, code: u16, text: &str) -> Option<()> {
        match act {
            Act::Go | Act::Inject(_) => self.say(code, text).await,
            Act::Say(code, text) => self.say(code, text).await,
            Act::Drop | Act::Lose => None,
            Act::Hang => std::future::pending().await,
            Act::Drip => loop {
                self.write(b"2").await?;
                tokio::time::sleep(Duration::from_millis(20)).await;
            },
        }
    }

    async fn say(&mut self, code: u16, text: &str) -> Option<()> {
        let more = std::mem::take(&mut self.injected);
        self.write(format!("{code} {text}\r\n{more}").as_bytes()).await
    }

    async fn write(&mut self, bytes: &[u8]) -> Option<()> {
        self.wire.write_all(bytes).await.ok()?;
        self.wire.flush().await.ok()
    }

    /// The next line of a command, noted down.
    async fn line(&mut self) -> Option<String> {
        let line = self.read().await?.trim_end().to_owned();
        lock(&self.shared.lines).push((self.encrypted, line.clone()));
        Some(line)
    }

    async fn read(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = (&mut self.wire).take(LONGEST).read_line(&mut line).await.ok()?;
        (read > 0).then_some(line)
    }
}

impl Shared {
    /// What the script says at a step that was just reached.
    fn step(&self, step: &str) -> Act {
        let before = {
            let mut steps = lock(&self.steps);
            let count = steps.entry(step.to_owned()).or_default();
            *count += 1;
            *count - 1
        };
        let script = Arc::clone(&lock(&self.script));
        let act = script(step, before);
        self.reached.send_modify(|n| *n += 1);
        act
    }
}

/// What stands between `<` and `>`.
fn address(text: &str) -> Option<String> {
    Some(text.split_once('<')?.1.split_once('>')?.0.to_owned())
}

fn decoded(word: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(word.trim()).ok()?).ok()
}
