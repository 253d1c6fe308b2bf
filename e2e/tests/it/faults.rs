//! What goes wrong, and that the visitor reads a plain sentence, can go on, and has lost nothing.

use std::time::Duration;

use botplot_e2e::{Bot, Browser, Html, Line, Page, Reply, Stage};
use serde_json::json;

/// An answer long enough to be interrupted.
fn long() -> (Reply, String) {
    let words: Vec<String> = (0..50).map(|n| format!("word{n} ")).collect();
    (Reply::tokens(words.clone()).each_after(Duration::from_millis(30)), words.concat().trim().to_owned())
}

/// The console names the server's reason.
fn tells(page: &Page, code: &str) {
    let told = page.console();
    assert!(told.iter().any(|line| line.starts_with("error: BotPlot:") && line.contains(code)), "{told:?}");
}

#[tokio::test]
async fn offline_the_question_is_kept_and_sent_later() {
    let stage = Stage::start().await;
    let page = stage.opened().await;
    page.offline(true).await;
    page.ask("When do you ship?").await;
    page.until_says(".error", "You are offline").await;
    page.until_says(".log", "When do you ship?").await;
    page.is_accessible().await;
    page.picture("faults-offline").await;
    page.offline(false).await;
    page.until("seen('.message.bot .up') || (ui('.retry')?.click(), false)").await;
    assert_eq!((page.count(".message.user").await, page.count(".error").await), (1, 0));
    assert_eq!(stage.bot.messages().await.len(), 2);
}

#[tokio::test]
async fn an_answer_goes_on_after_the_line_was_cut() {
    let bot = Bot::start().await;
    let line = Line::to(bot.address()).await;
    let stage = Stage::around(bot).await;
    let (reply, whole) = long();
    stage.bot.model.reply(reply);
    stage.host.put("/line", &Html::with(&stage.tag("").replace(&stage.bot.origin(), &line.origin())));
    let page = stage.visit("/line").await;
    page.open_chat().await;
    page.ask("Tell me much").await;
    for word in ["word4", "word15", "word30"] {
        page.until_says(".message.bot .text", word).await;
        line.cut();
    }
    page.until("seen('.message.bot .up')").await;
    assert_eq!(page.text(".message.bot .text").await.trim(), whole);
    assert_eq!((page.count(".message.user").await, page.count(".error").await), (1, 0));
    assert_eq!(
        (stage.bot.messages().await.len(), stage.bot.model.requests()),
        (2, 1),
        "nothing was asked twice"
    );
}

#[tokio::test]
async fn a_server_that_crashes_in_the_middle_answers_after_its_restart() {
    let mut stage = Stage::start().await;
    let (reply, whole) = long();
    stage.bot.model.reply(reply);
    let page = stage.opened().await;
    page.ask("Who ships baskets within two days?").await;
    page.until_says(".message.bot .text", "word4").await;
    stage.bot.kill();
    page.picture("faults-crash").await;
    stage.bot.restart().await;
    page.until("seen('.message.bot .up') || (ui('.retry')?.click(), false)").await;
    page.until_says(".message.bot .text", "word49").await;
    page.until("seen('.message.bot .up')").await;
    assert_eq!(page.text(".message.bot:has(.up) .text").await.trim(), whole);
    let said = page.text(".log").await;
    assert_eq!(said.matches("word4 ").count(), 1, "{said}");
    assert_eq!((page.count(".message.user").await, page.count(".error").await), (1, 0));
    // What broke off is stored, and so is the question that was asked again for it.
    page.reload().await;
    page.until("all('.message.bot .text').some((it) => it.textContent.includes('word49'))").await;
    assert_eq!(page.count(".message.user").await, 2);
}

#[tokio::test]
async fn a_server_that_is_down_at_first_is_asked_again() {
    let mut stage = Stage::start().await;
    let page = stage.page().await;
    stage.bot.kill();
    page.open_chat().await;
    page.ask("When do you ship?").await;
    page.until("seen('.error .retry')").await;
    page.until_says(".message.user", "When do you ship?").await;
    page.picture("faults-down").await;
    stage.bot.restart().await;
    page.click_named("button", "Try again").await;
    page.until("seen('.message.bot .up')").await;
    assert_eq!(page.count(".message.user").await, 1);
    assert_eq!(stage.bot.messages().await.len(), 2);
}

