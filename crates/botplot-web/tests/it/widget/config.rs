//! `GET /widget/config`.

use botplot_core::key::Class;
use botplot_testkit::app::{Actor, Reply, TestApp};
use http::Method;
use serde_json::{Value, json};

const SHOP: &str = "https://shop.example";

fn address(key: &str, lang: &str) -> String {
    format!("/widget/config?key={key}&lang={lang}")
}

/// What a page of the shop gets: no header of its own, as a browser sends it.
async fn page(app: &TestApp, lang: &str) -> Reply {
    app.stranger().with("origin", SHOP).get(&address(app.project().publishable.expose(), lang)).await
}

fn is_readable_by_the_shop(reply: &Reply) {
    assert_eq!(reply.header("access-control-allow-origin"), Some(SHOP), "{}", reply.text());
    let vary: Vec<_> = reply.headers.get_all("vary").iter().map(|v| v.to_str().unwrap()).collect();
    assert!(vary.contains(&"Origin"), "{vary:?}");
}

#[tokio::test]
async fn a_page_gets_what_the_owner_set() {
    let app = TestApp::start().await;
    let patch = json!({
        "widget": {
            "title": "Ask us", "color": "#ffd400", "position": "left", "offset": { "x": 4, "y": 8 }, "radius": 3,
            "theme": "dark", "welcome": "Hi!", "starters": ["Where?"], "strings": { "send": "Go" },
        },
        "handoff": { "enabled": false },
        "lead_form": { "when": ["before"], "fields": ["phone"], "title": "Call you?", "consent": "I agree." },
    });
    let json = app.owner().with("content-type", "application/json");
    json.send(Method::PATCH, "/api/v1/project", patch.to_string()).await.whole().await.is(200);
    let reply = page(&app, "en").await.is(200);
    is_readable_by_the_shop(&reply);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("cache-control"), Some("max-age=60"));
    let mut config = reply.json();
    let strings = config.as_object_mut().unwrap().remove("strings").unwrap();
    assert_eq!(
        config,
        json!({
            "widget": {
                "title": "Ask us", "color": "#ffd400", "logo_url": null, "position": "left",
                "offset": { "x": 4, "y": 8 }, "radius": 3, "theme": "dark", "welcome": "Hi!", "starters": ["Where?"],
            },
            "colors": { "accent": "#ffd400", "on_accent": "#101316", "light": config["colors"]["light"], "dark": "#ffd400" },
            "handoff": false,
            "lead_form": { "when": ["before"], "fields": ["phone"], "title": "Call you?", "consent": "I agree." },
            "lang": "en", "dir": "ltr",
        })
    );
    let strings: Vec<_> = strings.as_array().unwrap().iter().map(|s| s.as_str().unwrap()).collect();
    assert!(strings.contains(&"Go") && !strings.contains(&"Send") && strings.contains(&"Close chat"));
    let v1 = app.owner().get("/api/v1/project").await.is(200).json();
    for name in ["title", "color", "position", "offset", "radius", "theme", "welcome", "starters"] {
        assert_eq!(config["widget"][name], v1["widget"][name], "{name}");
    }
}

#[tokio::test]
async fn the_logo_has_its_whole_address() {
    let app = TestApp::start().await;
    let png = app.owner().with("content-type", "image/png");
    let bytes = b"\x89PNG\r\n\x1a\n rest".to_vec();
    let put = png.send(Method::PUT, "/api/v1/project/logo", bytes).await.whole().await.is(200);
    let config = page(&app, "").await.is(200).json();
    assert_eq!(config["widget"]["logo_url"], put.json()["logo_url"]);
    assert!(config["widget"]["logo_url"].as_str().unwrap().starts_with("https://chat.example/widget/logo/"));
}

#[tokio::test]
async fn a_change_shows_at_once_and_what_is_known_is_not_sent_again() {
    let app = TestApp::start().await;
    let first = page(&app, "en").await.is(200);
    let tag = first.header("etag").unwrap().to_owned();
    let key = app.project().publishable.expose();
    let asking = |tag: &str| app.stranger().with("origin", SHOP).with("if-none-match", tag);
    let again = asking(&tag).get(&address(key, "en")).await.is(304);
    is_readable_by_the_shop(&again);
    assert!(again.body.is_empty());
    assert_eq!(
        (again.header("etag"), again.header("cache-control")),
        (Some(tag.as_str()), Some("max-age=60"))
    );
    asking(&format!("\"x\", {tag}")).get(&address(key, "en")).await.is(304);
    asking("\"x\"").get(&address(key, "en")).await.is(200);
    app.set(|s| s.widget.title = "New".into()).await;
    let changed = asking(&tag).get(&address(key, "en")).await.is(200);
    assert_eq!(changed.json()["widget"]["title"], "New");
    assert_ne!(changed.header("etag"), Some(tag.as_str()));
}

