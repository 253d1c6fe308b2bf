//! `/openapi.json` and `/docs/api`: one says to programs what the other says to people, and both are complete.

use std::collections::BTreeSet;

use botplot_testkit::app::TestApp;
use serde_json::Value;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Addresses that no program calls, which the description therefore leaves out.
const PLAIN: [&str; 12] = [
    "/api/v1/{*path}",
    "/",
    "/try/{key}",
    "/c/{key}",
    "/stop-letters/{token}",
    "/widget/w.js",
    "/widget/more.js",
    "/widget/botplot.d.ts",
    "/errors",
    "/docs/api",
    "/openapi.json",
    "/assets/{name}",
];

fn document() -> Value {
    serde_json::from_str(&botplot_web::openapi::text("https://botplot.example")).unwrap()
}

/// Every operation: method, address, description.
fn operations(document: &Value) -> Vec<(&str, &str, &Value)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            all.extend(item.get(method).map(|operation| (method, path.as_str(), operation)));
        }
    }
    all
}

#[test]
fn the_committed_description_is_current() {
    let committed = include_str!("../../../../docs/openapi.json");
    assert!(
        committed == botplot_web::openapi::text("https://botplot.example"),
        "run `cargo run -p botplot-web --example openapi > docs/openapi.json` and commit it"
    );
}

#[test]
fn every_address_that_programs_call_is_described() {
    let router = include_str!("../../src/router.rs");
    let plain = router.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let plain: BTreeSet<_> = plain.collect();
    let known: BTreeSet<_> = PLAIN.into_iter().collect();
    let unknown: Vec<_> = plain.difference(&known).collect();
    assert!(unknown.is_empty(), "register these with `routes!`, so that they are described: {unknown:?}");
}

#[test]
fn operations_have_names_of_their_own_and_say_what_they_do() {
    let document = document();
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap_or_default();
        assert!(!name.is_empty() && names.insert(name), "{method} {path}: `{name}` is no name of its own");
        let summary = operation["summary"].as_str().unwrap_or_default();
        assert!((3..=60).contains(&summary.len()), "{method} {path}: `{summary}`");
        let good = operation["responses"].as_object().unwrap().keys().any(|status| status.starts_with('2'));
        assert!(good, "{method} {path} never succeeds");
        for name in path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
            let described = operation["parameters"].as_array().is_some_and(|all| {
                all.iter().any(|p| p["name"] == name && p["in"] == "path" && p["required"] == true)
            });
            assert!(described, "{method} {path}: `{name}` is not described");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut all = Vec::new();
    collect(&document, &mut all);
    assert!(all.len() > 100);
    for reference in all {
        let place = reference.strip_prefix('#').expect("the description stands alone");
        assert!(document.pointer(place).is_some(), "{reference}");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(|r| r.as_str()).map(str::to_owned));
            members.values().for_each(|member| collect(member, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}

#[test]
fn whoever_needs_a_key_is_told_of_every_refusal() {
    let document = document();
    for (method, path, operation) in operations(&document) {
        let needs_key = operation["security"].as_array().is_some_and(|all| !all.is_empty());
        for status in ["401", "403", "429", "500", "503"] {
            let told = operation["responses"].get(status).is_some();
            assert!(told || !needs_key, "{method} {path} says nothing of {status}");
        }
        for status in ["400", "408", "413", "415"] {
            let told = operation["responses"].get(status).is_some();
            assert!(
                told || operation.get("requestBody").is_none(),
                "{method} {path} says nothing of {status}"
            );
        }
    }
}

#[tokio::test]
async fn the_description_is_sent_once() {
    let app = TestApp::start().await;
    let first = app.stranger().get("/openapi.json").await.is(200);
    assert_eq!(first.header("content-type"), Some("application/json"));
    assert_eq!(first.header("cache-control"), Some("no-cache"));
    assert_eq!(first.json()["openapi"], "3.1.0");
    assert_eq!(first.json()["servers"][0]["url"], "https://chat.example");
    for path in ["/openapi.json", "/docs/api"] {
        let first = app.stranger().get(path).await.is(200);
        let tag = first.header("etag").unwrap();
        let again = app.stranger().with("if-none-match", tag).get(path).await.is(304);
        assert!(again.body.is_empty() && again.header("etag") == Some(tag));
        app.stranger().with("if-none-match", "\"other\"").get(path).await.is(200);
    }
}

#[tokio::test]
async fn the_page_shows_every_operation_and_event_and_each_link_leads_somewhere() {
    let app = TestApp::start().await;
    let page = app.stranger().get("/docs/api").await.is(200);
    let (text, document) = (page.text(), document());
    let attribute = |name: &str| -> Vec<String> {
        let start = format!(" {name}=\"");
        let values = text.split(&start).skip(1);
        values.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let ids = attribute("id");
    let once: BTreeSet<_> = ids.iter().collect();
    assert_eq!(once.len(), ids.len(), "an id stands twice");
    for (method, path, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap();
        assert!(text.contains(&format!("<article id=\"{name}\">")), "{method} {path} is not shown");
    }
    for event in document["webhooks"].as_object().unwrap().keys() {
        assert!(text.contains(&format!("<code>{event}</code>")), "{event} is not shown");
    }
    for link in attribute("href") {
        if let Some(place) = link.strip_prefix('#') {
            assert!(ids.iter().any(|id| id == place), "{link}");
            continue;
        }
        let code = link.strip_prefix("/errors#").map(botplot_web::Code::find);
        let page = [
            "/",
            "/errors",
            "/openapi.json",
            "/assets/page.css",
            "/assets/reference.css",
            "/assets/icon.svg",
        ];
        assert!(code.is_some_and(|c| c.is_some()) || page.contains(&link.as_str()), "{link}");
    }
    assert!(attribute("src").iter().all(|src| src.starts_with("/assets/")));
}

#[tokio::test]
async fn the_front_page_and_the_page_of_errors_lead_to_it() {
    let app = TestApp::start().await;
    for path in ["/", "/errors"] {
        assert!(app.stranger().get(path).await.is(200).text().contains("href=\"/docs/api\""), "{path}");
    }
}

#[test]
fn tmp_write() {
    if let Ok(path) = std::env::var("B2_WRITE") {
        std::fs::write(path, botplot_web::openapi::text("https://botplot.example")).unwrap();
    }
}
