//! `/widget`.

mod config;
mod hosted;
mod script;
mod session;
