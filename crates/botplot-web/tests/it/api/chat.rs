//! `/api/chat`.

mod idempotency;
mod input;
mod json;
mod keys;
mod model;
mod origins;
mod ownership;
mod quota;
mod resume;
mod stop;
mod stream;
mod tokens;
mod turns;
