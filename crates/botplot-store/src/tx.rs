//! What a transaction can do. A method is a line here and a function in `sql/<noun>.rs`.

use botplot_core::conversation::Conversation;
use botplot_core::delivery::{Delivery, Endpoint, Record};
use botplot_core::event;
use botplot_core::job::{Job, Lane};
use botplot_core::key::KeyRecord;
use botplot_core::lead::Lead;
use botplot_core::message::{Message, Rating};
use botplot_core::notice::{Entry, Notice};
use botplot_core::plan::Plan;
use botplot_core::project::{Project, Settings};
use botplot_core::source::{Config, Kind, Page, Source, Status};
use botplot_core::trace::Trace;
use botplot_core::{
    ChunkId, ConversationId, DeliveryId, EndpointId, EventId, JobId, KeyId, MessageId, PageId, ProjectId,
    SourceId, Timestamp,
};
use serde_json::Value;
use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite, Transaction};
use uuid::Uuid;

use crate::backend::{postgres, sqlite};
use crate::{ClaimRow, DeadTurn, Erased, Error, Filed, NewChunk, NewJob, RequestRow};

/// An open transaction: all of it is kept or nothing. Holds SQL only: nothing slow is awaited while it is open.
///
/// Once a method has returned an error, the transaction is lost on either database, whatever the closure returns.
pub struct Tx {
    pub(crate) conn: Conn,
    /// A statement failed: PostgreSQL would turn the commit into a rollback without a word.
    pub(crate) failed: bool,
}

pub(crate) enum Conn {
    /// The writer's own connection, inside a transaction that the writer begins and ends.
    Sqlite(PoolConnection<Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) fn new(conn: Conn) -> Self {
        Self { conn, failed: false }
    }
}

