//! Conversations as the team's inbox lists them.

use botplot_core::message::Role;
use botplot_core::{AccountId, ConversationId, ProjectId, Timestamp};
use sqlx::types::Json;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, Row, conversations, word};
use crate::{Error, InboxFilter, InboxRow, InboxView, NewestRow, clean};

/// What a row has beside the conversation; who has read how much is put in front of it.
const NEWEST: &str = ", substr(m.content, 1, 300) AS said, m.role AS said_role, m.author AS said_author,
     m.created_at AS said_at ";
/// The newest message that says something, found from the end of the conversation.
const NEWEST_FROM: &str = " LEFT JOIN messages m ON m.id = (SELECT x.id FROM messages x
     WHERE x.conversation_id = c.id AND x.content <> '' ORDER BY x.seq DESC LIMIT 1) ";

pub(crate) async fn list_inbox(
    c: &mut Conn,
    project: ProjectId,
    account: AccountId,
    wanted: &InboxFilter,
    before: Option<(Timestamp, ConversationId)>,
    limit: i64,
) -> Result<Vec<InboxRow>, Error> {
    let mut select: QueryBuilder<Db> = QueryBuilder::new("SELECT c.*, coalesce(r.messages, 0) AS seen");
    select.push(NEWEST).push("FROM (SELECT c.id FROM conversations c");
    if wanted.view == InboxView::Unread {
        select
            .push(" LEFT JOIN reads r ON r.conversation_id = c.id AND r.account_id = ")
            .push_bind(account.0);
    }
    select.push(" WHERE c.project_id = ").push_bind(project.0);
    narrow(&mut select, account, wanted);
    if let Some((at, id)) = before {
        select.push(" AND c.updated_at <= ").push_bind(at.0);
        select.push(" AND (c.updated_at < ").push_bind(at.0);
        select.push(" OR c.id < ").push_bind(id.0).push(")");
    }
    select.push(" ORDER BY c.updated_at DESC, c.id DESC LIMIT ").push_bind(limit);
    select.push(") AS page JOIN conversations c ON c.id = page.id");
    select.push(" LEFT JOIN reads r ON r.conversation_id = c.id AND r.account_id = ").push_bind(account.0);
    select.push(NEWEST_FROM).push("ORDER BY c.updated_at DESC, c.id DESC");
    select.build().fetch_all(c).await?.iter().map(read).collect()
}

fn narrow(select: &mut QueryBuilder<Db>, account: AccountId, wanted: &InboxFilter) {
    match wanted.view {
        InboxView::Open => select.push(" AND c.status = 'active'"),
        InboxView::Waiting => select.push(" AND c.handoff_requested AND c.handled_by = 'ai'"),
        InboxView::Mine => select
            .push(" AND c.status = 'active' AND c.assignee IS NOT NULL AND c.assignee = ")
            .push_bind(account.0),
        InboxView::Unread => {
            select.push(" AND c.status <> 'archived' AND c.message_count > coalesce(r.messages, 0)")
        }
        InboxView::Closed => select.push(" AND c.status = 'closed'"),
        InboxView::Archived => select.push(" AND c.status = 'archived'"),
        InboxView::All => select.push(" AND c.status <> 'archived'"),
    };
    if let Some(tag) = &wanted.tag {
        select.push(" AND ").push_bind(clean::text(tag).into_owned());
        select.push(concat!(" IN (SELECT ", tags!(), ")"));
    }
    if let Some(text) = &wanted.text {
        let pattern = pattern(text);
        select.push(" AND (lower(c.visitor_id) LIKE ").push_bind(pattern.clone()).push(r" ESCAPE '\'");
        select.push(" OR lower(CAST(c.visitor_info AS TEXT)) LIKE ").push_bind(pattern.clone());
        select.push(r" ESCAPE '\' OR EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id");
        select.push(" AND lower(m.content) LIKE ").push_bind(pattern).push(r" ESCAPE '\'))");
    }
}

/// The text anywhere, none of its characters with a meaning.
fn pattern(text: &str) -> String {
    let escaped =
        clean::text(text).to_lowercase().replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    format!("%{escaped}%")
}

