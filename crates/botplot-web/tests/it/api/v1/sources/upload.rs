//! Files as a form, and what can be wrong with it.

use botplot_engine::jobs;
use botplot_testkit::app::{Reply, TestApp};
use http::Method;
use serde_json::json;

const BOUNDARY: &str = "----boundary";

/// A part: its name, its file name, its content.
type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, content) in parts {
        let file = file.map(|f| format!("; filename=\"{f}\"")).unwrap_or_default();
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}

async fn send(app: &TestApp, content_type: &str, body: Vec<u8>) -> Reply {
    let owner = app.owner().with("content-type", content_type);
    owner.send(Method::POST, "/api/v1/sources", body).await.whole().await
}

async fn upload(app: &TestApp, parts: &[Part<'_>]) -> Reply {
    send(app, &format!("multipart/form-data; boundary={BOUNDARY}"), form(parts)).await
}

async fn nothing_is_stored(app: &TestApp) {
    assert_eq!(app.owner().get("/api/v1/sources").await.json()["total"], 0);
    assert!(app.engine().reader().next_job_at().await.unwrap().is_none(), "work was begun");
}

#[tokio::test]
async fn files_are_learnt_under_their_names() {
    let app = TestApp::start().await;
    let markdown = b"# Returns\n\nYou can return any item within thirty days.\n";
    let html = b"<html><body><main><h1>Shipping</h1><p>We ship with DHL on every working day.</p></main></body></html>";
    let parts: &[Part<'_>] = &[
        ("file", Some("../../docs/returns.md"), markdown),
        ("comment", None, b"passed over"),
        ("file", Some("shipping.HTML"), html),
    ];
    let added = upload(&app, parts).await.is(202).json();
    assert_eq!(
        (&added["type"], &added["name"], &added["url"]),
        (&json!("file"), &json!("returns.md and 1 more"), &json!(null))
    );
    jobs::run_until_idle(app.engine()).await;
    let path = format!("/api/v1/sources/{}", added["id"].as_str().unwrap());
    let source = app.owner().get(&path).await.json();
    assert_eq!((&source["status"], &source["pages"]), (&json!("ready"), &json!(2)), "{source}");
    let pages = app.owner().get(&format!("{path}/pages")).await.json();
    let mut urls: Vec<_> =
        pages["pages"].as_array().unwrap().iter().map(|p| p["url"].as_str().unwrap()).collect();
    urls.sort_unstable();
    assert_eq!(urls, ["returns.md", "shipping.HTML"]);
    let answer = app.widget().ask("bob", "How long can I return an item?").await.answer();
    assert!(answer.contains("thirty days"), "{answer}");
}

#[tokio::test]
async fn a_file_may_have_a_name_of_its_own_and_is_replaced_by_the_next_of_that_name() {
    let app = TestApp::start().await;
    let first = upload(&app, &[("name", None, b"Policies"), ("file", Some("a.md"), b"Old words.")])
        .await
        .is(202)
        .json();
    let second = upload(&app, &[("file", Some("b.txt"), b"New words."), ("name", None, b"Policies")])
        .await
        .is(202)
        .json();
    assert_eq!((&first["name"], &first["id"]), (&json!("Policies"), &second["id"]));
    jobs::run_until_idle(app.engine()).await;
    let pages =
        app.owner().get(&format!("/api/v1/sources/{}/pages", second["id"].as_str().unwrap())).await.json();
    assert_eq!((&pages["total"], &pages["pages"][0]["url"]), (&json!(1), &json!("b.txt")));
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_name() {
    let app = TestApp::start().await;
    let check = async |parts: &[Part<'_>], fields: &[&str], says: &str| {
        let reply = upload(&app, parts).await;
        reply.blames(fields);
        assert!(reply.text().contains(says), "{}", reply.text());
    };
    check(&[], &["file"], "is required").await;
    check(&[("name", None, b"x")], &["file"], "is required").await;
    check(&[("File", Some("a.md"), b"x")], &["file"], "is required").await;
    check(&[("file", None, b"x")], &["file"], "no file name").await;
    check(&[("file", Some(""), b"x")], &["file"], "no file name").await;
    check(&[("file", Some("../.."), b"x")], &["file"], "no file name").await;
    check(&[("file", Some("../../x"), b"x")], &["file"], "`x`").await;
    check(&[("file", Some("a.exe"), b"MZ")], &["file"], "`a.exe`").await;
    check(&[("file", Some("a.md"), b"")], &["file"], "empty: `a.md`").await;
    check(
        &[("file", Some("a.md"), b"x"), ("file", Some("b/a.md"), b"y")],
        &["file"],
        "twice with the name `a.md`",
    )
    .await;
    check(&[("file", Some("a.md"), b"x"), ("name", None, b" ")], &["name"], "1 to 300").await;
    check(&[("file", Some("a.md"), b"x"), ("name", None, &[b'n'; 5_000])], &["name"], "1 to 300").await;
    check(&[("file", Some("a.md"), b"x"), ("name", None, b"\xff")], &["name"], "UTF-8").await;
    check(&[("file", Some("a.md"), b"x"), ("name", None, b"a\0b")], &["name"], "control").await;
    nothing_is_stored(&app).await;
}

#[tokio::test]
async fn a_broken_form_is_refused_and_nothing_of_it_is_stored() {
    let app = TestApp::start().await;
    let whole = form(&[("file", Some("a.md"), b"Some words.")]);
    let typed = format!("multipart/form-data; boundary={BOUNDARY}");
    send(&app, "multipart/form-data", whole.clone()).await.refuses(400, "invalid_request");
    send(&app, "multipart/form-data; boundary=", whole.clone()).await.refuses(400, "invalid_request");
    send(&app, "multipart/form-data; boundary=other", whole.clone()).await.refuses(400, "invalid_request");
    for cut in [0, 10, BOUNDARY.len() + 20, whole.len() / 2, whole.len() - 10] {
        send(&app, &typed, whole[..cut].to_vec()).await.refuses(400, "invalid_request");
    }
    send(&app, &typed, b"no form at all".to_vec()).await.refuses(400, "invalid_request");
    let headless = format!("--{BOUNDARY}\r\n\r\nx\r\n--{BOUNDARY}--\r\n").into_bytes();
    send(&app, &typed, headless).await.refuses(400, "invalid_request");
    for other in ["text/plain", "multipart/mixed; boundary=x", "application/x-www-form-urlencoded", ""] {
        send(&app, other, whole.clone()).await.refuses(415, "unsupported_media_type");
    }
    nothing_is_stored(&app).await;
}

#[tokio::test]
async fn fifty_megabytes_are_taken_and_one_more_is_not() {
    let app = TestApp::start().await;
    let words = "Some words of a long file. ".repeat(1 << 20);
    let most = 50 << 20;
    let content = |length: usize| words.as_bytes().iter().copied().cycle().take(length).collect::<Vec<u8>>();
    let frame = form(&[("file", Some("a.txt"), b"")]).len();
    upload(&app, &[("file", Some("a.txt"), &content(most - frame))]).await.is(202);
    let too_much = content(most - frame + 1);
    upload(&app, &[("file", Some("b.txt"), &too_much)]).await.refuses(413, "payload_too_large");
    let much_too_much = content(51 << 20);
    upload(&app, &[("file", Some("b.txt"), &much_too_much)]).await.refuses(413, "payload_too_large");
    let json = json!({ "type": "text", "name": "x", "text": "x".repeat(300 * 1024) });
    app.owner().post("/api/v1/sources", json).await.is(202);
    assert_eq!(app.owner().get("/api/v1/sources").await.json()["total"], 2);
}
