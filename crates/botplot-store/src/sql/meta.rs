//! Single values of the whole installation.

use super::Conn;
use crate::Error;

pub(crate) async fn meta_or_insert(c: &mut Conn, name: &str, value: &str) -> Result<String, Error> {
    sqlx::query("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
        .bind(name)
        .bind(value)
        .execute(&mut *c)
        .await?;
    Ok(sqlx::query_scalar("SELECT value FROM meta WHERE name = $1").bind(name).fetch_one(c).await?)
}

pub(crate) async fn meta(c: &mut Conn, name: &str) -> Result<Option<String>, Error> {
    Ok(sqlx::query_scalar("SELECT value FROM meta WHERE name = $1").bind(name).fetch_optional(c).await?)
}

pub(crate) async fn ping(c: &mut Conn) -> Result<(), Error> {
    sqlx::query("SELECT 1").execute(c).await?;
    Ok(())
}
