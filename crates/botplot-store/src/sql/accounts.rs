//! People who work with BotPlot.

use botplot_core::account::{Account, Factor, Preferences};
use botplot_core::{AccountId, Secret, Timestamp};
use sqlx::Row as _;
use sqlx::types::Json;

use super::{Conn, Row};
use crate::{Error, clean};

pub(crate) async fn add_account(c: &mut Conn, account: &Account) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO accounts (id, email, name, password, factor, operator, preferences, created_at, confirmed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(account.id.0)
    .bind(clean::text(&account.email))
    .bind(clean::text(&account.name))
    .bind(account.password.as_ref().map(Secret::expose))
    .bind(&account.factor)
    .bind(account.operator)
    .bind(clean::json(&account.preferences)?)
    .bind(account.created_at.0)
    .bind(account.confirmed)
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn save_account(c: &mut Conn, account: &Account) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE accounts SET email = $2, name = $3, password = $4, factor = $5, operator = $6, preferences = $7,
             confirmed = $8
         WHERE id = $1",
    )
    .bind(account.id.0)
    .bind(clean::text(&account.email))
    .bind(clean::text(&account.name))
    .bind(account.password.as_ref().map(Secret::expose))
    .bind(&account.factor)
    .bind(account.operator)
    .bind(clean::json(&account.preferences)?)
    .bind(account.confirmed)
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn find_account(c: &mut Conn, account: AccountId) -> Result<Option<Account>, Error> {
    let found = sqlx::query("SELECT * FROM accounts WHERE id = $1").bind(account.0).fetch_optional(c).await?;
    found.as_ref().map(read).transpose()
}

/// Like [`find_account`]; nobody else changes it until the transaction ends.
pub(crate) async fn lock_account(c: &mut Conn, account: AccountId) -> Result<Option<Account>, Error> {
    let found = sqlx::query(concat!("SELECT * FROM accounts WHERE id = $1", for_update!()));
    found.bind(account.0).fetch_optional(c).await?.as_ref().map(read).transpose()
}

pub(crate) async fn find_account_of(c: &mut Conn, email: &str) -> Result<Option<Account>, Error> {
    let found = sqlx::query("SELECT * FROM accounts WHERE email = $1").bind(clean::text(email));
    found.fetch_optional(c).await?.as_ref().map(read).transpose()
}

pub(crate) async fn count_accounts(c: &mut Conn) -> Result<i64, Error> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM accounts").fetch_one(c).await?)
}

pub(crate) async fn list_accounts(c: &mut Conn) -> Result<Vec<Account>, Error> {
    sqlx::query("SELECT * FROM accounts ORDER BY created_at, id")
        .fetch_all(c)
        .await?
        .iter()
        .map(read)
        .collect()
}

pub(crate) async fn find_factor(c: &mut Conn, account: AccountId) -> Result<Option<Factor>, Error> {
    let found = sqlx::query("SELECT factor, factor_step, recovery FROM accounts WHERE id = $1");
    found.bind(account.0).fetch_optional(c).await?.as_ref().map_or(Ok(None), read_factor)
}

/// Like [`find_factor`]; nobody else changes it until the transaction ends.
pub(crate) async fn lock_factor(c: &mut Conn, account: AccountId) -> Result<Option<Factor>, Error> {
    let found = sqlx::query(concat!(
        "SELECT factor, factor_step, recovery FROM accounts WHERE id = $1",
        for_update!()
    ));
    found.bind(account.0).fetch_optional(c).await?.as_ref().map_or(Ok(None), read_factor)
}

pub(crate) async fn set_factor(
    c: &mut Conn,
    account: AccountId,
    factor: Option<&Factor>,
) -> Result<bool, Error> {
    let none = Vec::new();
    let done = sqlx::query("UPDATE accounts SET factor = $2, factor_step = $3, recovery = $4 WHERE id = $1")
        .bind(account.0)
        .bind(factor.map(|factor| &factor.sealed))
        .bind(factor.map_or(0, |factor| factor.step))
        .bind(clean::json(factor.map_or(&none, |factor| &factor.recovery))?)
        .execute(c)
        .await?;
    Ok(done.rows_affected() > 0)
}

fn read_factor(row: &Row) -> Result<Option<Factor>, Error> {
    let Some(sealed) = row.try_get::<Option<Vec<u8>>, _>("factor")? else { return Ok(None) };
    let recovery = row.try_get::<Json<Vec<String>>, _>("recovery")?.0;
    Ok(Some(Factor { sealed, step: row.try_get("factor_step")?, recovery }))
}

fn read(row: &Row) -> Result<Account, Error> {
    Ok(Account {
        id: AccountId(row.try_get("id")?),
        email: row.try_get("email")?,
        confirmed: row.try_get("confirmed")?,
        name: row.try_get("name")?,
        password: row.try_get::<Option<String>, _>("password")?.map(Secret::new),
        factor: row.try_get("factor")?,
        operator: row.try_get("operator")?,
        preferences: row.try_get::<Json<Preferences>, _>("preferences")?.0,
        created_at: Timestamp(row.try_get("created_at")?),
    })
}
