//! The people behind the dashboard: making the first account, and signing in.

use crate::page::quoted;
use crate::{Page, Stage};

/// What the owner signs in with.
pub const EMAIL: &str = "ann@shop.example";
/// The owner's password.
pub const PASSWORD: &str = "correct horse battery staple";

const SEND: &str = "(path, fields) => {
    const form = Object.assign(document.createElement('form'), { method: 'post', action: path });
    for (const [name, value] of fields) form.append(Object.assign(document.createElement('textarea'), { name, value }));
    document.body.append(form);
    setTimeout(() => form.submit());
}";

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

    /// Somebody whom the owner invites from `owner`'s page with this role, in a browser of their own; their page is where
    /// the invitation led them.
    pub async fn colleague(&self, owner: &Page, name: &str, role: &str) -> Page {
        let email = format!("{}@shop.example", role.to_lowercase());
        self.open(owner, "team").await;
        owner.write("#email", &email).await;
        owner.js(&format!("ui('#role').value = {}", quoted(role))).await;
        owner.click_named("button", "Invite").await;
        let link = owner.until("ui('#invitation')?.textContent").await;
        let page = self.browser.page_of_another_visitor().await;
        page.goto(link.as_str().unwrap_or_default()).await;
        page.write("#name", name).await;
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
    /// Sends a form that the page need not have, as one of the dashboard's own does, and waits for what comes.
    pub async fn send(&self, path: &str, fields: &[(&str, String)]) {
        self.js(&format!("window.stale = true; ({SEND})({}, {})", quoted(path), serde_json::json!(fields)))
            .await;
        self.until("!window.stale && document.readyState === 'complete'").await;
    }

    /// Presses Tab until the focus is on what the selector finds.
    pub async fn tab_to(&self, selector: &str) {
        let is_there = format!("focused()?.matches({}) ?? false", quoted(selector));
        for _ in 0..80 {
            if self.js(&is_there).await == true {
                return;
            }
            self.press("Tab").await;
        }
        self.fail(&format!("`{selector}` is not reached by keyboard")).await;
    }
}
