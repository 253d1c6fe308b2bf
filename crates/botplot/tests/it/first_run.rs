//! The first start: what it prints works, and what is secret stays so.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use botplot_testkit::client;

use crate::home::{Home, Ran};

#[test]
fn the_printed_curl_line_works_as_it_stands() {
    let home = Home::new();
    let server = home.serve(&[]);
    let line = server.greeting.lines().map(str::trim).find(|line| line.starts_with("curl ")).unwrap();
    let out = Ran::of(Command::new("sh").args(["-c", line])).well();
    assert!(out.contains("data: {\"token\":"), "{out}");
    let last = out.lines().rfind(|line| !line.is_empty()).unwrap();
    assert!(last.contains("\"done\":true") && last.contains("\"confidence\":"), "{last}");
}

#[tokio::test]
async fn the_printed_address_is_a_page_and_the_server_says_that_it_is_well() {
    let home = Home::new();
    let server = home.serve(&[]);
    let (_, try_it) = server.greeting.split_once(&server.address.to_string()).unwrap();
    assert!(try_it.contains("/try/bp_pub_"));
    let page = format!("GET /try/{} HTTP/1.1\r\n", server.demo_key());
    let page = client::request(server.address, &page, "").await.unwrap();
    assert_eq!(page.status, 200, "{}", page.head);
    assert!(page.body.contains("<html"), "{}", page.body);
    for path in ["/healthz", "/readyz", "/metrics"] {
        let reply = client::request(server.address, &format!("GET {path} HTTP/1.1\r\n"), "").await.unwrap();
        assert_eq!(reply.status, 200, "{path}: {}", reply.head);
    }
}

#[tokio::test]
async fn the_secret_key_is_in_a_file_of_its_owner_and_nowhere_else() {
    let home = Home::new();
    let server = home.serve(&[("BOTPLOT__LOG__LEVEL", "trace")]);
    let file = home.path("botplot-data/secret-key");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let folder = fs::metadata(home.path("botplot-data")).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    let key = fs::read_to_string(&file).unwrap().trim().to_owned();
    assert!(key.starts_with("bp_sec_"), "the file holds no key");
    assert!(server.greeting.contains("botplot-data/secret-key"), "{}", server.greeting);

    // It opens the owner's project, and no use of it, right or wrong, brings it into a log.
    let body = r#"{"message":"hello","visitorId":"v","stream":false}"#;
    let reply = client::chat(server.address, &key, body).await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.body);
    let other = if key.ends_with('x') { 'y' } else { 'x' };
    let wrong = format!("{}{other}", &key[..key.len() - 1]);
    assert_eq!(client::chat(server.address, &wrong, body).await.unwrap().status, 401);
    let log = server.log();
    let letters = &key["bp_sec_".len()..];
    assert!(log.contains("/api/chat"), "nothing was logged, so nothing was tested");
    for text in [&log, &server.greeting] {
        assert!(!text.contains(letters) && !text.contains(&letters[12..38]), "the key is in the output");
    }
}

#[test]
fn a_second_start_makes_nothing_new_and_still_says_where_to_try_it() {
    let home = Home::new();
    let first = home.serve(&[]);
    let (key, secret) = (first.demo_key(), fs::read(home.path("botplot-data/secret-key")).unwrap());
    drop(first);
    let second = home.serve(&[]);
    assert_eq!(second.demo_key(), key);
    assert!(!second.greeting.contains("secret"), "{}", second.greeting);
    assert_eq!(fs::read(home.path("botplot-data/secret-key")).unwrap(), secret);
    let projects = home.run(&["project", "list", "--json"]).json();
    assert_eq!(projects.as_array().unwrap().len(), 2, "{projects}");
}

#[tokio::test]
async fn logs_are_json_with_request_ids_when_that_is_set() {
    let home = Home::new();
    let server = home.serve(&[("BOTPLOT__LOG__FORMAT", "json")]);
    let reply = client::request(server.address, "GET /healthz HTTP/1.1\r\n", "").await.unwrap();
    let id = reply.header("x-request-id").unwrap().to_owned();
    let key = server.demo_key();
    let body = r#"{"message":"hello","visitorId":"v","stream":false}"#;
    let chat = client::chat(server.address, &key, body).await.unwrap();
    let chat_id = chat.header("x-request-id").unwrap();
    assert_ne!(id, chat_id);
    let log = server.log();
    for line in log.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
    }
    assert!(log.contains(chat_id), "{log}");
}
