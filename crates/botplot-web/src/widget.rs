//! What the widget in a page calls.

pub(crate) mod config;
mod languages;
pub(crate) mod logo;
pub(crate) mod script;
pub(crate) mod session;
pub(crate) mod words;

pub use config::in_all_languages as configs;
