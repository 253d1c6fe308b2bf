//! The inbox: conversations, live, and what the team does in them.

use super::route::Route;

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
