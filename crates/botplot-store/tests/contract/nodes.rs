//! Several nodes on one database.

use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::message::{Message, State};
use botplot_core::{MessageId, job};
use botplot_store::{DeadTurn, TurnRow};
use uuid::Uuid;

use crate::rig::{NOW, Rig};
use crate::webhooks::{add_endpoint, emit};

async fn add(rig: &Rig, message: &Message, holder: Option<Uuid>) {
    let message = message.clone();
    rig.write(move |tx| {
        Box::pin(async move {
            tx.add_message(&message).await?;
            match holder {
                Some(node) => tx.hold_turn(message.project, message.id, node).await,
                None => Ok(()),
            }
        })
    })
    .await;
}

async fn turn(rig: &Rig, answer: MessageId) -> Option<(bool, bool)> {
    let found = rig.read().find_turn(rig.project, answer).await.unwrap();
    found.map(|TurnRow { waits, over }| (waits, over))
}

pub(crate) async fn a_turn_waits_for_those_before_it_and_is_over_when_it_has_lost_the_word(rig: Rig) {
    let (id, elsewhere) = (rig.add_conversation().await, rig.add_conversation().await);
    let project = rig.project;
    let turns: Vec<_> = (0..3).map(|_| rig.message(id, "", State::Pending)).collect();
    add(&rig, &rig.message(elsewhere, "", State::Pending), None).await;
    for message in &turns {
        add(&rig, message, None).await;
    }
    let stop = || rig.write(move |tx| Box::pin(async move { tx.ask_stop(project, id).await }));
    let count = || rig.write(move |tx| Box::pin(async move { tx.count_turns(project, id).await }));
    let all = async || {
        let mut all = Vec::new();
        for message in &turns {
            all.push(turn(&rig, message.id).await.unwrap());
        }
        all
    };
    assert_eq!((all().await, count().await), (vec![(false, false), (true, false), (true, false)], 3));
    assert!(stop().await);
    assert_eq!(all().await[0], (false, true), "who speaks is stopped");
    let over = Message { state: State::Stopped, ..turns[0].clone() };
    assert!(rig.write(move |tx| Box::pin(async move { tx.finish_message(&over, None).await })).await);
    assert_eq!((all().await, count().await), (vec![(false, true), (false, false), (true, false)], 2));
    for (status, handled_by, over) in [
        (Status::Active, HandledBy::Human, true),
        (Status::Closed, HandledBy::Ai, false),
        (Status::Archived, HandledBy::Ai, true),
    ] {
        let it = rig.read().find_conversation(project, id).await.unwrap().unwrap();
        let it = Conversation { status, handled_by, ..it };
        assert!(rig.write(move |tx| Box::pin(async move { tx.save_conversation(&it).await })).await);
        assert_eq!(all().await[1], (false, over), "{status:?} {handled_by:?}");
    }
    let other = rig.another().await;
    assert_eq!(turn(&other, turns[1].id).await, None);
    let foreign = other.project;
    assert!(!rig.write(move |tx| Box::pin(async move { tx.ask_stop(foreign, id).await })).await);
    assert!(rig.write(move |tx| Box::pin(async move { tx.remove_conversation(project, id).await })).await);
    assert_eq!(turn(&rig, turns[1].id).await, None);
    assert!(!stop().await);
}

pub(crate) async fn turns_of_dead_nodes_are_failed_once_and_those_of_living_ones_go_on(rig: Rig) {
    let id = rig.add_conversation().await;
    let (living, dead) = (rig.id(), rig.id());
    let month = Some("2026-11".to_owned());
    let ours = Message { reserved: month.clone(), ..rig.message(id, "", State::Pending) };
    let (theirs, nobodys) =
        (Message { id: MessageId(rig.id()), ..ours.clone() }, rig.message(id, "", State::Pending));
    add(&rig, &ours, Some(living)).await;
    add(&rig, &theirs, Some(dead)).await;
    add(&rig, &nobodys, None).await;
    rig.write(move |tx| Box::pin(async move { tx.note_node(living).await })).await;
    rig.write(move |tx| Box::pin(async move { tx.note_node(living).await })).await;
    let silent =
        |seconds| rig.write(move |tx| Box::pin(async move { tx.fail_turns_of_silent(seconds).await }));
    let (first, second) = futures_util::future::join(silent(60), silent(60)).await;
    let failed = DeadTurn { project: rig.project, conversation: id, reserved: month };
    assert_eq!([first, second].concat(), std::slice::from_ref(&failed), "one of the two gives it back");
    let state = async |message: &Message| {
        let found = rig.read().find_message(rig.project, message.id).await.unwrap().unwrap();
        (found.state, found.failure)
    };
    assert_eq!(state(&theirs).await, (State::Failed, Some("answer_interrupted".into())));
    assert_eq!((state(&ours).await.0, state(&nobodys).await.0), (State::Pending, State::Pending));
    let own =
        |node, before| rig.write(move |tx| Box::pin(async move { tx.fail_turns_of(node, before).await }));
    assert!(own(living, NOW.plus_seconds(-1)).await.is_empty(), "it began after that");
    assert!(own(dead, NOW).await.is_empty());
    assert_eq!(own(living, NOW).await, [failed]);
    assert_eq!(state(&nobodys).await.0, State::Pending);
    // Without any patience everybody is silent.
    add(&rig, &Message { id: MessageId(rig.id()), ..ours }, Some(living)).await;
    assert_eq!(silent(0).await.len(), 1);
}

pub(crate) async fn a_node_gives_back_its_own_claims_and_no_others(rig: Rig) {
    let endpoint = add_endpoint(&rig).await.id;
    let (one, other) = (Uuid::from_u128(7 << 64), Uuid::from_u128(8 << 64));
    for _ in 0..2 {
        emit(&rig, endpoint, NOW).await;
    }
    let until = NOW.plus_seconds(60);
    let claim = |node: Uuid| {
        let lease = job::lease(node, Uuid::from_u128(u128::MAX - 5));
        rig.write(move |tx| {
            Box::pin(async move {
                let claimed = tx.claim_deliveries(endpoint, true, NOW, (lease, until), 9).await?;
                Ok(claimed.map_or(0, |row| row.deliveries.len()))
            })
        })
    };
    let release = |node| {
        rig.write(move |tx| Box::pin(async move { tx.release_deliveries_of(job::leases(node), NOW).await }))
    };
    assert_eq!(claim(one).await, 2);
    assert_eq!(release(other).await, 0);
    assert_eq!(claim(other).await, 0);
    assert_eq!(release(one).await, 2);
    assert_eq!(claim(other).await, 2, "they are due at once");
}

pub(crate) async fn words_reach_every_node_where_there_may_be_several(rig: Rig) {
    let words = ["one".to_owned(), "zwei — 2".to_owned()];
    let (first, second) = (rig.store.listen().await.unwrap(), rig.reopen().await);
    let (Some(mut first), Some(mut other)) = (first, second.listen().await.unwrap()) else {
        assert!(!rig.store.is_shared(), "nobody can be heard on PostgreSQL");
        rig.store.say(&words).await.unwrap();
        second.close().await;
        return;
    };
    rig.store.say(&words).await.unwrap();
    rig.store.say(&[]).await.unwrap();
    for ear in [&mut first, &mut other] {
        for word in &words {
            assert_eq!(ear.hear().await.unwrap().as_ref(), Some(word));
        }
    }
    second.close().await;
}
