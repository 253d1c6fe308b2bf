//! Asking: what is written and shown from the first word to the last.

use std::time::Duration;

use botplot_e2e::{Fault, Html, Reply, Stage};
use serde_json::json;

const RICH: &str = "We ship within **two days** and *never* on Sundays [1].\n\n1. by post\n2. by bike\n\n\
    - small\n- large\n\n| Size | Price |\n|---|---|\n| small | 40 |\n\nRun `order`, or see [the prices](https://example.com/prices).";

/// Two pages of the website, so that answers have sources and further questions.
async fn taught() -> Stage {
    let stage = Stage::start().await;
    let page = |title: &str, text: &str| {
        Html::default().body(&format!("<main><h1>{title}</h1><p>{text}</p></main>")).titled(title)
    };
    stage.host.put(
        "/wrapping",
        &page("Wrapping cups", "Cups are wrapped in straw and two layers of paper before they are sent."),
    );
    stage.host.put(
        "/repairs",
        &page("Repairing cups", "Broken cups are glued with gold lacquer in our workshop within a week."),
    );
    for path in ["/wrapping", "/repairs"] {
        stage.bot.learn_page(&stage.host.url(path)).await;
    }
    stage
}

#[tokio::test]
async fn an_answer_streams_in_as_it_is_written() {
    let stage = Stage::start().await;
    stage.bot.model.reply(Reply::text(RICH).each_after(Duration::from_millis(25)));
    let page = stage.opened().await;
    page.js(
        "window.lengths = new Set(), new MutationObserver(() => lengths.add(last('.message.bot .text').length))
         .observe(ui('.log'), { childList: true, subtree: true, characterData: true }), 0",
    )
    .await;
    page.ask("When do you ship?").await;
    page.until_says(".message.user", "When do you ship?").await;
    page.until("seen('.stop')").await;
    page.until("seen('.message.bot .up')").await;
    let steps = page.js("lengths.size").await;
    assert!(steps.as_u64() > Some(4), "it came in {steps} steps");
    assert_eq!(page.js("ui('.composer textarea').value").await, "");
    assert_eq!(stage.bot.messages().await.len(), 2);
    page.picture("ask-answer").await;
}

#[tokio::test]
async fn markdown_becomes_elements() {
    let stage = Stage::start().await;
    stage.bot.model.reply(Reply::text(RICH));
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    for (selector, text) in [
        ("strong", "two days"),
        ("em", "never"),
        ("ol > li", "by bike"),
        ("ul > li", "large"),
        ("th", "Price"),
        ("td", "40"),
        ("code", "order"),
        ("a[href='https://example.com/prices'][rel~=noopener][target=_blank]", "the prices"),
    ] {
        page.until_says(&format!(".message.bot .text {selector}"), text).await;
    }
    page.picture("ask-markdown").await;
}

#[tokio::test]
async fn an_answer_names_its_sources_and_offers_further_questions() {
    let stage = taught().await;
    stage.bot.model.reply(Reply::text("In straw and paper [1]."));
    let page = stage.opened().await;
    page.ask_and_wait("How are cups wrapped?").await;
    assert_eq!(page.js("ui('.sources').open").await, false);
    page.click(".sources summary").await;
    page.until("seen('.sources a')").await;
    let link = page.js("[ui('.sources a').href, ui('.sources a').rel, ui('.sources a').textContent]").await;
    assert_eq!(link[0], stage.host.url("/wrapping"));
    assert!(
        link[1].as_str().unwrap().contains("noopener") && link[2].as_str().unwrap().contains("Wrapping"),
        "{link}"
    );
    page.picture("ask-sources").await;
    page.until_says(".suggestions", "Repairing cups").await;
    stage.bot.model.reply(Reply::text("With gold [1]."));
    page.click(".suggestions button").await;
    page.until_says(".message.bot .text", "With gold").await;
    assert_eq!(page.count(".message.user").await, 2);
}

#[tokio::test]
async fn a_starter_question_is_asked_with_one_click() {
    let stage =
        Stage::set(json!({ "widget": { "starters": ["When do you ship?", "What is a basket?"] } })).await;
    let page = stage.opened().await;
    assert_eq!(page.count(".starters button").await, 2);
    page.is_accessible().await;
    page.picture("ask-starters").await;
    page.click_named("button", "What is a basket?").await;
    page.until("seen('.message.bot .up')").await;
    assert_eq!(page.count(".starters").await, 0);
    assert_eq!(stage.bot.messages().await[0]["content"], "What is a basket?");
}

