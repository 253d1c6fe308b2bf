//! How the widget looks: saved, previewed, with a logo, and the line that puts it on a page.

use botplot_core::account::Role;
use botplot_testkit::app::{Reply, TestApp};
use http::Method;

use super::{HOSTILE, complains, saves, stored};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n a picture";

/// The fields as the page sends them, with some in place of others.
fn fields<'a>(own: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![
        ("widget.title", "Chat with us"),
        ("widget.color", "#2f6f5e"),
        ("widget.position", "right"),
        ("widget.offset.x", "20"),
        ("widget.offset.y", "20"),
        ("widget.radius", "16"),
        ("widget.theme", "auto"),
        ("widget.welcome", "Hello!"),
    ];
    all.retain(|(name, _)| own.iter().all(|(known, _)| known != name));
    all.extend(own);
    all
}

#[tokio::test]
async fn looks_and_words_are_saved_and_shown_again() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let path = app.page("settings/widget");
    let own = [
        ("widget.title", HOSTILE),
        ("widget.color", "#ffff00"),
        ("widget.position", "left"),
        ("widget.offset.x", "7"),
        ("widget.starters", "How long does it take?\r\n\r\nWhat does it cost?\r\n"),
        ("widget.strings.send", "Go!"),
    ];
    saves(&admin, &path, &fields(&own)).await;
    let widget = stored(&app).await.widget;
    assert_eq!((widget.title.as_str(), widget.position.as_str(), widget.offset.x), (HOSTILE, "left", 7));
    assert_eq!(widget.starters, ["How long does it take?", "What does it cost?"]);
    assert_eq!(widget.strings.get("send").map(String::as_str), Some("Go!"));
    let page = admin.get(&path).await.is(200);
    assert!(page.text().contains("&lt;script&gt;") && !page.text().contains(HOSTILE));
    assert!(page.text().contains("value=\"Go!\"") && page.text().contains("as you chose it"));
    saves(&admin, &path, &fields(&[("widget.strings.send", " ")])).await;
    assert!(stored(&app).await.widget.strings.is_empty(), "an empty word is the widget's own again");
    let reply = admin.submit(&path, &fields(&[("widget.color", "red"), ("widget.radius", "99")])).await;
    complains(&reply, "The colour must be a colour such as");
    complains(&reply, "Round corners must be a number from 0 to 40.");
}

#[tokio::test]
async fn a_colour_that_cannot_be_read_is_shown_with_what_it_becomes() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let piece = admin.get(&app.page("settings/widget/colour?widget.color=%23ff8800")).await.is(200);
    assert!(
        piece.text().contains("as you chose it") && piece.text().contains("on light panels"),
        "{}",
        piece.text()
    );
    let none = admin.get(&app.page("settings/widget/colour?widget.color=%3Cb%3E")).await.is(200);
    assert_eq!(none.text(), "");
}

#[tokio::test]
async fn the_line_for_the_site_is_there_and_so_is_where_it_was_seen() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let path = app.page("settings/widget");
    let page = admin.get(&path).await.is(200);
    let key = app.project().publishable.expose();
    let line = format!(
        "&lt;script src=&quot;https://chat.example/widget/w.js&quot; data-key=&quot;{key}&quot; async&gt;"
    );
    assert!(page.text().contains(&line), "{}", page.text());
    assert!(page.text().contains("No site yet"));
    let site = app.stranger().with("origin", "https://shop.example");
    site.get(&format!("/widget/config?key={key}&lang=en")).await.is(200);
    let page = admin.get(&path).await.is(200);
    assert!(page.text().contains("https://shop.example") && !page.text().contains("No site yet"));
}

