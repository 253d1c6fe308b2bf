//! `cargo xtask bench widget`: how soon the launcher is painted once its configuration is there (at most 100 ms), and
//! how long the page's tasks are while 2,000 tokens stream at 200 a second (none over 50 ms).
//!
//! The same stream is run without the widget in the same browser, so that the machine's own noise is known.

use std::path::Path;

use botplot_e2e::{Browser, Host, Html, Page};

/// The server inside the page.
const SERVER: &str = include_str!("server.js");
/// Pages that are measured.
const RUNS: usize = 3;

#[tokio::main]
async fn main() {
    let (host, browser) = tokio::join!(Host::start(), Browser::launch());
    for script in ["w.js", "more.js"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../widget/dist").join(script);
        let text = std::fs::read_to_string(&path).expect("`cargo xtask widget` builds the script");
        host.put_script(&format!("/widget/{script}"), &text);
    }
    host.put("/", &Html::default());
    for run in 1..=RUNS {
        let bare = without(&browser, &host).await;
        let (painted, tasks) = with(&browser, &host).await;
        say(&format!("run {run}: launcher painted {painted:.0} ms after its configuration"));
        say(&format!("run {run}: tasks over 50 ms while streaming: {}", told(&tasks)));
        say(&format!("run {run}: the same stream without the widget:  {}", told(&bare)));
    }
}

#[expect(clippy::print_stdout, reason = "a program that measures prints what it measured")]
fn say(line: &str) {
    println!("{line}");
}

async fn page(browser: &Browser, host: &Host) -> Page {
    let page = browser.page().await;
    page.before_load(SERVER).await;
    page.goto(&host.url("/")).await;
    page
}

/// The long tasks of a page that only reads the stream.
async fn without(browser: &Browser, host: &Host) -> Vec<f64> {
    let page = page(browser, host).await;
    page.js("fetch('/api/chat').then(async (reply) => { for await (const _ of reply.body); times.read = true }), 0").await;
    page.until("times.read").await;
    tasks(&page, 0.0).await
}

/// Milliseconds until the launcher was painted, and the long tasks while the answer streamed.
async fn with(browser: &Browser, host: &Host) -> (f64, Vec<f64>) {
    let page = page(browser, host).await;
    page.js("document.head.append(Object.assign(document.createElement('script'), { src: '/widget/w.js', async: true })), document.head.lastChild.dataset.key = 'bp_pub_a'").await;
    page.until("times.painted").await;
    let painted = page.js("times.painted - times.config").await.as_f64().unwrap_or(f64::NAN);
    page.open_chat().await;
    let begun = page.js("performance.now()").await.as_f64().unwrap_or_default();
    page.ask("How do I return something?").await;
    page.until("times.done && !ui('.composer.busy')").await;
    (painted, tasks(&page, begun).await)
}

/// Durations in milliseconds of the tasks over 50 ms since `begun`.
async fn tasks(page: &Page, begun: f64) -> Vec<f64> {
    let wanted =
        format!("times.tasks.filter((task) => task.startTime >= {begun}).map((task) => task.duration)");
    let found = page.js(&wanted).await;
    found.as_array().into_iter().flatten().filter_map(serde_json::Value::as_f64).collect()
}

fn told(tasks: &[f64]) -> String {
    match tasks.iter().copied().reduce(f64::max) {
        None => "none".to_owned(),
        Some(longest) => format!("{}, the longest {longest:.0} ms", tasks.len()),
    }
}
