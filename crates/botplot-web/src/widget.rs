//! What the widget in a page calls.

pub(crate) mod config;
mod languages;
pub(crate) mod logo;
pub(crate) mod session;
mod words;

pub use config::largest as largest_config;
