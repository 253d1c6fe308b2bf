//! `/api/chat`.

mod input;
mod json;
mod keys;
mod model;
mod origins;
mod ownership;
mod stop;
mod stream;
mod tokens;
mod turns;
