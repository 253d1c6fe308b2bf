//! `/widget`.

mod config;
mod session;
