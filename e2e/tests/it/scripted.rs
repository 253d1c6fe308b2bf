//! The widget as built, on a page whose `fetch` is the server: for what a real server would never say.

use std::path::Path;

use botplot_e2e::{Browser, Host, Html, Page};

/// The server inside the page.
const SERVER: &str = include_str!("scripted/server.js");

/// A website that has the widget, and a browser.
pub(crate) struct Scripted {
    /// The website.
    pub(crate) host: Host,
    browser: Browser,
}

impl Scripted {
    pub(crate) async fn start() -> Self {
        let (host, browser) = tokio::join!(Host::start(), Browser::launch());
        for script in ["w.js", "more.js"] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../widget/dist").join(script);
            let text = std::fs::read_to_string(&path).expect("`cargo xtask widget` builds the script");
            host.put_script(&format!("/widget/{script}"), &text);
        }
        host.put("/", &Html::default());
        Self { host, browser }
    }

    /// A page without a widget, on which `script` has run.
    pub(crate) async fn page(&self, script: &str) -> Page {
        let page = self.browser.page().await;
        page.before_load(SERVER).await;
        page.before_load(script).await;
        page.goto(&self.host.url("/")).await;
        page
    }

    /// A page whose widget is open, with a conversation that a person may join.
    pub(crate) async fn chat(&self, script: &str) -> Page {
        let page = self.page(script).await;
        page.js(&add_widget("bp_pub_a")).await;
        page.until("window.BotPlot && ui('.launcher')").await;
        let failed = page.js("scripted.ask('Hello?')").await;
        assert_eq!(failed, "", "the first question is answered");
        page.until("scripted.live.length").await;
        page
    }
}

/// A statement that puts a widget of this key on the page.
pub(crate) fn add_widget(key: &str) -> String {
    format!(
        "document.head.append(Object.assign(document.createElement('script'), {{ src: '/widget/w.js', async: true }})); \
         document.head.lastChild.dataset.key = '{key}'"
    )
}
