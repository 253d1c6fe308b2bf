//! The dashboard, laid out by area, seen by people of every role.

mod account;
mod analytics;
mod email;
mod factor;
mod gate;
mod improve;
mod inbox;
mod knowledge;
mod leads;
mod provider;
mod required_factor;
mod settings;
mod setup;
mod sign_in;
mod start;
mod team;
