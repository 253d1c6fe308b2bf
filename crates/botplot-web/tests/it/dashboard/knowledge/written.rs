//! Texts and pairs that owners wrote: edited on their pages, and given in their own words.

use botplot_core::account::Role;
use botplot_engine::jobs;
use botplot_testkit::app::{Actor, TestApp};
use botplot_testkit::fake_llm::FakeLlm;

use super::{HOSTILE, SAFE, add_text};

const ANSWER: &str = "Yes, **every** Saturday.\n\nBring cash: we take no cards.";

/// Adds a pair and has it read; the address of the source's page.
async fn add_pair(app: &TestApp, admin: &Actor, question: &str, answer: &str) -> String {
    let fields = [("kind", "qa"), ("name", "Pairs"), ("question-0", question), ("answer-0", answer)];
    let added = admin.submit(&app.page("knowledge/add"), &fields).await.is(303);
    jobs::run_until_idle(app.engine()).await;
    added.header("location").expect("it leads to the source").to_owned()
}

#[tokio::test]
async fn a_text_is_edited_and_read_anew() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let place = add_text(&app, &admin, "Hours", &format!("We open at nine. {HOSTILE}")).await;
    let page = admin.get(&format!("{place}/text")).await.is(200);
    assert!(page.text().contains("We open at nine.") && page.text().contains(SAFE), "{}", page.text());
    let empty = admin.submit(&format!("{place}/text"), &[("text", " ")]).await.is(400);
    assert!(empty.text().contains("id=\"text-why\""), "{}", empty.text());
    admin.submit(&format!("{place}/text"), &[("text", "We open at noon on every day.")]).await.is(303);
    jobs::run_until_idle(app.engine()).await;
    let said = app.widget().ask("bob", "When do you open?").await.is(200).answer();
    assert!(said.contains("noon") && !said.contains("nine"), "{said}");
    admin.get(&format!("{place}/pairs")).await.is(404);
}

#[tokio::test]
async fn a_pair_answers_who_asks_the_same_in_its_own_words_with_its_source() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    add_pair(&app, &admin, "Is there a market on Saturday?", ANSWER).await;
    for asked in
        ["Is there a market on Saturday?", "is there a market on saturday", "Is there a Saturday market?"]
    {
        let reply = app.widget().ask("bob", asked).await.is(200);
        assert_eq!(reply.answer(), ANSWER, "{asked}");
        assert_eq!(reply.last()["sources"][0]["title"], "Is there a market on Saturday?", "{asked}");
    }
    for (asked, own) in [
        ("Is there a Saturday market?", true),
        ("Is there a market on Sunday?", false),
        ("Why is there no market on Saturday?", false),
    ] {
        let q: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
        let tested = admin.get(&app.page(&format!("knowledge/test?q={q}"))).await.is(200);
        assert_eq!(
            tested.text().contains("It would answer in your own words"),
            own,
            "{asked}: {}",
            tested.text()
        );
    }
}

#[tokio::test]
async fn a_pair_goes_before_the_model_and_other_questions_still_reach_it() {
    let model = FakeLlm::start().await;
    let app = TestApp::with_model(&model).await;
    let admin = app.member(Role::Admin).await;
    add_pair(&app, &admin, "Is there a market on Saturday?", ANSWER).await;
    assert_eq!(app.widget().ask("bob", "Is there a market on Saturday?").await.is(200).answer(), ANSWER);
    assert_eq!(model.requests(), 0);
    app.widget().ask("bob", "What should I bring to the market on Saturday?").await.is(200);
    assert_eq!(model.requests(), 1);
}

#[tokio::test]
async fn pairs_are_added_changed_and_removed_but_for_the_last_one() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let place = format!("{}/pairs", add_pair(&app, &admin, "Is there a market on Saturday?", ANSWER).await);
    admin.submit(&place, &[("question", HOSTILE), ("answer", "Text.")]).await.is(303);
    let page = admin.get(&place).await.is(200);
    assert!(page.text().contains(SAFE) && page.text().contains("Bring cash"), "{}", page.text());
    let wrong = admin.submit(&place, &[("question", "Who?"), ("answer", "")]).await.is(400);
    assert!(wrong.text().contains("id=\"answer-why\"") && wrong.text().contains("Who?"), "{}", wrong.text());
    let was = [
        ("was", "Is there a market on Saturday?"),
        ("question", "Is there a market on Saturday?"),
        ("answer", "No."),
    ];
    admin.submit(&place, &was).await.is(303);
    jobs::run_until_idle(app.engine()).await;
    assert_eq!(app.widget().ask("bob", "Is there a market on Saturday?").await.is(200).answer(), "No.");
    admin.submit(&format!("{place}/remove"), &[("was", HOSTILE)]).await.is(303);
    let last =
        admin.submit(&format!("{place}/remove"), &[("was", "Is there a market on Saturday?")]).await.is(400);
    assert!(last.text().contains("remove the source instead"), "{}", last.text());
    admin.submit(&format!("{place}/remove"), &[("was", "What is not there")]).await.is(404);
}
