//! A visitor asks for a person, who comes and goes: seen live on both sides.

use botplot_e2e::Stage;
use serde_json::json;

#[tokio::test]
async fn a_handoff_goes_to_a_person_and_back_live_on_both_sides() {
    let stage = Stage::set(json!({ "lead_form": { "when": [] } })).await;
    let agent = stage.owner().await;
    let said = agent.console().len();
    stage.open(&agent, "inbox").await;
    let visitor = stage.opened().await;
    visitor.ask_and_wait("When do you ship?").await;
    agent.until("document.querySelector('#rows').innerText.includes('ship')").await;
    visitor.click_named("button", "Talk to a person").await;
    visitor.until_says(".notice", "A person has been asked to join").await;
    agent.until("document.querySelector('#waiting').innerText === '1'").await;
    agent.click("#rows a").await;
    agent.until_says("#thread .message.visitor", "When do you ship?").await;
    agent.click_named("button", "Take over").await;
    agent.until("document.querySelector('#thread .thread-head').innerText.includes('With you')").await;
    agent.write("#reply", "Hello, I am **Ann**.").await;
    agent.click_named("button", "Send").await;
    visitor.until_says(".message.agent .text strong", "Ann").await;
    let answers = stage.bot.model.requests();
    visitor.ask("Where is my basket?").await;
    agent.until_says("#thread .message.visitor", "Where is my basket?").await;
    assert_eq!(stage.bot.model.requests(), answers, "the bot is silent while a person has the conversation");
    agent.write("#reply", "On its way.").await;
    visitor.until_says(".message:has(.typing)", "Ann").await;
    agent.click_named("button", "Send").await;
    visitor.until_says(".message.agent .text", "On its way.").await;
    agent.click_named("button", "Hand back").await;
    visitor.until_says(".notice", "The assistant answers again").await;
    visitor.ask_and_wait("When do you ship?").await;
    agent.until_says("#thread .message.bot", "We ship within two days").await;
    agent.until("document.querySelector('#waiting').hidden").await;
    assert_eq!((agent.violations().await, visitor.violations().await), (Vec::new(), Vec::new()));
    assert!(agent.console()[said..].is_empty(), "{:?}", agent.console());
    agent.picture("dashboard-handoff").await;
}
