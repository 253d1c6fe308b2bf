//! What every promise starts from: an empty database with one project, and rows to put into it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::delivery::{self, Attempt, Delivery, Endpoint, Exchange, OtherSecret, Record, Secrets};
use botplot_core::lead::Lead;
use botplot_core::message::{Message, Role, State};
use botplot_core::plan::Plan;
use botplot_core::project::{Project, Settings};
use botplot_core::source::{self, Kind, Page, PageState, Source};
use botplot_core::visitor::VisitorInfo;
use botplot_core::{
    ChunkId, ConversationId, DeliveryId, EndpointId, EventId, JobId, LeadId, MessageId, PageId, ProjectId,
    SessionId, SourceId, Timestamp, event,
};
use botplot_store::{Config, Error, FILE, Filed, NewChunk, NewJob, Reader, RequestRow, Store};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};
use uuid::Uuid;

/// The present of every promise.
pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000_000);

/// An open database with the project `one` in it.
#[derive(Clone)]
pub(crate) struct Rig {
    pub(crate) store: Store,
    pub(crate) project: ProjectId,
    next: Arc<AtomicU64>,
    config: Config,
    folder: PathBuf,
}

impl Rig {
    pub(crate) async fn on(config: Config, folder: &Path) -> Self {
        let store = Store::open(&config, folder).await.unwrap();
        let next = Arc::new(AtomicU64::new(1));
        let project = ProjectId(Uuid::nil());
        let mut rig = Self { store, project, next, config, folder: folder.to_owned() };
        rig.project = rig.add_project("one").await.unwrap();
        rig
    }

    /// The same database, opened once more.
    pub(crate) async fn reopen(&self) -> Store {
        Store::open(&self.config, &self.folder).await.unwrap()
    }

    pub(crate) fn read(&self) -> Reader {
        self.store.reader()
    }

