//! Promises about answers that were none or bad ones.

use botplot_core::message::{Message, Outcome, Rating, Role, State};
use botplot_core::{ConversationId, MessageId};

use crate::rig::{NOW, Rig};

fn outcome(refused: bool) -> Outcome {
    let (status, handled_by) = ("active".to_owned(), "ai".to_owned());
    Outcome { status, handoff_requested: false, handled_by, suggestions: Vec::new(), refused }
}

/// A question and its answer, some seconds later.
async fn add(
    rig: &Rig,
    conversation: ConversationId,
    question: &str,
    seconds: i64,
    refused: bool,
    rating: Option<Rating>,
) -> MessageId {
    let asked = rig.message(conversation, question, State::Complete);
    let answer = Message {
        role: Role::Assistant,
        outcome: Some(outcome(refused)),
        rating,
        comment: rating.map(|_| "So \"what\"?".to_owned()),
        created_at: NOW.plus_seconds(seconds),
        ..rig.message(conversation, &format!("To {question}"), State::Complete)
    };
    let id = answer.id;
    rig.write(move |tx| {
        Box::pin(async move {
            tx.add_message(&asked).await?;
            tx.add_message(&answer).await
        })
    })
    .await;
    id
}

pub(crate) async fn refused_and_badly_rated_answers_are_listed_newest_first_with_their_questions(rig: Rig) {
    let conversation = rig.add_conversation().await;
    let refused = add(&rig, conversation, "a?", 1, true, None).await;
    add(&rig, conversation, "b?", 2, false, None).await;
    let bad = add(&rig, conversation, "c?", 3, false, Some(Rating::Down)).await;
    add(&rig, conversation, "d?", 4, false, Some(Rating::Up)).await;
    let both = add(&rig, conversation, "e?", 5, true, Some(Rating::Down)).await;
    let other = rig.another().await;
    add(&other, other.add_conversation().await, "f?", 6, true, None).await;
    let list = async |since, limit| {
        let gaps = rig.read().list_gaps(rig.project, NOW.plus_seconds(since), limit).await.unwrap();
        gaps.into_iter()
            .map(|gap| (gap.message, gap.question, gap.refused, gap.rated_down))
            .collect::<Vec<_>>()
    };
    let (first, second, third) = (
        (both, "e?".to_owned(), true, true),
        (bad, "c?".to_owned(), false, true),
        (refused, "a?".to_owned(), true, false),
    );
    assert_eq!(list(0, 9).await, [first.clone(), second.clone(), third]);
    assert_eq!((list(3, 9).await, list(0, 1).await), (vec![first.clone(), second], vec![first]));
    let found = rig.read().find_gap(rig.project, bad).await.unwrap().unwrap();
    assert_eq!((found.conversation, found.answer.as_str()), (conversation, "To c?"));
    assert_eq!(found.comment.as_deref(), Some("So \"what\"?"));
    assert_eq!(rig.read().find_gap(other.project, bad).await.unwrap(), None);
}

pub(crate) async fn what_was_reviewed_is_listed_no_more_by_its_own_project_only(rig: Rig) {
    let conversation = rig.add_conversation().await;
    let mut ids = Vec::new();
    for n in 0..250 {
        ids.push(add(&rig, conversation, &format!("{n}?"), n, true, None).await);
    }
    let other = rig.another().await;
    let review = async |project, messages: Vec<MessageId>| {
        rig.write(move |tx| Box::pin(async move { tx.review_messages(project, &messages, NOW).await })).await
    };
    assert_eq!(review(other.project, ids.clone()).await, 0);
    assert_eq!(review(rig.project, ids[1..].to_vec()).await, 249);
    assert_eq!(review(rig.project, ids.clone()).await, 1);
    assert_eq!((review(rig.project, ids.clone()).await, review(rig.project, Vec::new()).await), (0, 0));
    assert!(rig.read().list_gaps(rig.project, NOW, 9).await.unwrap().is_empty());
    assert!(rig.read().find_gap(rig.project, ids[0]).await.unwrap().is_some(), "it is still there");
}
