//! Settings: looks, model, handoff, forms, origins, keys, webhooks, plan and the project's end.

use super::route::Route;

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
