//! What programs call.

pub(crate) mod chat;
pub(crate) mod v1;
