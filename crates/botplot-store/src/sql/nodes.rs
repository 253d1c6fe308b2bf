//! Several nodes on one database: which of them live, what those that died left behind, and whose turn it is in a
//! conversation. Instants are the database's own here: it is the one clock that all nodes share.

use botplot_core::conversation::{HandledBy, Status};
use botplot_core::{ConversationId, MessageId, ProjectId, Timestamp};
use sqlx::Row as _;
use uuid::Uuid;

use super::{Conn, Row, word};
use crate::{DeadTurn, Error, TurnRow};

/// Microseconds for which a node that fell silent is remembered.
const REMEMBERED: i64 = 3_600_000_000;

pub(crate) async fn note_node(c: &mut Conn, node: Uuid) -> Result<(), Error> {
    sqlx::query(concat!(
        "INSERT INTO nodes (id, seen_at) VALUES ($1, ",
        now!(),
        ") ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at"
    ))
    .bind(node)
    .execute(&mut *c)
    .await?;
    sqlx::query(concat!("DELETE FROM nodes WHERE seen_at < ", now!(), " - $1"))
        .bind(REMEMBERED)
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn hold_turn(
    c: &mut Conn,
    project: ProjectId,
    answer: MessageId,
    node: Uuid,
) -> Result<(), Error> {
    let hold = sqlx::query("UPDATE messages SET holder = $3 WHERE project_id = $1 AND id = $2");
    hold.bind(project.0).bind(answer.0).bind(node).execute(c).await?;
    Ok(())
}

pub(crate) async fn count_turns(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<i64, Error> {
    let count = sqlx::query_scalar(
        "SELECT count(*) FROM messages WHERE project_id = $1 AND conversation_id = $2 AND state = 'pending'",
    );
    Ok(count.bind(project.0).bind(conversation.0).fetch_one(c).await?)
}

/// The first in the line is the one who speaks.
pub(crate) async fn ask_stop(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE messages SET stop_asked = true WHERE project_id = $1 AND state = 'pending' AND id = (
             SELECT o.id FROM messages o WHERE o.project_id = $1 AND o.conversation_id = $2
                 AND o.state = 'pending' ORDER BY o.seq LIMIT 1)",
    );
    Ok(done.bind(project.0).bind(conversation.0).execute(c).await?.rows_affected() > 0)
}

pub(crate) async fn find_turn(
    c: &mut Conn,
    project: ProjectId,
    answer: MessageId,
) -> Result<Option<TurnRow>, Error> {
    let found = sqlx::query(
        "SELECT m.stop_asked, c.handled_by, c.status, m.state = 'pending' AS pending,
             EXISTS (SELECT 1 FROM messages o WHERE o.conversation_id = m.conversation_id AND o.seq < m.seq
                 AND o.state = 'pending') AS waits
         FROM messages m JOIN conversations c ON c.id = m.conversation_id
         WHERE m.project_id = $1 AND m.id = $2",
    )
    .bind(project.0)
    .bind(answer.0)
    .fetch_optional(c)
    .await?;
    found.as_ref().map(read).transpose()
}

pub(crate) async fn fail_turns_of(
    c: &mut Conn,
    node: Uuid,
    before: Timestamp,
) -> Result<Vec<DeadTurn>, Error> {
    let rows = sqlx::query_as(concat!(
        "SELECT project_id, conversation_id, id, reserved FROM messages
         WHERE state = 'pending' AND holder = $1 AND created_at <= $2 ORDER BY created_at, id",
        for_update!()
    ));
    let rows = rows.bind(node).bind(before.0).fetch_all(&mut *c).await?;
    fail(c, rows).await
}

pub(crate) async fn fail_turns_of_silent(c: &mut Conn, seconds: i64) -> Result<Vec<DeadTurn>, Error> {
    let rows = sqlx::query_as(concat!(
        "SELECT project_id, conversation_id, id, reserved FROM messages
         WHERE state = 'pending' AND holder IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.id = holder AND n.seen_at > ",
        now!(),
        " - $1)
         ORDER BY created_at, id",
        for_update!()
    ));
    let rows = rows.bind(seconds.saturating_mul(1_000_000)).fetch_all(&mut *c).await?;
    fail(c, rows).await
}

/// First attempts go back to their old place in the order.
pub(crate) async fn release_deliveries_of(
    c: &mut Conn,
    leases: (Uuid, Uuid),
    now: Timestamp,
) -> Result<i64, Error> {
    let done = sqlx::query(
        "UPDATE deliveries SET lease = NULL, next_at = CASE WHEN attempts = 0 THEN created_at ELSE $3 END
         WHERE state = 'pending' AND lease >= $1 AND lease <= $2",
    );
    Ok(done.bind(leases.0).bind(leases.1).bind(now.0).execute(c).await?.rows_affected() as i64)
}

type Found = (Uuid, Uuid, Uuid, Option<String>);

async fn fail(c: &mut Conn, rows: Vec<Found>) -> Result<Vec<DeadTurn>, Error> {
    let mut dead = Vec::new();
    for (project, conversation, answer, reserved) in rows {
        sqlx::query(
            "UPDATE messages SET state = 'failed', failure = 'answer_interrupted', reserved = NULL
             WHERE project_id = $1 AND id = $2",
        )
        .bind(project)
        .bind(answer)
        .execute(&mut *c)
        .await?;
        let (project, conversation) = (ProjectId(project), ConversationId(conversation));
        dead.push(DeadTurn { project, conversation, reserved });
    }
    Ok(dead)
}

fn read(row: &Row) -> Result<TurnRow, Error> {
    let human = word(row.try_get("handled_by")?, HandledBy::parse)? == HandledBy::Human;
    let archived = word(row.try_get("status")?, Status::parse)? == Status::Archived;
    let pending: bool = row.try_get("pending")?;
    Ok(TurnRow {
        waits: row.try_get("waits")?,
        over: !pending || human || archived || row.try_get("stop_asked")?,
    })
}
