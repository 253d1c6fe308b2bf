//! A pass over HTML source before any parser sees it: what can't hold text is cut out, and what makes
//! parsers slow or deep (nesting, endless attributes, unclosed formatting) is flattened.
//!
//! Every tag is written anew from what was understood here, so that the parser can't understand it otherwise.

use std::collections::HashMap;

/// Open elements at once; deeper start tags are dropped, their text stays.
const MAX_DEPTH: u32 = 256;
/// Elements in all; later tags are dropped, their text stays.
const MAX_ELEMENTS: usize = 60_000;
/// Character references that are left to the parser, which joins each to the text before it; later ones become spaces.
const MAX_REFERENCES: usize = 30_000;
const MAX_NAME: usize = 24;
const MAX_VALUE: usize = 2048;
const MAX_ATTRIBUTES: usize = 32;

/// Elements that are cut out with all they hold.
const CUT: &[&str] = &[
    "script", "style", "svg", "math", "noscript", "iframe", "textarea", "select", "template", "noembed",
    "noframes", "xmp", "canvas", "audio", "video", "object", "datalist",
];

/// Tags that are dropped while their text stays: they shape letters, and parsers reopen them endlessly.
const DROP: &[&str] = &[
    "b",
    "big",
    "em",
    "font",
    "i",
    "nobr",
    "s",
    "small",
    "strike",
    "strong",
    "tt",
    "u",
    "code",
    "img",
    "picture",
    "source",
    "embed",
    "plaintext",
    "wbr",
    "frame",
    "frameset",
    "keygen",
    "param",
    "track",
    "area",
    "col",
    "input",
];

/// Elements that close by themselves or hold nothing: they nest no deeper than their parents do.
const UNCOUNTED: &[&str] = &[
    "html", "head", "body", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup",
    "caption", "option", "br", "hr", "meta", "link", "base", "title",
];

const KEEP: &[&str] = &[
    "id",
    "class",
    "href",
    "name",
    "content",
    "property",
    "rel",
    "role",
    "hidden",
    "aria-hidden",
    "lang",
    "http-equiv",
    "start",
    "type",
    "style",
];

/// Cleaned source, and what is known of it.
pub(super) struct Cleaned {
    pub(super) html: String,
    /// Scripts that were cut out.
    pub(super) scripts: usize,
    /// Whether a `<noscript>` asks for JavaScript.
    pub(super) asks_for_script: bool,
    /// Elements that are left.
    pub(super) elements: usize,
    /// How deep they nest at most, not counting those that hold only text.
    pub(super) depth: u32,
}

/// Cleans HTML source in one pass.
pub(super) fn clean(html: &str) -> Cleaned {
    let mut cleaner = Cleaner {
        html,
        out: String::with_capacity(html.len() / 2),
        open: HashMap::new(),
        depth: 0,
        deepest: 0,
        references: 0,
        elements: 0,
        scripts: 0,
        asks_for_script: false,
        unclosed: Vec::new(),
    };
    cleaner.run();
    let Cleaner { out, scripts, asks_for_script, elements, deepest, .. } = cleaner;
    Cleaned { html: out, scripts, asks_for_script, elements, depth: deepest }
}

struct Cleaner<'a> {
    html: &'a str,
    out: String,
    open: HashMap<String, u32>,
    depth: u32,
    deepest: u32,
    references: usize,
    elements: usize,
    scripts: usize,
    asks_for_script: bool,
    /// Names of cut elements that are known to have no end tag in the rest.
    unclosed: Vec<&'static str>,
}

