//! `/api/v1/project`: the key's project and its settings.

mod changes;
pub(crate) mod identity_secret;
pub(crate) mod logo;
mod shown;

use axum::Json;
use axum::extract::State;
use botplot_core::project::Project;
use botplot_engine::projects::settings::{self, Outcome};

use crate::auth::Owner;
use crate::error::Fault;
use crate::fields::Fields;
use crate::{ApiError, AppState};
use changes::{ProjectChanges, read_only};
use shown::ProjectOut;

/// Get the project
///
/// The key's project, with all its settings.
#[utoipa::path(
    get,
    path = "/api/v1/project",
    tag = "Project",
    security(("secret_key" = [])),
    responses((status = 200, description = "The project.", body = ProjectOut)),
)]
pub(crate) async fn show(State(state): State<AppState>, owner: Owner) -> Result<Json<ProjectOut>, ApiError> {
    shown(&state, owner.project).await
}

/// Change the project
///
/// What is absent stays as it is, and null goes back to the default. Lists are replaced as a whole, `widget.strings` is
/// merged by name. `widget.logo_url` and `plan` cannot be changed here.
#[utoipa::path(
    patch,
    path = "/api/v1/project",
    tag = "Project",
    security(("secret_key" = [])),
    request_body = ProjectChanges,
    responses((status = 200, description = "The project as it is now.", body = ProjectOut)),
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    owner: Owner,
    mut fields: Fields,
) -> Result<Json<ProjectOut>, ApiError> {
    let patch = fields.whole();
    read_only(&mut fields, &owner.project);
    let name = fields.text(&["name"]).map(|n| n.1);
    if let Some(fault) = name.as_deref().and_then(settings::check_name) {
        fields.fault("name", fault);
    }
    // What breaks a rule by itself is told together with what breaks one of the settings'.
    if let Err(faults) = botplot_core::project::patch::patched(&owner.project.settings, &patch) {
        for (place, rule) in faults {
            fields.fault(place, rule);
        }
    }
    fields.finish()?;
    match settings::change(&state.engine, owner.project.id, name, patch, &owner.key.prefix).await? {
        Outcome::Changed(project) => shown(&state, *project).await,
        Outcome::Faulty(faults) => {
            let faults = faults.into_iter().map(|(field, message)| Fault { field, message });
            Err(ApiError::invalid(faults.collect()))
        }
    }
}

async fn shown(state: &AppState, project: Project) -> Result<Json<ProjectOut>, ApiError> {
    let reader = state.engine.reader();
    let configured = reader.identity_secret(project.id).await?.is_some();
    let seen = reader.list_sightings(project.id).await?;
    Ok(Json(ProjectOut::of(state, project, configured, seen)))
}
