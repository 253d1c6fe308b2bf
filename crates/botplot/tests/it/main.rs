//! The real program over real HTTP: what a user starts, types and sees.
#![expect(clippy::unwrap_used, reason = "what fails in here fails the test, with its place")]

mod accounts;
mod backup;
mod beside;
mod config;
mod first_run;
mod guides;
mod home;
mod keys;
mod mail;
mod nodes;
mod postgres;
mod refusals;
mod slow_clients;
mod sources;
mod stopping;
mod webhooks;