    /// Ids that count up, so that their order is known.
    pub(crate) fn id(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.next.fetch_add(1, Ordering::Relaxed)))
    }

    pub(crate) async fn add_project(&self, name: &str) -> Result<ProjectId, Error> {
        let project = Project {
            id: ProjectId(self.id()),
            name: name.into(),
            settings: Settings::default(),
            plan: Plan::Business,
            factor_required: false,
            index_version: 0,
            created_at: NOW,
        };
        let id = project.id;
        self.store.write(move |tx| Box::pin(async move { tx.add_project(&project).await })).await?;
        Ok(id)
    }

    /// The same database, seen from a second project.
    pub(crate) async fn another(&self) -> Self {
        let project = self.add_project("other").await.unwrap();
        Self { project, ..self.clone() }
    }

    pub(crate) fn source(&self, name: &str) -> Source {
        Source {
            id: SourceId(self.id()),
            project: self.project,
            kind: Kind::Website,
            name: name.into(),
            url: Some("https://example.com/".into()),
            config: source::Config { max_pages: 7, max_depth: 3 },
            status: source::Status::Pending,
            error: None,
            discovered: 0,
            pages: 0,
            chunks: 0,
            bytes: 0,
            last_synced_at: None,
            created_at: NOW,
        }
    }

    pub(crate) async fn add_source(&self, name: &str) -> SourceId {
        let source = self.source(name);
        let id = source.id;
        self.write(move |tx| Box::pin(async move { tx.add_source(&source).await })).await;
        id
    }

    pub(crate) fn page(&self, source: SourceId, url: &str) -> Page {
        Page {
            id: PageId(self.id()),
            project: self.project,
            source,
            url: url.into(),
            title: format!("Title of {url}"),
            language: Some("en".into()),
            content_hash: Some(vec![1, 2, 3]),
            etag: Some("\"e\"".into()),
            last_modified: Some("yesterday".into()),
            state: PageState::Indexed,
            reason: None,
            updated_at: NOW,
        }
    }

    pub(crate) fn chunks(&self, bodies: &[&str]) -> Vec<NewChunk> {
        let chunk = |(ord, body): (usize, &&str)| NewChunk {
            id: ChunkId(self.id()),
            ord: ord as i64,
            heading: "Help > Billing".into(),
            body: (*body).to_owned(),
            pieces: body.len() as i64,
        };
        bodies.iter().enumerate().map(chunk).collect()
    }

    /// Writes a page with these chunks, as a sync does.
    pub(crate) async fn add_page(
        &self,
        source: SourceId,
        url: &str,
        bodies: &[&str],
    ) -> (PageId, Vec<ChunkId>) {
        let (project, page, chunks) = (self.project, self.page(source, url), self.chunks(bodies));
        let ids = chunks.iter().map(|c| c.id).collect();
        let write = self.write(move |tx| {
            Box::pin(async move {
                let version = tx.bump_index(project).await?;
                let id = tx.save_page(&page, 100, version).await?;
                tx.replace_chunks(project, id, &chunks).await?;
                Ok(id)
            })
        });
        (write.await, ids)
    }

    pub(crate) async fn save_vectors(&self, model: &'static str, chunks: &[ChunkId]) {
        let (project, vectors) =
            (self.project, chunks.iter().map(|c| (*c, vec![7, 0, 255])).collect::<Vec<_>>());
        self.write(move |tx| {
            Box::pin(async move {
                let version = tx.bump_index(project).await?;
                tx.save_vectors(project, model, &vectors, version).await
            })
        })
        .await;
    }

    pub(crate) fn conversation(&self) -> Conversation {
        Conversation {
            id: ConversationId(self.id()),
            project: self.project,
            visitor_id: "bob".into(),
            session: None,
            token_required: true,
            identified: false,
            visitor_info: VisitorInfo::default(),
            status: Status::Active,
            handled_by: HandledBy::Ai,
            handoff_requested: false,
            agent: None,
            tags: Vec::new(),
            message_count: 0,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    pub(crate) async fn add_conversation(&self) -> ConversationId {
        let conversation = self.conversation();
        let id = conversation.id;
        self.write(move |tx| Box::pin(async move { tx.add_conversation(&conversation).await })).await;
        id
    }

    pub(crate) fn message(&self, conversation: ConversationId, content: &str, state: State) -> Message {
        Message {
            id: MessageId(self.id()),
            project: self.project,
            conversation,
            role: if state == State::Pending { Role::Assistant } else { Role::User },
            content: content.into(),
            context: serde_json::Map::from_iter([("url".to_owned(), "https://shop.example/".into())]),
            sources: Vec::new(),
            confidence: None,
            state,
            author: None,
            failure: None,
            outcome: None,
            reserved: None,
            rating: None,
            comment: None,
            created_at: NOW,
        }
    }

    pub(crate) fn request(&self, conversation: ConversationId, visitor: &str, key: &str) -> RequestRow {
        RequestRow {
            project: self.project,
            visitor_id: visitor.into(),
            key: key.into(),
            body_hash: vec![0, 255, 7],
            conversation,
            answer: None,
            refused: None,
            created_at: NOW,
        }
    }

    pub(crate) fn lead(&self, conversation: ConversationId, visitor: &str) -> Lead {
        Lead {
            id: LeadId(self.id()),
            project: self.project,
            visitor_id: visitor.into(),
            conversation,
            session: Some(SessionId(self.id())),
            name: Some("Bö \"B\"".into()),
            email: None,
            phone: None,
            details: serde_json::Map::from_iter([("plan".to_owned(), "x".into())]),
            consented_at: Some(NOW),
            created_at: NOW,
            updated_at: NOW,
        }
    }

    /// An endpoint, an event about this visitor, and its delivery with one attempt.
    pub(crate) async fn add_delivery(&self, visitor: Option<&str>) {
        let other = OtherSecret { sealed: vec![0, 255], until: NOW.plus_seconds(60), is_next: true };
        let endpoint = Endpoint {
            id: EndpointId(self.id()),
            project: self.project,
            url: "https://example.com/".into(),
            description: String::new(),
            events: vec![event::Kind::MessageSent],
            status: delivery::Status::Active,
            reason: None,
            secrets: Secrets { primary: vec![255, 0], other: Some(other) },
            failing_since: None,
            created_at: NOW,
            updated_at: NOW,
        };
        let event = Record {
            id: EventId(self.id()),
            project: self.project,
            kind: "message.sent".into(),
            visitor_id: visitor.map(Into::into),
            conversation: None,
            body: b"{ \"bytes\":\t1 }".to_vec(),
            created_at: NOW,
        };
        let delivery = Delivery {
            id: DeliveryId(self.id()),
            project: self.project,
            endpoint: endpoint.id,
            event: event.id,
            kind: event.kind.clone(),
            state: delivery::State::Pending,
            attempts: 0,
            made: 0,
            next_at: NOW,
            last: None,
            created_at: NOW,
        };
        let lease = (self.id(), NOW.plus_seconds(60));
        let filed = Filed {
            delivery: delivery.id,
            lease: lease.0,
            state: delivery::State::Pending,
            next_at: NOW,
            attempt: Attempt { number: 1, at: NOW, next_at: Some(NOW), ..Attempt::default() },
            exchange: Exchange { request_head: Some("POST /".into()), ..Exchange::default() },
        };
        self.write(move |tx| {
            Box::pin(async move {
                tx.add_endpoint(&endpoint).await?;
                tx.add_event(&event).await?;
                tx.add_delivery(&delivery).await?;
                tx.claim_deliveries(endpoint.id, true, NOW, lease, 1).await?;
                assert!(tx.file_attempt(&filed).await?);
                Ok(())
            })
        })
        .await;
    }

    /// How many rows a table has, whosoever they are.
    pub(crate) async fn count(&self, table: &str) -> i64 {
        let count = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        if let Some(url) = &self.config.url {
            let mut conn = PgConnection::connect(url.expose()).await.unwrap();
            return sqlx::query_scalar(count).fetch_one(&mut conn).await.unwrap();
        }
        let file = SqliteConnectOptions::new().filename(self.folder.join(FILE));
        sqlx::query_scalar(count).fetch_one(&mut file.connect().await.unwrap()).await.unwrap()
    }

    /// Does to the tables what no promise does.
    pub(crate) async fn run(&self, statement: &'static str) {
        if let Some(url) = &self.config.url {
            let mut conn = PgConnection::connect(url.expose()).await.unwrap();
            sqlx::query(statement).execute(&mut conn).await.unwrap();
        } else {
            let file = SqliteConnectOptions::new().filename(self.folder.join(FILE));
            sqlx::query(statement).execute(&mut file.connect().await.unwrap()).await.unwrap();
        }
    }

    pub(crate) fn job(&self, key: Option<&str>) -> NewJob {
        NewJob {
            id: JobId(self.id()),
            project: self.project,
            kind: "sync".into(),
            payload: serde_json::json!({ "source": "s", "n": 1 }),
            run_at: NOW,
            dedupe_key: key.map(Into::into),
        }
    }

    pub(crate) async fn add_job(&self, job: &NewJob) -> bool {
        let job = job.clone();
        self.write(move |tx| Box::pin(async move { tx.add_job(&job).await })).await
    }

    /// A write that must succeed.
    pub(crate) async fn write<R: Send + 'static>(
        &self,
        run: impl for<'t> FnOnce(
            &'t mut botplot_store::Tx,
        ) -> futures_util::future::BoxFuture<'t, Result<R, Error>>
        + Send
        + 'static,
    ) -> R {
        self.store.write(run).await.unwrap()
    }
}
