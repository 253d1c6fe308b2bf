//! The people behind the dashboard: making the first account, and signing in.

use crate::{Page, Stage};

/// What the owner signs in with.
pub const EMAIL: &str = "ann@shop.example";
/// The owner's password.
pub const PASSWORD: &str = "correct horse battery staple";

impl Stage {
    /// Ann, who has made the first account and owns the project; her page is still where the set-up led her.
    pub async fn owner(&self) -> Page {
        let page = self.browser.page().await;
        page.goto(&self.bot.set_up_address().await).await;
        page.write("#name", "Ann").await;
        page.write("#email", EMAIL).await;
        page.write("#password", PASSWORD).await;
        page.press("Enter").await;
        page.until("location.pathname.startsWith('/app') && document.readyState === 'complete'").await;
        page
    }

    /// Opens a page of the dashboard, such as `inbox`.
    pub async fn open(&self, page: &Page, rest: &str) {
        page.goto(&self.bot.app(rest).await).await;
    }
}

impl Page {
    /// Presses Tab until the focus is on what the selector finds.
    pub async fn tab_to(&self, selector: &str) {
        let is_there = format!("focused()?.matches({}) ?? false", crate::page::quoted(selector));
        for _ in 0..80 {
            if self.js(&is_there).await == true {
                return;
            }
            self.press("Tab").await;
        }
        self.fail(&format!("`{selector}` is not reached by keyboard")).await;
    }
}
