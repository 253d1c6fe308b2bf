//! The client against servers and names that mean harm, on real sockets.

mod hostile_urls;
mod limits;
mod rebinding;
mod server;
