//! How the widget looks: what the owner set, other languages, inline, hosted, on a phone.

use botplot_e2e::{Html, Stage};
use botplot_testkit::client;
use serde_json::json;

/// One point, in bytes that are text, too.
const GIF: &str = "GIF89a\x01\0\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0;";

#[tokio::test]
async fn the_owners_settings_are_seen() {
    let settings = json!({ "widget": {
        "title": "Ask the weavers", "color": "#7a1fa2", "position": "left", "offset": { "x": 44, "y": 66 }, "radius": 3,
        "theme": "dark", "welcome": "Good day!", "strings": { "send": "Off it goes", "person": "Call a weaver" }
    } });
    let stage = Stage::set(settings).await;
    let head = format!(
        "PUT /api/v1/project/logo HTTP/1.1\r\ncontent-type: image/gif\r\nx-api-key: {}\r\n",
        stage.bot.secret()
    );
    let put = client::request(stage.bot.address(), &head, GIF).await.unwrap();
    assert_eq!(put.status, 200, "{}", put.body);
    let page = stage.page().await;
    page.until("(({ left, bottom }) => `${left} ${innerHeight - bottom}`)(ui('.launcher').getBoundingClientRect()) === '44 66'").await;
    assert_eq!(page.js("getComputedStyle(ui('.launcher')).backgroundColor").await, "rgb(122, 31, 162)");
    page.open_chat().await;
    assert_eq!(page.js("getComputedStyle(ui('.panel')).borderTopLeftRadius").await, "3px");
    assert_eq!(page.text(".title").await, "Ask the weavers");
    page.until_says(".message.bot .text", "Good day!").await;
    page.until("ui('img.logo').complete && ui('img.logo').naturalWidth === 1").await;
    assert!(page.has_named("button", "Off it goes").await && page.has_named("button", "Call a weaver").await);
    let ground = page.js("getComputedStyle(ui('.panel')).backgroundColor.match(/\\d+/g).map(Number)").await;
    assert!(ground[0].as_u64() < Some(60), "the panel is dark: {ground}");
    page.ask_and_wait("When do you ship?").await;
    page.is_accessible().await;
    page.picture("looks-settings").await;
}

#[tokio::test]
async fn a_colour_that_nobody_could_read_is_corrected() {
    for color in ["#ffff00", "#ffffff", "#000000", "#808080"] {
        let stage = Stage::set(json!({ "widget": { "color": color } })).await;
        let page = stage.opened().await;
        page.ask_and_wait("When do you ship?").await;
        page.is_accessible().await;
        page.prefer(&[("prefers-color-scheme", "dark")]).await;
        page.is_accessible().await;
        page.picture(&format!("looks-color-{}", &color[1..])).await;
    }
}

#[tokio::test]
async fn the_theme_follows_the_visitor_unless_the_owner_decides() {
    let bright = "getComputedStyle(ui('.panel')).backgroundColor";
    for (theme, light, dark) in [("auto", true, false), ("light", true, true), ("dark", false, false)] {
        let stage = Stage::set(json!({ "widget": { "theme": theme } })).await;
        let page = stage.opened().await;
        for (scheme, expected) in [("light", light), ("dark", dark)] {
            page.prefer(&[("prefers-color-scheme", scheme)]).await;
            page.until(&format!("({bright} === 'rgb(255, 255, 255)') === {expected}")).await;
        }
    }
}

#[tokio::test]
async fn a_change_of_settings_shows_within_a_minute() {
    let stage = Stage::start().await;
    let page = stage.page().await;
    stage.bot.set(json!({ "widget": { "title": "Baskets and more" } })).await;
    let kept = page
        .js(&format!(
            "fetch('{}/widget/config?key={}').then((r) => r.headers.get('cache-control'))",
            stage.bot.origin(),
            stage.bot.key()
        ))
        .await;
    let kept = kept.as_str().unwrap_or_default();
    assert!(kept.contains("max-age=60"), "{kept}");
    let other = stage.browser.page_of_another_visitor().await;
    other.goto(&stage.host.url("/")).await;
    other.until("ui('.launcher')").await;
    other.open_chat().await;
    assert_eq!(other.text(".title").await, "Baskets and more");
}

