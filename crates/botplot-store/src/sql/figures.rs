//! Figures: what became of conversations and questions, counted within indexes by the quarter of an hour.

use botplot_core::figures::{Conversations, Messages, QUARTER};
use botplot_core::message::{Message, Rating, Role, State};
use botplot_core::{ProjectId, SourceId, Timestamp};
use sqlx::Row as _;
use sqlx::types::Json;

use super::{Conn, Row, word};
use crate::Error;

/// The quarter that a row falls in, as the indexes have it.
macro_rules! quarter {
    () => {
        "created_at / 900000000"
    };
}
/// The rows of a project from one quarter up to another.
macro_rules! within {
    () => {
        concat!(" WHERE project_id = $1 AND ", quarter!(), " >= $2 AND ", quarter!(), " < $3")
    };
}

/// Counts a table's rows within a span by the quarter and further columns. SQLite reads the quarter from the index
/// alone, and so needs no row, where it stands in an aggregate.
macro_rules! counts {
    ($table:literal by $columns:literal) => {
        concat!(
            "SELECT max(",
            quarter!(),
            ") AS quarter, ",
            $columns,
            ", count(*) AS found FROM ",
            $table,
            within!(),
            " GROUP BY ",
            quarter!(),
            ", ",
            $columns
        )
    };
}

async fn count(
    c: &mut Conn,
    counts: &'static str,
    project: ProjectId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Row>, Error> {
    let (from, to) = (from.0.div_euclid(QUARTER), to.0.div_euclid(QUARTER));
    Ok(sqlx::query(counts).bind(project.0).bind(from).bind(to).fetch_all(c).await?)
}

pub(crate) async fn count_conversations(
    c: &mut Conn,
    project: ProjectId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Conversations>, Error> {
    let rows = count(c, counts!("conversations" by "person, refused"), project, from, to).await?;
    let read = |row: &Row| {
        Ok(Conversations {
            at: start(row.try_get("quarter")?),
            person: row.try_get("person")?,
            refused: row.try_get("refused")?,
            count: row.try_get("found")?,
        })
    };
    rows.iter().map(read).collect()
}

pub(crate) async fn count_visitors(
    c: &mut Conn,
    project: ProjectId,
    from: Timestamp,
    to: Timestamp,
) -> Result<i64, Error> {
    let count =
        sqlx::query_scalar(concat!("SELECT count(DISTINCT visitor_id) FROM conversations", within!()));
    let count = count.bind(project.0).bind(from.0.div_euclid(QUARTER)).bind(to.0.div_euclid(QUARTER));
    Ok(count.fetch_one(c).await?)
}

pub(crate) async fn count_messages(
    c: &mut Conn,
    project: ProjectId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Messages>, Error> {
    let rows = count(c, counts!("messages" by "role, refused, rating"), project, from, to).await?;
    let read = |row: &Row| {
        let rating: Option<String> = row.try_get("rating")?;
        Ok(Messages {
            at: start(row.try_get("quarter")?),
            role: word(row.try_get("role")?, Role::parse)?,
            refused: row.try_get("refused")?,
            rating: rating.map(|stored| word(&stored, Rating::parse)).transpose()?,
            count: row.try_get("found")?,
        })
    };
    rows.iter().map(read).collect()
}

pub(crate) async fn answer_times(
    c: &mut Conn,
    project: ProjectId,
    from: Timestamp,
    to: Timestamp,
    limit: i64,
) -> Result<Vec<i64>, Error> {
    let times = sqlx::query_scalar(concat!(
        "SELECT took_ms FROM messages",
        within!(),
        " AND role = 'assistant' AND refused IS NOT NULL AND took_ms IS NOT NULL ORDER BY ",
        quarter!(),
        " DESC LIMIT $4"
    ));
    let times = times.bind(project.0).bind(from.0.div_euclid(QUARTER)).bind(to.0.div_euclid(QUARTER));
    Ok(times.bind(limit).fetch_all(c).await?)
}

pub(crate) async fn latest_questions(
    c: &mut Conn,
    project: ProjectId,
    from: Timestamp,
    to: Timestamp,
    limit: i64,
) -> Result<Vec<String>, Error> {
    let questions = sqlx::query_scalar(
        "SELECT content FROM messages
         WHERE project_id = $1 AND created_at >= $2 AND created_at < $3 AND role = 'user'
         ORDER BY created_at DESC LIMIT $4",
    );
    Ok(questions.bind(project.0).bind(from.0).bind(to.0).bind(limit).fetch_all(c).await?)
}

/// The passages' texts are passed over.
#[derive(serde::Deserialize)]
struct Cited {
    source_id: SourceId,
}

pub(crate) async fn latest_citations(
    c: &mut Conn,
    project: ProjectId,
    from: Timestamp,
    to: Timestamp,
    limit: i64,
) -> Result<Vec<Vec<SourceId>>, Error> {
    let rows = sqlx::query(
        "SELECT sources FROM messages
         WHERE project_id = $1 AND created_at >= $2 AND created_at < $3 AND role = 'assistant' AND refused IS NOT NULL
         ORDER BY created_at DESC LIMIT $4",
    )
    .bind(project.0)
    .bind(from.0)
    .bind(to.0)
    .bind(limit)
    .fetch_all(c)
    .await?;
    let read = |row: &Row| {
        let mut cited: Vec<SourceId> =
            row.try_get::<Json<Vec<Cited>>, _>("sources")?.0.into_iter().map(|one| one.source_id).collect();
        cited.sort_unstable();
        cited.dedup();
        Ok(cited)
    };
    rows.iter().map(read).collect()
}

/// Notes of an answer that is over, and of its conversation, what figures are counted from.
pub(super) async fn note_answer(c: &mut Conn, message: &Message) -> Result<(), Error> {
    let counts = matches!(message.state, State::Complete | State::Stopped);
    let Some(outcome) = message.outcome.as_ref().filter(|_| counts) else { return Ok(()) };
    sqlx::query("UPDATE messages SET refused = $3 WHERE project_id = $1 AND id = $2")
        .bind(message.project.0)
        .bind(message.id.0)
        .bind(outcome.refused)
        .execute(&mut *c)
        .await?;
    sqlx::query("UPDATE conversations SET refused = $3 WHERE project_id = $1 AND id = $2")
        .bind(message.project.0)
        .bind(message.conversation.0)
        .bind(outcome.refused)
        .execute(c)
        .await?;
    Ok(())
}

fn start(quarter: i64) -> Timestamp {
    Timestamp(quarter * QUARTER)
}
