//! What the widget in a page calls.

pub(crate) mod session;
