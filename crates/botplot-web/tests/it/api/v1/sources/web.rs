//! Sources that are read from the web: a whole site, only what its sitemap names, one page; and the word when it fails.

use std::net::SocketAddr;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use botplot_core::plan::Plans;
use botplot_testkit::app::TestApp;
use botplot_testkit::webhook_receiver::WebhookReceiver;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{add, id};

/// A site of three pages, of which the sitemap names two.
async fn site() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let page = |title: &str, text: &str| {
        let html = format!(
            "<html><head><title>{title}</title></head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>"
        );
        get(move || async move { Html(html) })
    };
    let sitemap = format!(
        "<urlset><url><loc>http://{address}/</loc></url><url><loc>http://{address}/returns</loc></url></urlset>"
    );
    let router = Router::new()
        .route("/", page("Home", "Welcome to the shop of Ann. <a href=\"/prices\">Our prices</a> are fair."))
        .route("/returns", page("Returns", "You can return any item within thirty days of its delivery."))
        .route("/prices", page("Prices", "A small parcel costs four euros and a large one costs nine."))
        .route("/sitemap.xml", get(move || async move { ([("content-type", "application/xml")], sitemap) }));
    #[expect(clippy::disallowed_methods, reason = "the task ends with the test")]
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

async fn paths(app: &TestApp, source: &Value) -> Vec<String> {
    let pages = app.owner().get(&format!("/api/v1/sources/{}/pages", id(source))).await.is(200).json();
    let indexed = pages["pages"].as_array().unwrap().iter().filter(|p| p["state"] == "indexed");
    let mut paths: Vec<_> =
        indexed.map(|p| p["url"].as_str().unwrap().splitn(4, '/').last().unwrap().to_owned()).collect();
    paths.sort_unstable();
    paths
}

#[tokio::test]
async fn a_website_is_read_by_its_links_and_a_sitemap_by_what_it_names() {
    let (app, site) = (TestApp::with_webhooks(Plans::default()).await, site().await);
    let sitemap = add(&app, json!({ "type": "sitemap", "url": format!("http://{site}/sitemap.xml") })).await;
    assert_eq!((&sitemap["status"], &sitemap["type"]), (&json!("ready"), &json!("sitemap")), "{sitemap}");
    assert_eq!(paths(&app, &sitemap).await, ["", "returns"]);
    // The very same address as a website leads on from page to page.
    let led = json!({ "type": "website", "url": format!("http://{site}/sitemap.xml"), "name": "Led" });
    assert_eq!(paths(&app, &add(&app, led).await).await, ["", "prices", "returns"]);
    let website =
        add(&app, json!({ "type": "website", "url": format!("http://{site}/"), "name": "Shop" })).await;
    assert_eq!((&website["status"], &website["name"]), (&json!("ready"), &json!("Shop")), "{website}");
    assert_eq!(paths(&app, &website).await, ["", "prices", "returns"]);
    let near = add(
        &app,
        json!({ "type": "website", "url": format!("http://{site}/"), "name": "One", "max_pages": 1 }),
    )
    .await;
    assert_eq!(paths(&app, &near).await.len(), 1);
    let page = add(&app, json!({ "type": "url", "url": format!("http://{site}/prices") })).await;
    assert_eq!(paths(&app, &page).await, ["prices"]);
    let answer = app.widget().ask("bob", "What does a large parcel cost?").await.last();
    assert_eq!(answer["sources"][0]["url"], format!("http://{site}/prices"));
    let no_sitemap = add(&app, json!({ "type": "sitemap", "url": format!("http://{site}/returns") })).await;
    assert_eq!(no_sitemap["status"], "failed");
    assert!(no_sitemap["error"].as_str().unwrap().contains("sitemap"), "{no_sitemap}");
}

#[tokio::test]
async fn a_source_that_fails_is_told_to_the_endpoints_that_want_to_know() {
    let (app, receiver) = (TestApp::with_webhooks(Plans::default()).await, WebhookReceiver::start().await);
    let endpoint = json!({ "url": receiver.url(), "events": ["source.failed"] });
    app.owner().post("/api/v1/webhooks", endpoint).await.is(201);
    let source =
        add(&app, json!({ "type": "url", "url": "https://nowhere.invalid/", "name": "Nowhere" })).await;
    assert_eq!(source["status"], "failed");
    let told = receiver.wait_for(1).await[0].json();
    assert_eq!((&told["event"], &told["data"]["source_id"]), (&json!("source.failed"), &source["id"]));
    assert_eq!((&told["data"]["name"], &told["data"]["error"]), (&json!("Nowhere"), &source["error"]));
}
