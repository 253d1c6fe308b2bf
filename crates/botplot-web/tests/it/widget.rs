//! `/widget`.

mod session;
