//! The table of all addresses.

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{AppState, api, error, health, middleware, pages, widget};

/// Everything that the server answers to.
pub fn router(state: AppState) -> Router {
    Router::new()
        // For visitors: publishable or secret key.
        .route("/api/chat", post(api::chat::create))
        .route("/api/chat/stop", post(api::chat::stop::create))
        .route("/widget/session", post(widget::session::create))
        // For owners: secret key.
        .route("/api/v1/{*path}", any(api::v1::unknown))
        // Pages.
        .route("/", get(pages::home::show))
        .route("/try/{key}", get(pages::chat::show))
        .route("/errors", get(pages::errors::show))
        .route("/assets/{name}", get(pages::assets::show))
        // For operators.
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(error::no_such_address)
        .method_not_allowed_fallback(error::wrong_method)
        // A request passes these from the last to the first.
        .layer(from_fn(middleware::leftover::read_out))
        .layer(CatchPanicLayer::custom(error::after_panic))
        .layer(from_fn(middleware::cors::open))
        .layer(from_fn_with_state(state.clone(), middleware::observe::observe))
        .with_state(state)
}
