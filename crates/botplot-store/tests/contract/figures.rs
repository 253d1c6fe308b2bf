//! Promises about figures.

use botplot_core::conversation::{Conversation, HandledBy};
use botplot_core::figures::{Conversations, Messages};
use botplot_core::message::{Message, Outcome, Rating, Role, SourceRef, State};
use botplot_core::{ChunkId, ConversationId, SourceId, Timestamp};

use crate::rig::{NOW, Rig};

/// When the quarter of an hour begins in which [`NOW`] falls.
const QUARTER: Timestamp = Timestamp(1_699_999_200_000_000);
const MINUTES: i64 = 60;

async fn begin(rig: &Rig, conversation: &Conversation) -> ConversationId {
    let added = conversation.clone();
    rig.write(move |tx| Box::pin(async move { tx.add_conversation(&added).await })).await;
    conversation.id
}

async fn say(rig: &Rig, message: &Message) {
    let message = message.clone();
    rig.write(move |tx| Box::pin(async move { tx.add_message(&message).await })).await;
}

fn answer(rig: &Rig, conversation: ConversationId, refused: bool) -> Message {
    let outcome = Outcome {
        status: "active".into(),
        handoff_requested: false,
        handled_by: "ai".into(),
        suggestions: Vec::new(),
        refused,
    };
    Message {
        role: Role::Assistant,
        outcome: Some(outcome),
        ..rig.message(conversation, "It is so.", State::Complete)
    }
}

fn cites(rig: &Rig, sources: &[SourceId]) -> Vec<SourceRef> {
    let one = |source: &SourceId| SourceRef {
        content: "text".into(),
        similarity: 0.5,
        id: ChunkId(rig.id()),
        source_id: *source,
        title: "Title".into(),
        url: None,
    };
    sources.iter().map(one).collect()
}

pub(crate) async fn conversations_are_counted_by_quarter_person_and_last_answer(rig: Rig) {
    let at = |minutes: i64| QUARTER.plus_seconds(minutes * MINUTES);
    let new = |minutes, visitor: &str| Conversation {
        created_at: at(minutes),
        visitor_id: visitor.into(),
        ..rig.conversation()
    };
    let answered = begin(&rig, &new(0, "ann")).await;
    say(&rig, &answer(&rig, answered, true)).await;
    say(&rig, &answer(&rig, answered, false)).await;
    let refused = begin(&rig, &new(14, "ann")).await;
    say(&rig, &answer(&rig, refused, false)).await;
    say(&rig, &answer(&rig, refused, true)).await;
    let person = new(15, "bob");
    begin(&rig, &person).await;
    let save = async |conversation: Conversation| {
        rig.write(move |tx| Box::pin(async move { tx.save_conversation(&conversation).await })).await
    };
    assert!(save(Conversation { handoff_requested: true, ..person.clone() }).await);
    // What a person was needed for stays so once the bot has it back.
    assert!(save(person).await);
    begin(&rig, &Conversation { handled_by: HandledBy::Human, ..new(29, "eve") }).await;
    begin(&rig, &new(30, "max")).await;
    let count = async |from, to| {
        let mut found = rig.read().count_conversations(rig.project, at(from), at(to)).await.unwrap();
        found.sort_by_key(|it| (it.at, it.refused));
        found
    };
    let row = |minutes, person, refused, count| Conversations { at: at(minutes), person, refused, count };
    let expected = [row(0, false, Some(false), 1), row(0, false, Some(true), 1), row(15, true, None, 2)];
    assert_eq!(count(0, 30).await, expected);
    assert_eq!(count(15, 45).await, [expected[2], row(30, false, None, 1)]);
    assert_eq!(count(45, 900).await, []);
    assert_eq!(rig.read().count_visitors(rig.project, at(0), at(30)).await.unwrap(), 3);
    let other = rig.another().await;
    assert_eq!(other.read().count_conversations(other.project, at(0), at(30)).await.unwrap(), []);
    assert_eq!(other.read().count_visitors(other.project, at(0), at(30)).await.unwrap(), 0);
}

