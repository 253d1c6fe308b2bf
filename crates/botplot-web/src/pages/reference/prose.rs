//! The little Markdown that comments are written in: paragraphs, lists, code between backticks.

use maud::{Markup, html};

/// Paragraphs and lists.
pub(super) fn prose(text: &str) -> Markup {
    html! {
        @for block in text.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
            @if block.lines().all(|line| line.starts_with("- ") || line.starts_with("  ")) {
                ul { @for item in items(block) { li { (with_code(&item)) } } }
            } @else {
                p { (with_code(block)) }
            }
        }
    }
}

/// One line of text, with what stands between backticks as code.
pub(super) fn with_code(text: &str) -> Markup {
    html! {
        @for (i, part) in text.split('`').enumerate() {
            @if i % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn items(block: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("- "), items.last_mut()) {
            (None, Some(last)) => *last = format!("{last} {}", line.trim()),
            (item, _) => items.push(item.unwrap_or(line).to_owned()),
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_lists_and_code_are_told_apart() {
        let text = "One `a<b`\nline.\n\n- first\n  of all\n- second";
        let expected = "<p>One <code>a&lt;b</code>\nline.</p><ul><li>first of all</li><li>second</li></ul>";
        assert_eq!(prose(text).into_string(), expected);
        assert_eq!(prose("").into_string(), "");
    }
}
