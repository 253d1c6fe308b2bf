//! Files as a form: taken as the API takes them, and what is wrong with one is said at once.

use botplot_core::account::Role;
use botplot_engine::jobs;
use botplot_testkit::app::{Actor, Reply, TestApp};
use http::Method;

const BOUNDARY: &str = "----boundary";

async fn upload(app: &TestApp, who: &Actor, files: &[(&str, &[u8])]) -> Reply {
    let mut body = Vec::new();
    for (name, content) in files {
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    let sender = who.clone().with("content-type", &format!("multipart/form-data; boundary={BOUNDARY}"));
    sender.send(Method::POST, &app.page("knowledge/files"), body).await.whole().await
}

#[tokio::test]
async fn files_are_taken_with_and_without_a_script() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let files: &[(&str, &[u8])] = &[("a.md", b"# A\n\nApples are red."), ("b.txt", b"Bananas are yellow.")];
    let plain = upload(&app, &admin, files).await.is(303);
    let piece =
        upload(&app, &admin.clone().with("hx-request", "true"), &[("c.md", b"# C\n\nCherries.")]).await;
    let piece = piece.is(200);
    assert!(
        piece.text().contains("knowledge/sources/") && !piece.text().contains("<html"),
        "{}",
        piece.text()
    );
    jobs::run_until_idle(app.engine()).await;
    let source = admin.get(plain.header("location").unwrap()).await.is(200);
    assert!(
        source.text().contains("a.md and 1 more") && source.text().contains("All (2)"),
        "{}",
        source.text()
    );
}

/// Name and content.
type File<'a> = (&'a str, &'a [u8]);

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_plainly_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let script = admin.clone().with("hx-request", "true");
    let cases: [(&[File<'_>], &str); 3] = [
        (&[("virus.exe", b"MZ")], "is of a format that is not read: `virus.exe`"),
        (&[("empty.md", b"")], "is empty: `empty.md`"),
        (&[], "is required"),
    ];
    for (files, why) in cases {
        let page = upload(&app, &admin, files).await.is(400);
        assert!(page.text().contains(why) && page.text().contains("type=\"file\""), "{}", page.text());
        let piece = upload(&app, &script, files).await.is(400);
        assert!(piece.text().contains(why) && piece.text().contains("role=\"alert\""), "{}", piece.text());
    }
    let hostile = upload(&app, &admin, &[("<img src=x onerror=alert(1)>.exe", b"x")]).await.is(400);
    assert!(hostile.text().contains("&lt;img src=x") && !hostile.text().contains("<img src=x"));
    assert_eq!(app.engine().reader().list_sources(app.project().project.id, 9, 0).await.unwrap().1, 0);
}

#[tokio::test]
async fn files_that_are_too_large_are_refused_before_they_are_kept() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let over = vec![b'w'; (app.state().upload_bytes + 1) as usize];
    for sender in [admin.clone(), admin.with("hx-request", "true")] {
        // The length alone says so: nothing of the body is waited for.
        let page = upload(&app, &sender, &[("big.md", &over)]).await.is(413);
        assert!(page.text().contains("50 MB"), "{}", page.text());
    }
}

#[tokio::test]
async fn a_file_that_cannot_be_read_says_why_at_its_source() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let taken = upload(&app, &admin, &[("notes.md", b"\x00\x01\x02\xff\xfe binary")]).await.is(303);
    jobs::run_until_idle(app.engine()).await;
    let source = admin.get(taken.header("location").unwrap()).await.is(200);
    assert!(
        source.text().contains("Failed") && source.text().contains("Nothing could be read"),
        "{}",
        source.text()
    );
}
