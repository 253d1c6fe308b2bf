//! Every outgoing HTTP request and letter: address vetting, time limits and size limits in one place.
//!
//! No other crate builds an HTTP client (clippy forbids it). A request names its [`Policy`]: what a
//! tenant or a web page chose is vetted, address by address and redirect by redirect; what the operator
//! configured is not.

mod client;
mod config;
mod error;
pub mod mail;
mod resolve;
mod tls;
mod vet;

pub use client::{Client, GetLimits, Policy, PostAnswer, PostLimits, Response, Validators};
pub use config::{Allow, Config, InvalidAllow};
pub use error::{Error, Place};
pub use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
pub use resolve::{Looking, Lookup};

/// The name given to the servers that are fetched from; `robots.txt` rules for it are obeyed.
pub const ROBOT: &str = "BotPlot";
