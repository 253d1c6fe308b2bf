//! `/account`: a person's own name, password, second factor and browsers.

mod factor;

use super::route::Route;

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    factor::routes()
}