impl Cleaner<'_> {
    fn run(&mut self) {
        let bytes = self.html.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let next = self.html[at..].find('<').map_or(bytes.len(), |i| at + i);
            self.text(&self.html[at..next]);
            if next == bytes.len() {
                return;
            }
            at = match (bytes.get(next + 1), bytes.get(next + 2)) {
                (Some(b'!'), _) if self.html[next..].starts_with("<!--") => self.comment(next + 4),
                (Some(b'/'), Some(c)) if c.is_ascii_alphabetic() => self.end_tag(next + 2),
                (Some(b'!' | b'?' | b'/'), _) => self.after(next + 1, ">"),
                (Some(c), _) if c.is_ascii_alphabetic() => self.start_tag(next + 1),
                _ => {
                    self.text("&lt;");
                    next + 1
                }
            };
        }
    }

    fn text(&mut self, text: &str) {
        self.references += text.bytes().filter(|b| *b == b'&').count();
        if self.references <= MAX_REFERENCES {
            self.out.push_str(text);
            return;
        }
        for (at, part) in text.split('&').enumerate() {
            let end = part.find(|c: char| !c.is_ascii_alphanumeric() && c != '#').unwrap_or(part.len());
            if at == 0 {
                self.out.push_str(part);
            } else {
                self.out.push(' ');
                self.out.push_str(part[end..].strip_prefix(';').unwrap_or(&part[end..]));
            }
        }
    }

    /// The position after the next `mark`, or the end.
    fn after(&self, at: usize, mark: &str) -> usize {
        self.html[at..].find(mark).map_or(self.html.len(), |i| at + i + mark.len())
    }

    fn comment(&self, at: usize) -> usize {
        let rest = &self.html[at..];
        if rest.starts_with('>') || rest.starts_with("->") {
            return self.after(at, ">");
        }
        self.after(at, "-->")
    }

    fn name(&self, at: usize) -> (String, usize) {
        let rest = &self.html[at..];
        let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>').unwrap_or(rest.len());
        (rest[..rest.floor_char_boundary(end.min(MAX_NAME + 1))].to_ascii_lowercase(), at + end)
    }

    fn end_tag(&mut self, at: usize) -> usize {
        let (name, end) = self.name(at);
        let end = self.after(end, ">");
        if UNCOUNTED.contains(&name.as_str()) {
            // `</p>` and `</br>` alone make elements; nothing is lost without them.
            if name != "br" {
                self.write_end(&name);
            }
        } else if let Some(count) = self.open.get_mut(&name).filter(|count| **count > 0) {
            *count -= 1;
            self.depth -= 1;
            self.write_end(&name);
        }
        end
    }

    fn write_end(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    fn start_tag(&mut self, at: usize) -> usize {
        let (name, end) = self.name(at);
        let (attributes, end) = attributes(self.html, end);
        if let Some(cut) = CUT.iter().find(|cut| **cut == name) {
            return self.cut(cut, end);
        }
        if name == "title" {
            return self.title(end);
        }
        let counted = !UNCOUNTED.contains(&name.as_str());
        let full = self.elements >= MAX_ELEMENTS || (counted && self.depth >= MAX_DEPTH);
        let known = name.len() <= MAX_NAME && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        if full || !known || DROP.contains(&name.as_str()) {
            // Two words must not become one where a picture or a field stood between them.
            if matches!(name.as_str(), "img" | "input" | "wbr") || full {
                self.out.push(' ');
            }
            return end;
        }
        self.elements += 1;
        if counted {
            self.depth += 1;
            self.deepest = self.deepest.max(self.depth);
            *self.open.entry(name.clone()).or_default() += 1;
        }
        self.write_start(&name, &attributes);
        end
    }

    fn write_start(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.out.push('<');
        self.out.push_str(name);
        for (key, value) in attributes {
            let Some(key) = KEEP.iter().find(|keep| keep.eq_ignore_ascii_case(key)) else { continue };
            if value.len() > MAX_VALUE || (*key == "style" && !hides(value)) {
                continue;
            }
            self.out.push(' ');
            self.out.push_str(if *key == "style" { "hidden" } else { key });
            self.out.push_str("=\"");
            if *key != "style" {
                self.out.push_str(&value.replace('"', "&quot;"));
            }
            self.out.push('"');
        }
        self.out.push('>');
    }

    /// Skips an element with its content.
    fn cut(&mut self, name: &'static str, at: usize) -> usize {
        self.scripts += usize::from(name == "script");
        self.out.push(' ');
        if self.unclosed.contains(&name) {
            return at;
        }
        match find_end(self.html, at, name) {
            Some(end) => {
                if name == "noscript" {
                    let said = &self.html[at..self.html.floor_char_boundary(end.min(at + 2000))];
                    self.asks_for_script |= said.to_ascii_lowercase().contains("javascript");
                }
                self.after(end, ">")
            }
            None if matches!(name, "script" | "style") => self.html.len(),
            None => {
                self.unclosed.push(name);
                at
            }
        }
    }

    /// Copies a title, in which tags are text.
    fn title(&mut self, at: usize) -> usize {
        let Some(end) = find_end(self.html, at, "title") else { return at };
        self.out.push_str("<title>");
        let shown = &self.html[at..self.html.floor_char_boundary(end.min(at + MAX_VALUE))];
        self.out.push_str(&shown.replace('<', "&lt;"));
        self.out.push_str("</title>");
        self.after(end, ">")
    }
}

/// Where `</name` begins at or after `at`.
fn find_end(html: &str, mut at: usize, name: &str) -> Option<usize> {
    loop {
        let end = at + html[at..].find("</")?;
        let after = html.as_bytes().get(end + 2..end + 2 + name.len());
        if after.is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())) {
            return Some(end);
        }
        at = end + 2;
    }
}

