//! Knowledge: sources, their pages and chunks, and what a question finds in them.

use super::route::Route;

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
