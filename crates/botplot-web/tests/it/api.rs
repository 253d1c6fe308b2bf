//! `/api`.

mod chat;
mod v1;
