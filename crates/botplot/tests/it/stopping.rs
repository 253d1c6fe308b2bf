//! Stopping while answers are running.

use std::time::Duration;

use botplot_testkit::client;
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply};
use rustix::process::Signal;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::home::{Home, Server};

const BODY: &str = r#"{"message":"How do I make a backup?","visitorId":"v"}"#;

/// A server whose model says a word and then nothing, and the key of a project with knowledge.
async fn with_stuck_model(home: &Home, seconds: &str) -> (Server, FakeLlm, String) {
    home.write("backup.md", "# Backups\n\nTo make a backup, press the button and wait for the file.\n");
    let made = home.run(&["project", "create", "shop", "--json"]).json();
    home.run(&["source", "add", "backup.md", "--wait"]).well();
    let model = FakeLlm::start().await;
    model.reply(Reply::fault(Fault::HangAfter(1)));
    let server = home.serve(&[
        ("BOTPLOT__LLM__PROVIDER", "openai_compatible"),
        ("BOTPLOT__LLM__MODEL", "fake"),
        ("BOTPLOT__LLM__BASE_URL", &model.base_url()),
        ("BOTPLOT__SERVER__SHUTDOWN_SECONDS", seconds),
    ]);
    (server, model, made["publishable_key"].as_str().unwrap().to_owned())
}

/// Asks, and reads until the first token.
async fn ask(server: &Server, key: &str) -> TcpStream {
    let mut stream = client::connect(server.address).await.unwrap();
    let head = client::chat_head(key);
    let request = format!("{head}host: x\r\ncontent-length: {}\r\n\r\n{BODY}", BODY.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = String::new();
    while !said.contains("\"token\"") {
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).await.unwrap();
        assert!(length > 0, "it ended before its first token: {said}");
        said.push_str(std::str::from_utf8(&piece[..length]).unwrap());
    }
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn open_streams_get_an_error_event_and_the_server_exits_with_0() {
    let home = Home::new();
    let (server, _model, key) = with_stuck_model(&home, "2").await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(ask(&server, &key).await);
    }
    server.signal(Signal::TERM);
    for mut stream in streams {
        let mut rest = String::new();
        stream.read_to_string(&mut rest).await.unwrap();
        assert!(
            rest.contains("data: {\"error\":{\"code\":\"") && rest.contains("\"retryable\":true"),
            "{rest}"
        );
        assert!(!rest.contains("\"done\":true"), "{rest}");
    }
    assert!(client::connect(server.address).await.is_err(), "it still takes connections");
    assert_eq!(server.wait(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_answer_may_end_and_nobody_new_is_let_in() {
    let home = Home::new();
    let (server, model, key) = with_stuck_model(&home, "20").await;
    let tokens = (0..30).map(|n| format!("word{n} "));
    model.reply(Reply::tokens(tokens).each_after(Duration::from_millis(20)));
    let mut stream = ask(&server, &key).await;
    server.signal(Signal::TERM);
    let mut rest = String::new();
    stream.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("word29") && rest.contains("\"done\":true"), "{rest}");
    assert_eq!(server.wait(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let home = Home::new();
    let (server, _model, key) = with_stuck_model(&home, "600").await;
    let _stream = ask(&server, &key).await;
    server.signal(Signal::TERM);
    // The first has been taken when nobody is let in any more.
    while client::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    server.signal(Signal::TERM);
    assert_eq!(server.wait(), Some(1));
}

#[test]
fn an_idle_server_stops_at_once_and_leaves_one_data_file() {
    let home = Home::new();
    let server = home.serve(&[]);
    server.signal(Signal::INT);
    assert_eq!(server.wait(), Some(0));
    assert!(!home.path("botplot-data/botplot.db-wal").exists());
}
