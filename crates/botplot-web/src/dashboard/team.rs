//! The team: people, roles, invitations, and the audit log.

use super::route::Route;

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
