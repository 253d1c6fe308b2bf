//! The crawler against a real server on loopback: sites as they should be, and sites that mean harm.
#![expect(clippy::unwrap_used, reason = "a failed step of a test is a failed test")]

mod copies;
mod rules;
mod site;
mod sync;
mod traps;
