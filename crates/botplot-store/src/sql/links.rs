//! Links that work once. Only the SHA-256 of their secret part is here.

use botplot_core::account::Role;
use botplot_core::link::{Kind, Link};
use botplot_core::{AccountId, LinkId, ProjectId, Timestamp};
use sqlx::Row as _;
use uuid::Uuid;

use super::{Conn, Row, word};
use crate::{Error, clean};

pub(crate) async fn add_link(c: &mut Conn, link: &Link, hash: &[u8]) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO links (id, hash, kind, project_id, account_id, email, role, created_at, expires_at, used_at,
             mailed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(link.id.0)
    .bind(hash)
    .bind(link.kind.as_str())
    .bind(link.project.map(|project| project.0))
    .bind(link.account.map(|account| account.0))
    .bind(link.email.as_deref().map(clean::text))
    .bind(link.role.map(Role::as_str))
    .bind(link.created_at.0)
    .bind(link.expires_at.0)
    .bind(link.used_at.map(|at| at.0))
    .bind(link.mailed)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn find_link(c: &mut Conn, kind: Kind, hash: &[u8]) -> Result<Option<Link>, Error> {
    let found = sqlx::query("SELECT * FROM links WHERE hash = $1 AND kind = $2");
    found.bind(hash).bind(kind.as_str()).fetch_optional(c).await?.as_ref().map(read).transpose()
}

pub(crate) async fn use_link(
    c: &mut Conn,
    kind: Kind,
    hash: &[u8],
    now: Timestamp,
) -> Result<Option<Link>, Error> {
    let used = sqlx::query(
        "UPDATE links SET used_at = $3
         WHERE hash = $1 AND kind = $2 AND used_at IS NULL AND expires_at > $3 RETURNING *",
    );
    let used = used.bind(hash).bind(kind.as_str()).bind(now.0).fetch_optional(c).await?;
    used.as_ref().map(read).transpose()
}

pub(crate) async fn use_invitations_to(
    c: &mut Conn,
    email: &str,
    now: Timestamp,
) -> Result<Vec<Link>, Error> {
    let used = sqlx::query(
        "UPDATE links SET used_at = $2
         WHERE email = $1 AND kind = 'invitation' AND used_at IS NULL AND expires_at > $2 RETURNING *",
    );
    used.bind(clean::text(email)).bind(now.0).fetch_all(c).await?.iter().map(read).collect()
}

pub(crate) async fn list_invitations(c: &mut Conn, project: ProjectId) -> Result<Vec<Link>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM links WHERE project_id = $1 AND kind = 'invitation' AND used_at IS NULL
         ORDER BY created_at, id",
    );
    rows.bind(project.0).fetch_all(c).await?.iter().map(read).collect()
}

pub(crate) async fn last_link(c: &mut Conn, kind: Kind, account: AccountId) -> Result<Option<Link>, Error> {
    let found = sqlx::query(
        "SELECT * FROM links WHERE account_id = $1 AND kind = $2 ORDER BY created_at DESC, id DESC LIMIT 1",
    );
    found.bind(account.0).bind(kind.as_str()).fetch_optional(c).await?.as_ref().map(read).transpose()
}

pub(crate) async fn end_links(
    c: &mut Conn,
    kind: Kind,
    account: AccountId,
    now: Timestamp,
) -> Result<i64, Error> {
    let end =
        sqlx::query("UPDATE links SET used_at = $3 WHERE kind = $1 AND account_id = $2 AND used_at IS NULL");
    let done = end.bind(kind.as_str()).bind(account.0).bind(now.0).execute(c).await?;
    Ok(done.rows_affected() as i64)
}

pub(crate) async fn remove_invitation(c: &mut Conn, project: ProjectId, link: LinkId) -> Result<bool, Error> {
    let remove = sqlx::query(
        "DELETE FROM links WHERE project_id = $1 AND id = $2 AND kind = 'invitation' AND used_at IS NULL",
    );
    Ok(remove.bind(project.0).bind(link.0).execute(c).await?.rows_affected() > 0)
}

pub(crate) async fn remove_open_links(
    c: &mut Conn,
    kind: Kind,
    account: Option<AccountId>,
) -> Result<i64, Error> {
    let remove = sqlx::query(
        "DELETE FROM links WHERE kind = $1 AND used_at IS NULL AND coalesce(account_id, $2) = $2",
    );
    // Links that belong to nobody are removed whoever asks.
    let account = account.map_or(Uuid::nil(), |account| account.0);
    Ok(remove.bind(kind.as_str()).bind(account).execute(c).await?.rows_affected() as i64)
}

pub(crate) async fn remove_links_before(c: &mut Conn, at: Timestamp) -> Result<i64, Error> {
    let done = sqlx::query("DELETE FROM links WHERE expires_at <= $1").bind(at.0).execute(c).await?;
    Ok(done.rows_affected() as i64)
}

fn read(row: &Row) -> Result<Link, Error> {
    Ok(Link {
        id: LinkId(row.try_get("id")?),
        kind: word(row.try_get("kind")?, Kind::parse)?,
        project: row.try_get::<Option<Uuid>, _>("project_id")?.map(ProjectId),
        account: row.try_get::<Option<Uuid>, _>("account_id")?.map(AccountId),
        email: row.try_get("email")?,
        mailed: row.try_get("mailed")?,
        role: row.try_get::<Option<&str>, _>("role")?.map(|role| word(role, Role::parse)).transpose()?,
        created_at: Timestamp(row.try_get("created_at")?),
        expires_at: Timestamp(row.try_get("expires_at")?),
        used_at: row.try_get::<Option<i64>, _>("used_at")?.map(Timestamp),
    })
}
