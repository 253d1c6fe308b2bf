//! The table of all addresses.

use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{any, get};
use axum::{Extension, Router};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{AppState, api, dashboard, error, health, limits, middleware, openai, openapi, pages, widget};

/// Everything that the server answers to.
pub fn router(state: AppState) -> Router {
    let (documented, api) = documented();
    documented
        // For owners: secret key.
        .route("/api/v1/{*path}", any(api::v1::unknown))
        // Pages.
        .route("/", get(pages::home::show))
        .route("/try/{key}", get(pages::trial::show))
        .route("/c/{key}", get(pages::hosted::show))
        .route("/stop-letters/{token}", get(pages::stop_letters::show).post(pages::stop_letters::stop))
        .route("/errors", get(pages::errors::show))
        .route("/widget/w.js", get(widget::script::show))
        .route("/widget/more.js", get(widget::script::more))
        .route("/widget/botplot.d.ts", get(widget::script::types))
        .route("/docs/api", get(pages::reference::show))
        .route("/openapi.json", get(openapi::show))
        .route("/assets/{name}", get(pages::assets::show))
        .merge(dashboard::router(&state))
        .fallback(dashboard::no_such_address)
        .method_not_allowed_fallback(error::wrong_method)
        .layer(Extension(openapi::Document::of(api, &state.public_url)))
        // A request passes these from the last to the first.
        .layer(from_fn(middleware::leftover::read_out))
        .layer(CatchPanicLayer::custom(error::after_panic))
        .layer(from_fn(limits::tell))
        .layer(from_fn(middleware::cors::open))
        .layer(from_fn_with_state(state.clone(), middleware::observe::observe))
        .with_state(state)
}

/// The addresses that programs call, and what their own attributes say of them.
pub(crate) fn documented() -> (Router<AppState>, OpenApi) {
    OpenApiRouter::new()
        // For visitors: publishable or secret key.
        .routes(routes!(api::chat::create))
        .routes(routes!(api::chat::resume::show))
        .routes(routes!(api::chat::events::show))
        .routes(routes!(api::chat::history::list))
        .routes(routes!(api::chat::history::messages))
        .routes(routes!(api::chat::feedback::create))
        .routes(routes!(api::chat::handoff::create))
        .routes(routes!(api::chat::lead::create))
        .routes(routes!(api::chat::close::create))
        .routes(routes!(api::chat::stop::create))
        .routes(routes!(api::chat::typing::create))
        .routes(routes!(widget::config::show))
        .routes(routes!(widget::session::create))
        .routes(routes!(widget::logo::show))
        // For owners: secret key.
        .routes(routes!(
            api::v1::conversations::show,
            api::v1::conversations::change,
            api::v1::conversations::remove
        ))
        .routes(routes!(api::v1::conversations::list))
        .routes(routes!(api::v1::conversations::messages::list, api::v1::conversations::messages::create))
        .routes(routes!(api::v1::conversations::typing::create))
        .routes(routes!(api::v1::sources::list, api::v1::sources::create))
        .routes(routes!(api::v1::sources::show, api::v1::sources::change, api::v1::sources::remove))
        .routes(routes!(api::v1::sources::pages))
        .routes(routes!(api::v1::sources::sync))
        .routes(routes!(api::v1::search::create))
        .routes(routes!(api::v1::leads::list))
        .routes(routes!(api::v1::usage::show))
        .routes(routes!(api::v1::notices::list))
        .routes(routes!(api::v1::audit::list))
        .routes(routes!(api::v1::visitors::remove))
        .routes(routes!(api::v1::visitors::export))
        .routes(routes!(api::v1::webhooks::list, api::v1::webhooks::create))
        .routes(routes!(api::v1::webhooks::show, api::v1::webhooks::change, api::v1::webhooks::remove))
        .routes(routes!(api::v1::webhooks::rotate))
        .routes(routes!(api::v1::webhooks::switch))
        .routes(routes!(api::v1::webhooks::deliveries::list))
        .routes(routes!(api::v1::webhooks::deliveries::show))
        .routes(routes!(api::v1::webhooks::deliveries::replay))
        .routes(routes!(api::v1::webhooks::deliveries::replay_all))
        .routes(routes!(api::v1::webhooks::deliveries::test))
        .routes(routes!(api::v1::project::show, api::v1::project::change))
        .routes(routes!(api::v1::project::logo::replace, api::v1::project::logo::remove))
        .routes(routes!(api::v1::project::identity_secret::create))
        .routes(routes!(api::v1::keys::list, api::v1::keys::create))
        .routes(routes!(api::v1::keys::change, api::v1::keys::remove))
        .routes(routes!(api::v1::keys::rotation::create))
        .routes(routes!(openai::create))
        .routes(routes!(openai::models::list))
        .routes(routes!(openai::models::show))
        // For operators.
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .split_for_parts()
}