#[tokio::test]
async fn the_interface_speaks_the_pages_language() {
    let stage = Stage::start().await;
    let send = |lang: &str| {
        let path = format!("{}/../widget/strings/{lang}.json", env!("CARGO_MANIFEST_DIR"));
        let words: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        words["send"].as_str().unwrap().to_owned()
    };
    stage.host.put("/de", &Html::with(&stage.tag("")).lang("de-AT", "ltr"));
    stage.host.put("/fr", &Html::with(&stage.tag("data-lang=fr")).lang("de", "ltr"));
    stage.host.put("/xx", &Html::with(&stage.tag("data-lang=tlh")));
    for (path, lang) in [("/de", "de"), ("/fr", "fr"), ("/xx", "en")] {
        let page = stage.visit(path).await;
        page.open_chat().await;
        assert!(page.has_named("button", &send(lang)).await, "{lang}");
        assert_eq!(page.js("ui('.panel').closest('[lang]').lang").await, lang);
        page.is_accessible().await;
        page.picture(&format!("looks-{lang}")).await;
    }
}

#[tokio::test]
async fn arabic_reads_from_the_right() {
    let stage = Stage::start().await;
    stage.host.put("/ar", &Html::with(&stage.tag("")).lang("ar", "rtl"));
    let page = stage.visit("/ar").await;
    page.open_chat().await;
    assert_eq!(page.js("getComputedStyle(ui('.panel')).direction").await, "rtl");
    page.ask_and_wait("When do you ship?").await;
    let sides = page
        .js("['.message.user .text', '.send'].map((css) => { const a = ui(css).getBoundingClientRect(), b = ui('.panel').getBoundingClientRect(); return a.left - b.left < b.right - a.right; })")
        .await;
    assert_eq!(sides, json!([true, true]), "what is on the right in English is on the left");
    page.is_accessible().await;
    page.picture("looks-rtl").await;
    page.become_phone().await;
    page.is_accessible().await;
    page.picture("looks-rtl-phone").await;
}

#[tokio::test]
async fn inline_the_chat_stands_in_the_page() {
    let stage = Stage::start().await;
    let body = "<main><h1>Help</h1><div id=\"chat\" style=\"height: 500px; width: 600px\"></div></main>";
    stage.host.put("/help", &Html::with(&stage.tag("data-mode=\"inline\" data-target=\"#chat\"")).body(body));
    let page = stage.visit("/help").await;
    page.until("seen('.panel') && document.querySelector('#chat [data-botplot]')").await;
    assert_eq!(page.count(".launcher").await, 0);
    page.ask_and_wait("When do you ship?").await;
    let fits =
        page.js("(({ width, height }) => [width, height])(ui('.panel').getBoundingClientRect())").await;
    assert_eq!(fits, json!([600, 500]));
    page.is_accessible().await;
    page.picture("looks-inline").await;
    page.press("Escape").await;
    page.until("seen('.panel')").await;
}

#[tokio::test]
async fn the_hosted_page_is_the_chat() {
    let stage = Stage::start().await;
    let page = stage.browser.page().await;
    page.goto(&format!("{}/c/{}", stage.bot.origin(), stage.bot.key())).await;
    page.until("seen('.composer textarea')").await;
    page.ask_and_wait("When do you ship?").await;
    page.is_accessible().await;
    page.picture("looks-hosted").await;
    assert_eq!(page.violations().await, [] as [String; 0]);
    let robots = page.js("fetch(location.href).then((r) => [r.headers.get('content-security-policy'), r.headers.get('x-robots-tag'), document.querySelector('meta[name=robots]')?.content])").await;
    assert!(robots[0].as_str().unwrap_or_default().contains("default-src 'none'"), "{robots}");
    assert!(robots.to_string().contains("noindex"), "{robots}");
    page.become_phone().await;
    page.reload().await;
    page.until_says(".message.bot strong", "two days").await;
    page.is_accessible().await;
    page.picture("looks-hosted-phone").await;
    page.prefer(&[("prefers-color-scheme", "dark")]).await;
    page.is_accessible().await;
    page.picture("looks-hosted-dark").await;
}

#[tokio::test]
async fn on_a_phone_the_chat_fills_the_screen() {
    let stage = Stage::start().await;
    let page = stage.browser.page().await;
    page.become_phone().await;
    page.goto(&stage.host.url("/")).await;
    page.until("ui('.launcher')").await;
    page.picture("looks-phone-launcher").await;
    page.open_chat().await;
    page.until("(({ left, top, width, height }) => '' + [left, top, width, height])(ui('.panel').getBoundingClientRect()) === '0,0,390,780'").await;
    assert_eq!(page.js("focused().tagName === 'TEXTAREA'").await, false, "no keyboard comes up by itself");
    page.ask_and_wait("When do you ship?").await;
    page.is_accessible().await;
    page.picture("looks-phone").await;
    assert_eq!(page.js("document.documentElement.scrollWidth").await, 390);
    page.click_named("button", "Close chat").await;
    page.until("!seen('.panel') && seen('.launcher')").await;
}
