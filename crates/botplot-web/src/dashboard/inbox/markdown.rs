//! Markdown of answers as nodes of the page: no HTML of theirs, no pictures, and links only to where a person may go.

use maud::{Markup, html};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Levels of quotes and lists that are kept; a hostile text nests thousands.
const DEPTH: usize = 12;

/// A text in Markdown.
pub(super) fn show(text: &str) -> Markup {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let nodes = tree(Parser::new_ext(text, options));
    html! { @for node in &nodes { (node.show()) } }
}

/// A piece of a text.
enum Node {
    Text(String),
    Code(String),
    Break,
    Rule,
    Within(Kind, Vec<Self>),
}

/// What stands around other pieces.
enum Kind {
    /// Nothing that is shown.
    Plain,
    Paragraph,
    Heading,
    Quote,
    Pre,
    List(Option<u64>),
    Item,
    Strong,
    Emphasis,
    Struck,
    Link(String),
    Table,
    Row,
    Cell,
}

impl Node {
    fn show(&self) -> Markup {
        match self {
            Self::Text(text) => html! { (text) },
            Self::Code(text) => html! { code { (text) } },
            Self::Break => html! { br; },
            Self::Rule => html! { hr; },
            Self::Within(kind, nodes) => kind.show(&html! { @for node in nodes { (node.show()) } }),
        }
    }
}

impl Kind {
    fn show(&self, inner: &Markup) -> Markup {
        match self {
            Self::Plain => inner.clone(),
            Self::Paragraph => html! { p { (inner) } },
            Self::Heading => html! { p { strong { (inner) } } },
            Self::Quote => html! { blockquote { (inner) } },
            Self::Pre => html! { pre { (inner) } },
            Self::List(None) => html! { ul { (inner) } },
            Self::List(Some(1)) => html! { ol { (inner) } },
            Self::List(Some(first)) => html! { ol start=(first) { (inner) } },
            Self::Item => html! { li { (inner) } },
            Self::Strong => html! { strong { (inner) } },
            Self::Emphasis => html! { em { (inner) } },
            Self::Struck => html! { s { (inner) } },
            Self::Link(to) => html! { a href=(to) rel="noopener noreferrer" target="_blank" { (inner) } },
            Self::Table => html! { div.scroll tabindex="0" { table { tbody { (inner) } } } },
            Self::Row => html! { tr { (inner) } },
            Self::Cell => html! { td { (inner) } },
        }
    }

    fn of(tag: Tag<'_>) -> Self {
        match tag {
            Tag::Paragraph => Self::Paragraph,
            Tag::Heading { .. } => Self::Heading,
            Tag::BlockQuote(_) => Self::Quote,
            Tag::CodeBlock(_) => Self::Pre,
            Tag::List(first) => Self::List(first),
            Tag::Item => Self::Item,
            Tag::Strong => Self::Strong,
            Tag::Emphasis => Self::Emphasis,
            Tag::Strikethrough => Self::Struck,
            Tag::Link { dest_url, .. } => link(&dest_url).map_or(Self::Plain, Self::Link),
            Tag::Table(_) => Self::Table,
            Tag::TableHead | Tag::TableRow => Self::Row,
            Tag::TableCell => Self::Cell,
            // A picture would tell its server who reads this; its words stay.
            _ => Self::Plain,
        }
    }
}

/// The address as a browser would go there, if a person may go there at all.
pub(super) fn link(address: &str) -> Option<String> {
    let url = url::Url::parse(address.trim()).ok()?;
    matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.to_string())
}

fn tree<'a>(events: impl Iterator<Item = Event<'a>>) -> Vec<Node> {
    let mut open: Vec<(Kind, Vec<Node>)> = Vec::new();
    let mut done = Vec::new();
    let mut too_deep = 0_usize;
    for event in events {
        let node = match event {
            Event::Start(_) if open.len() >= DEPTH => {
                too_deep += 1;
                continue;
            }
            Event::Start(tag) => {
                open.push((Kind::of(tag), Vec::new()));
                continue;
            }
            Event::End(_) if too_deep > 0 => {
                too_deep -= 1;
                Node::Text(" ".into())
            }
            Event::End(end) => match open.pop() {
                Some((kind, nodes)) => Node::Within(kind, closed(end, nodes)),
                None => continue,
            },
            Event::Code(text) => Node::Code(text.into_string()),
            Event::HardBreak => Node::Break,
            Event::SoftBreak => Node::Text("\n".into()),
            Event::Rule => Node::Rule,
            // HTML of theirs is text, too.
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => Node::Text(text.into_string()),
            _ => continue,
        };
        open.last_mut().map_or(&mut done, |(_, nodes)| nodes).push(node);
    }
    done
}

/// A block of HTML is text of its own, as a paragraph is.
fn closed(end: TagEnd, nodes: Vec<Node>) -> Vec<Node> {
    match end {
        TagEnd::HtmlBlock => vec![Node::Within(Kind::Paragraph, nodes)],
        _ => nodes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answers_are_made_of_is_shown() {
        let check = |text: &str, expected: &str| assert_eq!(show(text).into_string(), expected);
        check("within **30 days**", "<p>within <strong>30 days</strong></p>");
        check(
            "# Returns\n\n1. *a*\n2. `b`",
            "<p><strong>Returns</strong></p><ol><li><em>a</em></li><li><code>b</code></li></ol>",
        );
        check("- one\n- ~~two~~", "<ul><li>one</li><li><s>two</s></li></ul>");
        check("> q\n\n---", "<blockquote><p>q</p></blockquote><hr>");
        check(
            "[orders](https://example.com/a?b=1&c)",
            "<p><a href=\"https://example.com/a?b=1&amp;c\" rel=\"noopener noreferrer\" target=\"_blank\">orders</a></p>",
        );
        check("```\n<b>\n```", "<pre>&lt;b&gt;\n</pre>");
    }

    #[test]
    fn hostile_text_stays_text() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "a <b onclick=alert(1)>b</b>",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](\u{1}javascript:alert(1))",
            "[x](java\tscript:alert(1))",
            "[x](data:text/html,<script>alert(1)</script>)",
            "[x](vbscript:msgbox)",
            "![x](https://evil.example/pixel.gif)",
            "![x](javascript:alert(1))",
            "<javascript:alert(1)>",
            "[x]: javascript:alert(1)\n\n[x]",
            "[x](https://example.com/\"onmouseover=alert(1))",
            "<svg/onload=alert(1)>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<!-- --><style>*{}</style>",
        ] {
            let shown = show(hostile).into_string();
            for bad in
                ["<script", "<img", "<svg", "<style", "<b ", "href=\"j", "href=\"d", "href=\"v", "\"on"]
            {
                assert!(!shown.to_lowercase().contains(bad), "{hostile} became {shown}");
            }
        }
    }

    #[test]
    fn what_nests_without_end_is_flattened() {
        let deep = format!("{}x", ">".repeat(8000));
        let shown = show(&deep).into_string();
        assert!(shown.contains('x') && shown.matches("<blockquote>").count() <= DEPTH);
    }
}
