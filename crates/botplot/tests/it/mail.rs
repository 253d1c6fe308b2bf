//! E-mail as an operator sets it up: faults are told at start, `mail test` and `doctor` say what a server says.

use botplot_testkit::smtp_receiver::{Act, Encryption, SmtpReceiver};
use rustix::process::Signal;

use crate::home::{Home, Ran};

const ANN: &str = "ann@example.com";

/// A folder with the settings for a server that takes letters after `STARTTLS` from one user.
async fn set_up(password: &str) -> (Home, SmtpReceiver) {
    let login = Some(("bot", "sesame-canary"));
    let server = SmtpReceiver::start_at(([127, 0, 0, 1], 0).into(), Encryption::Starttls, login).await;
    let home = Home::new();
    home.write("authority.pem", server.authority());
    home.write("password", password);
    home.write(
        "botplot.toml",
        &format!(
            "[mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"starttls\"\nuser = \"bot\"\npassword_file = \"password\"\n\
             ca_file = \"authority.pem\"\nfrom = \"The bot <bot@example.org>\"\noperator = [\"ops@example.net\"]\n\
             timeout_seconds = 5\n",
            server.address().port()
        ),
    );
    (home, server)
}

/// The line of `doctor` about e-mail.
fn finding(home: &Home) -> String {
    let ran = home.run(&["doctor"]);
    ran.out.lines().find(|line| line.contains("  mail ")).unwrap().to_owned()
}

