//! Improve: what was not answered or badly rated, and the project's question set.

mod questions;

use botplot_core::account::Role;
use botplot_engine::jobs;
use botplot_testkit::app::{Actor, Reply, TestApp};
use serde_json::json;

/// A question that the shipping text does not cover.
const UNKNOWN: &str = "Do you repair broken bicycles?";
const MARKUP: &str = "Do you repair <b>broken</b> bicycles?";

/// A server that knows something else than what is asked.
async fn ignorant() -> TestApp {
    let app = TestApp::start().await;
    app.learn(crate::SHIPPING.0, crate::SHIPPING.1).await;
    app
}

async fn ask(app: &TestApp, visitor: &str, question: &str) -> Reply {
    app.widget().ask(visitor, question).await.is(200)
}

/// The id of the newest answer of a conversation.
async fn answer_of(app: &TestApp, reply: &Reply) -> String {
    app.messages(&reply.conversation()).await.last().expect("it was answered").id.to_string()
}

/// The list once every question on it was compared by its meaning.
async fn compared(app: &TestApp, who: &Actor, page: &str) -> String {
    let asking = async {
        loop {
            let page = who.get(&app.page(page)).await.is(200).text().to_owned();
            if !page.contains("still being compared") {
                return page;
            }
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), asking).await.expect("vectors are made")
}

#[tokio::test]
async fn nothing_asked_in_vain_says_so() {
    let app = TestApp::start().await;
    let page = app.member(Role::Viewer).await.get(&app.page("improve")).await.is(200);
    assert!(page.text().contains("Nothing was asked in vain"), "{}", page.text());
}

#[tokio::test]
async fn refused_and_badly_rated_questions_gather_by_what_they_ask_the_largest_first() {
    let app = ignorant().await;
    let newest = ask(&app, "bob", "Who is your chief executive?").await;
    ask(&app, "bob", UNKNOWN).await;
    ask(&app, "ann", "do you repair  broken bicycles?").await;
    ask(&app, "eve", "Can you repair broken bicycles?").await;
    let rated = app.widget().ask("bob", crate::QUESTION).await.is(200);
    let rating = json!({ "messageId": answer_of(&app, &rated).await, "rating": "down", "comment": MARKUP });
    let rating = app.widget().showing(&rated).post("/api/chat/feedback", rating).await;
    assert!(rating.status.is_success(), "{}", rating.text());
    let viewer = app.member(Role::Viewer).await;
    let page = compared(&app, &viewer, "improve").await;
    assert!(page.contains("asked 3 times") && page.contains("rated as bad"), "{page}");
    assert!(page.find("bicycles").unwrap() < page.find("chief executive").unwrap(), "{page}");
    assert!(page.contains(&format!("/inbox/{}", newest.conversation())), "{page}");
    assert!(!page.contains("Write the answer"), "a viewer only reads");
    let one = viewer.get(&app.page(&format!("improve/gaps/{}", answer_of(&app, &rated).await))).await.is(200);
    assert!(one.text().contains("&lt;b&gt;broken&lt;/b&gt;"), "{}", one.text());
    app.clock().advance(40 * 86_400);
    let viewer = app.member(Role::Viewer).await;
    assert!(viewer.get(&app.page("improve")).await.is(200).text().contains("Nothing was asked in vain"));
    assert!(viewer.get(&app.page("improve?days=90")).await.is(200).text().contains("asked 3 times"));
}

#[tokio::test]
async fn what_is_dismissed_does_not_come_back() {
    let app = ignorant().await;
    let (first, second) = (ask(&app, "bob", UNKNOWN).await, ask(&app, "ann", UNKNOWN).await);
    let (first, second) = (answer_of(&app, &first).await, answer_of(&app, &second).await);
    let admin = app.member(Role::Admin).await;
    let path = app.page(&format!("improve/gaps/{second}/dismiss"));
    admin.submit(&path, &[("message", &first), ("message", &second)]).await.is(303);
    assert!(admin.get(&app.page("improve")).await.is(200).text().contains("Nothing was asked in vain"));
    let foreign = app.page("improve/gaps/550e8400-e29b-41d4-a716-446655440000/dismiss");
    admin.submit(&foreign, &[]).await.is(404);
    admin.submit(&path, &[("message", "nonsense")]).await.is(404);
}

#[tokio::test]
async fn a_written_answer_is_learnt_and_proved_with_the_old_question() {
    let app = ignorant().await;
    let asked = ask(&app, "bob", MARKUP).await;
    let id = answer_of(&app, &asked).await;
    let admin = app.member(Role::Admin).await;
    let gap = app.page(&format!("improve/gaps/{id}"));
    let page = admin.get(&gap).await.is(200);
    assert!(page.text().contains("&lt;b&gt;broken&lt;/b&gt;") && !page.text().contains("<b>broken"));
    let wrong =
        admin.submit(&format!("{gap}/answer"), &[("question", "Repairs?"), ("answer", "")]).await.is(400);
    assert!(
        wrong.text().contains("id=\"answer-why\"") && wrong.text().contains("Repairs?"),
        "{}",
        wrong.text()
    );
    let fields =
        [("question", MARKUP), ("answer", "Yes, we repair <i>all</i> bicycles."), ("message", id.as_str())];
    let answered = admin.submit(&format!("{gap}/answer"), &fields).await.is(303);
    let proof = answered.header("location").unwrap().to_owned();
    let waiting = admin.get(&proof).await.is(200);
    assert!(
        waiting.text().contains("is being learnt") && waiting.text().contains("every 1s"),
        "{}",
        waiting.text()
    );
    jobs::run_until_idle(app.engine()).await;
    let proved = admin.clone().with("hx-request", "true").get(&proof).await.is(200);
    assert!(proved.text().contains("Yes, we repair &lt;i&gt;all&lt;/i&gt; bicycles."), "{}", proved.text());
    assert!(proved.text().contains("in your own words") && !proved.text().contains("every 1s"));
    let then = admin.get(&proof).await.is(200);
    assert!(then.text().contains("I could not find that in what I know"), "{}", then.text());
    assert_eq!(ask(&app, "ann", MARKUP).await.answer(), "Yes, we repair <i>all</i> bicycles.");
    assert!(admin.get(&app.page("improve")).await.is(200).text().contains("Nothing was asked in vain"));
    let conversations = app.engine().reader();
    let wanted = botplot_store::ConversationFilter::default();
    let count = conversations.list_conversations(app.project().project.id, &wanted, 9, 0).await.unwrap().1;
    assert_eq!(count, 2, "the proof is no conversation");
}

#[tokio::test]
async fn a_second_answer_joins_the_first_and_the_same_question_replaces_its_answer() {
    let app = ignorant().await;
    let id = answer_of(&app, &ask(&app, "bob", UNKNOWN).await).await;
    let admin = app.member(Role::Admin).await;
    let path = app.page(&format!("improve/gaps/{id}/answer"));
    for (question, answer) in [(UNKNOWN, "No."), ("Who runs this?", "Ann does."), (UNKNOWN, "Yes, we do.")] {
        admin.submit(&path, &[("question", question), ("answer", answer)]).await.is(303);
    }
    jobs::run_until_idle(app.engine()).await;
    let (sources, total) = app.engine().reader().list_sources(app.project().project.id, 9, 0).await.unwrap();
    assert_eq!((total, sources[0].name.as_str(), sources[0].pages), (2, "Answers", 2));
    assert_eq!(ask(&app, "ann", UNKNOWN).await.answer(), "Yes, we do.");
    assert_eq!(ask(&app, "ann", "Who runs this?").await.answer(), "Ann does.");
}