/// Few of many: the expression keeps SQLite, which has no figures of either, from walking through the whole project.
pub(crate) async fn inbox_rows(
    c: &mut Conn,
    project: ProjectId,
    conversations: &[ConversationId],
) -> Result<Vec<InboxRow>, Error> {
    if conversations.is_empty() {
        return Ok(Vec::new());
    }
    let mut select: QueryBuilder<Db> = QueryBuilder::new("SELECT c.*, CAST(0 AS bigint) AS seen");
    select.push(NEWEST).push("FROM conversations c").push(NEWEST_FROM);
    select.push("WHERE coalesce(c.project_id, c.project_id) = ").push_bind(project.0).push(" AND c.id IN (");
    let mut ids = select.separated(", ");
    for id in conversations {
        ids.push_bind(id.0);
    }
    select.push(")");
    select.build().fetch_all(c).await?.iter().map(read).collect()
}

pub(crate) async fn changed_conversations(
    c: &mut Conn,
    project: ProjectId,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<ConversationId>, Error> {
    let ids: Vec<Uuid> = sqlx::query_scalar(
        "SELECT id FROM conversations WHERE project_id = $1 AND updated_at >= $2
         ORDER BY updated_at DESC, id DESC LIMIT $3",
    )
    .bind(project.0)
    .bind(since.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    Ok(ids.into_iter().map(ConversationId).collect())
}

/// In the order of the index in which both conditions stand.
pub(crate) async fn wanted_conversations(
    c: &mut Conn,
    project: ProjectId,
    limit: i64,
) -> Result<Vec<(ConversationId, i64)>, Error> {
    let rows: Vec<(Uuid, i64)> = sqlx::query_as(
        "SELECT id, message_count FROM conversations
         WHERE project_id = $1 AND status = 'active' AND (handoff_requested OR handled_by = 'human')
         ORDER BY created_at DESC, id DESC LIMIT $2",
    )
    .bind(project.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    Ok(rows.into_iter().map(|(id, messages)| (ConversationId(id), messages)).collect())
}

pub(crate) async fn find_assignee(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<Option<AccountId>, Error> {
    let found: Option<Option<Uuid>> =
        sqlx::query_scalar("SELECT assignee FROM conversations WHERE project_id = $1 AND id = $2")
            .bind(project.0)
            .bind(conversation.0)
            .fetch_optional(c)
            .await?;
    Ok(found.flatten().map(AccountId))
}

pub(crate) async fn set_assignee(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
    account: Option<AccountId>,
) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE conversations SET assignee = $3 WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(conversation.0)
        .bind(account.map(|account| account.0))
        .execute(c)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn standing_since(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<Option<Timestamp>, Error> {
    let since: Option<i64> = sqlx::query_scalar(
        "SELECT max(created_at) FROM conversation_events
         WHERE project_id = $1 AND conversation_id = $2 AND payload ->> 'type' = 'status'",
    )
    .bind(project.0)
    .bind(conversation.0)
    .fetch_one(c)
    .await?;
    Ok(since.map(Timestamp))
}

pub(crate) async fn recent_tags(c: &mut Conn, project: ProjectId, newest: i64) -> Result<Vec<String>, Error> {
    let rows: Vec<Json<Vec<String>>> = sqlx::query_scalar(
        "SELECT tags FROM conversations WHERE project_id = $1 ORDER BY updated_at DESC, id DESC LIMIT $2",
    )
    .bind(project.0)
    .bind(newest)
    .fetch_all(c)
    .await?;
    let mut tags: Vec<String> = rows.into_iter().flat_map(|tags| tags.0).collect();
    tags.sort_unstable();
    tags.dedup();
    Ok(tags)
}

fn read(row: &Row) -> Result<InboxRow, Error> {
    let newest = match row.try_get::<Option<String>, _>("said_role")? {
        Some(role) => Some(NewestRow {
            role: word(&role, Role::parse)?,
            author: row.try_get("said_author")?,
            beginning: row.try_get("said")?,
            created_at: Timestamp(row.try_get("said_at")?),
        }),
        None => None,
    };
    Ok(InboxRow {
        conversation: conversations::read(row)?,
        assignee: row.try_get::<Option<Uuid>, _>("assignee")?.map(AccountId),
        newest,
        read: row.try_get("seen")?,
    })
}
