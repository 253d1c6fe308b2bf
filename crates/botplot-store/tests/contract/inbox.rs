//! Promises about the team's inbox: what it lists, who has read what, notes, canned replies.

use botplot_core::account::{Account, Preferences};
use botplot_core::conversation::{Conversation, Status};
use botplot_core::message::{Role, State};
use botplot_core::{AccountId, ConversationId, NoteId, ReplyId, Timestamp};
use botplot_store::{Error, InboxFilter, InboxView, NoteRow, ReplyRow};

use crate::rig::{NOW, Rig};

async fn add_account(rig: &Rig, email: &str) -> AccountId {
    let account = Account {
        id: AccountId(rig.id()),
        email: email.into(),
        confirmed: false,
        name: "Ann".into(),
        password: None,
        factor: None,
        operator: false,
        preferences: Preferences::default(),
        created_at: NOW,
    };
    let id = account.id;
    rig.write(move |tx| Box::pin(async move { tx.add_account(&account).await })).await;
    id
}

/// A conversation that changed so many seconds after the others.
async fn add(rig: &Rig, second: i64, change: impl FnOnce(&mut Conversation)) -> ConversationId {
    let mut it =
        Conversation { updated_at: NOW.plus_seconds(second), message_count: 3, ..rig.conversation() };
    change(&mut it);
    let id = it.id;
    rig.write(move |tx| Box::pin(async move { tx.add_conversation(&it).await })).await;
    id
}

async fn listed(rig: &Rig, account: AccountId, wanted: InboxFilter) -> Vec<ConversationId> {
    let rows = rig.read().list_inbox(rig.project, account, &wanted, None, 100).await.unwrap();
    rows.into_iter().map(|row| row.conversation.id).collect()
}

fn view(view: InboxView) -> InboxFilter {
    InboxFilter { view, ..InboxFilter::default() }
}

pub(crate) async fn every_view_lists_what_it_says_newest_change_first(rig: Rig) {
    let (ann, ben) = (add_account(&rig, "ann@example.com").await, add_account(&rig, "ben@example.com").await);
    let open = add(&rig, 1, |_| {}).await;
    let closed = add(&rig, 2, |it| it.status = Status::Closed).await;
    let archived = add(&rig, 3, |it| it.status = Status::Archived).await;
    let waiting = add(&rig, 4, |it| it.handoff_requested = true).await;
    let mine = add(&rig, 5, |it| it.tags = vec!["vip".into()]).await;
    let project = rig.project;
    rig.write(move |tx| {
        Box::pin(async move {
            assert!(tx.set_assignee(project, mine, Some(ann)).await?);
            tx.note_read(project, ann, open, 3).await?;
            tx.note_read(project, ann, open, 1).await?;
            tx.note_read(project, ann, waiting, 2).await
        })
    })
    .await;
    for (wanted, expected) in [
        (InboxView::Open, vec![mine, waiting, open]),
        (InboxView::Waiting, vec![waiting]),
        (InboxView::Mine, vec![mine]),
        (InboxView::Unread, vec![mine, waiting, closed]),
        (InboxView::Closed, vec![closed]),
        (InboxView::Archived, vec![archived]),
        (InboxView::All, vec![mine, waiting, closed, open]),
    ] {
        assert_eq!(listed(&rig, ann, view(wanted)).await, expected, "{wanted:?}");
    }
    assert!(listed(&rig, ben, view(InboxView::Mine)).await.is_empty());
    assert_eq!(listed(&rig, ben, view(InboxView::Unread)).await.len(), 4);
    let tagged = InboxFilter { tag: Some("vip".into()), ..InboxFilter::default() };
    assert_eq!(listed(&rig, ben, tagged).await, [mine]);
    let rows = rig.read().list_inbox(rig.project, ann, &view(InboxView::All), None, 100).await.unwrap();
    assert_eq!(rows.iter().map(botplot_store::InboxRow::unread).collect::<Vec<_>>(), [3, 1, 3, 0]);
    assert_eq!((rows[0].assignee, rows[1].assignee), (Some(ann), None));
    let other = rig.add_project("other").await.unwrap();
    assert!(rig.read().list_inbox(other, ann, &view(InboxView::All), None, 100).await.unwrap().is_empty());
    let taken = rig.write(move |tx| Box::pin(async move { tx.set_assignee(other, mine, None).await })).await;
    assert!(!taken, "another project gave it away");
    let tags = rig.read().recent_tags(rig.project, 10).await.unwrap();
    assert_eq!(tags, ["vip"]);
}

pub(crate) async fn an_inbox_goes_on_from_any_place(rig: Rig) {
    let ann = add_account(&rig, "ann@example.com").await;
    for n in 0..7 {
        add(&rig, n / 3, |_| {}).await;
    }
    let all = rig.read().list_inbox(rig.project, ann, &InboxFilter::default(), None, 100).await.unwrap();
    let mut walked = Vec::new();
    let mut before: Option<(Timestamp, ConversationId)> = None;
    loop {
        let part = rig.read().list_inbox(rig.project, ann, &InboxFilter::default(), before, 2).await.unwrap();
        let Some(last) = part.last() else { break };
        before = Some((last.conversation.updated_at, last.conversation.id));
        walked.extend(part.into_iter().map(|row| row.conversation.id));
    }
    assert_eq!(walked, all.into_iter().map(|row| row.conversation.id).collect::<Vec<_>>());
}