/// Reads attributes from after a tag's name, as the HTML standard's tokenizer does; returns them and the
/// position after the tag.
fn attributes(html: &str, mut at: usize) -> (Vec<(&str, &str)>, usize) {
    let bytes = html.as_bytes();
    let mut found = Vec::new();
    let skip = |mut at: usize, wanted: fn(u8) -> bool| {
        while at < bytes.len() && wanted(bytes[at]) {
            at += 1;
        }
        at
    };
    loop {
        at = skip(at, |b| b.is_ascii_whitespace() || b == b'/');
        match bytes.get(at) {
            None => return (found, at),
            Some(b'>') => return (found, at + 1),
            Some(_) => {}
        }
        // A `=` at the start belongs to the name.
        let name_end = skip(at + 1, |b| !b.is_ascii_whitespace() && !matches!(b, b'/' | b'>' | b'='));
        let name = (at, name_end);
        at = skip(name_end, |b| b.is_ascii_whitespace());
        let mut value = (at, at);
        if bytes.get(at) == Some(&b'=') {
            at = skip(at + 1, |b| b.is_ascii_whitespace());
            if let Some(quote @ (b'"' | b'\'')) = bytes.get(at) {
                let end = html[at + 1..].find(char::from(*quote)).map_or(bytes.len(), |i| at + 1 + i);
                value = (at + 1, end);
                at = (end + 1).min(bytes.len());
            } else {
                let end = skip(at, |b| !b.is_ascii_whitespace() && b != b'>');
                value = (at, end);
                at = end;
            }
        }
        // Names are ASCII where they count; one that starts inside a character is none of them.
        if let (Some(name), Some(value)) = (html.get(name.0..name.1), html.get(value.0..value.1))
            && found.len() < MAX_ATTRIBUTES
        {
            found.push((name, value));
        }
    }
}

fn hides(style: &str) -> bool {
    let style: String =
        style.chars().filter(|c| !c.is_whitespace()).take(200).collect::<String>().to_lowercase();
    style.contains("display:none") || style.contains("visibility:hidden")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expect: &str) {
        assert_eq!(clean(html).html, expect, "{html}");
    }

    #[test]
    fn what_holds_no_text_is_cut_out() {
        check("a<!-- <p>x --><script>if (a<b) '</p>'</SCRIPT >b<style>p{}</style>c", "a b c");
        check("<!DOCTYPE html><?xml?><p>a<svg><path/><text>x</text></svg>b", "<p>a b");
        check("a<script>never closed <p>b", "a ");
        check("a<svg>never closed <p>b", "a never closed <p>b");
        assert_eq!(clean("<script>1</script><script src=x></script>").scripts, 2);
    }

    #[test]
    fn letters_are_not_shaped_and_words_not_glued() {
        check("<b>bo</b>ld <strong>text</strong>", "bold text");
        check("one<img src=x>two", "one two");
    }

    #[test]
    fn tags_are_written_as_they_were_understood() {
        check(
            r#"<a title='x>y' HREF=/p?a=1&amp;b=2 onclick="z">t</a >"#,
            r#"<a href="/p?a=1&amp;b=2">t</a>"#,
        );
        check(r#"<a ="x" class='a "b"'>t</a>"#, r#"<a class="a &quot;b&quot;">t</a>"#);
        check(r#"<div style="color:red; DISPLAY : none">t</div>"#, r#"<div hidden="">t</div>"#);
        check("1 < 2 <> <3 </ x> <", "1 &lt; 2 &lt;> &lt;3  &lt;");
        check("<a href=\"never ends", "<a href=\"never ends\">");
        check("<title>a <b> c</title>", "<title>a &lt;b> c</title>");
    }

    #[test]
    fn end_tags_without_start_are_dropped() {
        check("</div>a<div>b</div></div></span>", "a<div>b</div>");
    }

    #[test]
    fn nesting_is_flattened_and_its_text_kept() {
        let deep = format!("{}text{}after", "<div>".repeat(100_000), "</div>".repeat(100_000));
        let cleaned = clean(&deep).html;
        assert_eq!(cleaned.matches("<div>").count(), MAX_DEPTH as usize);
        assert!(cleaned.contains("text") && cleaned.ends_with("after"));
    }

    #[test]
    fn bytes_of_any_kind_are_taken() {
        let odd = [
            "<",
            "</",
            "<a",
            "<a ",
            "<a b",
            "<a b=",
            "<a b='",
            "<é>",
            "<a é=ü>x",
            "<a\u{0}>",
            "<!",
            "<!-",
            "<!--",
            "<a/b=c/>",
            "</é",
        ];
        for first in odd {
            for second in odd {
                clean(&format!("{first}{second}"));
            }
        }
    }
}
