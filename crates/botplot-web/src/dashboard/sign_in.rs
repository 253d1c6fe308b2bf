//! Signing in and out, lost passwords, and other providers' accounts.

use super::route::Route;

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
