//! Messages of conversations.

use botplot_core::message::{Message, Outcome, Rating, Role, SourceRef, State};
use botplot_core::trace::Trace;
use botplot_core::{ConversationId, MessageId, ProjectId, Timestamp};
use serde_json::{Map, Value};
use sqlx::Row as _;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Conn, Row, figures, word};
use crate::{Error, clean};

pub(crate) async fn add_message(c: &mut Conn, message: &Message) -> Result<(), Error> {
    let done = sqlx::query(
        "INSERT INTO messages (id, project_id, conversation_id, seq, role, content, context, sources, confidence,
             state, author, failure, outcome, reserved, rating, comment, created_at)
         SELECT $1, c.project_id, c.id,
             (SELECT coalesce(max(m.seq), 0) + 1 FROM messages m WHERE m.conversation_id = c.id),
             $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
         FROM conversations c WHERE c.project_id = $2 AND c.id = $3",
    )
    .bind(message.id.0)
    .bind(message.project.0)
    .bind(message.conversation.0)
    .bind(message.role.as_str())
    .bind(clean::text(&message.content))
    .bind(clean::json(&message.context)?)
    .bind(clean::json(&message.sources)?)
    .bind(message.confidence)
    .bind(message.state.as_str())
    .bind(clean::maybe(message.author.as_deref()))
    .bind(clean::maybe(message.failure.as_deref()))
    .bind(message.outcome.as_ref().map(clean::json).transpose()?)
    .bind(&message.reserved)
    .bind(message.rating.map(Rating::as_str))
    .bind(clean::maybe(message.comment.as_deref()))
    .bind(message.created_at.0)
    .execute(&mut *c)
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Missing("conversation"));
    }
    figures::note_answer(c, message).await
}

pub(crate) async fn finish_message(
    c: &mut Conn,
    message: &Message,
    made: Option<(&Trace, i64)>,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE messages SET content = $3, sources = $4, confidence = $5, state = $6, failure = $7, outcome = $8,
             reserved = NULL, trace = $9, took_ms = $10
         WHERE project_id = $1 AND id = $2 AND state = 'pending'",
    )
    .bind(message.project.0)
    .bind(message.id.0)
    .bind(clean::text(&message.content))
    .bind(clean::json(&message.sources)?)
    .bind(message.confidence)
    .bind(message.state.as_str())
    .bind(clean::maybe(message.failure.as_deref()))
    .bind(message.outcome.as_ref().map(clean::json).transpose()?)
    .bind(made.map(|(trace, _)| clean::json(trace)).transpose()?)
    .bind(made.map(|(_, took_ms)| took_ms))
    .execute(&mut *c)
    .await?;
    let finished = done.rows_affected() > 0;
    if finished {
        figures::note_answer(c, message).await?;
    }
    Ok(finished)
}

pub(crate) async fn save_partial(
    c: &mut Conn,
    project: ProjectId,
    message: MessageId,
    content: &str,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE messages SET content = $3 WHERE project_id = $1 AND id = $2 AND state = 'pending'",
    )
    .bind(project.0)
    .bind(message.0)
    .bind(clean::text(content))
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Reads before it writes: what an update returns is the new value, and the reservation ends with it.
pub(crate) async fn fail_pending_messages(
    c: &mut Conn,
    now: Timestamp,
) -> Result<Vec<(ProjectId, MessageId, Option<String>)>, Error> {
    let rows: Vec<(Uuid, Uuid, Option<String>)> = sqlx::query_as(concat!(
        "SELECT project_id, id, reserved FROM messages
         WHERE state = 'pending' AND created_at <= $1 ORDER BY created_at, id",
        for_update!()
    ))
    .bind(now.0)
    .fetch_all(&mut *c)
    .await?;
    for (project, message, _) in &rows {
        sqlx::query(
            "UPDATE messages SET state = 'failed', failure = 'answer_interrupted', reserved = NULL
             WHERE project_id = $1 AND id = $2",
        )
        .bind(project)
        .bind(message)
        .execute(&mut *c)
        .await?;
    }
    let dead = |(project, message, month)| (ProjectId(project), MessageId(message), month);
    Ok(rows.into_iter().map(dead).collect())
}

