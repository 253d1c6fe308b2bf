//! Canned replies: texts that a team writes once and picks from a list.

use botplot_core::{ProjectId, ReplyId, message};
use botplot_store::{self as store, ReplyRow};

use super::line_fault;
use crate::{Engine, Error, erasure};

/// Canned replies that a project may have.
pub const MOST: i64 = 500;
/// Characters that the name of one may have.
pub const NAME_LIMIT: usize = 100;

/// Adds a canned reply, or changes the one that `id` names. `Invalid` names `name` or `content`.
pub async fn save(
    engine: &Engine,
    project: ProjectId,
    id: Option<ReplyId>,
    name: &str,
    content: &str,
    actor: &str,
) -> Result<ReplyRow, Error> {
    let name = name.trim().to_owned();
    if line_fault(&name, NAME_LIMIT) {
        return Err(Error::invalid("name", "must have 1 to 100 characters, none of them control characters"));
    }
    let content = message::clean(content).map_err(|why| Error::invalid("content", why))?;
    let action = if id.is_some() { "reply.changed" } else { "reply.added" };
    let reply = ReplyRow { id: id.unwrap_or_else(|| ReplyId(engine.ids().random())), name, content };
    let (kept, now) = (reply.clone(), engine.clock().now());
    let line = erasure::line(engine, project, action, actor, &reply.id.to_string());
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move {
            if id.is_some() {
                if !tx.save_reply(project, &kept).await? {
                    return Err(Write::Engine(Error::NotFound));
                }
            } else if tx.count_replies(project).await? >= MOST {
                return Err(Write::Engine(Error::invalid("name", "cannot be added: there are 500 already")));
            } else {
                tx.add_reply(project, &kept, now).await?;
            }
            tx.add_audit(&line.counting([])).await?;
            Ok(())
        })
    });
    match write.await {
        Ok(()) => Ok(reply),
        Err(Write::Engine(error)) => Err(error),
        Err(Write::Store(store::Error::Unique(_))) => {
            Err(Error::invalid("name", "is taken by another reply"))
        }
        Err(Write::Store(error)) => Err(error.into()),
    }
}

/// Removes a canned reply.
pub async fn remove(engine: &Engine, project: ProjectId, id: ReplyId, actor: &str) -> Result<(), Error> {
    let line = erasure::line(engine, project, "reply.removed", actor, &id.to_string());
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move {
            if !tx.remove_reply(project, id).await? {
                return Err(Error::NotFound);
            }
            tx.add_audit(&line.counting([])).await?;
            Ok(())
        })
    });
    write.await
}

/// Why a write did not happen: by the store's rules, or by ours.
enum Write {
    Engine(Error),
    Store(store::Error),
}

impl From<store::Error> for Write {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}
