//! Every statement, by noun. Compiled once per driver: `Conn`, `Row`, `Db`, `for_update!`, `skip_locked!` and `tags!`
//! are the driver's own, all else is the same.

#[path = "sql/accounts.rs"]
pub(crate) mod accounts;
#[path = "sql/audit.rs"]
pub(crate) mod audit;
#[path = "sql/chunks.rs"]
pub(crate) mod chunks;
#[path = "sql/conversations.rs"]
pub(crate) mod conversations;
#[path = "sql/deliveries.rs"]
pub(crate) mod deliveries;
#[path = "sql/endpoints.rs"]
pub(crate) mod endpoints;
#[path = "sql/events.rs"]
pub(crate) mod events;
#[path = "sql/figures.rs"]
pub(crate) mod figures;
#[path = "sql/files.rs"]
pub(crate) mod files;
#[path = "sql/gaps.rs"]
pub(crate) mod gaps;
#[path = "sql/identities.rs"]
pub(crate) mod identities;
#[path = "sql/inbox.rs"]
pub(crate) mod inbox;
#[path = "sql/jobs.rs"]
pub(crate) mod jobs;
#[path = "sql/keys.rs"]
pub(crate) mod keys;
#[path = "sql/leads.rs"]
pub(crate) mod leads;
#[path = "sql/links.rs"]
pub(crate) mod links;
#[path = "sql/listing.rs"]
pub(crate) mod listing;
#[path = "sql/logos.rs"]
pub(crate) mod logos;
#[path = "sql/members.rs"]
pub(crate) mod members;
#[path = "sql/messages.rs"]
pub(crate) mod messages;
#[path = "sql/meta.rs"]
pub(crate) mod meta;
#[path = "sql/nodes.rs"]
pub(crate) mod nodes;
#[path = "sql/notes.rs"]
pub(crate) mod notes;
#[path = "sql/notices.rs"]
pub(crate) mod notices;
#[path = "sql/pages.rs"]
pub(crate) mod pages;
#[path = "sql/projects.rs"]
pub(crate) mod projects;
#[path = "sql/questions.rs"]
pub(crate) mod questions;
#[path = "sql/reads.rs"]
pub(crate) mod reads;
#[path = "sql/replies.rs"]
pub(crate) mod replies;
#[path = "sql/requests.rs"]
pub(crate) mod requests;
#[path = "sql/rows.rs"]
pub(crate) mod rows;
#[path = "sql/sightings.rs"]
pub(crate) mod sightings;
#[path = "sql/sign_ins.rs"]
pub(crate) mod sign_ins;
#[path = "sql/sources.rs"]
pub(crate) mod sources;
#[path = "sql/tries.rs"]
pub(crate) mod tries;
#[path = "sql/usage.rs"]
pub(crate) mod usage;
#[path = "sql/visitors.rs"]
pub(crate) mod visitors;
#[path = "sql/waiting.rs"]
pub(crate) mod waiting;

use super::{Conn, Db, Row};
use crate::Error;

/// Reads a stored word; an unknown one was written by something else.
fn word<T>(stored: &str, parse: fn(&str) -> Option<T>) -> Result<T, Error> {
    parse(stored).ok_or_else(|| Error::Broken(anyhow::anyhow!("unknown word `{stored}` in the database")))
}