#[tokio::test]
async fn it_is_packed_for_whoever_takes_it_so() {
    let app = TestApp::start().await;
    let path = address(app.project().publishable.expose(), "en");
    let plain = app.stranger().get(&path).await.is(200);
    assert_eq!(plain.header("content-encoding"), None);
    let packed = app.stranger().with("accept-encoding", "br, gzip").get(&path).await.is(200);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert_eq!(packed.body[..2], [0x1f, 0x8b]);
    let vary: Vec<_> = packed.headers.get_all("vary").iter().map(|v| v.to_str().unwrap()).collect();
    assert_eq!(vary, ["Accept-Encoding", "Origin"]);
    let head = app.stranger().send(Method::HEAD, &path, "").await.whole().await.is(200);
    assert!(head.body.is_empty());
    assert_eq!(head.header("etag"), plain.header("etag"));
}

#[tokio::test]
async fn a_language_that_is_not_there_is_english() {
    let app = TestApp::start().await;
    let long = "x".repeat(10_000);
    for lang in ["", "tlh", "en-GB", "%F0%9F%98%80", "..%2F..%2Fetc%2Fpasswd", "%22%3E%3Cscript%3E", &long] {
        let config = page(&app, lang).await.is(200).json();
        assert_eq!((&config["lang"], config.get("strings")), (&json!("en"), None), "{lang}");
    }
    let without = format!("/widget/config?key={}", app.project().publishable.expose());
    assert_eq!(app.stranger().get(&without).await.is(200).json()["lang"], "en");
    for faulty in ["a%00b", "%ff", "de&lang=en"] {
        let reply = page(&app, faulty).await;
        reply.blames(&["lang"]);
        is_readable_by_the_shop(&reply);
    }
}

#[tokio::test]
async fn a_visitor_is_addressed_in_the_language_of_the_page() {
    let app = TestApp::start().await;
    let english = page(&app, "en").await.is(200).json();
    for (lang, code, dir) in [
        ("de", "de", "ltr"),
        ("de-AT", "de", "ltr"),
        ("PT_br", "pt", "ltr"),
        ("no", "nb", "ltr"),
        ("iw", "he", "rtl"),
        ("ar-EG", "ar", "rtl"),
        ("fa", "fa", "rtl"),
        ("zh-Hant-HK", "zh-TW", "ltr"),
        ("zh-Hans", "zh", "ltr"),
    ] {
        let config = page(&app, lang).await.is(200).json();
        assert_eq!((config["lang"].as_str(), config["dir"].as_str()), (Some(code), Some(dir)), "{lang}");
        assert!(config["strings"].as_array().is_some_and(|all| all.len() > 30), "{lang}: {config}");
        for (part, name) in [("widget", "title"), ("widget", "welcome"), ("lead_form", "title")] {
            assert_ne!(config[part][name], english[part][name], "{lang}: {name}");
        }
    }
    // What the owner set stays as it is, and their own words stand in every language.
    app.set(|s| {
        s.widget.welcome = "Hi!".into();
        s.widget.strings.insert("send".into(), "Los!".into());
    })
    .await;
    let config = page(&app, "de").await.is(200).json();
    assert_eq!(config["widget"]["welcome"], "Hi!");
    assert!(config["strings"].as_array().unwrap().contains(&json!("Los!")), "{config}");
    assert_ne!(config["widget"]["title"], english["widget"]["title"]);
}

#[tokio::test]
async fn only_a_key_of_a_project_gets_its_settings() {
    let app = TestApp::start().await;
    let (live, other) = (app.project().publishable.expose(), app.another_project("other").await);
    let shop = || app.stranger().with("origin", SHOP);
    let get = async |actor: Actor, query: &str| actor.get(&format!("/widget/config{query}")).await;
    for none in ["", "?lang=en", "?key=", "?key=%20"] {
        let reply = get(shop(), none).await;
        reply.blames(&["key"]);
        is_readable_by_the_shop(&reply);
    }
    let revoked = app.revoked_key(Class::Publishable).await;
    let unknown = format!("{}x", &live[..live.len() - 1]);
    let long = "k".repeat(10_000);
    for wrong in [revoked.expose(), &unknown, &long, "bp_pub_", "%00", "%ff", "%27%20OR%201=1"] {
        let reply = get(shop(), &format!("?key={wrong}")).await;
        reply.refuses(401, "unauthorized");
        is_readable_by_the_shop(&reply);
        assert!(reply.header("www-authenticate").is_some() && !reply.text().contains(wrong));
    }
    let two = format!("?key={live}&key={}", other.publishable.expose());
    get(shop(), &two).await.refuses(401, "ambiguous_credentials");
    let header = shop().with("x-api-key", other.publishable.expose());
    get(header, &format!("?key={live}")).await.refuses(401, "ambiguous_credentials");
    get(shop(), &format!("?key={live}&key={live}")).await.is(200);
    get(app.widget(), "").await.is(200);
}

#[tokio::test]
async fn a_secret_key_from_a_browser_is_refused_and_its_owner_told() {
    let app = TestApp::start().await;
    let path = address(app.project().secret.expose(), "en");
    let browser = app.stranger().with("origin", SHOP).with("sec-fetch-site", "cross-site");
    let reply = browser.get(&path).await;
    reply.refuses(403, "secret_key_in_browser");
    is_readable_by_the_shop(&reply);
    let notices = app.owner().get("/api/v1/notices").await.is(200).json();
    assert_eq!(notices["notices"][0]["kind"], "secret_key_in_browser", "{notices}");
    app.stranger().get(&path).await.is(200);
}

