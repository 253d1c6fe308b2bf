//! What the pages that show a project's chat have in common.

use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use botplot_core::key::{Class, Key};
use botplot_core::origin;
use botplot_core::project::Project;
use botplot_engine::keys;
use maud::html;

use crate::{ApiError, AppState};

/// The project that a publishable key opens; for a secret key, which has no place in an address, there is none.
pub(super) async fn find(state: &AppState, text: &str) -> Result<Option<(Key, Project)>, ApiError> {
    let Some(key) = Key::parse(text).filter(|key| key.class() == Class::Publishable) else { return Ok(None) };
    let Some(record) = keys::admit(&state.engine, &key).await? else { return Ok(None) };
    let project = state.engine.reader().find_project(record.project).await?;
    Ok(project.map(|project| (key, project)))
}

/// What a page with the widget may load: the widget, which makes no markup from text, and the project's logo.
pub(super) fn policy(state: &AppState, ancestors: &str) -> HeaderValue {
    policy_with(state, ancestors, "")
}

/// The same with further sources of pictures.
pub(crate) fn policy_with(state: &AppState, ancestors: &str, pictures: &str) -> HeaderValue {
    // The logo's address is a public one, by whatever name the page was opened.
    let public = origin::source(&state.public_url).unwrap_or_default();
    let known = ["'self'", &public, pictures].into_iter().filter(|source| !source.is_empty());
    let pictures = known.collect::<Vec<_>>().join(" ");
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src {pictures}; \
         require-trusted-types-for 'script'; base-uri 'none'; form-action 'none'; frame-ancestors {ancestors}"
    );
    HeaderValue::from_str(&policy).expect("the sources of a policy are ASCII")
}

/// The page in place of one whose key opens nothing.
pub(super) fn unknown() -> Response {
    let body = html! {
        body.plain {
            main {
                h1 { "There is no chat here" }
                p.lead { "The address does not end in a publishable key of this server, or the key was revoked." }
                p { a href="/" { "What is this server?" } }
            }
        }
    };
    (StatusCode::NOT_FOUND, super::page("Not found · BotPlot", &body)).into_response()
}
