//! The open inbox: calling the person by sound and notification, a connection that breaks, and two agents at once.

use botplot_e2e::{Page, Stage};
use serde_json::{Value, json};

/// Notes each notification and each note that is played, and lets a test say that the person looks elsewhere.
const EARS: &str = "
    window.heard = { shown: [], played: [] };
    const Real = window.Notification;
    window.Notification = class extends Real {
        constructor(title, how) { super(title, how); heard.shown.push([title, how.body]); }
    };
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) {
        heard.played.push(this.context.state);
        return start.apply(this, at);
    };
    Object.defineProperty(document, 'hidden', { get: () => window.away ?? false });
    const focus = document.hasFocus.bind(document);
    document.hasFocus = () => !window.away && focus();
";

/// A visitor writes; the id of the conversation comes back.
async fn writes(stage: &Stage, visitor: &str, text: &str) -> String {
    let body = json!({ "message": text, "visitorId": visitor, "stream": false,
        "visitor_info": { "name": format!("Bob {visitor}") } });
    let said = stage.bot.api("POST", "/api/chat", Some(body)).await;
    said["conversationId"].as_str().expect("a conversation has begun").to_owned()
}

async fn writes_on(stage: &Stage, visitor: &str, conversation: &str, text: &str) {
    let body =
        json!({ "message": text, "visitorId": visitor, "conversationId": conversation, "stream": false });
    stage.bot.api("POST", "/api/chat", Some(body)).await;
}

/// A stage whose owner prefers these, with the inbox open and nobody looking at it.
async fn preferring(sound: bool, notifications: bool) -> (Stage, Page) {
    let stage = Stage::set(json!({ "lead_form": { "when": [] } })).await;
    stage.browser.allow_notifications(&stage.bot.origin()).await;
    let agent = stage.owner().await;
    agent.goto(&format!("{}/account", stage.bot.origin())).await;
    for (name, wanted) in [("sound", sound), ("notifications", notifications)] {
        if agent.js(&format!("ui('#{name}').checked")).await != wanted {
            agent.click(&format!("#{name}")).await;
        }
    }
    agent.click_named("button", "Save the preferences").await;
    agent.until_says(".said", "saved").await;
    agent.before_load(EARS).await;
    stage.open(&agent, "inbox").await;
    // Browsers let a page be heard once somebody has used it.
    agent.press("j").await;
    listens(&agent).await;
    (stage, agent)
}

/// The stream is there: from now on nothing is missed.
async fn listens(page: &Page) {
    page.until("performance.getEntriesByType('resource').some((one) => one.name.includes('part=list'))")
        .await;
}

#[tokio::test]
async fn a_visitor_who_waits_is_heard_and_seen_when_that_is_preferred() {
    let (stage, agent) = preferring(true, true).await;
    agent.js("window.away = true").await;
    let conversation = writes(&stage, "v-1", "Is <b>anybody</b> there?").await;
    agent.until(&format!("ui('[id=\"c-{conversation}\"]')")).await;
    assert_eq!(agent.js("heard.shown").await, json!([]), "the bot has answered: nobody has to come");
    stage.bot.handled_by("human").await;
    writes_on(&stage, "v-1", &conversation, "Hello?").await;
    agent.until("heard.shown.length === 1").await;
    assert_eq!(agent.js("heard.shown").await, json!([["Bob v-1", "Hello?"]]));
    assert_eq!(
        agent.js("heard.played").await,
        json!(["running"]),
        "a context that stands still is not heard"
    );
    agent.until("document.title.startsWith('(1) Inbox')").await;
    let other = writes(&stage, "v-2", "And me?").await;
    stage.bot.handled_by("human").await;
    writes_on(&stage, "v-2", &other, "Me too!").await;
    agent.until("document.title.startsWith('(2) Inbox')").await;
    agent.until("heard.shown.length === 2 && heard.played.length === 2").await;
    // What is looked at is neither unread nor called out.
    agent.js("window.away = false; document.dispatchEvent(new Event('visibilitychange'))").await;
    agent.click(&format!("[id='c-{other}'] a")).await;
    agent.until("document.title.startsWith('(1) Inbox')").await;
    writes_on(&stage, "v-2", &other, "I can see you read this.").await;
    agent.until_says("#thread .message.visitor", "I can see you").await;
    assert_eq!(agent.js("[heard.shown.length, heard.played.length]").await, json!([2, 2]));
    agent.picture("inbox-called").await;
}

