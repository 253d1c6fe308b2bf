//! Look-ups outside of transactions. A method is a line here and a function in `sql/<noun>.rs`.

use botplot_core::account::{Account, Factor, Member, Role, SignIn};
use botplot_core::conversation::Conversation;
use botplot_core::delivery::{Attempt, Delivery, Endpoint, Exchange, State};
use botplot_core::figures::{Conversations, Messages};
use botplot_core::key::KeyRecord;
use botplot_core::lead::Lead;
use botplot_core::link::{Kind as LinkKind, Link};
use botplot_core::message::Message;
use botplot_core::notice::{Entry, Notice};
use botplot_core::project::Project;
use botplot_core::question::{Gap, Question, Run};
use botplot_core::source::{Page, PageState, Source};
use botplot_core::trace::Trace;
use botplot_core::{
    AccountId, ChunkId, ConversationId, DeliveryId, EndpointId, KeyId, LeadId, MessageId, PageId, ProjectId,
    RunId, SourceId, Timestamp,
};
use serde_json::Value;
use sqlx::{PgPool, SqlitePool};

use crate::backend::{postgres, sqlite};
use crate::{
    ChunkRow, ConversationFilter, Error, InboxFilter, InboxRow, NoteRow, PassageRow, ReplyRow, RequestRow,
    TurnRow,
};

/// Reads what is committed; cheap to clone, cannot change anything.
#[derive(Clone)]
pub struct Reader(pub(crate) Pool);

