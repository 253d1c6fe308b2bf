//! Every page there is, in light and dark, on a phone and on a desk: accessible, quiet, narrow and light.

use botplot_e2e::{Page, Stage};
use botplot_web::dashboard::{Access, table};
use chromiumoxide::cdp::browser_protocol::network::SetCacheDisabledParams;
use serde_json::json;

/// Bytes of a whole page over the wire, with its styles and scripts.
const MOST: u64 = 100 * 1024;

/// A shop where something has happened: an answer, a refusal, a lead, somebody who waits.
async fn busy() -> (Stage, Page) {
    let stage = Stage::start().await;
    for (visitor, message) in [("v-1", "When do you ship?"), ("v-2", "What does a basket cost?")] {
        let details = json!({ "name": "Bob <b>Builder</b>", "email": "bob@example.com", "consent": "You may write to me." });
        let body =
            json!({ "message": message, "visitorId": visitor, "stream": false, "visitor_info": details });
        stage.bot.api("POST", "/api/chat", Some(body)).await;
    }
    stage.bot.handled_by("human").await;
    stage.bot.write("Ann", "Hello, **I am Ann**.").await;
    let owner = stage.owner().await;
    (stage, owner)
}

/// The addresses of pages; those of what a browser does not show (files, pieces, live channels) are left out.
async fn addresses(stage: &Stage, page: &Page) -> Vec<String> {
    let project = stage.bot.api("GET", "/api/v1/project", None).await;
    let sources = stage.bot.api("GET", "/api/v1/sources", None).await;
    let conversation = stage.bot.conversation().await;
    let ids = [
        ("{project}", project["id"].as_str().unwrap_or_default()),
        ("{source}", sources["sources"][0]["id"].as_str().unwrap_or_default()),
        ("{conversation}", conversation.as_str()),
    ];
    let patterns = table().into_iter().filter(|(method, ..)| method.as_str() == "GET");
    let mut found = Vec::new();
    for (_, pattern, _) in patterns {
        let path = ids.iter().fold(pattern.to_owned(), |path, (name, id)| path.replace(name, id));
        // The preview of the widget stands in a frame of a page that is visited.
        let framed = path.ends_with("/preview");
        if !path.contains('{') && !framed && is_page(page, &path).await {
            found.push(path);
        }
    }
    found
}

/// True when the address answers with a whole page.
async fn is_page(page: &Page, path: &str) -> bool {
    let asks = format!(
        "(async () => {{ const stop = new AbortController(); const reply = await fetch('{path}', {{ signal: stop.signal }}); \
         const whole = reply.ok && (reply.headers.get('content-type') ?? '').startsWith('text/html') \
         && (await reply.text()).startsWith('<!DOCTYPE'); stop.abort(); return whole; }})().catch(() => false)"
    );
    page.js(&asks).await == true
}

/// What is wrong with the pages in this window and these colours.
async fn faults(width: u32, scheme: &str) -> Vec<String> {
    let (stage, page) = busy().await;
    page.resize(width, 800).await;
    page.prefer(&[("prefers-color-scheme", scheme)]).await;
    let mut faults = Vec::new();
    let all = addresses(&stage, &page).await;
    assert!(all.len() >= 8, "there are more pages than {all:?}");
    for path in all {
        let said = page.console().len();
        page.goto(&format!("{}{path}", stage.bot.origin())).await;
        let mut found = page.faults_of("html").await;
        found.extend(page.violations().await);
        found.extend(page.console().into_iter().skip(said));
        let sideways = page.js("document.documentElement.scrollWidth - innerWidth").await;
        if sideways.as_i64() > Some(0) {
            found.push(format!("{sideways} pixels stand outside the window"));
        }
        if !found.is_empty() {
            let name = path.rsplit('/').next().unwrap_or("page");
            page.picture(&format!("dashboard-{width}-{scheme}-{name}")).await;
        }
        faults.extend(found.into_iter().map(|fault| format!("{path}: {fault}")));
    }
    faults
}

#[tokio::test]
async fn every_page_is_right_in_light_on_a_desk() {
    assert_eq!(faults(1280, "light").await, Vec::<String>::new());
}

#[tokio::test]
async fn every_page_is_right_in_the_dark_on_a_desk() {
    assert_eq!(faults(1280, "dark").await, Vec::<String>::new());
}

#[tokio::test]
async fn every_page_is_right_in_light_on_a_phone() {
    assert_eq!(faults(390, "light").await, Vec::<String>::new());
}

#[tokio::test]
async fn every_page_is_right_in_the_dark_on_a_phone() {
    assert_eq!(faults(390, "dark").await, Vec::<String>::new());
}

#[tokio::test]
async fn no_page_weighs_more_than_100_kilobytes() {
    let (stage, page) = busy().await;
    let mut heavy = Vec::new();
    let all = addresses(&stage, &page).await;
    // Everything comes over the wire each time, as for somebody who is here for the first time.
    page.cdp()
        .execute(SetCacheDisabledParams::new(true))
        .await
        .expect("the browser can do without its cache");
    for path in all {
        page.goto(&format!("{}{path}", stage.bot.origin())).await;
        let bytes = page
            .js("['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind)).reduce((sum, one) => sum + one.encodedBodySize, 0)")
            .await;
        let bytes = bytes.as_u64().expect("a sum is a number");
        assert!(bytes > 1_000, "{path}: nothing was measured");
        if bytes > MOST {
            heavy.push(format!("{path}: {bytes} bytes"));
        }
    }
    assert!(heavy.is_empty(), "{heavy:#?}");
}

#[tokio::test]
async fn pages_for_everybody_are_right_without_a_sign_in() {
    let stage = Stage::start().await;
    let page = stage.browser.page().await;
    let open = table().into_iter().filter(|(method, path, access)| {
        method.as_str() == "GET" && *access == Access::Open && !path.contains('{')
    });
    let set_up = stage.bot.set_up_address().await;
    page.goto(&set_up).await;
    let mut paths = vec![set_up];
    for (_, path, _) in open {
        // Where no other provider is set up, its addresses are no pages.
        if is_page(&page, path).await {
            paths.push(format!("{}{path}", stage.bot.origin()));
        }
    }
    let said = page.console().len();
    for width in [390, 1280] {
        page.resize(width, 800).await;
        for scheme in ["light", "dark"] {
            page.prefer(&[("prefers-color-scheme", scheme)]).await;
            for path in &paths {
                page.goto(path).await;
                page.is_accessible().await;
                let outside = page.js("document.documentElement.scrollWidth > innerWidth").await;
                assert_eq!(outside, false, "{path} at {width}");
            }
        }
    }
    assert_eq!(page.violations().await, Vec::<String>::new());
    assert!(page.console()[said..].is_empty(), "{:?}", page.console());
}