pub(crate) async fn a_row_shows_the_newest_message_that_says_something(rig: Rig) {
    let ann = add_account(&rig, "ann@example.com").await;
    let silent = add(&rig, 1, |_| {}).await;
    let id = add(&rig, 2, |it| it.visitor_info.0.extend([("name".to_owned(), "Grace".into())])).await;
    for message in [
        rig.message(id, "first", State::Complete),
        rig.message(id, "50% of_it \u{e4}", State::Complete),
        rig.message(id, "", State::Pending),
    ] {
        rig.write(move |tx| Box::pin(async move { tx.add_message(&message).await })).await;
    }
    let rows = rig.read().inbox_rows(rig.project, &[id, silent, ConversationId(rig.id())]).await.unwrap();
    assert_eq!(rows.len(), 2, "what is gone is left out");
    let newest = |wanted| rows.iter().find(|row| row.conversation.id == wanted).unwrap().newest.clone();
    let said = newest(id).unwrap();
    assert_eq!((said.role, said.beginning.as_str(), newest(silent)), (Role::User, "50% of_it \u{e4}", None));
    for (text, found) in [
        ("FIRST", true),
        ("50%", true),
        ("of_it", true),
        ("ofXit", false),
        ("5%0", false),
        ("grace", true),
        ("\\", false),
    ] {
        let wanted = InboxFilter { text: Some(text.into()), ..InboxFilter::default() };
        assert_eq!(listed(&rig, ann, wanted).await, if found { vec![id] } else { vec![] }, "{text}");
    }
    let changed = rig.read().changed_conversations(rig.project, NOW.plus_seconds(2), 10).await.unwrap();
    assert_eq!(changed, [id]);
    assert!(rig.read().wanted_conversations(rig.project, 10).await.unwrap().is_empty());
    assert_eq!(rig.read().standing_since(rig.project, id).await.unwrap(), None);
}

pub(crate) async fn what_was_read_never_becomes_less(rig: Rig) {
    let ann = add_account(&rig, "ann@example.com").await;
    let id = add(&rig, 1, |_| {}).await;
    let (project, gone) = (rig.project, ConversationId(rig.id()));
    rig.write(move |tx| {
        Box::pin(async move {
            assert!(tx.note_read(project, ann, id, 1).await?);
            assert!(tx.note_read(project, ann, id, 2).await?);
            assert!(!tx.note_read(project, ann, id, 2).await?);
            assert!(!tx.note_read(project, ann, id, 1).await?);
            assert!(!tx.note_read(project, ann, gone, 1).await?);
            Ok(())
        })
    })
    .await;
    assert_eq!(rig.read().list_reads(project, &[id, gone]).await.unwrap(), [(id, ann, 2)]);
    assert!(rig.read().list_reads(project, &[]).await.unwrap().is_empty());
    rig.write(move |tx| Box::pin(async move { tx.remove_conversation(project, id).await })).await;
    assert_eq!(rig.count("reads").await, 0);
}

pub(crate) async fn notes_stand_in_order_and_go_with_their_conversation(rig: Rig) {
    let id = add(&rig, 1, |_| {}).await;
    let note = |content: &str, at| NoteRow {
        id: NoteId(rig.id()),
        author: "Ann".into(),
        content: content.into(),
        created_at: at,
    };
    let (first, second) = (note("one", NOW), note("two", NOW.plus_seconds(1)));
    let project = rig.project;
    for note in [second.clone(), first.clone()] {
        rig.write(move |tx| Box::pin(async move { tx.add_note(project, id, &note).await })).await;
    }
    assert_eq!(rig.read().list_notes(project, id).await.unwrap(), [first.clone(), second]);
    let other = rig.add_project("other").await.unwrap();
    let stray = rig.store.write(move |tx| Box::pin(async move { tx.add_note(other, id, &first).await }));
    assert!(matches!(stray.await, Err(Error::Missing("conversation"))));
    assert!(rig.read().list_notes(other, id).await.unwrap().is_empty());
    rig.write(move |tx| Box::pin(async move { tx.remove_conversation(project, id).await })).await;
    assert_eq!(rig.count("notes").await, 0);
}

pub(crate) async fn a_canned_reply_has_a_name_of_its_own(rig: Rig) {
    let reply = |name: &str| ReplyRow { id: ReplyId(rig.id()), name: name.into(), content: "Hi".into() };
    let (hello, bye, again) = (reply("hello"), reply("Bye"), reply("hello"));
    let project = rig.project;
    for one in [hello.clone(), bye.clone()] {
        rig.write(move |tx| Box::pin(async move { tx.add_reply(project, &one, NOW).await })).await;
    }
    let taken = rig.store.write(move |tx| Box::pin(async move { tx.add_reply(project, &again, NOW).await }));
    assert!(matches!(taken.await, Err(Error::Unique("replies.name"))));
    assert_eq!(rig.read().list_replies(project).await.unwrap(), [bye.clone(), hello.clone()]);
    let saved = ReplyRow { content: "Hello there".into(), ..hello.clone() };
    let write = saved.clone();
    assert!(rig.write(move |tx| Box::pin(async move { tx.save_reply(project, &write).await })).await);
    let other = rig.add_project("other").await.unwrap();
    let id = hello.id;
    assert!(!rig.write(move |tx| Box::pin(async move { tx.remove_reply(other, id).await })).await);
    assert!(rig.write(move |tx| Box::pin(async move { tx.remove_reply(project, bye.id).await })).await);
    assert_eq!(rig.read().list_replies(project).await.unwrap(), [saved]);
    assert_eq!(rig.write(move |tx| Box::pin(async move { tx.count_replies(project).await })).await, 1);
}
