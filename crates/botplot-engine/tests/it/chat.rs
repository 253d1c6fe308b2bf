//! Asking: grounded, refused, polite, in context, and after a crash.

use botplot_core::message::{Role, State};
use botplot_engine::chat::ask;
use botplot_engine::{jobs, setup};

use crate::rig::{Rig, open};

const RETURNS: &str = "# Returns\n\nYou can return any item within thirty days of delivery for a full refund.\n\n\
    ## Refunds\n\nThe refund goes back to your card and takes five working days.\n";
const SHIPPING: &str =
    "# Shipping\n\nWe ship with DHL. A parcel to Germany costs four euros and takes two days.\n";

async fn shop() -> Rig {
    let rig = Rig::start().await;
    rig.learn("policies", &[("returns.md", RETURNS), ("shipping.md", SHIPPING)]).await;
    rig
}

#[tokio::test]
async fn an_answer_quotes_the_passage_that_it_names() {
    let rig = shop().await;
    let answer = rig.ask("How many days do I have to return an item?", None).await;
    assert!(answer.text.contains("within thirty days"), "{}", answer.text);
    let first = &answer.end.sources[0];
    assert!(first.title == "Returns" && first.similarity > 0.3, "{first:?}");
    assert!(answer.end.confidence.is_some_and(|c| c >= 0.5), "{:?}", answer.end.confidence);
    for quoted in answer.text.split("\n\n") {
        assert!(
            answer.end.sources.iter().any(|s| s.content.contains(quoted.split(". ").next().unwrap())),
            "{quoted}"
        );
    }
}

#[tokio::test]
async fn what_the_knowledge_does_not_cover_is_refused_in_the_projects_words() {
    let rig = shop().await;
    let answer = rig.ask("who won the football world championship in 1998", None).await;
    assert_eq!(answer.text, rig.project.settings.refusal);
    assert!(answer.end.sources.is_empty() && answer.end.confidence.is_some_and(|c| c < 0.5));
}

#[tokio::test]
async fn a_greeting_gets_a_kind_word() {
    let rig = shop().await;
    assert_eq!(rig.ask("Hello!", None).await.text, rig.project.settings.widget.welcome);
}

#[tokio::test]
async fn a_follow_up_is_searched_with_what_was_asked_before() {
    let rig = shop().await;
    let first = rig.ask("What does a parcel to Germany cost?", None).await;
    let second = rig.ask("and how long does that take?", Some(first.end.conversation)).await;
    assert!(second.text.contains("two days"), "{}", second.text);
    let alone = rig.ask("and how long does that take?", None).await;
    assert!(!alone.text.contains("Germany"), "without context it cannot know: {}", alone.text);
}

#[tokio::test]
async fn both_messages_are_stored_in_their_order() {
    let rig = shop().await;
    let answer = rig.ask("How do I return an item?", None).await;
    let stored =
        rig.engine.reader().list_messages(rig.project.id, answer.end.conversation, 10).await.unwrap();
    let roles: Vec<_> = stored.iter().map(|m| (m.role, m.state)).collect();
    assert_eq!(roles, [(Role::User, State::Complete), (Role::Assistant, State::Complete)]);
    assert_eq!((stored[1].content.as_str(), &stored[1].sources), (answer.text.as_str(), &answer.end.sources));
    let month = botplot_core::Clock::now(&botplot_core::SystemClock).month();
    assert_eq!(
        rig.engine.reader().usage(rig.project.id, &month).await.unwrap(),
        [("messages".to_owned(), 1)]
    );
}

#[tokio::test]
async fn asking_for_a_person_in_words_is_noted() {
    let rig = shop().await;
    let answer = rig.ask("Can I talk to a human?", None).await;
    assert!(answer.end.handoff_requested && !answer.end.refused);
    assert_eq!(answer.text, rig.project.settings.handoff.message);
}

#[tokio::test]
async fn a_turn_goes_on_when_its_client_leaves() {
    let rig = shop().await;
    let turn = ask(&rig.engine, rig.question("How do I return an item?", None)).await.unwrap();
    let conversation = turn.conversation;
    drop(turn.events);
    rig.engine.tracker().close();
    rig.engine.tracker().wait().await;
    let stored = rig.engine.reader().list_messages(rig.project.id, conversation, 10).await.unwrap();
    assert_eq!(stored.last().map(|m| m.state), Some(State::Complete));
}

#[tokio::test]
async fn the_first_start_makes_a_demo_that_knows_the_guides() {
    let folder = tempfile::tempdir().unwrap();
    let engine = open(&folder).await;
    let first = setup::first_run(&engine).await.unwrap();
    assert!(first.created.is_some() && first.demo_key.is_some());
    jobs::run_until_idle(&engine).await;
    let demo = engine.reader().find_project_named(setup::DEMO).await.unwrap().unwrap();
    let rig = Rig { engine, project: demo, folder };
    let answer = rig.ask("How do I make a backup while the server is running?", None).await;
    assert!(answer.end.sources.iter().any(|s| s.title.to_lowercase().contains("back")), "{}", answer.text);
    let again = setup::first_run(&rig.engine).await.unwrap();
    assert!(again.created.is_none() && again.demo_key == first.demo_key);
    assert!(rig.engine.reader().next_job_at().await.unwrap().is_none(), "unchanged guides were taught again");
    assert!(rig.folder.path().exists());
}
