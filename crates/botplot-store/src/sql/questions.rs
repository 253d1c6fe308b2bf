//! A project's question set and its runs.

use botplot_core::question::{Asked, Question, Run};
use botplot_core::{ProjectId, QuestionId, RunId, Timestamp};
use sqlx::Row as _;
use sqlx::types::Json;

use super::{Conn, Row};
use crate::{Error, clean};

pub(crate) async fn add_question(c: &mut Conn, question: &Question) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO questions (id, project_id, question, expected, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(question.id.0)
    .bind(question.project.0)
    .bind(clean::text(&question.question))
    .bind(clean::text(&question.expected))
    .bind(question.created_at.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn remove_question(
    c: &mut Conn,
    project: ProjectId,
    question: QuestionId,
) -> Result<bool, Error> {
    let remove = sqlx::query("DELETE FROM questions WHERE project_id = $1 AND id = $2");
    Ok(remove.bind(project.0).bind(question.0).execute(c).await?.rows_affected() > 0)
}

pub(crate) async fn count_questions(c: &mut Conn, project: ProjectId) -> Result<i64, Error> {
    let count = sqlx::query_scalar("SELECT count(*) FROM questions WHERE project_id = $1");
    Ok(count.bind(project.0).fetch_one(c).await?)
}

pub(crate) async fn list_questions(c: &mut Conn, project: ProjectId) -> Result<Vec<Question>, Error> {
    let rows = sqlx::query("SELECT * FROM questions WHERE project_id = $1 ORDER BY created_at, id");
    rows.bind(project.0).fetch_all(c).await?.iter().map(question).collect()
}

/// The runs that are older than the `keep` newest go.
pub(crate) async fn add_run(c: &mut Conn, run: &Run, keep: i64) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO runs (id, project_id, questions, passed, results, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(run.id.0)
    .bind(run.project.0)
    .bind(run.questions)
    .bind(run.passed)
    .bind(clean::json(&run.results)?)
    .bind(run.created_at.0)
    .execute(&mut *c)
    .await?;
    sqlx::query(
        "DELETE FROM runs WHERE project_id = $1 AND id NOT IN (
             SELECT id FROM runs WHERE project_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2)",
    )
    .bind(run.project.0)
    .bind(keep)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn list_runs(c: &mut Conn, project: ProjectId, limit: i64) -> Result<Vec<Run>, Error> {
    let rows = sqlx::query(
        "SELECT id, project_id, questions, passed, created_at FROM runs WHERE project_id = $1
         ORDER BY created_at DESC, id DESC LIMIT $2",
    );
    let rows = rows.bind(project.0).bind(limit).fetch_all(c).await?;
    rows.iter().map(|row| run(row, Vec::new())).collect()
}

pub(crate) async fn find_run(c: &mut Conn, project: ProjectId, id: RunId) -> Result<Option<Run>, Error> {
    let found = sqlx::query("SELECT * FROM runs WHERE project_id = $1 AND id = $2");
    let found = found.bind(project.0).bind(id.0).fetch_optional(c).await?;
    let with_results = |row: &Row| run(row, row.try_get::<Json<Vec<Asked>>, _>("results")?.0);
    found.as_ref().map(with_results).transpose()
}

fn question(row: &Row) -> Result<Question, Error> {
    Ok(Question {
        id: QuestionId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        question: row.try_get("question")?,
        expected: row.try_get("expected")?,
        created_at: Timestamp(row.try_get("created_at")?),
    })
}

fn run(row: &Row, results: Vec<Asked>) -> Result<Run, Error> {
    Ok(Run {
        id: RunId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        questions: row.try_get("questions")?,
        passed: row.try_get("passed")?,
        results,
        created_at: Timestamp(row.try_get("created_at")?),
    })
}