#[tokio::test]
async fn an_answer_is_rated_and_commented_on() {
    let stage = Stage::start().await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    page.click_named("button", "Helpful").await;
    page.until("ui('.up').ariaPressed === 'true'").await;
    page.click_named("button", "Not helpful").await;
    page.until("ui('.down').ariaPressed === 'true' && ui('.up').ariaPressed === 'false'").await;
    page.write("form.comment textarea", "The price is missing.").await;
    page.is_accessible().await;
    page.picture("ask-comment").await;
    page.click("form.comment button.main").await;
    page.until("!ui('form.comment')").await;
    let answer = &stage.bot.messages().await[1];
    let export =
        stage.bot.api("GET", &format!("/api/v1/visitors/{}/export", visitor(&stage).await), None).await;
    assert!(export.to_string().contains("The price is missing."), "{answer} {export}");
    assert!(export.to_string().contains(r#""rating":"down""#), "{export}");
    page.reload().await;
    page.until("ui('.down')?.ariaPressed === 'true'").await;
}

async fn visitor(stage: &Stage) -> String {
    stage.bot.newest().await["visitor_id"].as_str().expect("a conversation has a visitor").to_owned()
}

#[tokio::test]
async fn an_answer_is_copied_as_it_was_written() {
    let stage = Stage::start().await;
    stage.bot.model.reply(Reply::text("We ship within **two days**."));
    let page = stage.opened().await;
    stage.browser.allow_clipboard(&stage.host.origin()).await;
    page.ask_and_wait("When do you ship?").await;
    page.click_named("button", "Copy").await;
    page.until("ui('.copy').ariaLabel === 'Copied'").await;
    assert_eq!(page.js("navigator.clipboard.readText()").await, "We ship within **two days**.");
}

#[tokio::test]
async fn stopping_keeps_what_was_said() {
    let stage = Stage::start().await;
    stage.bot.model.reply(Reply::text("We ship within two days of your order.").with(Fault::HangAfter(3)));
    let page = stage.opened().await;
    page.ask("When do you ship?").await;
    page.until_says(".message.bot .text", "We ship within").await;
    page.picture("ask-streaming").await;
    page.click_named("button", "Stop").await;
    page.until("seen('.send') && !seen('.stop')").await;
    page.until_says(".message.bot .text", "We ship within").await;
    assert_eq!(page.count(".error").await, 0);
    let kept = &stage.bot.messages().await[1]["content"];
    assert!(kept.as_str().unwrap().starts_with("We ship within"), "{kept}");
    stage.bot.model.reply(Reply::text("Again."));
    page.ask_and_wait("And now?").await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_can_be_had_again() {
    let stage = Stage::start().await;
    stage.bot.model.reply(Reply::text("We ship within two days.").with(Fault::ErrorAfter(2)));
    let page = stage.opened().await;
    page.ask("When do you ship?").await;
    page.until("seen('.error .retry')").await;
    page.is_accessible().await;
    page.picture("ask-broken").await;
    stage.bot.model.reply(Reply::text("We ship within two days."));
    page.click_named("button", "Try again").await;
    page.until("seen('.message.bot .up')").await;
    page.until_says(".message.bot .text", "We ship within two days.").await;
    let said = page.text(".log").await;
    assert_eq!(said.matches("We ship").count(), 1, "{said}");
    assert_eq!((page.count(".message.user").await, page.count(".error").await), (1, 0));
}

#[tokio::test]
async fn a_new_chat_begins_another_conversation() {
    let stage = Stage::start().await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    let first = stage.bot.conversation().await;
    page.click_named("button", "New chat").await;
    page.until("all('.message.user').length === 0").await;
    page.ask_and_wait("What does a basket cost?").await;
    assert_ne!(stage.bot.conversation().await, first);
    page.until("all('.message.user').length === 1").await;
}

#[tokio::test]
async fn enter_sends_and_shift_enter_begins_a_line() {
    let stage = Stage::start().await;
    let page = stage.opened().await;
    page.write(".composer textarea", "One").await;
    page.press("Shift+Enter").await;
    page.insert("two").await;
    assert_eq!(page.js("ui('.composer textarea').value").await, "One\ntwo");
    page.press("Enter").await;
    page.until("seen('.message.bot .up')").await;
    assert_eq!(stage.bot.messages().await[0]["content"], "One\ntwo");
}

#[tokio::test]
async fn a_message_over_the_limit_stays_where_it_was_typed() {
    let stage = Stage::start().await;
    let page = stage.opened().await;
    let long = "ä".repeat(8_001);
    page.ask(&long).await;
    page.until_says(".composer", "At most 8").await;
    assert_eq!(page.js("[...ui('.composer textarea').value].length").await, 8_001);
    assert_eq!(page.count(".message.user").await, 0);
    page.is_accessible().await;
    page.picture("ask-too-long").await;
    page.js("ui('.composer textarea').setSelectionRange(0, 1)").await;
    page.press("Delete").await;
    page.until("!ui('.composer').textContent.includes('At most')").await;
    page.press("Enter").await;
    page.until("seen('.message.bot .up')").await;
}
