//! The dashboard by keyboard alone.

use botplot_e2e::{EMAIL, PASSWORD, Stage};
use serde_json::json;

#[tokio::test]
async fn somebody_signs_in_opens_a_conversation_and_replies_by_keyboard_alone() {
    let stage = Stage::set(json!({ "lead_form": { "when": [] } })).await;
    drop(stage.owner().await);
    let body = json!({ "message": "When do you ship?", "visitorId": "v-1", "stream": false });
    stage.bot.api("POST", "/api/chat", Some(body)).await;
    stage.bot.handled_by("human").await;
    stage.bot.handled_by("ai").await;
    let page = stage.browser.page_of_another_visitor().await;
    stage.open(&page, "inbox").await;
    page.until("location.pathname === '/sign-in'").await;
    page.tab_to("#email").await;
    page.insert(EMAIL).await;
    page.tab_to("#password").await;
    page.insert(PASSWORD).await;
    page.press("Enter").await;
    page.until("location.pathname.endsWith('/inbox') && document.readyState === 'complete'").await;
    page.tab_to("#rows a").await;
    page.press("Enter").await;
    page.until("document.querySelector('#thread #reply')").await;
    page.tab_to("#reply").await;
    page.insert("We ship on Mondays.").await;
    page.tab_to("form.as-reply button.primary").await;
    page.press("Enter").await;
    page.until_says("#thread .message.person", "We ship on Mondays.").await;
    assert_eq!(stage.bot.messages().await.last().expect("it was sent")["content"], "We ship on Mondays.");
    assert_eq!(stage.bot.newest().await["handled_by"], "human");
}
