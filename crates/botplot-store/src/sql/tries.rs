//! How often somebody was wrong of late about an account's second factor.

use botplot_core::{AccountId, Timestamp};
use sqlx::Row as _;

use super::Conn;
use crate::Error;

pub(crate) async fn count_try(
    c: &mut Conn,
    account: AccountId,
    now: Timestamp,
) -> Result<(i64, Timestamp), Error> {
    let counted = sqlx::query(
        "INSERT INTO tries (account_id, made, since) VALUES ($1, 1, $2)
         ON CONFLICT (account_id) DO UPDATE SET made = tries.made + 1 RETURNING made, since",
    );
    let row = counted.bind(account.0).bind(now.0).fetch_one(c).await?;
    Ok((row.try_get("made")?, Timestamp(row.try_get("since")?)))
}

pub(crate) async fn forgive_try(c: &mut Conn, account: AccountId) -> Result<(), Error> {
    let forgive = sqlx::query("UPDATE tries SET made = made - 1 WHERE account_id = $1 AND made > 0");
    forgive.bind(account.0).execute(c).await?;
    Ok(())
}

pub(crate) async fn remove_tries_before(c: &mut Conn, at: Timestamp) -> Result<i64, Error> {
    let done = sqlx::query("DELETE FROM tries WHERE since <= $1").bind(at.0).execute(c).await?;
    Ok(done.rows_affected() as i64)
}
