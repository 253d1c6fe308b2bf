//! `/projects/new`: one more project, for those who run the server.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use botplot_engine::projects;
use maud::{Markup, html};

use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::seat::Person;
use crate::dashboard::ui::{self, field::Field};
use crate::{ApiError, AppState, Code};

/// The form.
pub(super) async fn show(person: Person) -> Result<Response, ApiError> {
    must_run_the_server(&person)?;
    Ok(ui::bare("New project", &body(&Form::default())))
}

/// Makes the project, owned by who asks.
pub(super) async fn create(
    State(state): State<AppState>,
    person: Person,
    mut form: Form,
) -> Result<Response, ApiError> {
    must_run_the_server(&person)?;
    match projects::create_for(&state.engine, form.raw("name"), Some(&person.account)).await {
        Ok(made) => Ok(lead_to(&format!("/app/{}/start", made.project.id), "")),
        Err(error) => {
            form.blame(error)?;
            let mut page = ui::bare("New project", &body(&form));
            *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(page)
        }
    }
}

fn must_run_the_server(person: &Person) -> Result<(), ApiError> {
    if person.account.operator {
        return Ok(());
    }
    Err(ApiError::saying(Code::RoleRequired, "only those who run this server make projects; ask its owner"))
}

fn body(form: &Form) -> Markup {
    let name = Field {
        hint: "Mostly a company or a site; a project has its own knowledge, conversations and people.",
        required: true,
        ..Field::text("name", "Name")
    };
    html! {
        h1 { "New project" }
        form.stack method="post" action="/projects/new" {
            (name.show(form))
            div.row {
                button.primary { "Make the project" }
                a.button href="/app" { "Back" }
            }
        }
    }
}
