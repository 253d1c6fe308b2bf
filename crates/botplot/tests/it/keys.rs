//! Keys and plans from the command line, and what a running server makes of it.

use std::time::Duration;

use botplot_testkit::client;
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::Instant;

use crate::home::{Home, Server};

const BODY: &str = r#"{"message":"How do I make a backup?","visitorId":"v"}"#;

fn keys(home: &Home) -> Vec<Value> {
    home.run(&["key", "list", "--json"]).json().as_array().unwrap().clone()
}

/// The status that a server answers to a chat with this key.
async fn knock(server: &Server, key: &str) -> u16 {
    client::chat(server.address, key, "{}").await.unwrap().status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotated_key_goes_on_until_its_end() {
    let home = Home::new();
    let made = home.run(&["project", "create", "shop", "--json"]).json();
    let server = home.serve(&[]);
    let old = made["publishable_key"].as_str().unwrap();
    let new = home.run(&["key", "rotate", &old[..19], "--overlap", "2", "--json"]).json();
    let new = new["key"].as_str().unwrap();
    assert!(new.starts_with("bp_pub_") && new != old);
    assert_eq!((knock(&server, old).await, knock(&server, new).await), (400, 400));
    assert!(keys(&home).iter().any(|k| k["key"] == old && k["expires_at"].is_string()));
    let newest = home.run(&["key", "rotate", &new[..19], "--overlap", "0", "--json"]).json();
    assert_eq!(knock(&server, new).await, 401);
    assert_eq!(knock(&server, newest["key"].as_str().unwrap()).await, 400);
    assert!(home.run(&["key", "rotate", &new[..19]]).fault().contains("has ended"));
}

#[test]
fn a_key_is_renamed() {
    let home = Home::new();
    let made = home.run(&["project", "create", "shop", "--json"]).json();
    let prefix = &made["secret_key"].as_str().unwrap()[..19];
    assert!(home.run(&["key", "rename", prefix, "Billing"]).well().contains("`Billing`"));
    assert!(keys(&home).iter().any(|k| k["name"] == "Billing" && k["class"] == "secret"));
    assert!(home.run(&["key", "rename", prefix, &"x".repeat(101)]).fault().contains("100 characters"));
    assert!(home.run(&["key", "rename", "bp_sec_unknown", "x"]).fault().contains("no such key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_stream_to_a_key_end_soon_after_a_command_revokes_it() {
    let home = Home::new();
    home.write("backup.md", "# Backups\n\nTo make a backup, press the button and wait for the file.\n");
    let made = home.run(&["project", "create", "shop", "--json"]).json();
    home.run(&["source", "add", "backup.md", "--wait"]).well();
    let model = FakeLlm::start().await;
    model.reply(Reply::fault(Fault::HangAfter(1)));
    let server = home.serve(&[
        ("BOTPLOT__LLM__PROVIDER", "openai_compatible"),
        ("BOTPLOT__LLM__MODEL", "fake"),
        ("BOTPLOT__LLM__BASE_URL", &model.base_url()),
    ]);
    let key = made["publishable_key"].as_str().unwrap();
    let mut stream = client::connect(server.address).await.unwrap();
    let head = client::chat_head(key);
    let request =
        format!("{head}host: x\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{BODY}", BODY.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = String::new();
    while !said.contains("\"token\"") {
        let mut piece = [0; 4096];
        let length = stream.read(&mut piece).await.unwrap();
        assert!(length > 0, "it ended before its first token: {said}");
        said.push_str(std::str::from_utf8(&piece[..length]).unwrap());
    }
    home.run(&["key", "revoke", &key[..19]]).well();
    let revoked = Instant::now();
    assert_eq!(knock(&server, key).await, 401);
    assert!(revoked.elapsed() < Duration::from_secs(1), "it was refused after {:?}", revoked.elapsed());
    let mut rest = String::new();
    tokio::time::timeout(Duration::from_secs(5), stream.read_to_string(&mut rest))
        .await
        .expect("the stream ends within five seconds")
        .unwrap();
    assert!(!rest.contains("\"done\":true"), "{rest}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_set_by_a_command_counts_at_once() {
    let home = Home::new();
    let made = home.run(&["project", "create", "shop", "--json"]).json();
    let server = home.serve(&[]);
    let secret = made["secret_key"].as_str().unwrap();
    let head = format!("GET /api/v1/project HTTP/1.1\r\nx-api-key: {secret}\r\n");
    assert_eq!(client::request(server.address, &head, "").await.unwrap().status, 200);
    home.run(&["project", "set", "shop", "--plan", "pro"]).well();
    let refused = client::request(server.address, &head, "").await.unwrap();
    assert!(refused.status == 403 && refused.body.contains("plan_required"), "{}", refused.body);
    let listed = home.run(&["project", "list", "--json"]).json();
    assert!(listed.as_array().unwrap().iter().any(|p| p["name"] == "shop" && p["plan"] == "pro"), "{listed}");
    assert!(home.run(&["project", "list"]).well().contains("pro"));
    assert_eq!(home.run(&["project", "set", "shop", "--plan", "gold"]).status.code(), Some(2));
    assert!(home.run(&["project", "set", "nobody", "--plan", "pro"]).fault().contains("`nobody`"));
}
