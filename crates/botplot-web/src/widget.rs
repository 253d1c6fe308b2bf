//! What the widget in a page calls.

pub(crate) mod logo;
pub(crate) mod session;
