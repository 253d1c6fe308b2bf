//! The first account and the way back in, as whoever runs the server meets them.

use botplot_testkit::client::{Reply, request};

use crate::home::{Home, Server};

/// Sends a form from a page of the server.
async fn submit(server: &Server, path: &str, form: &str) -> Reply {
    let head = format!(
        "POST {path} HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\nsec-fetch-site: same-origin\r\n"
    );
    request(server.address, &head, form).await.unwrap()
}

/// The path of the address that follows a word of the greeting.
fn printed(server: &Server, word: &str) -> String {
    let line = server.greeting.lines().find_map(|line| line.strip_prefix(word));
    let line = line.unwrap_or_else(|| panic!("no `{word}` in {}", server.greeting));
    line.split_once(&server.address.to_string()).unwrap().1.to_owned()
}

#[tokio::test]
async fn the_owner_begins_by_the_printed_link_and_comes_back_by_a_command() {
    let home = Home::new();
    let server = home.serve(&[]);
    let none = home.run(&["account", "list"]).well();
    assert!(none.contains("no account yet"), "{none}");
    let older = printed(&server, "Set up: ");
    drop(server);
    let server = home.serve(&[]);
    let path = printed(&server, "Set up: ");
    assert_ne!(older, path);
    let form = "name=Ann&email=ann%40example.com&password=correct+horse+battery";
    assert_eq!(submit(&server, &older, form).await.status, 410);
    let made = submit(&server, &path, form).await;
    assert_eq!(made.status, 303, "{}", made.body);
    assert!(made.header("location").unwrap().ends_with("/start"));
    assert!(!server.log().contains(path.rsplit('/').next().unwrap()), "the link is in the log");

    let accounts = home.run(&["account", "list", "--json"]).json();
    assert_eq!(
        (accounts[0]["email"].as_str(), accounts[0]["operator"].as_bool()),
        (Some("ann@example.com"), Some(true))
    );
    let wrong = home.run(&["account", "reset", "bob@example.com"]).fault();
    assert!(wrong.contains("`bob@example.com`") && wrong.contains("account list"), "{wrong}");
    let link = home.run(&["account", "reset", "Ann@example.com"]).well();
    let reset = link.lines().last().unwrap().split_once("/reset/").unwrap().1;
    let set = submit(&server, &format!("/reset/{reset}"), "password=another+long+password").await;
    assert_eq!(set.status, 303, "{}", set.body);
    let form = "email=ann%40example.com&password=another+long+password";
    assert_eq!(submit(&server, "/sign-in", form).await.status, 303);

    drop(server);
    let server = home.serve(&[]);
    assert!(!server.greeting.contains("Set up:"), "{}", server.greeting);
    assert_eq!(printed(&server, "Dashboard: "), "/app");
}