#[tokio::test]
async fn a_page_that_is_not_on_the_list_is_refused() {
    let app = TestApp::start().await;
    app.set(|s| s.origins = vec!["https://other.example".into()]).await;
    let refused = page(&app, "en").await;
    refused.refuses(403, "origin_not_allowed");
    is_readable_by_the_shop(&refused);
    app.set(|s| s.origins = vec!["*.example".into()]).await;
    page(&app, "en").await.is(200);
}

#[tokio::test]
async fn it_counts_as_a_request_of_its_key() {
    let app = TestApp::start().await;
    let left = |reply: &Reply| reply.header("ratelimit").map(str::to_owned);
    let (one, two) = (page(&app, "en").await, page(&app, "en").await);
    assert!(left(&one).is_some() && left(&one) != left(&two), "{:?}", left(&one));
}

#[tokio::test]
async fn other_methods_are_told_what_is_right() {
    let app = TestApp::start().await;
    let path = address(app.project().publishable.expose(), "en");
    let reply = app.stranger().with("origin", SHOP).post(&path, Value::Null).await;
    reply.refuses(405, "method_not_allowed");
    is_readable_by_the_shop(&reply);
}

#[tokio::test]
async fn the_owner_sees_on_which_sites_the_widget_is() {
    let app = TestApp::start().await;
    let key = app.project().publishable.expose();
    let seen = async || app.owner().get("/api/v1/project").await.is(200).json()["seen"].clone();
    assert_eq!(seen().await, json!([]));
    let first = app.engine().clock().now().rfc3339();
    page(&app, "en").await.is(200);
    for none in ["null", "x", "file://", "*.shop.example", "https://a.example/path"] {
        app.stranger().with("origin", none).get(&address(key, "en")).await.is(200);
    }
    app.stranger().get(&address(key, "en")).await.is(200);
    assert_eq!(seen().await, json!([{ "origin": SHOP, "last_seen_at": first }]));
    app.clock().advance(60);
    let other = app.stranger().with("origin", "http://localhost:3000").get(&address(key, "en")).await;
    other.is(200);
    page(&app, "en").await.is(200);
    assert_eq!(seen().await[0]["origin"], "http://localhost:3000");
    assert_eq!(seen().await[1], json!({ "origin": SHOP, "last_seen_at": first }), "it is told to the hour");
    app.clock().advance(3600);
    page(&app, "en").await.is(200);
    assert_eq!(seen().await[0]["origin"], SHOP);
    for n in 0..30 {
        let origin = format!("https://site-{n}.example");
        app.stranger().with("origin", &origin).get(&address(key, "en")).await.is(200);
    }
    assert_eq!(seen().await.as_array().unwrap().len(), 20);
    // A refused page is no site of the owner's.
    app.set(|s| s.origins = vec![SHOP.into()]).await;
    app.clock().advance(3600);
    let before = seen().await;
    app.stranger().with("origin", "https://evil.example").get(&address(key, "en")).await.is(403);
    assert_eq!(seen().await, before);
}

#[tokio::test]
async fn a_language_that_the_owner_fixed_goes_before_the_pages() {
    let app = TestApp::start().await;
    app.set(|s| s.widget.language = "ar".into()).await;
    for lang in ["de", "tlh", ""] {
        let config = page(&app, lang).await.is(200).json();
        assert_eq!((config["lang"].as_str(), config["dir"].as_str()), (Some("ar"), Some("rtl")), "{lang}");
    }
    let key = app.project().publishable.expose().to_owned();
    let hosted = app.stranger().with("accept-language", "de").get(&format!("/c/{key}?lang=fr")).await.is(200);
    assert!(hosted.text().contains("<html lang=\"ar\" dir=\"rtl\">"), "{}", hosted.text());
}

#[tokio::test]
async fn a_language_is_set_over_the_api_and_an_unknown_one_refused_with_those_that_are_known() {
    let app = TestApp::start().await;
    let json = app.owner().with("content-type", "application/json");
    let patch = async |language: Value| {
        let body = json!({ "widget": { "language": language } }).to_string();
        json.send(Method::PATCH, "/api/v1/project", body).await.whole().await
    };
    let shown = patch(json!("zh-TW")).await.is(200).json();
    assert_eq!(shown["widget"]["language"], "zh-TW");
    for wrong in [json!("tlh"), json!("DE"), json!("de-AT"), json!(5), json!("x".repeat(10_000))] {
        let reply = patch(wrong.clone()).await.is(400);
        let fault = &reply.json()["errors"][0];
        assert_eq!(fault["field"], "widget.language", "{wrong}");
        if wrong == json!("tlh") {
            assert!(fault["message"].as_str().unwrap().contains("`de`"), "{fault}");
        }
    }
    assert_eq!(patch(Value::Null).await.is(200).json()["widget"]["language"], "");
}