#[tokio::test]
async fn nobody_is_called_who_prefers_quiet() {
    let (stage, agent) = preferring(false, false).await;
    agent.js("window.away = true").await;
    let conversation = writes(&stage, "v-1", "Is anybody there?").await;
    stage.bot.handled_by("human").await;
    writes_on(&stage, "v-1", &conversation, "Hello?").await;
    agent.until("ui('#rows').innerText.includes('Hello?')").await;
    agent.until("document.title.startsWith('(1) Inbox')").await;
    assert_eq!(agent.js("heard").await, json!({ "shown": [], "played": [] }));
}

#[tokio::test]
async fn a_lost_connection_says_so_and_comes_back_complete() {
    let mut stage = Stage::set(json!({ "lead_form": { "when": [] } })).await;
    let agent = stage.owner().await;
    agent
        .before_load("window.later = 0; const now = Date.now; Date.now = () => now.call(Date) + later")
        .await;
    let conversation = writes(&stage, "v-1", "When do you ship?").await;
    stage.open(&agent, &format!("inbox/{conversation}")).await;
    listens(&agent).await;
    agent.write("#reply", "I am about to").await;
    agent.offline(true).await;
    agent.until("seen('#lost') && ui('#lost').innerText.includes('connection is lost')").await;
    writes_on(&stage, "v-1", &conversation, "Said in the tunnel").await;
    let new = writes(&stage, "v-2", "New in the tunnel").await;
    agent.click_named("button", "Send").await;
    agent.until_says("#thread-said", "Nothing was sent").await;
    agent.is_accessible().await;
    agent.picture("inbox-lost").await;
    agent.offline(false).await;
    agent.until("!seen('#lost')").await;
    is_complete(&agent, "Said in the tunnel").await;
    agent.until(&format!("ui('[id=\"c-{new}\"]')")).await;
    assert_eq!(agent.js("ui('#reply').value").await, "I am about to", "what was typed is still there");
    // The same when the server itself goes and comes back.
    stage.bot.kill();
    agent.until("seen('#lost')").await;
    stage.bot.restart().await;
    writes_on(&stage, "v-1", &conversation, "Said after the crash").await;
    agent.until("!seen('#lost')").await;
    is_complete(&agent, "Said after the crash").await;
    is_complete(&agent, "Said in the tunnel").await;
    agent.click_named("button", "Send").await;
    agent.until_says("#thread .message.person", "I am about to").await;
    agent.until("!ui('#thread-said').innerText").await;
    // Some lines break without a word: then nothing is heard, for longer than the server is ever silent.
    agent.js("window.leaps = setInterval(() => later += 60_000, 500)").await;
    agent.until("seen('#lost')").await;
    agent.js("clearInterval(leaps)").await;
    agent.until("!seen('#lost')").await;
}

/// A message of the visitor is there exactly once.
async fn is_complete(page: &Page, text: &str) {
    let times =
        format!("all('#thread .message.visitor').filter((one) => one.innerText.includes('{text}')).length");
    page.until(&times).await;
    assert_eq!(page.js(&times).await, 1, "{text}");
}

