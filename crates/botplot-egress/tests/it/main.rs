//! The client against servers and names that mean harm, on real sockets.

#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod calling;
mod hostile_urls;
mod limits;
mod mail;
mod posting;
mod rebinding;
mod server;
