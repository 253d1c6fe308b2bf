//! What a project has used of what it may use.

use botplot_core::ProjectId;

use super::Conn;
use crate::Error;

pub(crate) async fn add_usage(
    c: &mut Conn,
    project: ProjectId,
    period: &str,
    metric: &str,
    amount: i64,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO usage (project_id, period, metric, used) VALUES ($1, $2, $3, $4)
         ON CONFLICT (project_id, period, metric) DO UPDATE SET used = usage.used + excluded.used",
    )
    .bind(project.0)
    .bind(period)
    .bind(metric)
    .bind(amount)
    .execute(c)
    .await?;
    Ok(())
}

/// One statement, so that nobody takes a unit between looking and taking; `WHERE $4 > 0` also keeps SQLite's parser
/// from reading `ON` as a join.
pub(crate) async fn take_unit(
    c: &mut Conn,
    project: ProjectId,
    period: &str,
    metric: &str,
    limit: Option<i64>,
) -> Result<Option<i64>, Error> {
    let used = sqlx::query_scalar(
        "INSERT INTO usage (project_id, period, metric, used) SELECT $1, $2, $3, 1 WHERE $4 > 0
         ON CONFLICT (project_id, period, metric) DO UPDATE SET used = usage.used + 1 WHERE usage.used < $4
         RETURNING used",
    );
    let limit = limit.unwrap_or(i64::MAX);
    Ok(used.bind(project.0).bind(period).bind(metric).bind(limit).fetch_optional(c).await?)
}

pub(crate) async fn usage(
    c: &mut Conn,
    project: ProjectId,
    period: &str,
) -> Result<Vec<(String, i64)>, Error> {
    let rows = sqlx::query_as(
        "SELECT metric, used FROM usage WHERE project_id = $1 AND period = $2 ORDER BY metric",
    );
    Ok(rows.bind(project.0).bind(period).fetch_all(c).await?)
}
