//! `/api/v1/keys`: the project's API keys. A secret one is shown once, when it is made.

pub(crate) mod rotation;
mod shown;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use botplot_core::KeyId;
use botplot_core::key::{Class, Key, KeyRecord};
use botplot_engine::keys;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Owner;
use crate::fields::Fields;
use crate::ids::Path;
use crate::page::Query;
use crate::{ApiError, AppState, ids};
use shown::KeyOut;

/// A part of the list of keys.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeysOut {
    /// Newest first, those that have ended included.
    keys: Vec<KeyOut>,
    /// Keys in all.
    #[schema(minimum = 0)]
    total: i64,
    /// Keys served at most.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    limit: i64,
    /// Keys passed over.
    #[schema(minimum = 0, example = 0)]
    offset: i64,
}

/// What was revoked.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyRevokedOut {
    /// The key's id.
    #[schema(value_type = uuid::Uuid)]
    id: KeyId,
    /// Always true.
    revoked: bool,
}

/// A name for a key.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used: the body is read field by field, so that all faults are told"
)]
pub(crate) struct KeyNameIn {
    /// A name to know the key by.
    #[schema(
        min_length = 1,
        max_length = 100,
        pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$",
        example = "Billing server"
    )]
    name: String,
}

/// List API keys
///
/// Newest first, those that were revoked or have expired included. Publishable keys are shown whole, secret ones by
/// their beginning.
#[utoipa::path(
    get,
    path = "/api/v1/keys",
    tag = "Keys",
    security(("secret_key" = [])),
    params(
        ("limit" = Option<i64>, Query, description = "Max results; over 100 is served as 100.", minimum = 1),
        ("offset" = Option<i64>, Query, description = "Pagination offset.", minimum = 0),
    ),
    responses((status = 200, description = "The keys.", body = KeysOut)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    owner: Owner,
    mut query: Query,
) -> Result<Json<KeysOut>, ApiError> {
    let page = query.page();
    query.finish()?;
    let all = state.engine.reader().list_keys(owner.project.id).await?;
    let total = all.len() as i64;
    let part = all.into_iter().rev().skip(page.offset as usize).take(page.limit as usize);
    let keys = part.map(KeyOut::from).collect();
    Ok(Json(KeysOut { keys, total, limit: page.limit, offset: page.offset }))
}

/// Make a secret key
///
/// It is shown in this reply and never again.
#[utoipa::path(
    post,
    path = "/api/v1/keys",
    tag = "Keys",
    security(("secret_key" = [])),
    request_body = KeyNameIn,
    responses((status = 201, description = "The key, shown this once.", body = KeyOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    owner: Owner,
    mut fields: Fields,
) -> Result<Response, ApiError> {
    let name = name(&mut fields);
    fields.finish()?;
    let by = &owner.key.prefix;
    let made = keys::create(&state.engine, owner.project.id, Class::Secret, &name, by).await?;
    Ok(shown_once(made))
}

/// Rename a key
///
/// The key itself stays as it is.
#[utoipa::path(
    patch,
    path = "/api/v1/keys/{id}",
    tag = "Keys",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's id.")),
    request_body = KeyNameIn,
    responses((status = 200, description = "The key as it is now.", body = KeyOut)),
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
    mut fields: Fields,
) -> Result<Json<KeyOut>, ApiError> {
    let name = name(&mut fields);
    fields.finish()?;
    let (project, by) = (owner.project.id, &owner.key.prefix);
    Ok(Json(keys::rename(&state.engine, project, ids::read(&id)?, &name, by).await?.into()))
}

/// Revoke a secret key
///
/// It opens nothing from then on, and streams opened with it end within seconds. The last secret key stays
/// (`last_secret_key`), and so does the publishable one (`publishable_key_required`): rotate them instead.
#[utoipa::path(
    delete,
    path = "/api/v1/keys/{id}",
    tag = "Keys",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's id.")),
    responses((status = 200, description = "It is revoked.", body = KeyRevokedOut)),
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
) -> Result<Json<KeyRevokedOut>, ApiError> {
    let id = ids::read(&id)?;
    keys::retire(&state.engine, owner.project.id, id, &owner.key.prefix).await?;
    Ok(Json(KeyRevokedOut { id, revoked: true }))
}

fn name(fields: &mut Fields) -> String {
    let Some((_, name)) = fields.required_text(&["name"]) else { return String::new() };
    if name.trim().is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        fields.fault("name", "must have 1 to 100 characters, none of them control characters");
    }
    name
}

/// A key that was just made, in clear; no cache on its way may keep it.
fn shown_once((record, key): (KeyRecord, Key)) -> Response {
    let mut out = KeyOut::from(record);
    out.key = Some(key.expose().to_owned());
    (StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(out)).into_response()
}
