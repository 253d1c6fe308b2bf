//! `GET /try/{publishable key}`: a page to try a project's chat on, before the widget is built into a site.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use botplot_core::key::{Class, Key};
use botplot_core::message;
use botplot_core::project::Project;
use botplot_core::source::{PageState, Status};
use botplot_engine::keys;
use maud::{Markup, html};

use crate::ids::Path;
use crate::{ApiError, AppState};

/// Questions offered to begin with.
const STARTERS: usize = 4;
/// Sources whose pages are looked at for them.
const SOURCES: i64 = 3;
/// Characters that fit on a button.
const STARTER_LIMIT: usize = 70;

/// The page of the project that the key opens; for a secret key, which has no place in an address, there is none.
pub(crate) async fn show(
    State(state): State<AppState>,
    Path(text): Path<String>,
) -> Result<Response, ApiError> {
    let Some(key) = Key::parse(&text).filter(|k| k.class() == Class::Publishable) else {
        return Ok(unknown());
    };
    let Some(record) = keys::admit(&state.engine, &key).await? else { return Ok(unknown()) };
    let Some(project) = state.engine.reader().find_project(record.project).await? else {
        return Ok(unknown());
    };
    let starters = starters(&state, &project).await?;
    Ok(super::page(&project.name, Some("chat.js"), &chat(&project, key.expose(), &starters)))
}

/// Titles of pages that the project has learnt: each is something it can be asked about.
async fn starters(state: &AppState, project: &Project) -> Result<Vec<String>, ApiError> {
    let reader = state.engine.reader();
    let mut titles: Vec<String> = Vec::new();
    for source in reader.list_sources(project.id, SOURCES, 0).await?.0 {
        if source.status == Status::Disabled {
            continue;
        }
        for page in reader.list_pages(project.id, source.id).await? {
            let title = page.title.trim();
            let fits = !title.is_empty() && title.chars().count() <= STARTER_LIMIT;
            if fits && page.state == PageState::Indexed && titles.iter().all(|t| t != title) {
                titles.push(title.to_owned());
            }
            if titles.len() == STARTERS {
                return Ok(titles);
            }
        }
    }
    Ok(titles)
}

fn chat(project: &Project, key: &str, starters: &[String]) -> Markup {
    html! {
        body.talk {
            header.bar {
                h1 { (project.name) }
                button.quiet #fresh type="button" hidden { "New conversation" }
            }
            main #chat data-key=(key) data-welcome=(project.settings.widget.welcome) {
                div #log role="log" aria-live="off" aria-label="Conversation" tabindex="0" {
                    ol #turns {}
                    div #starters role="group" aria-label="Questions to begin with" {
                        @for starter in starters { button.starter type="button" { (starter) } }
                    }
                }
                p.unseen #status role="status" {}
                form #ask {
                    label.unseen for="message" { "Your question" }
                    textarea #message rows="1" maxlength=(message::LIMIT) required
                        placeholder="Type your question…" autocomplete="off" enterkeyhint="send" {}
                    button.main #send type="submit" { "Send" }
                    button.main #stop type="button" hidden { "Stop" }
                }
                noscript { p.note { "The chat needs JavaScript. Programs can use the API without it." } }
            }
            footer { "Answers come from what " (project.name) " has learnt. Check what matters." }
        }
    }
}

fn unknown() -> Response {
    let body = html! {
        body.plain {
            main {
                h1 { "There is no chat here" }
                p.lead { "The address does not end in a publishable key of this server, or the key was revoked." }
                p { a href="/" { "What is this server?" } }
            }
        }
    };
    (StatusCode::NOT_FOUND, super::page("Not found · BotPlot", None, &body)).into_response()
}