#[tokio::test]
async fn without_its_configuration_the_widget_has_its_defaults() {
    let mut stage = Stage::start().await;
    let script = stage
        .visit("/")
        .await
        .js(&format!("fetch('{}/widget/w.js').then((r) => r.text())", stage.bot.origin()))
        .await;
    stage.host.put_script("/widget/w.js", script.as_str().unwrap());
    stage.host.put("/away", &Html::with(&stage.tag("").replace(&stage.bot.origin(), &stage.host.origin())));
    let page = stage.visit("/away").await;
    page.open_chat().await;
    tells(&page, "widget/config");
    page.ask("When do you ship?").await;
    page.until("seen('.error')").await;
    page.until_says(".log", "When do you ship?").await;
    page.is_accessible().await;
    stage.bot.kill();
    let page = stage.visit("/").await;
    page.until("true").await;
    assert_eq!(page.text("h1").await, "The basket shop", "a page without its widget is whole");
}

#[tokio::test]
async fn too_many_questions_are_asked_to_wait() {
    let bot = Bot::with(&[("BOTPLOT__LIMITS__VISITOR_PER_MINUTE", "1")]).await;
    let stage = Stage::around(bot).await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    page.ask("And by bike?").await;
    page.until_says(".error", "Try again in").await;
    page.until("seen('.retry')").await;
    page.until_says(".log", "And by bike?").await;
    page.is_accessible().await;
    page.picture("faults-429").await;
    tells(&page, "429");
}

#[tokio::test]
async fn at_the_limit_without_a_form_the_visitor_reads_why() {
    let bot = Bot::with(&[("BOTPLOT__PLANS__BUSINESS__MESSAGES", "1")]).await;
    bot.set(json!({ "lead_form": { "when": [] } })).await;
    let stage = Stage::around(bot).await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    page.ask("And by bike?").await;
    page.until_says(".error", "not available").await;
    page.picture("faults-402").await;
    tells(&page, "message_limit_reached");
    assert_eq!(stage.bot.messages().await.last().unwrap()["content"], "And by bike?");
}

#[tokio::test]
async fn a_key_that_is_revoked_in_between_is_told() {
    let stage = Stage::start().await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    stage.bot.revoke_publishable_key().await;
    page.ask("And by bike?").await;
    page.until_says(".error", "not available").await;
    page.until_says(".log", "And by bike?").await;
    page.picture("faults-revoked").await;
    tells(&page, "401");
    let page = stage.visit("/").await;
    page.until("true").await;
    console_tells(&page, "401").await;
}

/// Waits for the console, which is heard a little later than the page is seen.
async fn console_tells(page: &Page, code: &str) {
    for _ in 0..200 {
        if page.console().iter().any(|line| line.starts_with("error: BotPlot:") && line.contains(code)) {
            return;
        }
        page.until("new Promise((done) => setTimeout(done, 20, true))").await;
    }
    page.fail(&format!("the console does not tell of `{code}`")).await;
}

#[tokio::test]
async fn an_unknown_key_and_a_wrong_origin_are_told_in_the_console() {
    let stage = Stage::start().await;
    stage
        .host
        .put("/unknown", &Html::with(&stage.tag_with("bp_pub_xf1ECtTNKsopnLRiI0efIuAqM3bnMDjW2TsLotIK", "")));
    let page = stage.visit("/unknown").await;
    console_tells(&page, "401").await;
    assert_eq!(page.text("h1").await, "The basket shop");
    stage.bot.set(json!({ "origins": ["https://shop.example"] })).await;
    let page = stage.visit("/").await;
    console_tells(&page, "origin_not_allowed").await;
    stage.bot.set(json!({ "origins": [stage.host.origin()] })).await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
}

#[tokio::test]
async fn where_storage_is_blocked_the_chat_works_until_the_page_is_left() {
    let bot = Bot::start().await;
    let mut stage = Stage::around(bot).await;
    stage.browser = Browser::without_storage().await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    page.ask_and_wait("And by bike?").await;
    assert_eq!(stage.bot.messages().await.len(), 4);
    assert!(!page.console().iter().any(|line| line.starts_with("uncaught")), "{:?}", page.console());
    page.reload().await;
    page.open_chat().await;
    assert_eq!(page.count(".message.user").await, 0);
}

#[tokio::test]
async fn a_model_that_fails_gives_an_answer_all_the_same() {
    let stage = Stage::start().await;
    stage.bot.model.refuse().await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    page.until_says(".message.bot .text", "two days").await;
}
