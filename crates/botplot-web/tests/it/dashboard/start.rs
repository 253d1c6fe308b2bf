//! The first run: from an empty project to an answered question and a widget that was seen.

use std::net::SocketAddr;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use botplot_core::account::Role;
use botplot_core::plan::Plans;
use botplot_engine::jobs;
use botplot_testkit::app::TestApp;
use tokio::net::TcpListener;

/// A small site: a page that leads to another one.
async fn site() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let page = |title: &str, text: &str| {
        let html = format!(
            "<html lang=en><head><title>{title}</title></head><body><main><h1>{title}</h1>{text}</main></body></html>"
        );
        get(move || async move { Html(html) })
    };
    let home =
        "<p>Welcome to the shop of Ann, where everything is made by hand. <a href=\"/help\">Help</a></p>";
    let help = "<h2>How to return an item</h2><p>You can return any item within thirty days of its delivery.</p>\
                <h2>Opening hours</h2><p>The shop is open from nine to five on every working day.</p>";
    let router =
        Router::new().route("/", page("Ann's shop", home)).route("/help", page("Help &amp; returns", help));
    #[expect(clippy::disallowed_methods, reason = "the task ends with the test")]
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn leads_to(reply: &botplot_testkit::app::Reply, path: &str) {
    assert_eq!(reply.status, 303, "{}", reply.text());
    assert_eq!(reply.header("location"), Some(path));
}

#[tokio::test]
async fn an_empty_project_is_set_up_step_by_step() {
    let (app, site) = (TestApp::with_webhooks(Plans::default()).await, site().await);
    let admin = app.member(Role::Admin).await;
    let named = admin.submit(&app.page("start/name"), &[("name", "Ann's shop")]).await;
    leads_to(&named, &app.page("start/website"));
    leads_to(&admin.get(&app.page("start")).await, &app.page("start/website"));

    let added = admin.submit(&app.page("start/website"), &[("url", format!("http://{site}").as_str())]).await;
    leads_to(&added, &app.page("start/website"));
    let waiting = admin.get(&app.page("start/progress")).await.is(200);
    assert!(waiting.text().contains("hx-trigger=\"every 1s\""), "{}", waiting.text());
    jobs::run_until_idle(app.engine()).await;
    let read = admin.get(&app.page("start/progress")).await.is(200);
    assert!(
        !read.text().contains("hx-trigger") && read.text().contains("Help &amp; returns"),
        "{}",
        read.text()
    );
    assert!(read.text().contains("learnt"), "{}", read.text());
    leads_to(&admin.get(&app.page("start")).await, &app.page("start/questions"));

    let suggested = admin.get(&app.page("start/questions")).await.is(200);
    assert!(suggested.text().contains("value=\"How do I return an item?\""), "{}", suggested.text());
    assert!(suggested.text().contains("value=\"What are your opening hours?\""), "{}", suggested.text());
    let fields = [("widget.starters.0", "How do I return an item?"), ("widget.starters.3", "<b>When?</b>")];
    leads_to(&admin.submit(&app.page("start/questions"), &fields).await, &app.page("start/try"));
    let set = app.engine().reader().find_project(app.project().project.id).await.unwrap().unwrap().settings;
    assert_eq!(set.widget.starters, ["How do I return an item?", "<b>When?</b>"]);
    let again = admin.get(&app.page("start/questions")).await.is(200);
    assert!(again.text().contains("&lt;b&gt;When?") && !again.text().contains("<b>When?"));

    let tried = admin.get(&app.page("start/try")).await.is(200);
    let key = app.project().publishable.expose();
    assert!(tried.text().contains(&format!("data-key=\"{key}\"")), "{}", tried.text());
    let question = "Within how many days can I return an item?";
    let plain = admin.submit(&app.page("start/try"), &[("question", question)]).await.is(200);
    assert!(plain.text().contains("within thirty days"), "{}", plain.text());
    app.widget().ask("ann", question).await.is(200);
    leads_to(&admin.get(&app.page("start")).await, &app.page("start/site"));

    let line = admin.get(&app.page("start/site")).await.is(200);
    assert!(line.text().contains("https://chat.example/widget/w.js") && line.text().contains("not yet"));
    let shop = app.stranger().with("origin", "https://ann.example");
    shop.get(&format!("/widget/config?key={key}&lang=en")).await.is(200);
    let seen = admin.get(&app.page("start/seen")).await.is(200);
    assert!(
        seen.text().contains("https://ann.example") && !seen.text().contains("hx-get"),
        "{}",
        seen.text()
    );
}

#[tokio::test]
async fn a_website_that_cannot_be_read_says_why_and_a_text_takes_its_place() {
    let app = TestApp::with_webhooks(Plans::default()).await;
    let admin = app.member(Role::Admin).await;
    let path = app.page("start/website");
    for (typed, why) in
        [("", "must be an address"), ("ftp://a.example", "must begin with"), ("no spaces <b>", "must be")]
    {
        let reply = admin.submit(&path, &[("url", typed)]).await;
        assert_eq!(reply.status, 422, "{typed}");
        assert!(reply.text().contains(why) && !reply.text().contains("<b>"), "{typed}: {}", reply.text());
    }
    leads_to(&admin.submit(&path, &[("url", "nowhere.invalid")]).await, &path);
    jobs::run_until_idle(app.engine()).await;
    let failed = admin.get(&path).await.is(200);
    assert!(failed.text().contains("It could not be read: ") && failed.text().contains("paste a text"));
    let empty = admin.submit(&app.page("start/text"), &[("text", " ")]).await;
    assert_eq!(empty.status, 422, "{}", empty.text());
    let text = "# Returns\n\nYou can return any item within thirty days of its delivery.";
    app.clock().advance(1);
    leads_to(&admin.submit(&app.page("start/text"), &[("text", text)]).await, &path);
    jobs::run_until_idle(app.engine()).await;
    let read = admin.get(&path).await.is(200);
    assert!(read.text().contains("learnt") && !read.text().contains("could not be read"), "{}", read.text());
}

#[tokio::test]
async fn every_step_can_be_passed_over() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    for (step, next) in [("name", "website"), ("website", "questions"), ("questions", "try"), ("try", "site")]
    {
        let page = admin.get(&app.page(&format!("start/{step}"))).await.is(200);
        let on = format!("href=\"{}\">Skip this", app.page(&format!("start/{next}")));
        assert!(page.text().contains(&on), "{step}: {}", page.text());
    }
    app.member(Role::Agent).await.get(&app.page("start")).await.is(403);
}
