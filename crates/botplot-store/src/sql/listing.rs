//! Lists of conversations: filtered, newest first, with their total.

use botplot_core::ProjectId;
use botplot_core::conversation::Conversation;
use sqlx::QueryBuilder;

use super::{Conn, Db, conversations};
use crate::{ConversationFilter, Error, clean};

pub(crate) async fn list_conversations(
    c: &mut Conn,
    project: ProjectId,
    wanted: &ConversationFilter,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Conversation>, i64), Error> {
    let total: i64 = count(project, wanted).build_query_scalar().fetch_one(&mut *c).await?;
    let limit = limit.min(total.saturating_sub(offset));
    if limit <= 0 {
        return Ok((Vec::new(), total));
    }
    // What stands before a page is walked through: behind the middle, the way from the oldest is the shorter one.
    let from_oldest = offset > total / 2;
    let skip = if from_oldest { total - offset - limit } else { offset };
    let rows = page(project, wanted, from_oldest, limit, skip).build().fetch_all(c).await?;
    Ok((rows.iter().map(conversations::read).collect::<Result<_, _>>()?, total))
}

pub(crate) fn count(project: ProjectId, wanted: &ConversationFilter) -> QueryBuilder<Db> {
    let mut count = QueryBuilder::new("SELECT count(*) FROM conversations WHERE project_id = ");
    filter(&mut count, project, wanted);
    count
}

/// Ids first: what is skipped stays in the index.
pub(crate) fn page(
    project: ProjectId,
    wanted: &ConversationFilter,
    from_oldest: bool,
    limit: i64,
    skip: i64,
) -> QueryBuilder<Db> {
    let mut select = QueryBuilder::new("SELECT c.* FROM (SELECT id FROM conversations WHERE project_id = ");
    filter(&mut select, project, wanted);
    let order = if from_oldest { " ORDER BY created_at, id" } else { " ORDER BY created_at DESC, id DESC" };
    select.push(order).push(" LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(skip);
    select.push(") AS page JOIN conversations c ON c.id = page.id ORDER BY c.created_at DESC, c.id DESC");
    select
}

fn filter(statement: &mut QueryBuilder<Db>, project: ProjectId, wanted: &ConversationFilter) {
    statement.push_bind(project.0);
    if let Some(visitor) = &wanted.visitor_id {
        statement.push(" AND visitor_id = ").push_bind(clean::text(visitor).into_owned());
    }
    if let Some(session) = wanted.session {
        statement.push(" AND NOT identified AND session = ").push_bind(session.0);
    }
    if let Some(status) = wanted.status {
        // One visitor's are few and one status's are many: the concatenation keeps SQLite, which has no figures of
        // either, from the index by status.
        let few = wanted.visitor_id.is_some() || wanted.session.is_some();
        statement.push(if few { " AND status || '' = " } else { " AND status = " });
        statement.push_bind(status.as_str());
    }
    if let Some(handled_by) = wanted.handled_by {
        statement.push(" AND handled_by = ").push_bind(handled_by.as_str());
    }
    if let Some(requested) = wanted.handoff_requested {
        statement.push(if requested { " AND handoff_requested" } else { " AND NOT handoff_requested" });
    }
    if let Some(tag) = &wanted.tag {
        statement.push(" AND ").push_bind(clean::text(tag).into_owned());
        statement.push(concat!(" IN (SELECT ", tags!(), ")"));
    }
}
