//! Who an account is at a provider that people sign in with elsewhere.

use botplot_core::{AccountId, Timestamp};

use super::Conn;
use crate::{Error, clean};

pub(crate) async fn add_identity(
    c: &mut Conn,
    issuer: &str,
    subject: &str,
    account: AccountId,
    now: Timestamp,
) -> Result<(), Error> {
    sqlx::query("INSERT INTO identities (issuer, subject, account_id, created_at) VALUES ($1, $2, $3, $4)")
        .bind(clean::text(issuer))
        .bind(clean::text(subject))
        .bind(account.0)
        .bind(now.0)
        .execute(c)
        .await?;
    Ok(())
}

pub(crate) async fn find_identity(
    c: &mut Conn,
    issuer: &str,
    subject: &str,
) -> Result<Option<AccountId>, Error> {
    let found = sqlx::query_scalar("SELECT account_id FROM identities WHERE issuer = $1 AND subject = $2");
    Ok(found.bind(clean::text(issuer)).bind(clean::text(subject)).fetch_optional(c).await?.map(AccountId))
}
