//! What owners and their team work in: pages rendered here, usable from the keyboard and mostly without JavaScript.
//!
//! Every address is a `Route` in the list of its area, with the least role that may use it; the gate in front of all
//! of them is the one place that knows who is asking.

mod account;
mod analytics;
mod csv;
mod form;
mod gate;
mod home;
mod improve;
mod inbox;
mod knowledge;
mod leads;
mod reply;
mod route;
mod seat;
mod settings;
mod setup;
mod sign_in;
mod start;
mod team;
mod ui;

use axum::Router;
use axum::extract::Request;
use axum::http::{Method, header};
use axum::response::{IntoResponse as _, Response};

pub use route::Access;

use crate::{AppState, error};
use route::Route;

/// Every address of the dashboard, area by area.
fn routes() -> Vec<Route> {
    let areas = [
        account::routes(),
        analytics::routes(),
        home::routes(),
        improve::routes(),
        inbox::routes(),
        knowledge::routes(),
        leads::routes(),
        settings::routes(),
        setup::routes(),
        sign_in::routes(),
        start::routes(),
        team::routes(),
    ];
    areas.into_iter().flatten().collect()
}

/// The dashboard's part of the router.
pub(crate) fn router(state: &AppState) -> Router<AppState> {
    routes().into_iter().fold(Router::new(), |router, route| {
        let gate = axum::middleware::from_fn_with_state((state.clone(), route.access), gate::pass);
        router.route(route.path, route.handler.route_layer(gate))
    })
}

/// The reply to an address that is none: a page for a browser, the API's error for a program.
pub(crate) async fn no_such_address(request: Request) -> Response {
    let error = error::no_such_address();
    let accept = request.headers().get(header::ACCEPT);
    if accept.is_some_and(|accept| accept.as_bytes().starts_with(b"text/html")) {
        return reply::error_page(&error, reply::Asks::Page);
    }
    error.into_response()
}

/// Method, pattern and access of every address, for tests that walk through them.
pub fn table() -> Vec<(Method, &'static str, Access)> {
    routes().into_iter().map(|route| (route.method, route.path, route.access)).collect()
}
