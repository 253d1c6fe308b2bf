//! Who is calling. These extractors are the only way into a project: a handler that takes none of them serves
//! everyone, and no other code looks at a key or a token.

mod api_key;
pub(crate) mod identity;
mod visitor;

pub(crate) use api_key::{Caller, Owner, PageCaller};
pub(crate) use visitor::{Session, Shown, VisitorToken};
