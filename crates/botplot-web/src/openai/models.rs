//! `/v1/models`: the one model there is. Which language model stands behind it is the operator's matter.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::Owner;
use crate::ids::Path;
use crate::{ApiError, Code};

/// The model's name.
pub(super) const MODEL: &str = "botplot";

/// A model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelOut {
    /// Its name.
    #[schema(example = "botplot")]
    id: &'static str,
    /// Always `model`.
    #[schema(example = "model")]
    object: &'static str,
    /// When the project was made, in seconds since 1970.
    #[schema(example = 1_736_937_000)]
    created: i64,
    /// Always `botplot`.
    #[schema(example = "botplot")]
    owned_by: &'static str,
}

/// The models.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelsOut {
    /// Always `list`.
    #[schema(example = "list")]
    object: &'static str,
    /// The one model.
    data: Vec<ModelOut>,
}

/// List models
///
/// There is one: `botplot`, which answers from the project's knowledge.
#[utoipa::path(
    get,
    path = "/v1/models",
    tag = "OpenAI",
    security(("secret_key" = [])),
    responses((status = 200, description = "The models.", body = ModelsOut)),
)]
pub(crate) async fn list(owner: Owner) -> Json<ModelsOut> {
    Json(ModelsOut { object: "list", data: vec![model(&owner)] })
}

/// Get a model
///
/// Any name but `botplot` is 404 `model_not_found`.
#[utoipa::path(
    get,
    path = "/v1/models/{model}",
    tag = "OpenAI",
    security(("secret_key" = [])),
    params(("model" = String, Path, description = "The model's name.", example = "botplot")),
    responses((status = 200, description = "The model.", body = ModelOut)),
)]
pub(crate) async fn show(owner: Owner, Path(name): Path<String>) -> Result<Json<ModelOut>, ApiError> {
    find(&name)?;
    Ok(Json(model(&owner)))
}

/// Refuses any name but the one.
pub(super) fn find(name: &str) -> Result<(), ApiError> {
    if name == MODEL { Ok(()) } else { Err(ApiError::new(Code::ModelNotFound)) }
}

fn model(owner: &Owner) -> ModelOut {
    let created = owner.project.created_at.0.div_euclid(1_000_000);
    ModelOut { id: MODEL, object: "model", created, owned_by: "botplot" }
}
