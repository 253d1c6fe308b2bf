//! `GET /try/{publishable key}`: a page with a project's widget on it, and the line that puts it on any other.

use axum::extract::State;
use axum::http::header;
use axum::response::Response;
use botplot_core::project::Project;
use maud::{Markup, html};

use super::{Assets, chat};
use crate::ids::Path;
use crate::{ApiError, AppState};

/// The page of the project that the key opens.
pub(crate) async fn show(
    State(state): State<AppState>,
    Path(key): Path<String>,
) -> Result<Response, ApiError> {
    let Some((key, project)) = chat::find(&state, &key).await? else { return Ok(chat::unknown()) };
    let body = trial(&state, &project, key.expose());
    let assets = Assets { widget: Some(key.expose()), ..Assets::default() };
    let mut page = super::page_with(&project.name, assets, &body);
    page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, chat::policy(&state, "'none'"));
    Ok(page)
}

fn trial(state: &AppState, project: &Project, key: &str) -> Markup {
    let snippet =
        format!("<script src=\"{}/widget/w.js\" data-key=\"{key}\" async></script>", state.public_url);
    html! {
        body.plain {
            main {
                h1 { (project.name) }
                p.lead { "The button in the corner of this page opens your chat, as your visitors will see it." }
                noscript { p { "The chat needs JavaScript. Programs can use the API without it." } }
                h2 { "Put it on your site" }
                p { "Paste this line into your pages, anywhere between " code { "<head>" } " and " code { "</body>" } ":" }
                pre.line tabindex="0" aria-label="The line for your site" { code { (snippet) } }
                h2 { "Or link to it" }
                p { "The chat has a page of its own, which needs no site around it: " a href={ "/c/" (key) } { "open it" } "." }
                h2 { "Or call it" }
                p { "What the widget does, programs can do: " a href="/docs/api" { "API reference" } "." }
            }
        }
    }
}
