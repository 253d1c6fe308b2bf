//! The browsers in which people are signed in.

use botplot_core::account::SignIn;
use botplot_core::{AccountId, SignInId, Timestamp};
use sqlx::Row as _;

use super::{Conn, Row};
use crate::{Error, clean};

pub(crate) async fn add_sign_in(c: &mut Conn, sign_in: &SignIn, hash: &[u8]) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO sign_ins (id, hash, account_id, browser, address, created_at, seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(sign_in.id.0)
    .bind(hash)
    .bind(sign_in.account.0)
    .bind(clean::text(&sign_in.browser))
    .bind(clean::text(&sign_in.address))
    .bind(sign_in.created_at.0)
    .bind(sign_in.seen_at.0)
    .bind(sign_in.expires_at.0)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn find_sign_in(c: &mut Conn, hash: &[u8], now: Timestamp) -> Result<Option<SignIn>, Error> {
    let found = sqlx::query("SELECT * FROM sign_ins WHERE hash = $1 AND expires_at > $2");
    found.bind(hash).bind(now.0).fetch_optional(c).await?.as_ref().map(read).transpose()
}

pub(crate) async fn list_sign_ins(
    c: &mut Conn,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<SignIn>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM sign_ins WHERE account_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, id DESC",
    );
    rows.bind(account.0).bind(now.0).fetch_all(c).await?.iter().map(read).collect()
}

pub(crate) async fn touch_sign_in(
    c: &mut Conn,
    sign_in: SignInId,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), Error> {
    sqlx::query("UPDATE sign_ins SET seen_at = $2, expires_at = $3 WHERE id = $1")
        .bind(sign_in.0)
        .bind(now.0)
        .bind(until.0)
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn remove_sign_in(
    c: &mut Conn,
    account: AccountId,
    sign_in: SignInId,
) -> Result<bool, Error> {
    let remove = sqlx::query("DELETE FROM sign_ins WHERE account_id = $1 AND id = $2");
    Ok(remove.bind(account.0).bind(sign_in.0).execute(c).await?.rows_affected() > 0)
}

pub(crate) async fn remove_sign_ins_but(
    c: &mut Conn,
    account: AccountId,
    kept: Option<SignInId>,
) -> Result<i64, Error> {
    let remove = match kept {
        Some(kept) => sqlx::query("DELETE FROM sign_ins WHERE account_id = $1 AND id <> $2")
            .bind(account.0)
            .bind(kept.0),
        None => sqlx::query("DELETE FROM sign_ins WHERE account_id = $1").bind(account.0),
    };
    Ok(remove.execute(c).await?.rows_affected() as i64)
}

pub(crate) async fn remove_sign_ins_before(c: &mut Conn, at: Timestamp) -> Result<i64, Error> {
    let done = sqlx::query("DELETE FROM sign_ins WHERE expires_at <= $1").bind(at.0).execute(c).await?;
    Ok(done.rows_affected() as i64)
}

fn read(row: &Row) -> Result<SignIn, Error> {
    Ok(SignIn {
        id: SignInId(row.try_get("id")?),
        account: AccountId(row.try_get("account_id")?),
        browser: row.try_get("browser")?,
        address: row.try_get("address")?,
        created_at: Timestamp(row.try_get("created_at")?),
        seen_at: Timestamp(row.try_get("seen_at")?),
        expires_at: Timestamp(row.try_get("expires_at")?),
    })
}
