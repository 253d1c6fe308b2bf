//! How far the team has read.

use botplot_core::{AccountId, ConversationId, ProjectId};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Conn, Db};
use crate::Error;

/// What is gone meanwhile, conversation or account, is passed over.
pub(crate) async fn note_read(
    c: &mut Conn,
    project: ProjectId,
    account: AccountId,
    conversation: ConversationId,
    messages: i64,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "INSERT INTO reads (project_id, account_id, conversation_id, messages)
         SELECT c.project_id, a.id, c.id, $4 FROM conversations c, accounts a
         WHERE c.project_id = $1 AND c.id = $3 AND a.id = $2
         ON CONFLICT (account_id, conversation_id) DO UPDATE SET messages = excluded.messages
         WHERE reads.messages < excluded.messages",
    )
    .bind(project.0)
    .bind(account.0)
    .bind(conversation.0)
    .bind(messages)
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Few of many: the expression keeps SQLite from walking through all that the project's people have read.
pub(crate) async fn list_reads(
    c: &mut Conn,
    project: ProjectId,
    conversations: &[ConversationId],
) -> Result<Vec<(ConversationId, AccountId, i64)>, Error> {
    if conversations.is_empty() {
        return Ok(Vec::new());
    }
    let mut select: QueryBuilder<Db> =
        QueryBuilder::new("SELECT conversation_id, account_id, messages FROM reads WHERE ");
    select.push("coalesce(project_id, project_id) = ");
    select.push_bind(project.0).push(" AND conversation_id IN (");
    let mut ids = select.separated(", ");
    for id in conversations {
        ids.push_bind(id.0);
    }
    select.push(")");
    let rows: Vec<(Uuid, Uuid, i64)> = select.build_query_as().fetch_all(c).await?;
    Ok(rows.into_iter().map(|(id, account, read)| (ConversationId(id), AccountId(account), read)).collect())
}
