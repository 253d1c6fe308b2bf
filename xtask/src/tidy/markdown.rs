//! Reads Markdown for what it names: code, links, headings. Knows just what our own documents use.

/// Something in a document, with its line, counted from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item<'a> {
    pub(super) line: usize,
    pub(super) kind: Kind<'a>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// Code within a line, without its backticks.
    Span(&'a str),
    /// A line of a fenced block, and the word after the fence.
    Fenced { language: &'a str, text: &'a str },
    /// Where a link or picture goes.
    Link(&'a str),
    /// A heading, without its `#`.
    Heading(&'a str),
}

/// Everything in the document that a check may want, in its order.
pub(super) fn items(text: &str) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    let mut fence: Option<(&str, &str)> = None;
    for (at, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let mut push = |kind| items.push(Item { line: at + 1, kind });
        if let Some((mark, language)) = fence {
            if trimmed.starts_with(mark) {
                fence = None;
            } else {
                push(Kind::Fenced { language, text: line });
            }
        } else if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            fence = Some((&trimmed[..3], trimmed[3..].trim()));
        } else if line.starts_with("    ") {
            push(Kind::Fenced { language: "", text: line });
        } else {
            if line.starts_with('#') {
                push(Kind::Heading(line.trim_start_matches('#').trim()));
            }
            let (spans, links) = (spans(line).map(Kind::Span), links(line).map(Kind::Link));
            items.extend(spans.chain(links).map(|kind| Item { line: at + 1, kind }));
        }
    }
    items
}

fn spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2).map(str::trim)
}

fn links(line: &str) -> impl Iterator<Item = &str> {
    let starts = line.match_indices("](").map(|(at, _)| at + 2);
    starts.filter_map(|at| line[at..].split([')', ' ']).next())
}

/// The anchor that a heading gets.
pub(super) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_taken_apart() {
        let text = "# The `first` one\n\nSee [this](docs/a.md#b \"title\") and `x/y.rs`.\n```sh\nbotplot serve # `not a span`\n```\n    indented\n";
        let kinds: Vec<_> = items(text).into_iter().map(|item| (item.line, item.kind)).collect();
        assert_eq!(
            kinds,
            [
                (1, Kind::Heading("The `first` one")),
                (1, Kind::Span("first")),
                (3, Kind::Span("x/y.rs")),
                (3, Kind::Link("docs/a.md#b")),
                (5, Kind::Fenced { language: "sh", text: "botplot serve # `not a span`" }),
                (7, Kind::Fenced { language: "", text: "    indented" }),
            ]
        );
    }

    #[test]
    fn anchors_are_those_of_the_usual_hosts() {
        assert_eq!(anchor("What's new: `serve` & more"), "whats-new-serve--more");
    }
}