async fn run(home: &Home, arguments: &[&str]) -> Ran {
    let mut command = home.command(arguments);
    tokio::task::spawn_blocking(move || Ran::of(&mut command)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_letter_arrives_and_the_doctor_is_content() {
    let (home, server) = set_up("sesame-canary\n").await;
    let said = run(&home, &["mail", "test", ANN]).await.well();
    assert!(said.contains(&server.address().to_string()) && said.contains(ANN), "{said}");
    let letter = server.wait_for(1).await.remove(0);
    assert!(letter.encrypted && letter.user.as_deref() == Some("bot") && letter.to == [ANN], "{letter:?}");
    assert_eq!(letter.header("from").as_deref(), Some("\"The bot\" <bot@example.org>"));
    assert!(letter.text().contains("`botplot mail test`"), "{}", letter.text());
    let line = finding(&home);
    assert!(line.starts_with("ok") && line.contains("by `starttls`"), "{line}");
    assert_eq!(server.letters().len(), 1, "doctor sent a letter");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_told_and_not_shown() {
    let (home, server) = set_up("not-the-canary").await;
    let said = run(&home, &["mail", "test", ANN]).await.fault();
    assert!(said.contains("`mail.user`") && said.contains("535") && !said.contains("canary"), "{said}");
    let line = finding(&home);
    assert!(line.starts_with("fault") && line.contains("535") && line.contains("`[mail]`"), "{line}");
    assert_eq!(run(&home, &["doctor"]).await.status.code(), Some(1));
    assert_eq!(server.letters().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_trusted_or_not_there_is_told() {
    let (home, server) = set_up("sesame-canary").await;
    let mut stranger = home.command(&["mail", "test", ANN]);
    home.write("other.pem", SmtpReceiver::start(Encryption::None).await.authority());
    stranger.env("BOTPLOT__MAIL__CA_FILE", "other.pem");
    let said = tokio::task::spawn_blocking(move || Ran::of(&mut stranger)).await.unwrap().fault();
    assert!(said.contains("`mail.ca_file`"), "{said}");
    assert!(server.lines().iter().all(|(_, line)| !line.starts_with("AUTH")), "{:?}", server.lines());
    let address = server.address().to_string();
    drop(server);
    let said = run(&home, &["mail", "test", ANN]).await.fault();
    assert!(said.contains(&address), "{said}");
}

#[test]
fn without_a_mail_server_everything_else_works_and_it_is_said() {
    let home = Home::new();
    let said = home.run(&["mail", "test", ANN]).fault();
    assert!(said.contains("`mail.host`"), "{said}");
    let line = finding(&home);
    assert!(line.starts_with("note") && line.contains("none is configured"), "{line}");
    for wrong in ["ann", "ann@example.com\r\nBcc: eve@example.com", "", "änn@example.com"] {
        let said = home.run(&["mail", "test", wrong]).fault();
        assert!(said.contains("e-mail address") && said.lines().count() == 1, "{wrong}: {said}");
    }
    assert_eq!(home.run(&["mail", "test"]).status.code(), Some(2));
    let server = home.serve(&[]);
    assert!(server.greeting.contains("No e-mail goes out; `[mail]`"), "{}", server.greeting);
}

#[test]
fn faults_of_the_settings_are_all_told_with_their_place_and_nothing_is_begun() {
    let home = Home::new();
    home.write(
        "botplot.toml",
        "[mail]\nhost = \"smtp://mail.example.com\"\nport = 70000\nsecurity = \"ssl\"\nfrom = \"bot\"\nuser = \"bot\"\n\
         password = \"p-canary\"\npassword_file = \"nowhere\"\noperator = [\"ops\"]\nper_hour = 0\n",
    );
    let mut serve = home.command(&["serve", "--listen", "127.0.0.1:0"]);
    let said = Ran::of(serve.env("BOTPLOT__MAIL__TIMEOUT_SECONDS", "0")).fault();
    for part in [
        "botplot.toml:2: `mail.host` takes a host name",
        "botplot.toml:3: `mail.port` takes a whole number",
        "botplot.toml:4: `mail.security` takes \"tls\", \"starttls\" or \"none\"",
        "botplot.toml:5: `mail.from` takes an address",
        "botplot.toml:7: `mail.password` and `mail.password_file` are both set",
        "botplot.toml:9: `mail.operator` has `ops`, which must be an e-mail address",
        "botplot.toml:10: `mail.per_hour` takes a number from 1 to",
        "BOTPLOT__MAIL__TIMEOUT_SECONDS: `mail.timeout_seconds` takes a number from 1 to 300",
    ] {
        assert!(said.contains(part), "{part} not in {said}");
    }
    assert!(!said.contains("canary"), "{said}");
    assert!(!home.path("botplot-data").exists());
    home.write("botplot.toml", "[mail]\noperator = [\"ops@example.net\"]\n");
    let said = home.run(&["config", "check"]).fault();
    assert!(said.contains("botplot.toml:2: `mail.operator` is of no use without `mail.host`"), "{said}");
    home.write(
        "botplot.toml",
        "[mail]\nhost = \"smtp.example.com\"\nfrom = \"b@example.com\"\nuser = \"b\"\npassword = \"p-canary\"\nsecurity = \"none\"\n",
    );
    let said = home.run(&["config", "check"]).fault();
    assert!(said.contains("botplot.toml:6: `mail.security` is `none`") && !said.contains("canary"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_while_it_sends_a_letter_sends_it_after_its_next_start() {
    let (home, mail) = set_up("sesame-canary").await;
    mail.act(|step, n| if (step, n) == ("CONNECT", 0) { Act::Hang } else { Act::Go });
    let server = home.serve(&[]);
    assert!(server.greeting.contains(&format!("by way of `{}`", mail.address())), "{}", server.greeting);
    let key = std::fs::read_to_string(home.path("botplot-data/secret-key")).unwrap();
    let request = format!(
        "GET /api/v1/notices HTTP/1.1\r\nAuthorization: Bearer {}\r\nSec-Fetch-Site: cross-site\r\n",
        key.trim()
    );
    let reply = botplot_testkit::client::request(server.address, &request, "").await.unwrap();
    assert_eq!(reply.status, 403, "{}", reply.body);
    mail.wait_until("CONNECT", 1).await;
    server.signal(Signal::KILL);
    assert_eq!(server.wait(), None);
    let again = home.serve(&[]);
    let letter = mail.wait_for(1).await.remove(0);
    assert!(letter.header("subject").unwrap().ends_with("a secret key came from a browser"), "{letter:?}");
    assert_eq!(letter.to, ["ops@example.net"]);
    again.signal(Signal::TERM);
    assert_eq!((again.wait(), mail.letters().len()), (Some(0), 1));
}
