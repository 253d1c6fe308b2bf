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
use axum::http::Method;

pub use route::Access;

use crate::AppState;
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

/// Method, pattern and access of every address, for tests that walk through them.
pub fn table() -> Vec<(Method, &'static str, Access)> {
    routes().into_iter().map(|route| (route.method, route.path, route.access)).collect()
}