macro_rules! methods {
    ($(mod $noun:ident { $(
        $(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?) -> $out:ty;
    )* })*) => {
        impl Tx { $($(
            $(#[$doc])*
            pub async fn $name(&mut self, $($arg: $ty),*) -> Result<$out, Error> {
                let result = match &mut self.conn {
                    Conn::Sqlite(c) => sqlite::sql::$noun::$name(c, $($arg),*).await,
                    Conn::Postgres(c) => postgres::sql::$noun::$name(c, $($arg),*).await,
                };
                self.failed |= result.is_err();
                result
            }
        )*)* }
    };
}

methods! {
    mod projects {
        /// Adds a project; `Unique("projects.name")` when the name is taken.
        fn add_project(project: &Project) -> ();
        /// Replaces a project's settings; false when there is no such project.
        fn save_settings(project: ProjectId, settings: &Settings) -> bool;
        /// Raises the version of the project's search index and returns it; call it before the pages are written.
        fn bump_index(project: ProjectId) -> i64;
        /// Finds a project by its name.
        fn find_project_named(name: &str) -> Option<Project>;
        /// Renames a project; false when it is gone, `Unique("projects.name")` when the name is taken.
        fn rename_project(project: ProjectId, name: &str) -> bool;
        /// Removes a project with everything that belongs to it; false when it is gone already.
        fn remove_project(project: ProjectId) -> bool;
        /// Says whether a project's people need a second factor; false when it is gone.
        fn require_factor(project: ProjectId, required: bool) -> bool;
        /// Puts a project on a plan; false when it is gone.
        fn set_plan(project: ProjectId, plan: Plan) -> bool;
        /// Replaces the sealed secret that proves visitors' identities; false when the project is gone.
        fn set_identity_secret(project: ProjectId, sealed: Option<&[u8]>) -> bool;
    }
    mod logos {
        /// Keeps a project's logo in place of its last one; `hash` is of its content, in hex.
        fn set_logo(project: ProjectId, media: &str, hash: &str, content: &[u8]) -> ();
        /// Removes a project's logo; false when it had none.
        fn remove_logo(project: ProjectId) -> bool;
    }
    mod sightings {
        /// Notes that a page of this origin shows the project's widget; the `most` latest origins are kept.
        fn note_sighting(project: ProjectId, origin: &str, now: Timestamp, most: i64) -> ();
    }
    mod keys {
        /// Adds a key's record.
        fn add_key(key: &KeyRecord) -> ();
        /// A project's keys, revoked ones included, oldest first.
        fn list_keys(project: ProjectId) -> Vec<KeyRecord>;
        /// Revokes a key; false when it is unknown or revoked already.
        fn revoke_key(project: ProjectId, key: KeyId, now: Timestamp) -> bool;
        /// Renames a key; false when it is unknown.
        fn rename_key(project: ProjectId, key: KeyId, name: &str) -> bool;
        /// Lets a live key expire at `at`; false when it is unknown or revoked.
        fn expire_key(project: ProjectId, key: KeyId, at: Timestamp) -> bool;
        /// Notes that a secret key came from a browser.
        fn flag_key(project: ProjectId, key: KeyId, now: Timestamp) -> ();
        /// Notes when keys, of any project, were last used.
        fn touch_keys(keys: &[KeyId], now: Timestamp) -> ();
    }
    mod sources {
        /// Adds a source.
        fn add_source(source: &Source) -> ();
        /// Moves a source to a status; false when it is gone. Switching it off or on also changes the search index.
        fn set_source_status(project: ProjectId, source: SourceId, status: Status, error: Option<&str>) -> bool;
        /// Renames a source and gives it other options; false when it is gone.
        fn change_source(project: ProjectId, source: SourceId, name: &str, config: &Config) -> bool;
        /// Notes how many pages the running sync has found so far.
        fn set_source_discovered(project: ProjectId, source: SourceId, discovered: i64) -> ();
        /// Counts a source's pages, chunks and bytes anew.
        fn refresh_source_counts(project: ProjectId, source: SourceId) -> ();
        /// Notes that a source was read to its end.
        fn set_source_synced(project: ProjectId, source: SourceId, now: Timestamp) -> ();
        /// Removes a source with its files, pages and chunks; false when it was gone.
        fn remove_source(project: ProjectId, source: SourceId) -> bool;
        /// Finds a source.
        fn find_source(project: ProjectId, source: SourceId) -> Option<Source>;
        /// Finds a source by its kind and name, so that adding it again reads it again.
        fn find_source_named(project: ProjectId, kind: Kind, name: &str) -> Option<Source>;
    }
    mod files {
        /// Keeps a file's bytes, in place of those of the same name; `Missing("source")` when the source is gone.
        fn add_file(project: ProjectId, source: SourceId, name: &str, content: &[u8]) -> ();
        /// Drops all files of a source; its pages stay until they are read anew.
        fn clear_files(project: ProjectId, source: SourceId) -> ();
        /// One file's bytes.
        fn read_file(project: ProjectId, source: SourceId, name: &str) -> Option<Vec<u8>>;
    }
    mod pages {
        /// Writes a page, in place of the source's page of the same address, whose id it then keeps and returns;
        /// `Missing("source")` when the source is gone.
        fn save_page(page: &Page, bytes: i64, index_version: i64) -> PageId;
        /// Removes pages with their chunks; those that are gone are passed over.
        fn remove_pages(project: ProjectId, pages: &[PageId]) -> ();
    }
    mod chunks {
        /// Gives a page these chunks instead of its own; `Missing("page")` when the page is gone.
        fn replace_chunks(project: ProjectId, page: PageId, chunks: &[NewChunk]) -> ();
        /// Gives chunks their vectors and raises their pages' index version; vanished chunks are passed over.
        fn save_vectors(project: ProjectId, model: &str, vectors: &[(ChunkId, Vec<u8>)], index_version: i64) -> ();
    }
    mod conversations {
        /// Adds a conversation.
        fn add_conversation(conversation: &Conversation) -> ();
        /// Writes a conversation's present state; false when it is gone.
        fn save_conversation(conversation: &Conversation) -> bool;
        /// Removes a conversation with all that was said in it; false when it was gone.
        fn remove_conversation(project: ProjectId, conversation: ConversationId) -> bool;
        /// Adds to what a visitor's page hears live; returns its place, counted from 1 within the conversation.
        fn add_conversation_event(project: ProjectId, conversation: ConversationId, payload: &Value, now: Timestamp) -> i64;
    }
    mod messages {
        /// Adds a message at the end of its conversation; `Missing("conversation")` when that is gone.
        fn add_message(message: &Message) -> ();
        /// Writes content, sources, confidence, state, failure and outcome of a pending message, whose reservation
        /// ends; false when it is not pending any more.
        fn finish_message(message: &Message, made: Option<(&Trace, i64)>) -> bool;
        /// Writes what a pending answer has so far; false when it is not pending any more.
        fn save_partial(project: ProjectId, message: MessageId, content: &str) -> bool;
        /// Fails the messages that are pending since `now` or longer, as `answer_interrupted`: their turns died with a
        /// process. Returns them with the month in which each had a unit reserved.
        fn fail_pending_messages(now: Timestamp) -> Vec<(ProjectId, MessageId, Option<String>)>;
        /// Notes what a visitor thinks of an answer; false when the message is gone.
        fn rate_message(project: ProjectId, message: MessageId, rating: Rating, comment: Option<&str>) -> bool;
        /// Finds a message.
        fn find_message(project: ProjectId, message: MessageId) -> Option<Message>;
    }
    mod usage {
        /// Adds to what a project has used in a period; a negative amount gives back.
        fn add_usage(project: ProjectId, period: &str, metric: &str, amount: i64) -> ();
        /// Takes one unit unless `limit` units are used already; returns how many are used with it, or `None` when the
        /// limit is reached. Exact whoever else takes one at the same time; without a limit it always takes.
        fn take_unit(project: ProjectId, period: &str, metric: &str, limit: Option<i64>) -> Option<i64>;
    }
    mod visitors {
        /// Notes that a visitor id was proved.
        fn note_verified(project: ProjectId, visitor: &str, now: Timestamp) -> ();
        /// True when the visitor id was ever proved.
        fn is_verified(project: ProjectId, visitor: &str) -> bool;
        /// Removes all that a visitor left: conversations with messages and events, leads, requests, proofs, and the
        /// bodies of webhooks about them; says how much of each.
        fn erase_visitor(project: ProjectId, visitor: &str) -> Erased;
    }
    mod requests {
        /// Finds what was asked for under an idempotency key.
        fn find_request(project: ProjectId, visitor: &str, key: &str) -> Option<RequestRow>;
        /// Keeps what was asked for; `Unique("requests")` when the key is taken.
        fn add_request(request: &RequestRow) -> ();
        /// Forgets requests, of any project, made before `at`; returns how many.
        fn remove_requests_before(at: Timestamp) -> i64;
    }
    mod leads {
        /// The leads of a visitor id, oldest first.
        fn leads_of(project: ProjectId, visitor: &str) -> Vec<Lead>;
        /// Adds a lead.
        fn add_lead(lead: &Lead) -> ();
        /// Writes a lead's present values; false when it is gone.
        fn save_lead(lead: &Lead) -> bool;
    }
    mod endpoints {
        /// Adds a webhook endpoint.
        fn add_endpoint(endpoint: &Endpoint) -> ();
        /// Writes an endpoint's present state; false when it is gone.
        fn save_endpoint(endpoint: &Endpoint) -> bool;
        /// Removes an endpoint with its deliveries; false when it was gone.
        fn remove_endpoint(project: ProjectId, endpoint: EndpointId) -> bool;
        /// Finds an endpoint; until the transaction ends nobody else changes it.
        fn lock_endpoint(project: ProjectId, endpoint: EndpointId) -> Option<Endpoint>;
        /// A project's endpoints, oldest first.
        fn all_endpoints(project: ProjectId) -> Vec<Endpoint>;
        /// The project's active endpoints, oldest first, and what each wants to hear of.
        fn listening_endpoints(project: ProjectId) -> Vec<(EndpointId, Vec<event::Kind>)>;
    }
    mod events {
        /// Keeps something that happened.
        fn add_event(event: &Record) -> ();
        /// Forgets up to `limit` events, of any project, whose id is before `before` and of which nothing is pending
        /// nor was attempted after `since`; returns how many.
        fn remove_events_before(before: EventId, since: Timestamp, limit: i64) -> i64;
    }
    mod deliveries {
        /// Sends an event on its way to an endpoint.
        fn add_delivery(delivery: &Delivery) -> ();
        /// Claims up to `limit` due deliveries of an active endpoint, first attempts or later ones, until the lease ends;
        /// first attempts only while nobody else holds any of the endpoint's. `None` when the endpoint takes none now.
        fn claim_deliveries(endpoint: EndpointId, first: bool, now: Timestamp, lease: (Uuid, Timestamp), limit: i64) -> Option<ClaimRow>;
        /// Files an attempt and writes it into the log, which keeps the newest; false when the lease was lost.
        fn file_attempt(filed: &Filed) -> bool;
        /// Gives back what is left of a claim; returns how much.
        fn release_deliveries(endpoint: EndpointId, lease: Uuid, now: Timestamp) -> i64;
        /// Gives back all claims, of any project: their holders are dead. Returns how many deliveries they held.
        fn release_all_deliveries(now: Timestamp) -> i64;
        /// Sends a delivery once more, on a schedule from its start; false when it is gone or under way just now.
        fn replay_delivery(project: ProjectId, endpoint: EndpointId, delivery: DeliveryId, now: Timestamp) -> bool;
        /// Sends the deliveries of events since `since` once more that failed, given up or waiting for their next attempt;
        /// returns how many.
        fn replay_failed(project: ProjectId, endpoint: EndpointId, since: Timestamp, now: Timestamp) -> i64;
    }
    mod nodes {
        /// Notes that a node lives, and forgets those that have been silent for an hour.
        fn note_node(node: Uuid) -> ();
        /// Notes which node writes a pending answer.
        fn hold_turn(project: ProjectId, answer: MessageId, node: Uuid) -> ();
        /// How many answers of a conversation are pending: the one that is being written and those that wait.
        fn count_turns(project: ProjectId, conversation: ConversationId) -> i64;
        /// Asks the node that writes a conversation's answer to stop; false when none is being written.
        fn ask_stop(project: ProjectId, conversation: ConversationId) -> bool;
        /// Fails, as `answer_interrupted`, the answers that a node held and that are pending since `before` or longer.
        fn fail_turns_of(node: Uuid, before: Timestamp) -> Vec<DeadTurn>;
        /// Fails the answers of all nodes that have not been noted for so many seconds.
        fn fail_turns_of_silent(seconds: i64) -> Vec<DeadTurn>;
        /// Gives back all claims, of any project, whose leases are between these two; returns how many deliveries.
        fn release_deliveries_of(leases: (Uuid, Uuid), now: Timestamp) -> i64;
    }
    mod notices {
        /// Leaves a notice; false when the same kind and occasion were told before.
        fn add_notice(notice: &Notice) -> bool;
    }
    mod audit {
        /// Writes a line into the audit log.
        fn add_audit(entry: &Entry) -> ();
    }
    mod jobs {
        /// Queues a job; false when one of the same project, kind and dedupe key is queued already.
        fn add_job(job: &NewJob) -> bool;
        /// True when a job of this kind waits or runs.
        fn has_open_job(project: ProjectId, kind: &str) -> bool;
        /// Claims up to `limit` due jobs of a lane until the lease ends, oldest first; a project has at most
        /// `per_project` of the lane running.
        fn claim_jobs(now: Timestamp, lease: (Uuid, Timestamp), per_project: i64, limit: i64, lane: Lane) -> Vec<Job>;
        /// Holds a claimed job longer; false when the lease was lost.
        fn renew_job(job: JobId, lease: Uuid, until: Timestamp) -> bool;
        /// Removes a claimed job that is done; false when the lease was lost.
        fn finish_job(job: JobId, lease: Uuid) -> bool;
        /// Queues a claimed job again for `run_at`; false when the lease was lost.
        fn retry_job(job: JobId, lease: Uuid, run_at: Timestamp, error: &str) -> bool;
        /// Gives a claimed job up, keeping it with its error; false when the lease was lost.
        fn fail_job(job: JobId, lease: Uuid, error: &str) -> bool;
        /// Makes all letters due that are being sent, of any project: their senders are dead. Returns how many.
        fn release_letters(now: Timestamp) -> i64;
    }
    mod meta {
        /// The installation's value of this name; `value` becomes it when there is none yet.
        fn meta_or_insert(name: &str, value: &str) -> String;
    }
}

mod team;

impl Tx {
    /// Finds a project; until the transaction ends nobody else changes it.
    pub async fn find_project(&mut self, project: ProjectId) -> Result<Option<Project>, Error> {
        let result = match &mut self.conn {
            Conn::Sqlite(c) => sqlite::sql::projects::lock_project(c, project).await,
            Conn::Postgres(c) => postgres::sql::projects::lock_project(c, project).await,
        };
        self.failed |= result.is_err();
        result
    }

    /// Looks a project up without holding up whoever changes it.
    pub async fn peek_project(&mut self, project: ProjectId) -> Result<Option<Project>, Error> {
        let result = match &mut self.conn {
            Conn::Sqlite(c) => sqlite::sql::projects::find_project(c, project).await,
            Conn::Postgres(c) => postgres::sql::projects::find_project(c, project).await,
        };
        self.failed |= result.is_err();
        result
    }

    /// Finds a conversation; until the transaction ends nobody else changes it.
    pub async fn find_conversation(
        &mut self,
        project: ProjectId,
        conversation: ConversationId,
    ) -> Result<Option<Conversation>, Error> {
        let result = match &mut self.conn {
            Conn::Sqlite(c) => sqlite::sql::conversations::lock_conversation(c, project, conversation).await,
            Conn::Postgres(c) => {
                postgres::sql::conversations::lock_conversation(c, project, conversation).await
            }
        };
        self.failed |= result.is_err();
        result
    }
}
