//! Pages for people.

use botplot_core::key::Class;
use botplot_testkit::app::TestApp;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[tokio::test]
async fn every_page_forbids_what_it_does_not_need() {
    let app = TestApp::start().await;
    for path in ["/", "/errors"] {
        let page = app.stranger().get(path).await.is(200);
        assert_eq!(page.header("content-security-policy"), Some(POLICY), "{path}");
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"), "{path}");
        let text = page.text();
        assert!(text.starts_with("<!DOCTYPE html>") && text.contains("<html lang=\"en\">"), "{path}");
        for inline in ["<style", "style=\"", "onclick", "javascript:", "<script>"] {
            assert!(!text.contains(inline), "{path} has {inline}");
        }
    }
}

#[tokio::test]
async fn the_page_to_try_a_chat_on_has_the_line_for_other_pages() {
    let app = TestApp::start().await;
    let key = app.project().publishable.expose();
    let page = app.stranger().get(&format!("/try/{key}")).await.is(200);
    let (text, policy) = (page.text(), page.header("content-security-policy").unwrap());
    assert!(
        text.contains(&format!("<script src=\"/widget/w.js\" data-key=\"{key}\" async></script>")),
        "{text}"
    );
    let line = format!(
        "&lt;script src=&quot;https://chat.example/widget/w.js&quot; data-key=&quot;{key}&quot; async&gt;"
    );
    assert!(text.contains(&line) && text.contains(&format!("<a href=\"/c/{key}\">")), "{text}");
    assert!(!text.contains("bp_sec_") && !text.contains("style=") && !text.contains("<script>"), "{text}");
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    assert!(policy.ends_with("; frame-ancestors 'none'"), "{policy}");
    let old = app.revoked_key(Class::Publishable).await;
    for wrong in [app.project().secret.expose(), old.expose(), "x", "%00", &"a".repeat(5000)] {
        let page = app.stranger().get(&format!("/try/{wrong}")).await.is(404);
        assert!(page.text().contains("There is no chat here") && !page.text().contains(wrong));
    }
}

#[tokio::test]
async fn the_front_page_shows_a_call_to_this_server_and_names_no_project() {
    let app = TestApp::start().await;
    let page = app.stranger().get("/").await.is(200);
    assert!(page.text().contains("curl -N https://chat.example/api/chat"), "{}", page.text());
    assert!(!page.text().contains("bp_pub_") && !page.text().contains("first"), "{}", page.text());
}

#[tokio::test]
async fn assets_are_sent_once() {
    let app = TestApp::start().await;
    for (path, media) in [
        ("/assets/reference.js", "text/javascript; charset=utf-8"),
        ("/assets/page.css", "text/css; charset=utf-8"),
    ] {
        let first = app.stranger().get(path).await.is(200);
        assert_eq!(first.header("content-type"), Some(media));
        let tag = first.header("etag").unwrap();
        let again = app.stranger().with("if-none-match", tag).get(path).await.is(304);
        assert!(again.body.is_empty());
        app.stranger().with("if-none-match", "\"other\"").get(path).await.is(200);
    }
}

#[tokio::test]
async fn the_page_of_errors_explains_every_code() {
    let app = TestApp::start().await;
    let page = app.stranger().get("/errors").await.is(200);
    for code in botplot_web::Code::ALL {
        assert!(page.text().contains(&format!("<tr id=\"{}\">", code.name())), "{}", code.name());
    }
}
