//! Promises about lists of conversations.

use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::{ConversationId, SessionId};
use botplot_store::ConversationFilter;
use uuid::Uuid;

use crate::rig::{NOW, Rig};

async fn add(rig: &Rig, conversations: Vec<Conversation>) {
    rig.write(move |tx| {
        Box::pin(async move {
            for conversation in &conversations {
                tx.add_conversation(conversation).await?;
            }
            Ok(())
        })
    })
    .await;
}

async fn list(rig: &Rig, wanted: &ConversationFilter, limit: i64, offset: i64) -> (Vec<ConversationId>, i64) {
    let (page, total) = rig.read().list_conversations(rig.project, wanted, limit, offset).await.unwrap();
    (page.into_iter().map(|c| c.id).collect(), total)
}

/// One conversation of every combination of what lists can ask for, several of them within one instant.
fn every_kind(rig: &Rig) -> Vec<Conversation> {
    let session = SessionId(Uuid::from_u128(1 << 64));
    let mut all = Vec::new();
    for n in 0_i64..192 {
        let pick = |place: i64, of: i64| n / place % of;
        all.push(Conversation {
            status: [Status::Active, Status::Closed, Status::Archived][pick(1, 3) as usize],
            handled_by: [HandledBy::Ai, HandledBy::Human][pick(3, 2) as usize],
            handoff_requested: pick(6, 2) == 1,
            visitor_id: ["bob", "ann"][pick(12, 2) as usize].into(),
            session: (pick(24, 2) == 1).then_some(session),
            identified: pick(48, 2) == 1,
            tags: [vec![], vec!["vip".into(), "say \"ü\"".into()]][pick(96, 2) as usize].clone(),
            created_at: NOW.plus_seconds((n * 7) % 50),
            ..rig.conversation()
        });
    }
    all
}

/// What `wanted` says, in plain words.
fn takes(wanted: &ConversationFilter, c: &Conversation) -> bool {
    wanted.status.is_none_or(|status| c.status == status)
        && wanted.handled_by.is_none_or(|who| c.handled_by == who)
        && wanted.handoff_requested.is_none_or(|requested| c.handoff_requested == requested)
        && wanted.visitor_id.as_ref().is_none_or(|visitor| c.visitor_id == *visitor)
        && wanted.session.is_none_or(|session| c.session == Some(session) && !c.identified)
        && wanted.tag.as_ref().is_none_or(|tag| c.tags.contains(tag))
}

pub(crate) async fn every_filter_takes_what_it_says_newest_first_with_its_total(rig: Rig) {
    let mut all = every_kind(&rig);
    add(&rig, all.clone()).await;
    let other = rig.another().await;
    add(&rig, vec![Conversation { created_at: NOW.plus_seconds(99), ..other.conversation() }]).await;
    all.sort_unstable_by_key(|c| std::cmp::Reverse((c.created_at, c.id)));
    let session = SessionId(Uuid::from_u128(1 << 64));
    let mut met = 0;
    for n in 0_u32..96 {
        let on = |place: u32| n / place % 2 == 1;
        let wanted = ConversationFilter {
            status: [None, Some(Status::Active), Some(Status::Archived)][(n % 3) as usize],
            handled_by: on(3).then_some(HandledBy::Human),
            handoff_requested: on(6).then_some(on(12)),
            visitor_id: on(12).then(|| "bob".into()),
            session: on(24).then_some(session),
            tag: on(48).then(|| "say \"ü\"".into()),
        };
        let expected: Vec<_> = all.iter().filter(|c| takes(&wanted, c)).map(|c| c.id).collect();
        assert_eq!(
            list(&rig, &wanted, 500, 0).await,
            (expected.clone(), expected.len() as i64),
            "{wanted:?}"
        );
        met += usize::from(!expected.is_empty());
    }
    assert!(met > 60, "only {met} filters met anything");
    for nothing in ["vi", "vip ", "", "%"] {
        let wanted = ConversationFilter { tag: Some(nothing.into()), ..ConversationFilter::default() };
        assert_eq!(list(&rig, &wanted, 10, 0).await, (vec![], 0), "`{nothing}`");
    }
}

pub(crate) async fn every_page_of_a_list_is_the_same_from_either_end(rig: Rig) {
    let mut all = every_kind(&rig);
    add(&rig, all.clone()).await;
    all.sort_unstable_by_key(|c| std::cmp::Reverse((c.created_at, c.id)));
    for wanted in [
        ConversationFilter::default(),
        ConversationFilter { status: Some(Status::Closed), ..ConversationFilter::default() },
    ] {
        let expected: Vec<_> = all.iter().filter(|c| takes(&wanted, c)).map(|c| c.id).collect();
        let total = expected.len() as i64;
        for limit in [1, 7, 100] {
            for offset in 0..total + 3 {
                let from = (offset.min(total)) as usize;
                let page = expected[from..].iter().copied().take(limit).collect();
                let found = list(&rig, &wanted, limit as i64, offset).await;
                assert_eq!(found, (page, total), "{limit} after {offset} of {wanted:?}");
            }
        }
        assert_eq!(list(&rig, &wanted, i64::MAX, i64::MAX).await, (vec![], total));
        assert_eq!(list(&rig, &wanted, 0, 0).await, (vec![], total));
    }
}

pub(crate) async fn conversations_without_change_are_found_oldest_change_first(rig: Rig) {
    let times = [
        (Status::Active, 3),
        (Status::Closed, 1),
        (Status::Active, 1),
        (Status::Archived, 2),
        (Status::Active, 9),
        (Status::Active, 3),
    ];
    let all: Vec<_> = times
        .into_iter()
        .map(|(status, seconds)| Conversation {
            status,
            updated_at: NOW.plus_seconds(seconds),
            ..rig.conversation()
        })
        .collect();
    add(&rig, all.clone()).await;
    let other = rig.another().await;
    add(&rig, vec![other.conversation()]).await;
    let id = |places: &[usize]| places.iter().map(|n| all[*n].id).collect::<Vec<_>>();
    let idle = async |seconds, limit| {
        rig.read().idle_conversations(rig.project, NOW.plus_seconds(seconds), limit).await.unwrap()
    };
    assert_eq!(idle(9, 10).await, id(&[2, 0, 5]));
    assert_eq!((idle(9, 2).await, idle(1, 9).await), (id(&[2, 0]), vec![]));
    let stale = async |seconds, limit| {
        rig.read().stale_conversations(rig.project, NOW.plus_seconds(seconds), limit).await.unwrap()
    };
    assert_eq!(stale(9, 10).await, id(&[1, 2, 3, 0, 5]));
    assert_eq!((stale(3, 2).await, stale(1, 9).await), (id(&[1, 2]), vec![]));
}
