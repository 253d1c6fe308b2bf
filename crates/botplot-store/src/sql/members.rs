//! Who may do what in which project.

use botplot_core::account::{Member, Role};
use botplot_core::project::Project;
use botplot_core::{AccountId, ProjectId, Timestamp};
use sqlx::Row as _;

use super::{Conn, Row, projects, word};
use crate::Error;

pub(crate) async fn set_member(
    c: &mut Conn,
    project: ProjectId,
    account: AccountId,
    role: Role,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO members (project_id, account_id, role, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (project_id, account_id) DO UPDATE SET role = excluded.role",
    )
    .bind(project.0)
    .bind(account.0)
    .bind(role.as_str())
    .bind(now.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn remove_member(
    c: &mut Conn,
    project: ProjectId,
    account: AccountId,
) -> Result<bool, Error> {
    let remove = sqlx::query("DELETE FROM members WHERE project_id = $1 AND account_id = $2");
    Ok(remove.bind(project.0).bind(account.0).execute(c).await?.rows_affected() > 0)
}

pub(crate) async fn find_role(
    c: &mut Conn,
    project: ProjectId,
    account: AccountId,
) -> Result<Option<Role>, Error> {
    let role: Option<String> =
        sqlx::query_scalar("SELECT role FROM members WHERE project_id = $1 AND account_id = $2")
            .bind(project.0)
            .bind(account.0)
            .fetch_optional(c)
            .await?;
    role.map(|stored| word(&stored, Role::parse)).transpose()
}

pub(crate) async fn lacks_factor(
    c: &mut Conn,
    project: ProjectId,
    account: AccountId,
) -> Result<bool, Error> {
    let lacks = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM projects p JOIN accounts a ON a.id = $2
         WHERE p.id = $1 AND p.factor_required AND a.factor IS NULL)",
    );
    Ok(lacks.bind(project.0).bind(account.0).fetch_one(c).await?)
}

pub(crate) async fn list_members(c: &mut Conn, project: ProjectId) -> Result<Vec<Member>, Error> {
    let rows = sqlx::query(
        "SELECT m.account_id, a.name, a.email, m.role, a.factor IS NOT NULL AS has_factor, m.created_at,
             (SELECT max(s.seen_at) FROM sign_ins s WHERE s.account_id = m.account_id) AS seen_at
         FROM members m JOIN accounts a ON a.id = m.account_id
         WHERE m.project_id = $1 ORDER BY m.created_at, m.account_id",
    );
    rows.bind(project.0).fetch_all(c).await?.iter().map(read).collect()
}

pub(crate) async fn projects_of(c: &mut Conn, account: AccountId) -> Result<Vec<(Project, Role)>, Error> {
    let rows = sqlx::query(
        "SELECT p.*, m.role FROM members m JOIN projects p ON p.id = m.project_id
         WHERE m.account_id = $1 ORDER BY p.created_at, p.id",
    );
    let rows = rows.bind(account.0).fetch_all(c).await?;
    rows.iter().map(|row| Ok((projects::read(row)?, word(row.try_get("role")?, Role::parse)?))).collect()
}

fn read(row: &Row) -> Result<Member, Error> {
    Ok(Member {
        account: AccountId(row.try_get("account_id")?),
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        role: word(row.try_get("role")?, Role::parse)?,
        has_factor: row.try_get("has_factor")?,
        created_at: Timestamp(row.try_get("created_at")?),
        seen_at: row.try_get::<Option<i64>, _>("seen_at")?.map(Timestamp),
    })
}
