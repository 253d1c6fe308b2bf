//! The form for contact details, on each of its four occasions.

use botplot_e2e::{Bot, Page, Reply, Stage};
use serde_json::{Value, json};

const CONSENT: &str = "I agree that the basket shop calls me back.";

fn form(when: &str) -> Value {
    json!({ "lead_form": { "when": [when], "fields": ["name", "email", "phone"], "title": "Who are you?", "consent": CONSENT } })
}

/// Fills the form in, wrongly first.
async fn fill_in(page: &Page) {
    page.until_says("form.lead", "Who are you?").await;
    page.click("form.lead button.main").await;
    page.until(
        "['name', 'email', 'consent'].every((name) => ui(`input[name=${name}]`).ariaInvalid === 'true')",
    )
    .await;
    page.until("focused().name === 'name'").await;
    page.is_accessible().await;
    page.write("input[name=name]", "Ann").await;
    page.write("input[name=email]", "ann(at)example.com").await;
    page.click("form.lead button.main").await;
    page.until_says("form.lead", "valid e-mail address").await;
    page.click("input[name=email]").await;
    page.press("Control+a").await;
    page.insert("ann@example.com").await;
    page.write("input[name=phone]", "+49 30 1234567").await;
    page.click("input[name=consent]").await;
    page.click("form.lead button.main").await;
    page.until("!ui('form.lead')").await;
}

/// What the owner has of them.
async fn arrives(stage: &Stage) {
    let leads = stage.bot.leads().await;
    assert_eq!(leads.len(), 1, "{leads:?}");
    for (field, value) in [("name", "Ann"), ("email", "ann@example.com"), ("phone", "+49 30 1234567")] {
        assert_eq!(leads[0][field], value, "{leads:?}");
    }
    let conversation = stage.bot.newest().await;
    assert_eq!(conversation["visitor_info"]["consent"], CONSENT, "{conversation}");
}

#[tokio::test]
async fn details_are_asked_for_before_the_first_question() {
    let stage = Stage::set(form("before")).await;
    let page = stage.page().await;
    page.click(".launcher").await;
    page.until("seen('form.lead')").await;
    page.is_accessible().await;
    page.picture("lead-before").await;
    assert_eq!(page.js("seen('.composer')").await, false);
    fill_in(&page).await;
    page.ask_and_wait("When do you ship?").await;
    arrives(&stage).await;
    page.click_named("button", "New chat").await;
    page.until("seen('.composer')").await;
    assert_eq!(page.count("form.lead").await, 0, "nobody is asked twice");
}

#[tokio::test]
async fn details_are_asked_for_when_the_bot_does_not_know() {
    let mut settings = form("refusal");
    settings["threshold"] = json!(1);
    let stage = Stage::set(settings).await;
    let page = stage.opened().await;
    page.ask("Who won the cup in 1954?").await;
    page.until_says(".message.bot .text", "could not find that").await;
    page.picture("lead-refusal").await;
    fill_in(&page).await;
    page.until_says(".log", "Thank you").await;
    arrives(&stage).await;
}

#[tokio::test]
async fn details_are_asked_for_when_a_person_is_wanted() {
    let stage = Stage::set(form("handoff")).await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    page.click_named("button", "Talk to a person").await;
    page.picture("lead-handoff").await;
    fill_in(&page).await;
    arrives(&stage).await;
    assert_eq!(stage.bot.newest().await["handoff_requested"], true);
}

#[tokio::test]
async fn details_are_asked_for_at_the_limit_and_the_question_is_kept() {
    let bot = Bot::with(&[("BOTPLOT__PLANS__BUSINESS__MESSAGES", "1")]).await;
    bot.set(form("limit")).await;
    let stage = Stage::around(bot).await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    page.ask("And what does it cost?").await;
    page.until_says(".error", "Leave your details").await;
    page.until_says(".message.user", "And what does it cost?").await;
    page.is_accessible().await;
    page.picture("lead-limit").await;
    fill_in(&page).await;
    arrives(&stage).await;
    assert_eq!(stage.bot.messages().await.last().unwrap()["content"], "And what does it cost?");
}

#[tokio::test]
async fn who_leaves_no_details_goes_on() {
    let stage = Stage::set(form("before")).await;
    stage.bot.model.reply(Reply::text("Within two days."));
    let page = stage.page().await;
    page.click(".launcher").await;
    page.until("seen('form.lead')").await;
    page.click_named("button", "Not now").await;
    page.until("!ui('form.lead') && seen('.composer')").await;
    page.ask_and_wait("When do you ship?").await;
    assert_eq!(stage.bot.leads().await, [] as [Value; 0]);
}
