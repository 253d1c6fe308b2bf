//! `source add`: what is taken, what is refused, and what became of each page.

use std::net::SocketAddr;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::home::{Home, Ran};

fn shop() -> Home {
    let home = Home::new();
    home.run(&["project", "create", "shop"]).well();
    home
}

#[test]
fn a_folder_with_nothing_usable_is_an_error_and_nothing_is_stored() {
    let home = shop();
    home.write("docs/photo.pdf", "%PDF-1.7 and so on");
    home.write("docs/empty.md", "");
    let fault = home.run(&["source", "add", "docs", "--wait"]).fault();
    assert!(
        fault.contains("`photo.pdf`: it is a PDF") && fault.contains("`empty.md`: it is empty"),
        "{fault}"
    );
    std::fs::create_dir(home.path("nothing")).unwrap();
    assert!(home.run(&["source", "add", "nothing"]).fault().contains("empty folder"));
    assert!(home.run(&["source", "add", "absent.md"]).fault().contains("no file or folder `absent.md`"));
    assert!(home.run(&["source", "add", "ftp://example.com/x"]).fault().contains("https://"));
    // One wrong place keeps the right ones beside it from being stored, so that the command can be given again.
    home.write("good.md", "A good document says something.");
    home.run(&["source", "add", "good.md", "absent.md"]).fault();
    home.write("check.md", "A word to check by.");
    let added = home.run(&["source", "add", "check.md", "--json"]).json();
    assert_eq!(added.as_array().unwrap().len(), 1);
    let answer = home.run(&["ask", "What does a good document say?", "--json"]).json();
    assert_eq!(answer["sources"].as_array().unwrap().len(), 0, "{answer}");
}

#[test]
fn every_page_has_an_outcome_and_adding_again_reads_anew() {
    let home = shop();
    home.write("docs/hours.md", "# Hours\n\nWe open at nine.\n");
    home.write("docs/old.md", "# Old\n\nThis page will be gone soon.\n");
    home.write("docs/table.xlsx", "PK\u{3}\u{4}");
    let first = home.run(&["source", "add", "docs", "--wait", "--json"]).json();
    let state = |name: &str| {
        let outcomes = first[0]["outcomes"].as_array().unwrap();
        outcomes.iter().find(|o| o["url"] == name).map(|o| (o["state"].clone(), o["reason"].clone())).unwrap()
    };
    assert_eq!(state("hours.md").0, "indexed");
    let (skipped, reason) = state("table.xlsx");
    assert!(skipped == "skipped" && reason.as_str().unwrap().contains("Excel"), "{reason}");

    home.write("docs/hours.md", "# Hours\n\nWe open at seven.\n");
    std::fs::remove_file(home.path("docs/old.md")).unwrap();
    // From another folder by another way of naming it, it is the same source.
    let path = home.path("docs");
    let second = home.run(&["source", "add", path.to_str().unwrap(), "--wait", "--json"]).json();
    assert_eq!(second[0]["id"], first[0]["id"]);
    assert_eq!(second[0]["pages"], 1, "{second}");
    let answer = home.run(&["ask", "When do you open?"]).well();
    assert!(answer.contains("seven") && !answer.contains("nine"), "{answer}");
}

#[test]
fn a_private_address_is_refused_with_a_reason() {
    let home = shop();
    let ran = home.run(&["source", "add", "http://169.254.169.254/latest/meta-data/", "--wait"]);
    assert_eq!(ran.status.code(), Some(1), "{}{}", ran.out, ran.err);
    let reason = "`169.254.169.254` is a link-local address; name it in `egress.allow` if that is meant";
    assert!(ran.err.contains(reason), "{}{}", ran.out, ran.err);
}

/// A small site with navigation, a page that robots may not read, and a link that leads nowhere.
async fn site() -> SocketAddr {
    let page = |title: &'static str, text: &'static str| {
        let links = "<nav><a href='/'>Home</a> <a href='/prices'>Prices</a> <a href='/hours'>Hours</a> \
                     <a href='/secret'>Secret</a> <a href='/gone'>Gone</a></nav>";
        let body =
            format!("<!doctype html><title>{title}</title>{links}<main><h1>{title}</h1><p>{text}</p></main>");
        get(move || async move { Html(body) })
    };
    let router = Router::new()
        .route(
            "/",
            page("Welcome", "This small shop sells hats of every kind and has done so for many years."),
        )
        .route(
            "/prices",
            page("Prices", "A straw hat costs forty euros and a felt hat costs sixty euros in this shop."),
        )
        .route(
            "/hours",
            page("Hours", "The shop opens at nine in the morning and closes at six in the evening."),
        )
        .route("/secret", page("Secret", "The combination of the safe is nobody's business at all."))
        .route("/robots.txt", get(|| async { "User-agent: BotPlot\nDisallow: /secret\n" }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn add(home: &Home, address: &str) -> Value {
    let mut command = home.command(&["source", "add", address, "--wait", "--json"]);
    Ran::of(command.env("BOTPLOT__EGRESS__ALLOW", "[\"127.0.0.1\"]")).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_without_a_path_is_read_as_a_website() {
    let (home, address) = (shop(), site().await);
    let added = add(&home, &format!("http://{address}"));
    assert_eq!((&added[0]["type"], &added[0]["pages"]), (&"website".into(), &3.into()), "{added}");
    let outcomes = added[0]["outcomes"].as_array().unwrap();
    let of = |path: &str| outcomes.iter().find(|o| o["url"].as_str().unwrap().ends_with(path)).unwrap();
    assert_eq!(of("/prices")["state"], "indexed");
    assert!(of("/secret")["reason"].as_str().unwrap().contains("robots.txt"), "{added}");
    assert!(of("/gone")["reason"].as_str().unwrap().contains("404"), "{added}");
    let answer = home.run(&["ask", "How much is a straw hat?", "--json"]).json();
    assert!(answer["answer"].as_str().unwrap().contains("forty euros"), "{answer}");
    assert_eq!(answer["sources"][0]["url"], format!("http://{address}/prices"), "{answer}");

    let again = add(&home, &format!("http://{address}/"));
    assert_eq!((&again[0]["id"], &again[0]["chunks"]), (&added[0]["id"], &added[0]["chunks"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_with_a_path_is_read_as_one_page() {
    let (home, address) = (shop(), site().await);
    let added = add(&home, &format!("http://{address}/hours"));
    assert_eq!((&added[0]["type"], &added[0]["pages"]), (&"url".into(), &1.into()), "{added}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_command_leaves_its_sources_to_whoever_comes_next() {
    let home = shop();
    // A site that never answers keeps the command at work.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/page", silent.local_addr().unwrap());
    let mut command = home.command(&["source", "add", &address, "--wait"]);
    command.env("BOTPLOT__EGRESS__ALLOW", "[\"127.0.0.1\"]").stderr(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    let _connection = silent.accept().await.unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::INT)
        .unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8(done.stderr).unwrap().contains("interrupted"));
    // Its job is free at once, not only when its lease has run out.
    drop(silent);
    let mut command = home.command(&["source", "add", &address, "--wait"]);
    let ran = Ran::of(command.env("BOTPLOT__EGRESS__ALLOW", "[\"127.0.0.1\"]"));
    assert!(ran.out.contains("failed"), "{}{}", ran.out, ran.err);
}
