//! What time does to conversations: idle ones are closed, old ones deleted; days pass on a clock that the test moves.

use std::sync::Arc;

use botplot_core::conversation::{HandledBy, Status};
use botplot_core::event::Kind;
use botplot_core::{Clock as _, ConversationId, EndpointId, ManualClock, SystemClock};
use botplot_engine::chat::{Idempotency, ask};
use botplot_engine::{conversations, projects, upkeep};
use serde_json::{Value, json};

use crate::rig::{Rig, open_with};

const DAY: i64 = 24 * 3600;

struct Aging {
    rig: Rig,
    clock: Arc<ManualClock>,
    /// Hears of closed conversations.
    endpoint: EndpointId,
}

impl Aging {
    async fn start(idle_days: u32, retention_days: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let engine = open_with(&folder, clock.clone()).await;
        let project = projects::create(&engine, "shop").await.unwrap().project;
        let mut settings = project.settings.clone();
        (settings.idle_days, settings.retention_days) = (idle_days, retention_days);
        projects::set(&engine, project.id, settings).await.unwrap();
        let rig = Rig { engine, project, folder };
        let endpoint = rig.listen(&[Kind::ConversationClosed]).await;
        Self { rig, clock, endpoint }
    }

    async fn begin(&self) -> ConversationId {
        self.rig.ask("Hello!", None).await.end.conversation
    }

    /// Lets days pass, with a look of the server's each day.
    async fn pass(&self, days: i64) {
        for _ in 0..days {
            self.clock.advance(DAY);
            upkeep::run(&self.rig.engine).await.unwrap();
        }
    }

    async fn status(&self, id: ConversationId) -> Option<Status> {
        let found = self.rig.engine.reader().find_conversation(self.rig.project.id, id).await.unwrap();
        found.map(|c| c.status)
    }

    /// What webhooks tell under `data`, oldest first.
    async fn told(&self) -> Vec<Value> {
        self.rig.told(self.endpoint).await.into_iter().map(|mut body| body["data"].take()).collect()
    }

    /// Action, actor and detail of the audit log's lines of retention, newest first.
    async fn expired(&self) -> Vec<(String, Value)> {
        let (lines, _) = self.rig.engine.reader().list_audit(self.rig.project.id, 100, 0).await.unwrap();
        let lines = lines.into_iter().filter(|l| l.action == "conversation.expired");
        lines.map(|l| (l.actor, Value::Object(l.detail))).collect()
    }
}

#[tokio::test]
async fn what_is_idle_for_days_is_closed_once_and_told() {
    let it = Aging::start(7, 0).await;
    let id = it.begin().await;
    conversations::take_over(&it.rig.engine, it.rig.project.id, id, Some("Ann")).await.unwrap();
    it.pass(7).await;
    assert_eq!(it.status(id).await, Some(Status::Active), "seven days are not more than seven days");
    it.pass(3).await;
    let reader = it.rig.engine.reader();
    let closed = reader.find_conversation(it.rig.project.id, id).await.unwrap().unwrap();
    assert_eq!((closed.status, closed.handled_by), (Status::Closed, HandledBy::Ai));
    let data = json!({ "conversation_id": id, "message_id": null, "visitor_id": "bob", "closed_by": "idle" });
    assert_eq!(it.told().await, [data]);
    let heard = reader.conversation_events(it.rig.project.id, id, 0, 10).await.unwrap();
    let statuses: Vec<_> = heard.iter().map(|(_, e)| e["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["active", "closed"], "the takeover and the close");
    it.rig.ask("Hello again!", Some(id)).await;
    assert_eq!(it.status(id).await, Some(Status::Active), "a new message reopens it");
    it.pass(8).await;
    assert_eq!(it.told().await.len(), 2, "it was idle a second time");
}

#[tokio::test]
async fn a_word_within_the_days_counts_them_anew_and_zero_days_are_never() {
    let it = Aging::start(3, 0).await;
    let (spoken, silent) = (it.begin().await, it.begin().await);
    it.pass(2).await;
    it.rig.ask("Still there?", Some(spoken)).await;
    it.pass(2).await;
    assert_eq!(it.status(spoken).await, Some(Status::Active));
    assert_eq!(it.status(silent).await, Some(Status::Closed));
    let never = Aging::start(0, 0).await;
    let id = never.begin().await;
    never.pass(2).await;
    never.clock.advance(4000 * DAY);
    never.pass(1).await;
    assert_eq!(never.status(id).await, Some(Status::Active));
}

#[tokio::test]
async fn what_is_old_is_deleted_in_batches_with_a_line_each() {
    let it = Aging::start(0, 30).await;
    for _ in 0..101 {
        it.begin().await;
    }
    it.pass(15).await;
    let younger = it.begin().await;
    it.pass(15).await;
    assert!(it.expired().await.is_empty(), "thirty days are not more than thirty days");
    it.pass(1).await;
    let mut lines = it.expired().await;
    // Both are of the same instant.
    lines.sort_by_key(|(_, detail)| detail["conversations"].as_i64());
    let of = |n: i64| ("retention".to_owned(), json!({ "conversations": n, "messages": 2 * n }));
    assert_eq!(lines, [of(1), of(100)]);
    let wanted = botplot_store::ConversationFilter::default();
    let left = it.rig.engine.reader().list_conversations(it.rig.project.id, &wanted, 10, 0).await.unwrap();
    assert_eq!((left.1, left.0[0].id), (1, younger));
    it.pass(15).await;
    assert_eq!((it.status(younger).await, it.expired().await.len()), (None, 3));
}

#[tokio::test]
async fn days_of_retention_count_from_the_last_word_and_not_from_the_close() {
    let it = Aging::start(5, 10).await;
    let (idle, archived) = (it.begin().await, it.begin().await);
    let archive = conversations::set_status(&it.rig.engine, it.rig.project.id, archived, Status::Archived);
    archive.await.unwrap();
    it.pass(10).await;
    assert_eq!(it.status(idle).await, Some(Status::Closed));
    it.pass(1).await;
    assert_eq!((it.status(idle).await, it.status(archived).await), (None, None));
}

#[tokio::test]
async fn each_project_has_its_own_days() {
    let it = Aging::start(2, 4).await;
    let other = projects::create(&it.rig.engine, "other").await.unwrap().project;
    let question = botplot_engine::chat::Ask { project: other.clone(), ..it.rig.question("Hello!", None) };
    let theirs = ask(&it.rig.engine, question).await.unwrap().conversation;
    let ours = it.begin().await;
    it.pass(5).await;
    let found = it.rig.engine.reader().find_conversation(other.id, theirs).await.unwrap();
    assert_eq!((it.status(ours).await, found.map(|c| c.status)), (None, Some(Status::Active)));
}

#[tokio::test]
async fn an_answered_request_is_forgotten_after_a_day() {
    let it = Aging::start(0, 0).await;
    let again = || {
        let mut question = it.rig.question("Hello!", None);
        question.idempotency = Some(Idempotency::of("once".into(), &json!({ "message": "Hello!" })));
        question
    };
    let first = ask(&it.rig.engine, again()).await.unwrap();
    let mut events = first.events;
    while events.recv().await.is_some() {}
    assert_eq!(ask(&it.rig.engine, again()).await.unwrap().conversation, first.conversation);
    it.pass(1).await;
    it.clock.advance(1);
    upkeep::run(&it.rig.engine).await.unwrap();
    let found = it.rig.engine.reader().find_request(it.rig.project.id, "bob", "once").await.unwrap();
    assert!(found.is_none(), "{found:?}");
}