#[derive(Clone)]
pub(crate) enum Pool {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

macro_rules! methods {
    ($(mod $noun:ident { $(
        $(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),* $(,)?) -> $out:ty;
    )* })*) => {
        impl Reader { $($(
            $(#[$doc])*
            pub async fn $name(&self, $($arg: $ty),*) -> Result<$out, Error> {
                match &self.0 {
                    Pool::Sqlite(pool) => sqlite::sql::$noun::$name(&mut *pool.acquire().await?, $($arg),*).await,
                    Pool::Postgres(pool) => postgres::sql::$noun::$name(&mut *pool.acquire().await?, $($arg),*).await,
                }
            }
        )*)* }
    };
}

methods! {
    mod projects {
        /// Finds a project.
        fn find_project(project: ProjectId) -> Option<Project>;
        /// Finds a project by its name.
        fn find_project_named(name: &str) -> Option<Project>;
        /// All projects, oldest first.
        fn list_projects() -> Vec<Project>;
        /// The version of the project's search index; read it before the chunks.
        fn index_version(project: ProjectId) -> Option<i64>;
        /// The sealed secret that proves visitors' identities, if one is set.
        fn identity_secret(project: ProjectId) -> Option<Vec<u8>>;
    }
    mod logos {
        /// A project's logo: media type, hash and content.
        fn find_logo(project: ProjectId) -> Option<(String, String, Vec<u8>)>;
    }
    mod sightings {
        /// The origins whose pages showed a project's widget, and when they last did; newest first.
        fn list_sightings(project: ProjectId) -> Vec<(String, Timestamp)>;
    }
    mod keys {
        /// Finds a key's record, revoked ones included, by [`botplot_core::key::Key::prefix`].
        fn find_key(prefix: &str) -> Option<KeyRecord>;
        /// A project's keys, revoked ones included, oldest first.
        fn list_keys(project: ProjectId) -> Vec<KeyRecord>;
        /// Keys, of any project, that were revoked or expired after `since` and up to `now`.
        fn keys_ended(since: Timestamp, now: Timestamp) -> Vec<KeyId>;
    }
    mod accounts {
        /// Finds an account.
        fn find_account(account: AccountId) -> Option<Account>;
        /// Finds an account by its address, which is in lower case.
        fn find_account_of(email: &str) -> Option<Account>;
        /// How many accounts there are.
        fn count_accounts() -> i64;
        /// All accounts, oldest first.
        fn list_accounts() -> Vec<Account>;
        /// An account's second factor, if it has one.
        fn find_factor(account: AccountId) -> Option<Factor>;
    }
    mod identities {
        /// Whose account a provider's subject is.
        fn find_identity(issuer: &str, subject: &str) -> Option<AccountId>;
    }
    mod members {
        /// What an account may do in a project; `None` when it has no part in it.
        fn find_role(project: ProjectId, account: AccountId) -> Option<Role>;
        /// True when a project asks its people for a second factor and the account has none.
        fn lacks_factor(project: ProjectId, account: AccountId) -> bool;
        /// A project's people, the first one first.
        fn list_members(project: ProjectId) -> Vec<Member>;
        /// The projects that an account has a part in, oldest first.
        fn projects_of(account: AccountId) -> Vec<(Project, Role)>;
    }
    mod sign_ins {
        /// Finds a browser that is signed in, by the SHA-256 of what it holds.
        fn find_sign_in(hash: &[u8], now: Timestamp) -> Option<SignIn>;
        /// The browsers in which an account is signed in, the last seen first.
        fn list_sign_ins(account: AccountId, now: Timestamp) -> Vec<SignIn>;
    }
    mod links {
        /// Finds a link of a kind by the SHA-256 of its secret part, also when it was used or has expired.
        fn find_link(kind: LinkKind, hash: &[u8]) -> Option<Link>;
        /// A project's invitations that nobody has taken, expired ones included, oldest first.
        fn list_invitations(project: ProjectId) -> Vec<Link>;
        /// The newest link of a kind that was made for an account, whatever it is good for.
        fn last_link(kind: LinkKind, account: AccountId) -> Option<Link>;
    }
    mod sources {
        /// Finds a source.
        fn find_source(project: ProjectId, source: SourceId) -> Option<Source>;
        /// A project's sources, newest first, and how many there are in all.
        fn list_sources(project: ProjectId, limit: i64, offset: i64) -> (Vec<Source>, i64);
    }
    mod files {
        /// Names and lengths in bytes of a source's files, by name.
        fn list_files(project: ProjectId, source: SourceId) -> Vec<(String, i64)>;
        /// One file's bytes.
        fn read_file(project: ProjectId, source: SourceId, name: &str) -> Option<Vec<u8>>;
    }
    mod pages {
        /// A source's pages, oldest first.
        fn list_pages(project: ProjectId, source: SourceId) -> Vec<Page>;
        /// A part of a source's pages, newest first, and how many there are in all.
        fn page_pages(project: ProjectId, source: SourceId, limit: i64, offset: i64) -> (Vec<Page>, i64);
        /// A part of a source's pages, newest first, of one state or of all, and how many of them there are.
        fn pages_in(project: ProjectId, source: SourceId, state: Option<PageState>, limit: i64, offset: i64) -> (Vec<Page>, i64);
        /// How many pages of a source are in each state; states without pages are left out.
        fn count_pages(project: ProjectId, source: SourceId) -> Vec<(PageState, i64)>;
        /// Finds a page.
        fn find_page(project: ProjectId, page: PageId) -> Option<Page>;
        /// The pages that have chunks, of sources that are not disabled.
        fn indexed_pages(project: ProjectId) -> Vec<PageId>;
    }
    mod chunks {
        /// The chunks of pages whose index version is above `since`, a page's chunks together and in order;
        /// those of disabled sources are left out.
        fn changed_chunks(project: ProjectId, since: i64) -> Vec<ChunkRow>;
        /// Like [`Reader::changed_chunks`], one by one, for knowledge that would not fit in memory twice.
        fn each_changed_chunk(project: ProjectId, since: i64, each: &mut (dyn FnMut(ChunkRow) + Send)) -> ();
        /// The chunks that are still there and whose source is not disabled, in the order asked for.
        fn chunks_by_id(project: ProjectId, chunks: &[ChunkId]) -> Vec<PassageRow>;
        /// The chunks of a page in order, also of a disabled source: heading path, text, and whether it has a vector.
        fn chunks_of(project: ProjectId, page: PageId) -> Vec<(String, String, bool)>;
        /// Up to `limit` chunks without a vector of this model: id, page title, heading path, text.
        fn chunks_without_vector(project: ProjectId, model: &str, limit: i64) -> Vec<(ChunkId, String, String, String)>;
        /// The projects that have chunks without a vector of this model.
        fn projects_without_vectors(model: &str) -> Vec<ProjectId>;
    }
    mod conversations {
        /// Finds a conversation.
        fn find_conversation(project: ProjectId, conversation: ConversationId) -> Option<Conversation>;
        /// The conversations that `wanted` names, newest first, ties by id, and how many there are in all.
        fn list_conversations(project: ProjectId, wanted: &ConversationFilter, limit: i64, offset: i64) -> (Vec<Conversation>, i64);
        /// Up to `limit` active conversations in which nothing changed since `before`, oldest change first.
        fn idle_conversations(project: ProjectId, before: Timestamp, limit: i64) -> Vec<ConversationId>;
        /// Up to `limit` conversations of any status in which nothing changed since `before`, oldest change first.
        fn stale_conversations(project: ProjectId, before: Timestamp, limit: i64) -> Vec<ConversationId>;
        /// How many conversations have a visitor who waits for a person.
        fn count_waiting(project: ProjectId) -> i64;
        /// What a visitor's page heard after the given place, in order.
        fn conversation_events(project: ProjectId, conversation: ConversationId, after: i64, limit: i64) -> Vec<(i64, Value)>;
    }
    mod waiting {
        /// The projects in which a visitor waits of whom nobody was told, or a reply waits for its visitor.
        fn projects_waiting() -> Vec<ProjectId>;
        /// Up to `limit` conversations whose visitor has waited for a person since `before` or longer, and of which
        /// nobody was told; with since when, the longest first.
        fn overdue(project: ProjectId, before: Timestamp, limit: i64) -> Vec<(ConversationId, Timestamp)>;
        /// Up to `limit` conversations with a reply of `before` or earlier that no page of the visitor's has heard, and
        /// of which no letter went out after `mailed_before`.
        fn unread_replies(project: ProjectId, before: Timestamp, mailed_before: Timestamp, limit: i64) -> Vec<ConversationId>;
        /// The place of a conversation's newest event, unless the visitor's page has heard it.
        fn unheard(project: ProjectId, conversation: ConversationId) -> Option<i64>;
        /// True when an address wants no letters about a project's replies.
        fn is_unsubscribed(project: ProjectId, email: &str) -> bool;
    }
    mod inbox {
        /// A part of an account's inbox, the newest change first, from before the given place on.
        fn list_inbox(project: ProjectId, account: AccountId, wanted: &InboxFilter, before: Option<(Timestamp, ConversationId)>, limit: i64) -> Vec<InboxRow>;
        /// These conversations as an inbox lists them, read by nobody; those that are gone are left out.
        fn inbox_rows(project: ProjectId, conversations: &[ConversationId]) -> Vec<InboxRow>;
        /// Up to `limit` conversations that changed since `since`, the newest change first.
        fn changed_conversations(project: ProjectId, since: Timestamp, limit: i64) -> Vec<ConversationId>;
        /// Up to `limit` active conversations that need a person or have one, and how many messages each has.
        fn wanted_conversations(project: ProjectId, limit: i64) -> Vec<(ConversationId, i64)>;
        /// Who takes care of a conversation.
        fn find_assignee(project: ProjectId, conversation: ConversationId) -> Option<AccountId>;
        /// Since when a conversation stands as it does and is answered by whoever answers it.
        fn standing_since(project: ProjectId, conversation: ConversationId) -> Option<Timestamp>;
        /// The tags of the `newest` conversations that changed last, each once, by name.
        fn recent_tags(project: ProjectId, newest: i64) -> Vec<String>;
    }
    mod reads {
        /// How many messages of these conversations each account has read that has read any.
        fn list_reads(project: ProjectId, conversations: &[ConversationId]) -> Vec<(ConversationId, AccountId, i64)>;
    }
    mod notes {
        /// What the team wrote about a conversation, oldest first.
        fn list_notes(project: ProjectId, conversation: ConversationId) -> Vec<NoteRow>;
    }
    mod replies {
        /// A project's canned replies, by name.
        fn list_replies(project: ProjectId) -> Vec<ReplyRow>;
    }
    mod messages {
        /// The newest messages of a conversation, oldest of them first.
        fn list_messages(project: ProjectId, conversation: ConversationId, newest: i64) -> Vec<Message>;
        /// Messages as they are shown, oldest first: without pending answers and without failed ones that said nothing;
        /// and whether there are more behind them.
        fn page_messages(project: ProjectId, conversation: ConversationId, limit: i64, offset: i64) -> (Vec<Message>, bool);
        /// Finds a message.
        fn find_message(project: ProjectId, message: MessageId) -> Option<Message>;
        /// How an answer came about, and the milliseconds that it took; `None` for what is no answer of the bot's.
        fn find_trace(project: ProjectId, message: MessageId) -> Option<(Trace, i64)>;
        /// The same for the answers of a conversation, the oldest first.
        fn list_traces(project: ProjectId, conversation: ConversationId) -> Vec<(MessageId, Trace, i64)>;
    }
    mod gaps {
        /// Up to `limit` answers since then that were none or rated as bad and that nobody has looked into, newest first.
        fn list_gaps(project: ProjectId, since: Timestamp, limit: i64) -> Vec<Gap>;
        /// Finds an answer with the question before it, whatever became of it.
        fn find_gap(project: ProjectId, message: MessageId) -> Option<Gap>;
    }
    mod questions {
        /// A project's question set, oldest first.
        fn list_questions(project: ProjectId) -> Vec<Question>;
        /// The newest runs of a project's question set, newest first, without their results.
        fn list_runs(project: ProjectId, limit: i64) -> Vec<Run>;
        /// Finds a run with its results.
        fn find_run(project: ProjectId, run: RunId) -> Option<Run>;
    }
    mod usage {
        /// What a project has used in a period, by metric.
        fn usage(project: ProjectId, period: &str) -> Vec<(String, i64)>;
    }
    mod visitors {
        /// True when the visitor id was ever proved.
        fn is_verified(project: ProjectId, visitor: &str) -> bool;
    }
    mod requests {
        /// Finds what was asked for under an idempotency key.
        fn find_request(project: ProjectId, visitor: &str, key: &str) -> Option<RequestRow>;
    }
    mod leads {
        /// A project's leads, newest first, and how many there are in all.
        fn list_leads(project: ProjectId, limit: i64, offset: i64) -> (Vec<Lead>, i64);
        /// The leads of a visitor id, oldest first.
        fn leads_of(project: ProjectId, visitor: &str) -> Vec<Lead>;
        /// Finds a lead.
        fn find_lead(project: ProjectId, lead: LeadId) -> Option<Lead>;
        /// The leads that have every word in their name, address, telephone number or details, newest first, and how
        /// many there are in all; without words, all.
        fn page_leads(project: ProjectId, words: &str, limit: i64, offset: i64) -> (Vec<Lead>, i64);
        /// Up to `limit` of the same, newest first, that were left before the lead of this instant and id.
        fn search_leads(project: ProjectId, words: &str, before: Option<(Timestamp, LeadId)>, limit: i64) -> Vec<Lead>;
    }
    mod figures {
        /// Conversations that began from the quarter of an hour of `from` up to that of `to`, by quarter and kind.
        fn count_conversations(project: ProjectId, from: Timestamp, to: Timestamp) -> Vec<Conversations>;
        /// How many visitors began them.
        fn count_visitors(project: ProjectId, from: Timestamp, to: Timestamp) -> i64;
        /// Messages that were written from the quarter of an hour of `from` up to that of `to`, by quarter and kind.
        fn count_messages(project: ProjectId, from: Timestamp, to: Timestamp) -> Vec<Messages>;
        /// How many milliseconds up to `limit` of the bot's answers took, the latest of that time.
        fn answer_times(project: ProjectId, from: Timestamp, to: Timestamp, limit: i64) -> Vec<i64>;
        /// Up to `limit` of visitors' messages from `from` up to `to`, the latest first.
        fn latest_questions(project: ProjectId, from: Timestamp, to: Timestamp, limit: i64) -> Vec<String>;
        /// The sources that up to `limit` of the bot's answers cited, the latest answer first.
        fn latest_citations(project: ProjectId, from: Timestamp, to: Timestamp, limit: i64) -> Vec<Vec<SourceId>>;
    }
    mod endpoints {
        /// Finds an endpoint.
        fn find_endpoint(project: ProjectId, endpoint: EndpointId) -> Option<Endpoint>;
        /// A project's endpoints, newest first, and how many there are in all.
        fn list_endpoints(project: ProjectId, limit: i64, offset: i64) -> (Vec<Endpoint>, i64);
        /// The active endpoints, of any project, that have deliveries due.
        fn due_endpoints(now: Timestamp) -> Vec<(ProjectId, EndpointId)>;
    }
    mod deliveries {
        /// An endpoint's deliveries, newest event first, and how many there are in all.
        fn list_deliveries(project: ProjectId, endpoint: EndpointId, state: Option<State>, limit: i64, offset: i64) -> (Vec<Delivery>, i64);
        /// An endpoint's delivery of its newest event.
        fn newest_delivery(project: ProjectId, endpoint: EndpointId) -> Option<Delivery>;
        /// Finds a delivery, with the bytes that it sends.
        fn find_delivery(project: ProjectId, endpoint: EndpointId, delivery: DeliveryId) -> Option<(Delivery, Vec<u8>)>;
        /// The attempts of a delivery that its log keeps, newest first, with what they sent and what came back.
        fn list_attempts(project: ProjectId, delivery: DeliveryId) -> Vec<(Attempt, Exchange)>;
    }
    mod nodes {
        /// How a turn stands that a node has begun; `None` when its conversation is gone.
        fn find_turn(project: ProjectId, answer: MessageId) -> Option<TurnRow>;
    }
    mod notices {
        /// What a project's owner should know, newest first, and how much there is in all.
        fn list_notices(project: ProjectId, limit: i64, offset: i64) -> (Vec<Notice>, i64);
    }
    mod audit {
        /// A project's audit log, newest first, and how many lines it has.
        fn list_audit(project: ProjectId, limit: i64, offset: i64) -> (Vec<Entry>, i64);
    }
    mod jobs {
        /// How many jobs are `queued`, `running` and `failed`.
        fn job_counts() -> Vec<(String, i64)>;
        /// True when a job of this kind waits or runs.
        fn has_open_job(project: ProjectId, kind: &str) -> bool;
        /// When the next job comes due, running ones (whose holder may have died) included.
        fn next_job_at() -> Option<Timestamp>;
    }
    mod meta {
        /// The installation's value of this name.
        fn meta(name: &str) -> Option<String>;
        /// Asks the database for a sign of life.
        fn ping() -> ();
    }
}
