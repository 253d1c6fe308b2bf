//! Ids in addresses and bodies.

use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::{ApiError, AppState, Code};

/// Parts of the address, as axum's own extractor reads them; what cannot be read, such as text that is not UTF-8,
/// names nothing.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let read = axum::extract::Path::from_request_parts(parts, state).await;
        read.map(|axum::extract::Path(named)| Self(named)).map_err(|_| ApiError::new(Code::NotFound))
    }
}

/// The id that `text` is; whatever is none opens nothing, just as an unknown one.
pub(crate) fn read<T: FromStr>(text: &str) -> Result<T, ApiError> {
    // Other spellings of a UUID, without hyphens or in braces, are no ids of ours.
    let plain = text.len() == 36;
    text.parse().ok().filter(|_| plain).ok_or_else(|| ApiError::new(Code::NotFound))
}

#[cfg(test)]
mod tests {
    use super::*;
    use botplot_core::ConversationId;

    #[test]
    fn only_hyphenated_uuids_are_ids() {
        assert!(read::<ConversationId>("550e8400-e29b-41d4-a716-446655440000").is_ok());
        for bad in ["", "x", "550e8400e29b41d4a716446655440000", "{550e8400-e29b-41d4-a716-446655440000}"] {
            assert_eq!(read::<ConversationId>(bad).unwrap_err().code(), Code::NotFound, "{bad}");
        }
    }
}
