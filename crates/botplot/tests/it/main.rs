//! The real program over real HTTP: what a user starts, types and sees.

mod backup;
mod beside;
mod config;
mod first_run;
mod guides;
mod home;
mod refusals;
mod slow_clients;
mod sources;
mod stopping;
