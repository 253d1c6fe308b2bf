//! Letters to a real server on the loopback: what goes over the wire, and what happens when it misbehaves.

use std::net::SocketAddr;
use std::time::Duration;

use botplot_core::Timestamp;
use botplot_egress::mail::{Config, Error, Mailer, Outgoing, Security};
use botplot_testkit::smtp_receiver::{Act, Encryption, SmtpReceiver};
use tokio::time::Instant;

const LETTER: Outgoing<'_> = Outgoing {
    to: "ann@example.com",
    subject: "Grüße aus dem Bot",
    text: "Guten Tag,\n.\n..zwei Punkte, ein €\nund Schluss\n",
    id: "0194697f-2a40-7c1e-8a5b-3f0d9c6e1b27",
    written_at: Timestamp(1_700_000_000_000_000),
    unsubscribe: Some("mailto:bot@example.org?subject=unsubscribe"),
};

/// A file that holds a server's certificate; it vanishes with this value.
struct Authority(std::path::PathBuf);

impl Authority {
    fn of(server: &SmtpReceiver) -> Self {
        let path = std::env::temp_dir().join(format!(
            "botplot-{}-{}.pem",
            std::process::id(),
            server.address().port()
        ));
        std::fs::write(&path, server.authority()).unwrap();
        Self(path)
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn config(address: SocketAddr, security: Security) -> Config {
    Config {
        host: Some(address.ip().to_string()),
        port: Some(address.port()),
        security: Some(security),
        from: Some("Der Bot <bot@example.org>".into()),
        timeout_seconds: 1,
        ..Config::default()
    }
}

fn mailer(config: &Config) -> Mailer {
    assert_eq!(config.faults(), []);
    Mailer::open(config).unwrap().unwrap()
}

async fn plain() -> (SmtpReceiver, Mailer) {
    let server = SmtpReceiver::start(Encryption::None).await;
    let mailer = mailer(&config(server.address(), Security::None));
    (server, mailer)
}

#[tokio::test]
async fn without_a_host_there_is_no_mailer() {
    assert!(Mailer::open(&Config::default()).unwrap().is_none());
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    let (server, mailer) = plain().await;
    mailer.send(&LETTER).await.unwrap();
    let letter = server.wait_for(1).await.remove(0);
    assert_eq!(
        (letter.from.as_str(), &letter.to[..]),
        ("bot@example.org", &["ann@example.com".to_owned()][..])
    );
    assert_eq!(letter.header("subject").as_deref(), Some(LETTER.subject));
    assert_eq!(letter.text().trim_end(), LETTER.text.trim_end());
    assert_eq!(
        letter.header("message-id").as_deref(),
        Some("<0194697f-2a40-7c1e-8a5b-3f0d9c6e1b27@example.org>")
    );
    assert_eq!(letter.header("auto-submitted").as_deref(), Some("auto-generated"));
    assert!(letter.raw.is_ascii() && !letter.encrypted && letter.user.is_none());
    assert_eq!(server.lines()[0].1, "EHLO example.org");
    mailer.check().await.unwrap();
    assert_eq!(server.letters().len(), 1, "a check sends nothing");
}

#[tokio::test]
async fn over_tls_and_after_starttls_nobody_else_can_read_it() {
    for (encryption, security) in
        [(Encryption::Tls, Security::Tls), (Encryption::Starttls, Security::Starttls)]
    {
        let login = Some(("bot", "pässword"));
        let server = SmtpReceiver::start_at(([127, 0, 0, 1], 0).into(), encryption, login).await;
        let authority = Authority::of(&server);
        let settings = Config {
            ca_file: Some(authority.0.clone()),
            user: Some("bot".into()),
            password: Some(botplot_core::Secret::new("pässword")),
            ..config(server.address(), security)
        };
        mailer(&settings).send(&LETTER).await.unwrap();
        let letter = server.wait_for(1).await.remove(0);
        assert!(letter.encrypted && letter.user.as_deref() == Some("bot"), "{letter:?}");
        let clear: Vec<_> =
            server.lines().into_iter().filter(|(hidden, _)| !hidden).map(|(_, line)| line).collect();
        let expected = if security == Security::Tls { &[][..] } else { &["EHLO example.org", "STARTTLS"] };
        assert_eq!(clear, expected);
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_trusted_gets_neither_letter_nor_password() {
    for (encryption, security) in
        [(Encryption::Tls, Security::Tls), (Encryption::Starttls, Security::Starttls)]
    {
        let server =
            SmtpReceiver::start_at(([127, 0, 0, 1], 0).into(), encryption, Some(("bot", "canary"))).await;
        let stranger = SmtpReceiver::start(Encryption::None).await;
        let another = Authority::of(&stranger);
        let own = Authority::of(&server);
        let settings = Config {
            user: Some("bot".into()),
            password: Some(botplot_core::Secret::new("canary")),
            ..config(server.address(), security)
        };
        let unnamed = settings.clone();
        let wrong = Config { ca_file: Some(another.0.clone()), ..settings.clone() };
        // Its certificate does not name this address.
        let astray = Config { host: Some("127.0.0.2".into()), ca_file: Some(own.0.clone()), ..settings };
        let elsewhere = SmtpReceiver::start_at(([127, 0, 0, 2], 0).into(), encryption, None).await;
        let foreign = Authority::of(&elsewhere);
        let astray =
            Config { port: Some(elsewhere.address().port()), ca_file: Some(foreign.0.clone()), ..astray };
        for (settings, why) in
            [(unnamed, "`mail.ca_file`"), (wrong, "`mail.ca_file`"), (astray, "not valid for name")]
        {
            let failed = mailer(&settings).send(&LETTER).await.unwrap_err();
            assert!(matches!(&failed, Error::NotNow(said) if said.contains(why)), "{why}: {failed}");
        }
        for server in [&server, &elsewhere] {
            assert_eq!(server.letters().len(), 0);
            let said: Vec<_> = server.lines().into_iter().map(|(_, line)| line).collect();
            assert!(said.iter().all(|line| line.starts_with("EHLO") || line == "STARTTLS"), "{said:?}");
        }
    }
}

#[tokio::test]
async fn without_starttls_nothing_is_sent_in_clear() {
    let server = SmtpReceiver::start(Encryption::None).await;
    let settings = Config {
        user: Some("bot".into()),
        password: Some(botplot_core::Secret::new("canary")),
        ..config(server.address(), Security::Starttls)
    };
    let failed = mailer(&settings).send(&LETTER).await.unwrap_err();
    assert!(matches!(&failed, Error::NotNow(why) if why.contains("offers no TLS")), "{failed}");
    assert!(
        server.lines().iter().all(|(_, line)| line.starts_with("EHLO") || line == "QUIT"),
        "{:?}",
        server.lines()
    );
}

#[tokio::test]
async fn what_somebody_puts_behind_the_answer_to_starttls_is_not_taken_for_an_answer() {
    let server = SmtpReceiver::start(Encryption::Starttls).await;
    let authority = Authority::of(&server);
    let settings =
        Config { ca_file: Some(authority.0.clone()), ..config(server.address(), Security::Starttls) };
    let evil = "250-test.example\r\n250 AUTH PLAIN\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 taken\r\n";
    server.act(move |step, n| if (step, n) == ("STARTTLS", 0) { Act::Inject(evil) } else { Act::Go });
    let failed = mailer(&settings).send(&LETTER).await.unwrap_err();
    assert!(matches!(&failed, Error::NotNow(why) if why.contains("offers no TLS")), "{failed}");
    assert_eq!(server.letters().len(), 0);
    mailer(&settings).send(&LETTER).await.unwrap();
    assert_eq!(server.wait_for(1).await.len(), 1);
}

#[tokio::test]
async fn a_wrong_password_is_told_and_may_be_right_later() {
    let server =
        SmtpReceiver::start_at(([127, 0, 0, 1], 0).into(), Encryption::None, Some(("bot", "right"))).await;
    let with = |password: &str| Config {
        user: Some("bot".into()),
        password: Some(botplot_core::Secret::new(password)),
        ..config(server.address(), Security::None)
    };
    for failed in [mailer(&with("canary")).send(&LETTER).await, mailer(&with("canary")).check().await] {
        let failed = failed.unwrap_err();
        assert!(
            matches!(&failed, Error::NotNow(why) if why.contains("`mail.user`") && why.contains("535")),
            "{failed}"
        );
        assert!(!failed.to_string().contains("canary"), "{failed}");
    }
    mailer(&with("right")).check().await.unwrap();
    assert_eq!(server.letters().len(), 0);
}

#[tokio::test]
async fn only_what_concerns_the_letter_itself_is_final() {
    let (server, mailer) = plain().await;
    for (step, final_at_5xx) in
        [("CONNECT", false), ("EHLO", false), ("MAIL", false), ("RCPT", true), ("DATA", true), ("BODY", true)]
    {
        for (code, text) in [(451, "4.7.1 come back\u{202e} later"), (554, "5.7.1 go away")] {
            server.act(move |at, _| if at == step { Act::Say(code, text) } else { Act::Go });
            let failed = mailer.send(&LETTER).await.unwrap_err();
            let refused = matches!(failed, Error::Refused(_));
            assert_eq!(refused, code == 554 && final_at_5xx, "{step} {code}: {failed}");
            assert!(failed.to_string().contains(&code.to_string()), "{failed}");
            assert!(!failed.to_string().contains('\u{202e}'), "{failed}");
        }
    }
    assert_eq!(server.letters().len(), 0);
}

#[tokio::test]
async fn a_server_that_hangs_drips_or_leaves_costs_no_more_than_the_timeout() {
    let mut all = tokio::task::JoinSet::new();
    for step in ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY"] {
        for act in [Act::Hang, Act::Drip, Act::Drop] {
            all.spawn(async move {
                let (server, mailer) = plain().await;
                let own = act.clone();
                server.act(move |at, _| if at == step { own.clone() } else { Act::Go });
                let began = Instant::now();
                let failed = mailer.send(&LETTER).await.unwrap_err();
                assert!(matches!(failed, Error::NotNow(_)), "{step} {act:?}: {failed}");
                assert!(began.elapsed() < Duration::from_secs(4), "{step} {act:?}");
                assert_eq!(server.letters().len(), 0, "{step} {act:?}");
            });
        }
    }
    while let Some(ended) = all.join_next().await {
        ended.unwrap();
    }
}

#[tokio::test]
async fn once_a_letter_is_taken_a_missing_goodbye_is_no_failure() {
    let (server, mailer) = plain().await;
    for act in [Act::Hang, Act::Drop, Act::Say(421, "closing")] {
        server.act(move |at, _| if at == "QUIT" { act.clone() } else { Act::Go });
        mailer.send(&LETTER).await.unwrap();
    }
    assert_eq!(server.letters().len(), 3);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_by_its_name() {
    let (server, mailer) = plain().await;
    let address = server.address().to_string();
    drop(server);
    let failed = mailer.send(&LETTER).await.unwrap_err();
    assert!(matches!(&failed, Error::NotNow(why) if why.contains(&address)), "{failed}");
}
