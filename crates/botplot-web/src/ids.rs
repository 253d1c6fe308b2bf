//! Ids in addresses and bodies.

use std::str::FromStr;

use crate::{ApiError, Code};

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
