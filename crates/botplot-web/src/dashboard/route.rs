//! An address of the dashboard and who may use it.

use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, get, post};
use botplot_core::account::Role;

use crate::AppState;

/// Who may use an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody: signing in, following a link that was sent.
    Open,
    /// Everybody who is signed in.
    Person,
    /// The people of the project that the address names, from this role on.
    Member(Role),
}

/// One address.
pub(crate) struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    pub(crate) handler: MethodRouter<AppState>,
}

impl Route {
    /// Something to look at.
    pub(crate) fn get<H, T>(path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self { method: Method::GET, path, access, handler: get(handler) }
    }

    /// Something to do. Forms know no other method.
    pub(crate) fn post<H, T>(path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        Self { method: Method::POST, path, access, handler: post(handler) }
    }
}

/// Short names for the lists of routes.
pub(crate) const VIEWER: Access = Access::Member(Role::Viewer);
/// Those who talk to visitors.
pub(crate) const AGENT: Access = Access::Member(Role::Agent);
/// Those who change knowledge and settings.
pub(crate) const ADMIN: Access = Access::Member(Role::Admin);
/// Those who may do everything.
pub(crate) const OWNER: Access = Access::Member(Role::Owner);
