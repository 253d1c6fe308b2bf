//! Leads.

use botplot_core::lead::Lead;
use botplot_core::{ConversationId, LeadId, ProjectId, SessionId, Timestamp};
use serde_json::{Map, Value};
use sqlx::types::Json;
use sqlx::{QueryBuilder, Row as _};
use uuid::Uuid;

use super::{Conn, Db, Row};
use crate::{Error, clean};

pub(crate) async fn add_lead(c: &mut Conn, lead: &Lead) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO leads (id, project_id, visitor_id, conversation_id, session, name, email, phone, details,
             created_at, updated_at, consented_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(lead.id.0)
    .bind(lead.project.0)
    .bind(clean::text(&lead.visitor_id))
    .bind(lead.conversation.0)
    .bind(lead.session.map(|s| s.0))
    .bind(clean::maybe(lead.name.as_deref()))
    .bind(clean::maybe(lead.email.as_deref()))
    .bind(clean::maybe(lead.phone.as_deref()))
    .bind(clean::json(&lead.details)?)
    .bind(lead.created_at.0)
    .bind(lead.updated_at.0)
    .bind(lead.consented_at.map(|at| at.0))
    .execute(c)
    .await?;
    Ok(())
}

pub(crate) async fn save_lead(c: &mut Conn, lead: &Lead) -> Result<bool, Error> {
    let done = sqlx::query(
        "UPDATE leads SET conversation_id = $3, session = $4, name = $5, email = $6, phone = $7, details = $8,
             updated_at = $9, consented_at = $10
         WHERE project_id = $1 AND id = $2",
    )
    .bind(lead.project.0)
    .bind(lead.id.0)
    .bind(lead.conversation.0)
    .bind(lead.session.map(|s| s.0))
    .bind(clean::maybe(lead.name.as_deref()))
    .bind(clean::maybe(lead.email.as_deref()))
    .bind(clean::maybe(lead.phone.as_deref()))
    .bind(clean::json(&lead.details)?)
    .bind(lead.updated_at.0)
    .bind(lead.consented_at.map(|at| at.0))
    .execute(c)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(crate) async fn leads_of(c: &mut Conn, project: ProjectId, visitor: &str) -> Result<Vec<Lead>, Error> {
    let rows =
        sqlx::query("SELECT * FROM leads WHERE project_id = $1 AND visitor_id = $2 ORDER BY created_at, id")
            .bind(project.0)
            .bind(clean::text(visitor))
            .fetch_all(c)
            .await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn list_leads(
    c: &mut Conn,
    project: ProjectId,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Lead>, i64), Error> {
    let rows = sqlx::query(
        "SELECT * FROM leads WHERE project_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2 OFFSET $3",
    )
    .bind(project.0)
    .bind(limit)
    .bind(offset)
    .fetch_all(&mut *c)
    .await?;
    let total = sqlx::query_scalar("SELECT count(*) FROM leads WHERE project_id = $1");
    Ok((rows.iter().map(read).collect::<Result<_, _>>()?, total.bind(project.0).fetch_one(c).await?))
}

pub(crate) async fn find_lead(c: &mut Conn, project: ProjectId, lead: LeadId) -> Result<Option<Lead>, Error> {
    let found = sqlx::query("SELECT * FROM leads WHERE project_id = $1 AND id = $2")
        .bind(project.0)
        .bind(lead.0)
        .fetch_optional(c)
        .await?;
    found.as_ref().map(read).transpose()
}

/// Page by page from a place on, so that what is left meanwhile shifts nothing.
pub(crate) async fn search_leads(
    c: &mut Conn,
    project: ProjectId,
    words: &str,
    before: Option<(Timestamp, LeadId)>,
    limit: i64,
) -> Result<Vec<Lead>, Error> {
    let mut select = QueryBuilder::<Db>::new("SELECT * FROM leads WHERE project_id = ");
    select.push_bind(project.0);
    mention(&mut select, words);
    if let Some((at, id)) = before {
        select.push(" AND (created_at, id) < (").push_bind(at.0).push(", ").push_bind(id.0).push(")");
    }
    select.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(limit);
    let rows = select.build().fetch_all(c).await?;
    rows.iter().map(read).collect()
}

pub(crate) async fn page_leads(
    c: &mut Conn,
    project: ProjectId,
    words: &str,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Lead>, i64), Error> {
    let mut count = QueryBuilder::<Db>::new("SELECT count(*) FROM leads WHERE project_id = ");
    count.push_bind(project.0);
    mention(&mut count, words);
    let total = count.build_query_scalar().fetch_one(&mut *c).await?;
    let mut select = QueryBuilder::<Db>::new("SELECT * FROM leads WHERE project_id = ");
    select.push_bind(project.0);
    mention(&mut select, words);
    select.push(" ORDER BY created_at DESC, id DESC LIMIT ").push_bind(limit);
    select.push(" OFFSET ").push_bind(offset);
    let rows = select.build().fetch_all(c).await?;
    Ok((rows.iter().map(read).collect::<Result<_, _>>()?, total))
}

/// Leads that have every word somewhere. SQLite knows the case of ASCII alone: other letters are also looked for as
/// they were typed.
fn mention(statement: &mut QueryBuilder<Db>, words: &str) {
    const TEXT: &str = "coalesce(name, '') || ' ' || coalesce(email, '') || ' ' || coalesce(phone, '') || ' ' || CAST(details AS text)";
    for word in clean::text(words).split_whitespace() {
        let literal = word.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        statement
            .push(" AND (lower(")
            .push(TEXT)
            .push(") LIKE ")
            .push_bind(format!("%{}%", literal.to_lowercase()));
        statement.push(r" ESCAPE '\' OR ").push(TEXT).push(" LIKE ").push_bind(format!("%{literal}%"));
        statement.push(r" ESCAPE '\')");
    }
}

fn read(row: &Row) -> Result<Lead, Error> {
    Ok(Lead {
        id: LeadId(row.try_get("id")?),
        project: ProjectId(row.try_get("project_id")?),
        visitor_id: row.try_get("visitor_id")?,
        conversation: ConversationId(row.try_get("conversation_id")?),
        session: row.try_get::<Option<Uuid>, _>("session")?.map(SessionId),
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        phone: row.try_get("phone")?,
        details: row.try_get::<Json<Map<String, Value>>, _>("details")?.0,
        created_at: Timestamp(row.try_get("created_at")?),
        consented_at: row.try_get::<Option<i64>, _>("consented_at")?.map(Timestamp),
        updated_at: Timestamp(row.try_get("updated_at")?),
    })
}