#[tokio::test]
async fn somebody_who_was_signed_out_is_told_that_and_not_that_the_line_is_down() {
    let stage = Stage::start().await;
    let agent = stage.owner().await;
    let conversation = writes(&stage, "v-1", "When do you ship?").await;
    stage.open(&agent, &format!("inbox/{conversation}")).await;
    listens(&agent).await;
    agent.write("#reply", "A long and thoughtful answer").await;
    let tab = stage.browser.page().await;
    stage.open(&tab, "team").await;
    tab.click_named("button", "Sign out").await;
    tab.until("location.pathname === '/sign-in'").await;
    agent.click_named("button", "Send").await;
    agent.until_says("#thread-said", "You were signed out").await;
    agent.offline(true).await;
    agent.until("seen('#lost')").await;
    agent.offline(false).await;
    agent.until("seen('#out') && !seen('#lost')").await;
    agent.is_accessible().await;
    agent.picture("inbox-signed-out").await;
    let way = agent.js("ui('#out a').href").await;
    tab.goto(way.as_str().unwrap_or_default()).await;
    signs_in(&tab).await;
    tab.until(&format!("location.pathname.endsWith('/inbox/{conversation}')")).await;
    // The page that was left alone is at it again by itself.
    agent.until("!seen('#out')").await;
    assert_eq!(agent.js("ui('#reply').value").await, "A long and thoughtful answer");
    agent.click_named("button", "Send").await;
    agent.until_says("#thread .message.person", "A long and thoughtful answer").await;
}

async fn signs_in(page: &Page) {
    page.write("#email", botplot_e2e::EMAIL).await;
    page.write("#password", botplot_e2e::PASSWORD).await;
    page.press("Enter").await;
}

/// Two agents look at a conversation in which a visitor waits.
async fn two_agents(names: [&str; 2], deaf: bool) -> (Stage, Page, Page, String) {
    let stage = Stage::start().await;
    let first = stage.owner().await;
    let second = stage.colleague(&first, names[1], "agent").await;
    if names[0] != "Ann" {
        first.goto(&format!("{}/account", stage.bot.origin())).await;
        first.js(&format!("ui('#name').value = {}", Value::from(names[0]))).await;
        first.click_named("button", "Save the name").await;
        first.until("document.readyState === 'complete' && ui('.said')").await;
    }
    let conversation = writes(&stage, "v-1", "Is anybody there?").await;
    if deaf {
        second.before_load("window.EventSource = class { close() {} }").await;
    }
    for page in [&first, &second] {
        stage.open(page, &format!("inbox/{conversation}")).await;
        page.until("ui('.thread-head [data-key=t]')").await;
    }
    (stage, first, second, conversation)
}

#[tokio::test]
async fn of_two_agents_who_take_a_conversation_at_once_one_gets_it_and_the_other_is_told() {
    let (stage, ann, ben, _) = two_agents(["Ann", "Ben"], false).await;
    tokio::join!(ann.click_named("button", "Take over"), ben.click_named("button", "Take over"));
    let standing = "ui('.thread-head .whom p')?.innerText ?? ''";
    for page in [&ann, &ben] {
        page.until(&format!("/^With /.test({standing})")).await;
    }
    let [anns, bens] = [ann.text(".thread-head .whom p").await, ben.text(".thread-head .whom p").await];
    let holder = stage.bot.newest().await["agent"].clone();
    match holder.as_str() {
        Some("Ann") => assert!(anns.starts_with("With you") && bens.starts_with("With Ann"), "{anns} {bens}"),
        _ => assert!(anns.starts_with("With Ben") && bens.starts_with("With you"), "{anns} {bens}"),
    }
}

#[tokio::test]
async fn who_comes_too_late_is_told_who_has_the_conversation() {
    let (stage, ann, ben, _) = two_agents(["Ann", "Ben"], true).await;
    ann.click_named("button", "Take over").await;
    ann.until_says(".thread-head", "With you").await;
    ben.click_named("button", "Take over").await;
    ben.until_says("#thread-said", "Ann has taken this conversation meanwhile").await;
    ben.until_says(".thread-head", "With Ann").await;
    ben.until("!ui('#reply')").await;
    ben.is_accessible().await;
    ben.picture("inbox-too-late").await;
    assert_eq!(stage.bot.newest().await["agent"], "Ann");
}

#[tokio::test]
async fn two_agents_of_one_name_are_two_people() {
    let (_stage, one, other, _) = two_agents(["Alex", "Alex"], true).await;
    one.click_named("button", "Take over").await;
    one.until_says(".thread-head", "With you").await;
    other.click_named("button", "Take over").await;
    other.until_says("#thread-said", "Alex has taken this conversation meanwhile").await;
    other.until_says(".thread-head", "With Alex").await;
}
