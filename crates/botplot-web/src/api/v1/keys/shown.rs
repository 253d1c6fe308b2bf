//! A key as `/api/v1` shows it.

use botplot_core::key::KeyRecord;
use botplot_core::{KeyId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// What a key may open.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum KeyClass {
    /// The chat and the widget; may stand in a web page.
    Publishable,
    /// Everything; for servers only.
    Secret,
}

/// An API key.
#[derive(Serialize, ToSchema)]
#[schema(as = Key)]
pub(crate) struct KeyOut {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: KeyId,
    /// What it may open.
    #[schema(value_type = KeyClass)]
    class: &'static str,
    /// The name to know it by.
    #[schema(example = "Billing server")]
    name: String,
    /// Its beginning.
    #[schema(example = "bp_sec_4dJ9fK2mQx7Z")]
    prefix: String,
    /// The whole key: of a publishable one, and of a secret one in the reply that makes it.
    pub(super) key: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:00Z")]
    created_at: String,
    /// When it was last used, to the minute.
    #[schema(value_type = Option<String>, format = DateTime, example = "2025-01-15T10:30:00Z")]
    last_used_at: Option<String>,
    /// When it was revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<String>,
    /// When it ends, or ended, because another one has taken its place.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<String>,
    /// When a browser last sent it, where a secret key must not be.
    #[schema(value_type = Option<String>, format = DateTime)]
    seen_in_browser_at: Option<String>,
}

impl From<KeyRecord> for KeyOut {
    fn from(it: KeyRecord) -> Self {
        Self {
            id: it.id,
            class: it.class.as_str(),
            name: it.name,
            prefix: it.prefix,
            key: it.shown,
            created_at: it.created_at.rfc3339(),
            last_used_at: it.last_used_at.map(Timestamp::rfc3339),
            revoked_at: it.revoked_at.map(Timestamp::rfc3339),
            expires_at: it.expires_at.map(Timestamp::rfc3339),
            seen_in_browser_at: it.seen_in_browser_at.map(Timestamp::rfc3339),
        }
    }
}
