//! What the team writes to each other about a conversation; no visitor ever sees it.

use botplot_core::{ConversationId, NoteId, ProjectId, Timestamp};
use sqlx::Row as _;

use super::{Conn, Row};
use crate::{Error, NoteRow, clean};

pub(crate) async fn add_note(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
    note: &NoteRow,
) -> Result<(), Error> {
    let done = sqlx::query(
        "INSERT INTO notes (id, project_id, conversation_id, author, content, created_at)
         SELECT $1, c.project_id, c.id, $4, $5, $6 FROM conversations c WHERE c.project_id = $2 AND c.id = $3",
    )
    .bind(note.id.0)
    .bind(project.0)
    .bind(conversation.0)
    .bind(clean::text(&note.author))
    .bind(clean::text(&note.content))
    .bind(note.created_at.0)
    .execute(c)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Missing("conversation")) } else { Ok(()) }
}

pub(crate) async fn list_notes(
    c: &mut Conn,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<Vec<NoteRow>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM notes WHERE project_id = $1 AND conversation_id = $2 ORDER BY created_at, id",
    );
    rows.bind(project.0).bind(conversation.0).fetch_all(c).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<NoteRow, Error> {
    Ok(NoteRow {
        id: NoteId(row.try_get("id")?),
        author: row.try_get("author")?,
        content: row.try_get("content")?,
        created_at: Timestamp(row.try_get("created_at")?),
    })
}
