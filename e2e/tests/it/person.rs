//! Talking to a person.

use botplot_e2e::{Html, Stage};
use serde_json::json;

/// A conversation in which a person was asked for; no form in the way.
async fn asked() -> (Stage, botplot_e2e::Page) {
    let stage = Stage::set(json!({ "lead_form": { "when": [] } })).await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    page.click_named("button", "Talk to a person").await;
    page.until_says(".notice", "A person has been asked to join").await;
    (stage, page)
}

#[tokio::test]
async fn a_person_takes_over_writes_and_hands_back() {
    let (stage, page) = asked().await;
    assert_eq!(stage.bot.newest().await["handoff_requested"], true);
    page.until("!seen('.person')").await;
    let answers = stage.bot.model.requests();
    stage.bot.handled_by("human").await;
    stage.bot.type_as("Ann").await;
    page.until_says(".message:has(.typing)", "Ann is typing").await;
    page.is_accessible().await;
    page.picture("person-typing").await;
    stage.bot.write("Ann", "Hello, I am **Ann**. What can I do for you?").await;
    page.until_says(".message.agent .text strong", "Ann").await;
    page.until_says(".message.agent .who", "Ann").await;
    assert_eq!(page.count(".typing").await, 0);
    page.ask("Where is my basket?").await;
    page.until("seen('.send') && !seen('.stop')").await;
    assert_eq!(stage.bot.model.requests(), answers, "the bot is silent while a person has the conversation");
    assert_eq!(stage.bot.messages().await.last().unwrap()["content"], "Where is my basket?");
    stage.bot.write("Ann", "On its way.").await;
    page.until_says(".message.agent .text", "On its way.").await;
    assert_eq!(page.count(".message.agent").await, 2);
    page.is_accessible().await;
    page.picture("person-talk").await;
    stage.bot.handled_by("ai").await;
    page.until_says(".notice", "The assistant answers again").await;
    page.ask_and_wait("When do you ship?").await;
    page.until("seen('.person')").await;
    page.picture("person-back").await;
}

#[tokio::test]
async fn a_person_can_be_asked_for_before_anything_was_said() {
    let stage = Stage::set(json!({ "lead_form": { "when": [] } })).await;
    let page = stage.opened().await;
    page.click_named("button", "Talk to a person").await;
    page.until_says(".log", "A person has been asked to join").await;
    assert_eq!(stage.bot.newest().await["handoff_requested"], true);
}

#[tokio::test]
async fn what_a_person_writes_while_the_panel_is_closed_is_counted() {
    let (stage, page) = asked().await;
    page.press("Escape").await;
    page.until("!seen('.panel')").await;
    stage.bot.handled_by("human").await;
    stage.bot.write("Ann", "Are you there?").await;
    page.until("seen('.badge') && ui('.badge').textContent === '1'").await;
    stage.bot.write("Ann", "I will wait.").await;
    page.until("ui('.badge').textContent === '2'").await;
    page.until("ui('.launcher').ariaLabel.includes('2 unread messages')").await;
    page.is_accessible().await;
    page.picture("person-badge").await;
    page.open_chat().await;
    page.until("!seen('.badge')").await;
    page.until_says(".message.agent .text", "I will wait.").await;
}

#[tokio::test]
async fn what_a_person_wrote_while_the_visitor_was_away_is_there_and_counted() {
    let (stage, page) = asked().await;
    stage.host.put("/plain", &Html::default());
    page.click_named("button", "Close chat").await;
    page.goto(&stage.host.url("/plain")).await;
    stage.bot.handled_by("human").await;
    stage.bot.write("Ann", "Here is your answer.").await;
    page.goto(&stage.host.url("/")).await;
    page.until("seen('.badge') && ui('.badge').textContent === '1'").await;
    page.open_chat().await;
    page.until_says(".message.agent .text", "Here is your answer.").await;
    page.until_says(".message.agent .who", "Ann").await;
    page.until("!seen('.badge')").await;
    page.goto(&stage.host.url("/plain")).await;
    page.goto(&stage.host.url("/")).await;
    page.until_says(".message.agent .text", "Here is your answer.").await;
    assert_eq!(page.js("seen('.badge')").await, false, "it was read");
    stage.bot.write("Ann", "One thing more.").await;
    page.until_says(".message.agent .text", "One thing more.").await;
    assert_eq!(page.count(".message.agent").await, 2, "nothing is shown twice");
}

#[tokio::test]
async fn nobody_is_offered_where_the_owner_offers_nobody() {
    let stage = Stage::set(json!({ "handoff": { "enabled": false } })).await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    assert_eq!(page.js("seen('.person')").await, false);
}

#[tokio::test]
async fn a_conversation_that_was_closed_is_opened_by_writing() {
    let (stage, page) = asked().await;
    let path = format!("/api/v1/conversations/{}", stage.bot.conversation().await);
    stage.bot.api("PATCH", &path, Some(json!({ "status": "closed" }))).await;
    page.until_says(".notice", "closed").await;
    page.ask_and_wait("One more thing").await;
    assert_eq!(stage.bot.newest().await["status"], "active");
    stage.bot.api("PATCH", &path, Some(json!({ "status": "archived" }))).await;
    page.ask_and_wait("And after the end?").await;
    assert_eq!(stage.bot.messages().await[0]["content"], "And after the end?", "it is a new conversation");
}
