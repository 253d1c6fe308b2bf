//! Background work: queued, claimed with a lease, finished or tried again.

use botplot_core::job::{Job, Lane};
use botplot_core::{JobId, ProjectId, Timestamp, letter};
use serde_json::Value;
use sqlx::Row as _;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Conn, Row};
use crate::{Error, NewJob, clean};

/// Due jobs that a claim looks at, as a multiple of what it may take.
const LOOK_AHEAD: i64 = 8;

pub(crate) async fn add_job(c: &mut Conn, job: &NewJob) -> Result<bool, Error> {
    let done = sqlx::query(
        "INSERT INTO jobs (id, project_id, kind, payload, state, run_at, attempts, dedupe_key)
         VALUES ($1, $2, $3, $4, 'queued', $5, 0, $6)
         ON CONFLICT (project_id, kind, dedupe_key) WHERE state = 'queued' DO NOTHING",
    )
    .bind(job.id.0)
    .bind(job.project.0)
    .bind(&job.kind)
    .bind(clean::json(&job.payload)?)
    .bind(job.run_at.0)
    .bind(clean::maybe(job.dedupe_key.as_deref()))
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A claim pushes `run_at` to the lease's end: the work of a holder that died simply comes due again.
pub(crate) async fn claim_jobs(
    c: &mut Conn,
    now: Timestamp,
    lease: (Uuid, Timestamp),
    per_project: i64,
    limit: i64,
    lane: Lane,
) -> Result<Vec<Job>, Error> {
    let rows = sqlx::query(concat!(
        "WITH running AS (
             SELECT project_id, count(*) AS n FROM jobs
             WHERE state = 'running' AND run_at > $1 AND (kind IN ($7, $9)) = $8 GROUP BY project_id),
         due AS (
             SELECT id, project_id, run_at FROM jobs
             WHERE state IN ('queued', 'running') AND run_at <= $1 AND (kind IN ($7, $9)) = $8
               AND project_id NOT IN (SELECT r.project_id FROM running r WHERE r.n >= $5)
             ORDER BY run_at, id LIMIT $2",
        skip_locked!(),
        "),
         ranked AS (
             SELECT d.id, d.run_at, row_number() OVER (PARTITION BY d.project_id ORDER BY d.run_at, d.id)
                 + coalesce((SELECT r.n FROM running r WHERE r.project_id = d.project_id), 0) AS n FROM due d)
         UPDATE jobs SET state = 'running', attempts = attempts + 1, lease = $3, run_at = $4
         WHERE id IN (SELECT k.id FROM ranked k WHERE k.n <= $5 ORDER BY k.run_at, k.id LIMIT $6)
         RETURNING id, project_id, kind, payload, attempts, lease"
    ))
    .bind(now.0)
    .bind(limit.saturating_mul(LOOK_AHEAD))
    .bind(lease.0)
    .bind(lease.1.0)
    .bind(per_project)
    .bind(limit)
    .bind(letter::JOB)
    .bind(lane == Lane::Letters)
    .bind(letter::alert::JOB)
    .fetch_all(c)
    .await?;
    let mut jobs = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    jobs.sort_unstable_by_key(|job| job.id);
    Ok(jobs)
}

pub(crate) async fn renew_job(
    c: &mut Conn,
    job: JobId,
    lease: Uuid,
    until: Timestamp,
) -> Result<bool, Error> {
    let done = sqlx::query("UPDATE jobs SET run_at = $3 WHERE id = $1 AND lease = $2 AND state = 'running'")
        .bind(job.0)
        .bind(lease)
        .bind(until.0)
        .execute(c)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn finish_job(c: &mut Conn, job: JobId, lease: Uuid) -> Result<bool, Error> {
    let done = sqlx::query("DELETE FROM jobs WHERE id = $1 AND lease = $2 AND state = 'running'")
        .bind(job.0)
        .bind(lease)
        .execute(c)
        .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn retry_job(
    c: &mut Conn,
    job: JobId,
    lease: Uuid,
    run_at: Timestamp,
    error: &str,
) -> Result<bool, Error> {
    // A twin may have been queued meanwhile; then this one goes on without its key.
    let done = sqlx::query(
        "UPDATE jobs SET state = 'queued', lease = NULL, run_at = $3, error = $4,
             dedupe_key = CASE WHEN EXISTS (SELECT 1 FROM jobs o WHERE o.project_id = jobs.project_id
                 AND o.kind = jobs.kind AND o.dedupe_key = jobs.dedupe_key AND o.state = 'queued')
                 THEN NULL ELSE dedupe_key END
         WHERE id = $1 AND lease = $2 AND state = 'running'",
    )
    .bind(job.0)
    .bind(lease)
    .bind(run_at.0)
    .bind(clean::text(error))
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn fail_job(c: &mut Conn, job: JobId, lease: Uuid, error: &str) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE jobs SET state = 'failed', lease = NULL, error = $3
         WHERE id = $1 AND lease = $2 AND state = 'running'",
    )
    .bind(job.0)
    .bind(lease)
    .bind(clean::text(error))
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn release_letters(c: &mut Conn, now: Timestamp) -> Result<i64, Error> {
    let released =
        sqlx::query("UPDATE jobs SET run_at = $1 WHERE state = 'running' AND run_at > $1 AND kind = $2");
    Ok(released.bind(now.0).bind(letter::JOB).execute(c).await?.rows_affected() as i64)
}

pub(crate) async fn job_counts(c: &mut Conn) -> Result<Vec<(String, i64)>, Error> {
    Ok(sqlx::query_as("SELECT state, count(*) FROM jobs GROUP BY state ORDER BY state").fetch_all(c).await?)
}

pub(crate) async fn has_open_job(c: &mut Conn, project: ProjectId, kind: &str) -> Result<bool, Error> {
    let found = sqlx::query_scalar(
        "SELECT count(*) FROM jobs WHERE project_id = $1 AND kind = $2 AND state IN ('queued', 'running')",
    );
    let found: i64 = found.bind(project.0).bind(kind).fetch_one(c).await?;
    Ok(found > 0)
}

pub(crate) async fn next_job_at(c: &mut Conn) -> Result<Option<Timestamp>, Error> {
    let at: Option<i64> =
        sqlx::query_scalar("SELECT min(run_at) FROM jobs WHERE state IN ('queued', 'running')")
            .fetch_one(c)
            .await?;
    Ok(at.map(Timestamp))
}

fn read(row: &Row) -> Result<Job, Error> {
    Ok(Job {
        id: JobId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        kind: row.try_get("kind")?,
        payload: row.try_get::<Json<Value>, _>("payload")?.0,
        attempts: row.try_get("attempts")?,
        lease: row.try_get("lease")?,
    })
}
