//! Analytics: what visitors ask and what becomes of it, in figures.

use super::route::Route;

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
