//! How a visitor is called on the page.

use botplot_core::conversation::Conversation;
use serde_json::Value;

/// Characters of a visitor id that are shown as they are.
const SHORT: usize = 16;

/// Their name, else their address, else a short form of their id.
pub(super) fn name(conversation: &Conversation) -> String {
    let said = ["name", "email"].iter().find_map(|key| detail(conversation, key));
    said.map_or_else(|| friendly(&conversation.visitor_id), str::to_owned)
}

/// What is known of them under this name, if it is a text.
pub(super) fn detail<'a>(conversation: &'a Conversation, key: &str) -> Option<&'a str> {
    let text = conversation.visitor_info.0.get(key).and_then(Value::as_str)?.trim();
    (!text.is_empty()).then_some(text)
}

fn friendly(id: &str) -> String {
    if id.chars().count() <= SHORT {
        return id.to_owned();
    }
    let letters: Vec<char> = id.chars().filter(|c| c.is_alphanumeric()).collect();
    let end: String = letters[letters.len().saturating_sub(4)..].iter().collect();
    format!("Visitor {end}")
}

#[cfg(test)]
mod tests {
    use super::friendly;

    #[test]
    fn long_ids_are_shortened() {
        assert_eq!(friendly("anna-7"), "anna-7");
        assert_eq!(friendly("v-550e8400-e29b-41d4-a716-446655447f3a"), "Visitor 7f3a");
        assert_eq!(friendly(&"-".repeat(40)), "Visitor ");
    }
}
