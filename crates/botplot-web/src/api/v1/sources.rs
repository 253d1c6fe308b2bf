//! `/api/v1/sources`: what the bot knows, and where it knows it from.

mod new;
mod shown;
pub(crate) mod upload;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use botplot_core::SourceId;
use botplot_engine::sources;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Owner;
use crate::fields::Fields;
use crate::ids::Path;
use crate::page::Query;
use crate::{ApiError, AppState, Code, body, ids};
use new::{NewFiles, NewSource, SourceName};
use shown::{PageOut, SourceOut};

/// A part of the list of sources.
#[derive(Serialize, ToSchema)]
pub(crate) struct SourcesOut {
    /// Newest first.
    sources: Vec<SourceOut>,
    /// Sources in all.
    #[schema(minimum = 0)]
    total: i64,
    /// Sources served at most.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    limit: i64,
    /// Sources passed over.
    #[schema(minimum = 0, example = 0)]
    offset: i64,
}

/// A part of the list of a source's pages.
#[derive(Serialize, ToSchema)]
pub(crate) struct SourcePagesOut {
    /// Newest first.
    pages: Vec<PageOut>,
    /// Pages in all.
    #[schema(minimum = 0)]
    total: i64,
    /// Pages served at most.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    limit: i64,
    /// Pages passed over.
    #[schema(minimum = 0, example = 0)]
    offset: i64,
}

/// What was deleted.
#[derive(Serialize, ToSchema)]
pub(crate) struct SourceGoneOut {
    /// The source's id.
    #[schema(value_type = uuid::Uuid)]
    id: SourceId,
    /// Always true.
    deleted: bool,
}

/// What is to change about a source; what is absent or null stays.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "only its schema is used: the body is read field by field, so that all faults are told"
)]
pub(crate) struct SourceChanges {
    /// Its name.
    name: Option<SourceName>,
    /// Whether it is switched off. Switched on again, it is read anew.
    disabled: Option<bool>,
}

/// List sources
///
/// Newest first. A `limit` over 100 is served as 100.
#[utoipa::path(
    get,
    path = "/api/v1/sources",
    tag = "Sources",
    security(("secret_key" = [])),
    params(
        ("limit" = Option<i64>, Query, description = "Max results; over 100 is served as 100.", minimum = 1),
        ("offset" = Option<i64>, Query, description = "Pagination offset.", minimum = 0),
    ),
    responses((status = 200, description = "The sources.", body = SourcesOut)),
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    owner: Owner,
    mut query: Query,
) -> Result<Json<SourcesOut>, ApiError> {
    let page = query.page();
    query.finish()?;
    let found = state.engine.reader().list_sources(owner.project.id, page.limit, page.offset).await?;
    let sources = found.0.into_iter().map(SourceOut::from).collect();
    Ok(Json(SourcesOut { sources, total: found.1, limit: page.limit, offset: page.offset }))
}

/// Add a source
///
/// Websites, sitemaps, pages, texts and questions are sent as JSON, files as a form. The source is read in the
/// background: ask for it until its status is `ready` or `failed`. A source of the same type and name is read again,
/// with what is sent.
#[utoipa::path(
    post,
    path = "/api/v1/sources",
    tag = "Sources",
    security(("secret_key" = [])),
    request_body(content((NewSource = "application/json"), (NewFiles = "multipart/form-data"))),
    responses((status = 202, description = "The source, waiting to be read.", body = SourceOut)),
)]
pub(crate) async fn create(
    State(state): State<AppState>,
    owner: Owner,
    request: Request,
) -> Result<(StatusCode, Json<SourceOut>), ApiError> {
    let (name, new) = if is_form(request.headers()) {
        upload::read(request, state.upload_bytes).await?
    } else {
        new::read(body::object(request, state.upload_bytes as usize).await?)?
    };
    let source = sources::add(&state.engine, owner.project.id, name.as_deref(), new).await?;
    Ok((StatusCode::ACCEPTED, Json(source.into())))
}

/// Get a source
///
/// Where it stands and how much came of it.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{id}",
    tag = "Sources",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The source's id.")),
    responses((status = 200, description = "The source.", body = SourceOut)),
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
) -> Result<Json<SourceOut>, ApiError> {
    let source = state.engine.reader().find_source(owner.project.id, ids::read(&id)?).await?;
    Ok(Json(source.ok_or_else(|| ApiError::new(Code::NotFound))?.into()))
}

/// List a source's pages
///
/// Every page, file or question that was met, with what became of it and why, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/sources/{id}/pages",
    tag = "Sources",
    security(("secret_key" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The source's id."),
        ("limit" = Option<i64>, Query, description = "Max results; over 100 is served as 100.", minimum = 1),
        ("offset" = Option<i64>, Query, description = "Pagination offset.", minimum = 0),
    ),
    responses((status = 200, description = "The pages.", body = SourcePagesOut)),
)]
pub(crate) async fn pages(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
    mut query: Query,
) -> Result<Json<SourcePagesOut>, ApiError> {
    let page = query.page();
    query.finish()?;
    let (project, reader) = (owner.project.id, state.engine.reader());
    let source = reader.find_source(project, ids::read(&id)?).await?;
    let source = source.ok_or_else(|| ApiError::new(Code::NotFound))?;
    let (found, total) = reader.page_pages(project, source.id, page.limit, page.offset).await?;
    let pages = found.into_iter().map(PageOut::from).collect();
    Ok(Json(SourcePagesOut { pages, total, limit: page.limit, offset: page.offset }))
}

/// Read a source again
///
/// Pages that did not change are left alone, those that are gone are removed. A source that is switched off is
/// refused with `source_disabled`.
#[utoipa::path(
    post,
    path = "/api/v1/sources/{id}/sync",
    tag = "Sources",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The source's id.")),
    responses((status = 202, description = "The source, waiting to be read.", body = SourceOut)),
)]
pub(crate) async fn sync(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<SourceOut>), ApiError> {
    let source = sources::sync(&state.engine, owner.project.id, ids::read(&id)?).await?;
    Ok((StatusCode::ACCEPTED, Json(source.into())))
}

/// Change a source
///
/// Renames it, or switches it off or on.
#[utoipa::path(
    patch,
    path = "/api/v1/sources/{id}",
    tag = "Sources",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The source's id.")),
    request_body = SourceChanges,
    responses((status = 200, description = "The source as it is now.", body = SourceOut)),
)]
pub(crate) async fn change(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
    mut fields: Fields,
) -> Result<Json<SourceOut>, ApiError> {
    let name = new::name(&mut fields);
    let disabled = fields.flag("disabled");
    fields.finish()?;
    let id = ids::read(&id)?;
    let changed = sources::change(&state.engine, owner.project.id, id, name.as_deref(), disabled);
    Ok(Json(changed.await?.into()))
}

/// Delete a source
///
/// With all that was learnt from it; no answer uses it from that moment.
#[utoipa::path(
    delete,
    path = "/api/v1/sources/{id}",
    tag = "Sources",
    security(("secret_key" = [])),
    params(("id" = uuid::Uuid, Path, description = "The source's id.")),
    responses((status = 200, description = "It is gone.", body = SourceGoneOut)),
)]
pub(crate) async fn remove(
    State(state): State<AppState>,
    owner: Owner,
    Path(id): Path<String>,
) -> Result<Json<SourceGoneOut>, ApiError> {
    let id = ids::read(&id)?;
    sources::remove(&state.engine, owner.project.id, id).await?;
    Ok(Json(SourceGoneOut { id, deleted: true }))
}

fn is_form(headers: &HeaderMap) -> bool {
    let media = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    media.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("multipart/form-data")
}