#[tokio::test]
async fn the_preview_shows_the_real_widget_to_its_own_team_only() {
    let app = TestApp::start().await;
    let path = app.page("settings/widget/preview");
    let admin = app.member(Role::Admin).await;
    let page = admin.get(&path).await.is(200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'self'") && policy.contains("script-src 'self'"), "{policy}");
    assert!(page.text().contains(app.project().publishable.expose()));
    assert!(page.text().contains("&quot;title&quot;:&quot;Chat with us&quot;"), "{}", page.text());
    saves(&admin, &app.page("settings/widget"), &fields(&[("widget.title", "New")])).await;
    let page = admin.get(&path).await.is(200);
    assert!(page.text().contains("&quot;title&quot;:&quot;New&quot;"), "{}", page.text());
    let agent = app.member(Role::Agent).await;
    agent.get(&path).await.is(403);
    agent.submit(&path, &fields(&[])).await.is(403);
}

#[tokio::test]
async fn the_preview_shows_what_is_typed_and_stores_nothing() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let path = app.page("settings/widget/preview");
    let before = stored(&app).await;
    let typed = [
        ("widget.title", HOSTILE),
        ("widget.color", "#ff0000"),
        ("widget.language", "de"),
        ("widget.starters", "Why?"),
        ("widget.strings.send", "Go!"),
    ];
    let script = admin.clone().with("hx-request", "true");
    let told = script.submit(&path, &fields(&typed)).await.is(200).json();
    let config: serde_json::Value = serde_json::from_str(told["config"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&config["widget"]["title"], &config["widget"]["starters"][0]),
        (&HOSTILE.into(), &"Why?".into())
    );
    assert_eq!((&config["colors"]["accent"], &config["lang"]), (&"#ff0000".into(), &"de".into()));
    assert!(config["strings"].as_array().unwrap().contains(&"Go!".into()), "{config}");
    // Without a script, the form is sent into the frame.
    let page = admin.submit(&path, &fields(&typed)).await.is(200);
    assert!(
        page.text().contains("&lt;script&gt;alert(1)") && !page.text().contains(HOSTILE),
        "{}",
        page.text()
    );
    assert!(page.text().contains("<html lang=\"de\""));
    assert_eq!(stored(&app).await, before);
    let (log, _) = app.engine().reader().list_audit(app.project().project.id, 9, 0).await.unwrap();
    assert!(log.iter().all(|line| line.action != "settings.changed"), "{log:?}");
}

#[tokio::test]
async fn the_preview_says_what_cannot_be_by_field() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let path = app.page("settings/widget/preview");
    let long = "x".repeat(10_000);
    let wrong = [
        ("widget.title", long.as_str()),
        ("widget.color", "red"),
        ("widget.radius", "-1"),
        ("widget.offset.x", "1e99"),
        ("widget.language", "tlh"),
        ("widget.welcome", " "),
    ];
    let script = admin.clone().with("hx-request", "true");
    let reply = script.submit(&path, &fields(&wrong)).await.is(200);
    let told = reply.json();
    let faults = told["faults"].as_array().unwrap();
    let named: Vec<_> = faults.iter().map(|fault| fault[0].as_str().unwrap()).collect();
    for (name, _) in wrong {
        assert!(named.contains(&name), "{name} is not in {named:?}");
    }
    assert!(reply.text().contains("must be empty or one of `en`, `de`"), "{}", reply.text());
    complains(&admin.submit(&path, &fields(&wrong)).await, "widget.title must have at most 80 characters.");
}

#[tokio::test]
async fn a_language_is_chosen_by_its_own_name_and_goes_before_the_pages() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let path = app.page("settings/widget");
    saves(&admin, &path, &fields(&[("widget.language", "ja")])).await;
    let page = admin.get(&path).await.is(200);
    assert!(page.text().contains("<option value=\"ja\" selected>日本語</option>"), "{}", page.text());
    assert!(page.text().contains(">العربية</option>"));
    let reply = admin.submit(&path, &fields(&[("widget.language", "Klingon")])).await;
    complains(&reply, "Language must be empty or one of `en`, `de`");
    assert_eq!(stored(&app).await.widget.language, "ja");
}

async fn upload(app: &TestApp, media: &str, content: &[u8]) -> Reply {
    let head = format!(
        "--x\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"l\"\r\nContent-Type: {media}\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--x--\r\n"].concat();
    let admin = app.member(Role::Admin).await.with("content-type", "multipart/form-data; boundary=x");
    admin.send(Method::POST, &app.page("settings/widget/logo"), body).await.whole().await
}

#[tokio::test]
async fn a_logo_is_set_served_and_removed_and_what_is_none_is_refused() {
    let app = TestApp::start().await;
    upload(&app, "image/png", PNG).await.is(303);
    let shown = stored(&app).await.widget.logo_url.unwrap();
    assert_eq!(app.stranger().get(&shown).await.is(200).body.as_ref(), PNG);
    for (media, content) in [
        ("image/svg+xml", b"<svg onload=x()>".as_slice()),
        ("image/png", b"<svg onload=x()>"),
        ("image/png", &[PNG, &vec![0; 256 * 1024]].concat()),
    ] {
        complains(&upload(&app, media, content).await, "The logo must be a PNG, JPEG, WebP or GIF");
    }
    assert_eq!(stored(&app).await.widget.logo_url, Some(shown.clone()));
    let admin = app.member(Role::Admin).await;
    saves(&admin, &app.page("settings/widget/logo/remove"), &[]).await;
    saves(&admin, &app.page("settings/widget/logo/remove"), &[]).await;
    app.stranger().get(&shown).await.is(404);
}
