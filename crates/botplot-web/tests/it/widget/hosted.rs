//! `GET /c/{key}`.

use botplot_core::key::Class;
use botplot_testkit::app::TestApp;
use http::Method;

fn address(app: &TestApp) -> String {
    format!("/c/{}", app.project().publishable.expose())
}

#[tokio::test]
async fn the_page_is_the_projects_chat_and_nothing_else() {
    let app = TestApp::start().await;
    app.set(|s| {
        s.widget.title = "Ask <b>us</b>".into();
        s.widget.theme = "dark".into();
    })
    .await;
    let key = app.project().publishable.expose();
    let page = app.stranger().get(&address(&app)).await.is(200);
    let text = page.text();
    for part in [
        "<!DOCTYPE html>",
        "<html lang=\"en\" dir=\"ltr\">",
        "<title>Ask &lt;b&gt;us&lt;/b&gt;</title>",
        "<meta name=\"color-scheme\" content=\"dark\">",
        "<meta name=\"robots\" content=\"noindex\">",
        &format!(
            "<script src=\"/widget/w.js\" data-key=\"{key}\" data-mode=\"inline\" data-target=\"#chat\" async></script>"
        ),
        "<div id=\"chat\"></div></main>",
        "<noscript><p>This chat needs JavaScript.",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    for inline in ["<style", "style=\"", "onclick", "javascript:", "<script>", "bp_sec_"] {
        assert!(!text.contains(inline), "{inline} is in {text}");
    }
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("x-robots-tag"), Some("noindex"));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                  img-src 'self' https://chat.example; require-trusted-types-for 'script'; base-uri 'none'; \
                  form-action 'none'; frame-ancestors *";
    assert_eq!(page.header("content-security-policy"), Some(policy));
    app.stranger().get("/assets/hosted.css").await.is(200);
    app.stranger().send(Method::HEAD, &address(&app), "").await.whole().await.is(200);
}

#[tokio::test]
async fn only_pages_that_may_use_the_key_may_frame_it() {
    let app = TestApp::start().await;
    app.set(|s| {
        s.origins = vec!["https://Shop.example/".into(), "*.partner.example".into(), "https://a;b".into()];
    })
    .await;
    let page = app.stranger().get(&address(&app)).await.is(200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.ends_with("; frame-ancestors 'self' https://shop.example *.partner.example"), "{policy}");
}

#[tokio::test]
async fn a_language_that_is_not_there_is_english() {
    let app = TestApp::start().await;
    for (query, accepted) in [
        ("", "tlh, en;q=0.5"),
        ("", "de;q=0, *"),
        ("?lang=tlh", "de"),
        ("?lang=%00%ff", "de"),
        ("?lang=en&lang=de", "de"),
        ("?x", ";;q=,"),
    ] {
        let page =
            app.stranger().with("accept-language", accepted).get(&(address(&app) + query)).await.is(200);
        assert!(page.text().contains("<html lang=\"en\" dir=\"ltr\">"), "{query}: {}", page.text());
    }
}

#[tokio::test]
async fn the_page_is_in_the_best_language_of_the_browser_or_the_one_of_its_address() {
    let app = TestApp::start().await;
    for (query, accepted, head) in [
        ("", "tlh, en;q=0.5, ar-EG;q=0.9", "<html lang=\"ar\" dir=\"rtl\">"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "<html lang=\"de\" dir=\"ltr\">"),
        ("?lang=zh-Hant", "de", "<html lang=\"zh-TW\" dir=\"ltr\">"),
        ("?lang=he&x", "de", "<html lang=\"he\" dir=\"rtl\">"),
    ] {
        let page =
            app.stranger().with("accept-language", accepted).get(&(address(&app) + query)).await.is(200);
        assert!(page.text().contains(head), "{query}: {}", page.text());
        assert!(!page.text().contains("<title>Chat with us</title>"), "{query}: {}", page.text());
    }
}

#[tokio::test]
async fn a_key_that_opens_nothing_has_no_page() {
    let app = TestApp::start().await;
    let old = app.revoked_key(Class::Publishable).await;
    for wrong in [app.project().secret.expose(), old.expose(), "x", "%00", "%ff", &"a".repeat(5000)] {
        let page = app.stranger().get(&format!("/c/{wrong}")).await.is(404);
        assert!(page.text().contains("There is no chat here") || wrong == "%ff", "{}", page.text());
        assert!(!page.text().contains(wrong));
    }
    app.stranger().get("/c").await.is(404);
    app.stranger().send(Method::POST, &address(&app), "").await.whole().await.is(405);
}
