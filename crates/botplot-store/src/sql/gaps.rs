//! Answers that were none or bad ones, each with the question before it.

use botplot_core::question::Gap;
use botplot_core::{ConversationId, MessageId, ProjectId, Timestamp};
use sqlx::{QueryBuilder, Row as _};

use super::{Conn, Db, Row};
use crate::Error;

/// Ids of one statement.
const GROUP: usize = 200;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.conversation_id, m.content, m.rating, m.comment, m.created_at,
                 (m.outcome ->> 'refused') IS NOT NULL AS refused,
                 (SELECT q.content FROM messages q WHERE q.conversation_id = m.conversation_id
                      AND q.seq < m.seq AND q.role = 'user' ORDER BY q.seq DESC LIMIT 1) AS question
             FROM messages m WHERE m.project_id = $1 AND ",
            $rest
        )
    };
}

/// The last condition is that of the index `messages_gaps`, word by word.
pub(crate) async fn list_gaps(
    c: &mut Conn,
    project: ProjectId,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Gap>, Error> {
    let rows = sqlx::query(select!(
        "m.created_at >= $2 AND m.reviewed_at IS NULL
             AND (m.rating = 'down' OR (m.outcome ->> 'refused') IS NOT NULL)
         ORDER BY m.created_at DESC, m.id LIMIT $3"
    ))
    .bind(project.0)
    .bind(since.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn find_gap(
    c: &mut Conn,
    project: ProjectId,
    message: MessageId,
) -> Result<Option<Gap>, Error> {
    let found = sqlx::query(select!("m.id = $2 AND m.role = 'assistant'"))
        .bind(project.0)
        .bind(message.0)
        .fetch_optional(c)
        .await?;
    found.as_ref().map(read).transpose()
}

pub(crate) async fn review_messages(
    c: &mut Conn,
    project: ProjectId,
    messages: &[MessageId],
    now: Timestamp,
) -> Result<i64, Error> {
    let mut reviewed = 0;
    for group in messages.chunks(GROUP) {
        let mut update = QueryBuilder::<Db>::new("UPDATE messages SET reviewed_at = ");
        update.push_bind(now.0).push(" WHERE reviewed_at IS NULL AND project_id = ").push_bind(project.0);
        update.push(" AND id IN (");
        let mut ids = update.separated(", ");
        for message in group {
            ids.push_bind(message.0);
        }
        ids.push_unseparated(")");
        reviewed += update.build().persistent(false).execute(&mut *c).await?.rows_affected() as i64;
    }
    Ok(reviewed)
}

fn read(row: &Row) -> Result<Gap, Error> {
    Ok(Gap {
        message: MessageId(row.try_get("id")?),
        conversation: ConversationId(row.try_get("conversation_id")?),
        question: row.try_get::<Option<String>, _>("question")?.unwrap_or_default(),
        answer: row.try_get("content")?,
        refused: row.try_get("refused")?,
        rated_down: row.try_get::<Option<String>, _>("rating")?.as_deref() == Some("down"),
        comment: row.try_get("comment")?,
        created_at: Timestamp(row.try_get("created_at")?),
    })
}
