//! What a transaction can do. A method is a line here and a function in `sql/<noun>.rs`.

use botplot_core::conversation::Conversation;
use botplot_core::job::Job;
use botplot_core::key::KeyRecord;
use botplot_core::message::Message;
use botplot_core::project::{Project, Settings};
use botplot_core::source::{Kind, Page, Source, Status};
use botplot_core::{
    ChunkId, ConversationId, JobId, KeyId, MessageId, PageId, ProjectId, SourceId, Timestamp,
};
use sqlx::pool::PoolConnection;
use sqlx::{Postgres, Sqlite, Transaction};
use uuid::Uuid;

use crate::backend::{postgres, sqlite};
use crate::{Error, NewChunk, NewJob};

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
    }
    mod keys {
        /// Adds a key's record.
        fn add_key(key: &KeyRecord) -> ();
        /// Revokes a key; false when it is unknown or revoked already.
        fn revoke_key(project: ProjectId, key: KeyId, now: Timestamp) -> bool;
        /// Notes when keys, of any project, were last used.
        fn touch_keys(keys: &[KeyId], now: Timestamp) -> ();
    }
    mod sources {
        /// Adds a source.
        fn add_source(source: &Source) -> ();
        /// Moves a source to a status; false when it is gone. Switching it off or on also changes the search index.
        fn set_source_status(project: ProjectId, source: SourceId, status: Status, error: Option<&str>) -> bool;
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
    }
    mod messages {
        /// Adds a message at the end of its conversation; `Missing("conversation")` when that is gone.
        fn add_message(message: &Message) -> ();
        /// Writes content, sources, confidence and state of a pending message; false when it is not pending any more.
        fn finish_message(message: &Message) -> bool;
        /// Fails the messages that are pending since `now` or longer and returns them: their turns died with a process.
        fn fail_pending_messages(now: Timestamp) -> Vec<(ProjectId, MessageId)>;
        /// Finds a message.
        fn find_message(project: ProjectId, message: MessageId) -> Option<Message>;
    }
    mod usage {
        /// Adds to what a project has used in a period; a negative amount gives back.
        fn add_usage(project: ProjectId, period: &str, metric: &str, amount: i64) -> ();
    }
    mod jobs {
        /// Queues a job; false when one of the same project, kind and dedupe key is queued already.
        fn add_job(job: &NewJob) -> bool;
        /// Claims up to `limit` due jobs until `lease_until`, oldest first; a project has at most `per_project` running.
        fn claim_jobs(now: Timestamp, lease: Uuid, lease_until: Timestamp, per_project: i64, limit: i64) -> Vec<Job>;
        /// Holds a claimed job longer; false when the lease was lost.
        fn renew_job(job: JobId, lease: Uuid, until: Timestamp) -> bool;
        /// Removes a claimed job that is done; false when the lease was lost.
        fn finish_job(job: JobId, lease: Uuid) -> bool;
        /// Queues a claimed job again for `run_at`; false when the lease was lost.
        fn retry_job(job: JobId, lease: Uuid, run_at: Timestamp, error: &str) -> bool;
        /// Gives a claimed job up, keeping it with its error; false when the lease was lost.
        fn fail_job(job: JobId, lease: Uuid, error: &str) -> bool;
    }
    mod meta {
        /// The installation's value of this name; `value` becomes it when there is none yet.
        fn meta_or_insert(name: &str, value: &str) -> String;
    }
}

impl Tx {
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
