//! What stands between a right password and the dashboard where an account has a second factor.

use axum::response::Response;
use botplot_core::account::Account;

use super::Caller;
use crate::{ApiError, AppState, Code};

/// Asks for the second factor; who gives it goes on through [`super::let_in`].
pub(super) async fn ask(
    _state: &AppState,
    _account: &Account,
    _caller: &Caller,
    _next: &str,
) -> Result<Response, ApiError> {
    Err(ApiError::saying(
        Code::Conflict,
        "this account has a second factor, which this server does not ask for yet",
    ))
}