pub(crate) async fn messages_are_counted_by_quarter_sender_refusal_and_rating(rig: Rig) {
    let conversation = rig.add_conversation().await;
    for _ in 0..3 {
        say(&rig, &rig.message(conversation, "Is it so?", State::Complete)).await;
    }
    let rated = answer(&rig, conversation, false);
    say(&rig, &rated).await;
    let (project, id) = (rig.project, rated.id);
    rig.write(move |tx| Box::pin(async move { tx.rate_message(project, id, Rating::Down, None).await }))
        .await;
    say(&rig, &answer(&rig, conversation, true)).await;
    // Neither what a person wrote nor what failed is an answer of the bot.
    let by_person =
        Message { outcome: None, author: Some("Eve".into()), ..answer(&rig, conversation, false) };
    say(&rig, &by_person).await;
    say(&rig, &Message { state: State::Failed, ..answer(&rig, conversation, true) }).await;
    let mut found = rig.read().count_messages(rig.project, QUARTER, QUARTER.plus_seconds(900)).await.unwrap();
    found.sort_by_key(|it| (it.role == Role::Assistant, it.refused));
    let row = |role, refused, rating, count| Messages { at: QUARTER, role, refused, rating, count };
    let expected = [
        row(Role::User, None, None, 3),
        row(Role::Assistant, None, None, 2),
        row(Role::Assistant, Some(false), Some(Rating::Down), 1),
        row(Role::Assistant, Some(true), None, 1),
    ];
    assert_eq!(found, expected);
    let none =
        rig.read().count_messages(rig.project, QUARTER.plus_seconds(900), NOW.plus_seconds(9999)).await;
    assert_eq!(none.unwrap(), []);
}

pub(crate) async fn the_latest_questions_citations_and_times_are_read(rig: Rig) {
    let conversation = rig.add_conversation().await;
    let later = |seconds| NOW.plus_seconds(seconds);
    for (n, text) in ["one", "two", "three"].into_iter().enumerate() {
        let asked = rig.message(conversation, text, State::Complete);
        say(&rig, &Message { created_at: later(n as i64), ..asked }).await;
    }
    let (first, second) = (SourceId(rig.id()), SourceId(rig.id()));
    for (n, sources) in [vec![first, first], vec![second, first], Vec::new()].into_iter().enumerate() {
        let given = Message { sources: cites(&rig, &sources), ..answer(&rig, conversation, false) };
        say(&rig, &Message { created_at: later(n as i64), ..given }).await;
    }
    rig.run("UPDATE messages SET took_ms = seq * 100 WHERE role = 'assistant' AND seq < 6").await;
    let (reader, project) = (rig.read(), rig.project);
    let questions = async |from, to, limit| {
        reader.latest_questions(project, later(from), later(to), limit).await.unwrap()
    };
    assert_eq!(questions(0, 3, 9).await, ["three", "two", "one"]);
    assert_eq!(questions(0, 2, 1).await, ["two"]);
    let cited = reader.latest_citations(project, NOW, later(3), 9).await.unwrap();
    assert_eq!(cited, [vec![], vec![first, second], vec![first]]);
    assert_eq!(reader.latest_citations(project, NOW, later(2), 1).await.unwrap().len(), 1);
    let mut times = reader.answer_times(project, QUARTER, QUARTER.plus_seconds(900), 9).await.unwrap();
    times.sort_unstable();
    assert_eq!(times, [400, 500]);
    assert_eq!(reader.answer_times(project, QUARTER, QUARTER.plus_seconds(900), 1).await.unwrap().len(), 1);
    let other = rig.another().await;
    assert!(reader.latest_questions(other.project, NOW, later(3), 9).await.unwrap().is_empty());
    assert!(reader.latest_citations(other.project, NOW, later(3), 9).await.unwrap().is_empty());
}
