//! A shop where something of everything has happened, so that its pages have something to show.

use botplot_e2e::{EMAIL, PASSWORD, Page, Stage};
use botplot_testkit::phone;
use serde_json::json;

/// Links that somebody was sent, as paths.
pub(super) struct Links {
    pub(super) invitation: String,
    pub(super) reset: String,
}

/// An answer, a refusal, a lead, somebody who waits, a site that was read, pairs, a webhook that fails, a run of the
/// question set, an invitation, an address that is not confirmed; and the owner who looks at it.
pub(super) async fn busy() -> (Stage, Page) {
    let stage = Stage::start().await;
    for (visitor, message) in [("v-1", "When do you ship?"), ("v-2", "What does a basket cost?")] {
        let details = json!({ "name": "Bob <b>Builder</b>", "email": "bob@example.com", "consent": "You may write to me." });
        let body =
            json!({ "message": message, "visitorId": visitor, "stream": false, "visitor_info": details });
        stage.bot.api("POST", "/api/chat", Some(body)).await;
    }
    stage.bot.handled_by("human").await;
    stage.bot.write("Ann", "Hello, **I am Ann**.").await;
    let endpoint = json!({ "url": stage.host.url("/hook") });
    let endpoint = stage.bot.api("POST", "/api/v1/webhooks", Some(endpoint)).await;
    let tested = format!("/api/v1/webhooks/{}/test", endpoint["id"].as_str().unwrap_or_default());
    stage.bot.api("POST", &tested, None).await;
    stage.bot.learn_page(&stage.host.url("/")).await;
    let owner = stage.owner().await;
    let address = [("email", "ann@new.example".to_owned()), ("email_password", PASSWORD.to_owned())];
    owner.send("/account/email", &address).await;
    asks_in_vain(&stage, &owner).await;
    (stage, owner)
}

/// Something that nobody has answered yet, and a question set that was run.
async fn asks_in_vain(stage: &Stage, owner: &Page) {
    let project = stage.bot.app("").await.replace(&stage.bot.origin(), "");
    stage.bot.set(json!({ "threshold": 0.99 })).await;
    for (visitor, message) in
        [("v-3", "Who won the world cup of 1954?"), ("v-4", "Can parrots be taught Latin?")]
    {
        let body = json!({ "message": message, "visitorId": visitor, "stream": false });
        stage.bot.api("POST", "/api/chat", Some(body)).await;
    }
    stage.bot.set(json!({ "threshold": 0 })).await;
    for (path, fields) in [
        (
            "knowledge/add",
            &[
                ("kind", "qa"),
                ("name", "Opening"),
                ("question-0", "When are you open?"),
                ("answer-0", "From nine to five."),
            ][..],
        ),
        ("improve/questions", &[("question", "When do you ship?"), ("expected", "two days")]),
        ("improve/questions/run", &[]),
        ("inbox/replies", &[("name", "Thanks"), ("content", "Thank you, **we are on it**.")]),
        ("team/invite", &[("email", "carl@shop.example"), ("role", "agent")]),
    ] {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        owner.send(&format!("{project}{path}"), &fields).await;
    }
    stage.open(owner, "improve/questions").await;
    owner.until("ui('a[href*=\"improve/runs/\"]')").await;
    // One of them is answered; the page that proves it is where the owner is left.
    stage.open(owner, "improve").await;
    let gap = owner.until("ui('a[href*=\"improve/gaps/\"]')?.pathname").await;
    let answer = [("question", "Can parrots be taught Latin?"), ("answer", "Some of them.")];
    let answer: Vec<_> = answer.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    owner.send(&format!("{}/answer", gap.as_str().unwrap_or_default()), &answer).await;
    owner.until("location.pathname.endsWith('/proof')").await;
}

/// An invitation and a link for a lost password, as their readers have them; the owner's sign-in takes a code from then on.
pub(super) async fn links(stage: &Stage, owner: &Page) -> Links {
    let project = stage.bot.app("").await.replace(&stage.bot.origin(), "");
    let invited = [("email", "dora@shop.example".to_owned()), ("role", "viewer".to_owned())];
    owner.goto(&format!("{}/account/factor", stage.bot.origin())).await;
    let typed = owner.js("ui('#typed').textContent").await;
    owner.write("#code", &phone::code(typed.as_str().unwrap_or_default())).await;
    owner.write("#password", PASSWORD).await;
    owner.press("Enter").await;
    owner.until("ui('#codes')").await;
    owner.send(&format!("{project}team/invite"), &invited).await;
    let invitation = owner.until("new URL(ui('#invitation').textContent).pathname").await;
    let printed = stage.bot.command(&["account", "reset", EMAIL]);
    let link = printed.split_whitespace().find(|word| word.contains("/reset/")).expect("it prints a link");
    let reset = link.split_at(link.find("/reset/").unwrap_or_default()).1.to_owned();
    Links { invitation: invitation.as_str().unwrap_or_default().to_owned(), reset }
}
