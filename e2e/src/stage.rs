//! All that a journey needs, started together.

use serde_json::Value;

use crate::{Bot, Browser, Host, Html, Page};

/// A server, a website that has its widget on the page `/`, and a browser.
pub struct Stage {
    /// The server.
    pub bot: Bot,
    /// The website.
    pub host: Host,
    /// The browser.
    pub browser: Browser,
}

impl Stage {
    /// Starts all three; the website's page `/` has the widget's tag in its head.
    pub async fn start() -> Self {
        Self::around(Bot::start().await).await
    }

    /// As [`Stage::start`], with a project that is set up so.
    pub async fn set(settings: Value) -> Self {
        let bot = Bot::start().await;
        bot.set(settings).await;
        Self::around(bot).await
    }

    /// A website and a browser for this server.
    pub async fn around(bot: Bot) -> Self {
        let (host, browser) = tokio::join!(Host::start(), Browser::launch());
        let stage = Self { bot, host, browser };
        stage.host.put("/", &Html::with(&stage.tag("")));
        stage
    }

    /// The widget's tag as the documentation has it, with further attributes.
    pub fn tag(&self, attributes: &str) -> String {
        self.tag_with(self.bot.key(), attributes)
    }

    /// The widget's tag with this key.
    pub fn tag_with(&self, key: &str, attributes: &str) -> String {
        format!(
            r#"<script src="{}/widget/w.js" data-key="{key}" {attributes} async></script>"#,
            self.bot.origin()
        )
    }

    /// Opens the website's page at `path` and waits for nothing.
    pub async fn visit(&self, path: &str) -> Page {
        let page = self.browser.page().await;
        page.goto(&self.host.url(path)).await;
        page
    }

    /// Opens the website and waits for the launcher.
    pub async fn page(&self) -> Page {
        let page = self.visit("/").await;
        page.until("ui('.launcher')").await;
        page
    }

    /// Opens the website and the widget's panel.
    pub async fn opened(&self) -> Page {
        let page = self.page().await;
        page.open_chat().await;
        page
    }
}

/// The policy of the strictest page that the widget runs on: nothing but this server, and no text turned into script.
pub fn strict_csp(server: &str) -> String {
    format!(
        "default-src 'none'; script-src {server}; connect-src {server}; img-src {server}; require-trusted-types-for 'script'"
    )
}