pub(crate) async fn rate_message(
    c: &mut Conn,
    project: ProjectId,
    message: MessageId,
    rating: Rating,
    comment: Option<&str>,
) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE messages SET rating = $3, comment = $4 WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(message.0)
        .bind(rating.as_str())
        .bind(clean::maybe(comment))
        .execute(c)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn list_messages(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
    newest: i64,
) -> Result<Vec<Message>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM messages WHERE project_id = $1 AND conversation_id = $2 ORDER BY seq DESC LIMIT $3",
    )
    .bind(project.0)
    .bind(conversation.0)
    .bind(newest)
    .fetch_all(c)
    .await?;
    rows.iter().rev().map(read).collect()
}

pub(crate) async fn page_messages(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Message>, bool), Error> {
    let rows = sqlx::query(
        "SELECT * FROM messages WHERE project_id = $1 AND conversation_id = $2
             AND state <> 'pending' AND NOT (state = 'failed' AND content = '')
         ORDER BY seq LIMIT $3 OFFSET $4",
    )
    .bind(project.0)
    .bind(conversation.0)
    .bind(limit.saturating_add(1))
    .bind(offset)
    .fetch_all(c)
    .await?;
    let shown = usize::try_from(limit).unwrap_or_default();
    let page = rows.iter().take(shown).map(read).collect::<Result<_, _>>()?;
    Ok((page, rows.len() > shown))
}

pub(crate) async fn find_message(
    c: &mut Conn,
    project: ProjectId,
    message: MessageId,
) -> Result<Option<Message>, Error> {
    let found = sqlx::query("SELECT * FROM messages WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(message.0)
        .fetch_optional(c)
        .await?;
    found.as_ref().map(read).transpose()
}

pub(crate) async fn find_trace(
    c: &mut Conn,
    project: ProjectId,
    message: MessageId,
) -> Result<Option<(Trace, i64)>, Error> {
    let found: Option<(Json<Trace>, i64)> = sqlx::query_as(
        "SELECT trace, took_ms FROM messages
         WHERE project_id = $1 AND id = $2 AND trace IS NOT NULL AND took_ms IS NOT NULL",
    )
    .bind(project.0)
    .bind(message.0)
    .fetch_optional(c)
    .await?;
    Ok(found.map(|(trace, took_ms)| (trace.0, took_ms)))
}

pub(crate) async fn list_traces(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<Vec<(MessageId, Trace, i64)>, Error> {
    let rows: Vec<(Uuid, Json<Trace>, i64)> = sqlx::query_as(
        "SELECT id, trace, took_ms FROM messages
         WHERE project_id = $1 AND conversation_id = $2 AND trace IS NOT NULL AND took_ms IS NOT NULL
         ORDER BY seq",
    )
    .bind(project.0)
    .bind(conversation.0)
    .fetch_all(c)
    .await?;
    Ok(rows.into_iter().map(|(id, trace, took_ms)| (MessageId(id), trace.0, took_ms)).collect())
}

fn read(row: &Row) -> Result<Message, Error> {
    Ok(Message {
        id: MessageId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        conversation: ConversationId(row.try_get("conversation_id")?),
        role: word(row.try_get("role")?, Role::parse)?,
        content: row.try_get("content")?,
        context: row.try_get::<Json<Map<String, Value>>, _>("context")?.0,
        sources: row.try_get::<Json<Vec<SourceRef>>, _>("sources")?.0,
        confidence: row.try_get("confidence")?,
        state: word(row.try_get("state")?, State::parse)?,
        author: row.try_get("author")?,
        failure: row.try_get("failure")?,
        outcome: row.try_get::<Option<Json<Outcome>>, _>("outcome")?.map(|outcome| outcome.0),
        reserved: row.try_get("reserved")?,
        rating: row
            .try_get::<Option<String>, _>("rating")?
            .map(|stored| word(&stored, Rating::parse))
            .transpose()?,
        comment: row.try_get("comment")?,
        created_at: Timestamp(row.try_get("created_at")?),
    })
}
