//! Squeezes a style sheet: comments and spaces go that mean nothing, strings stay as they are.

/// The style sheet in one line.
pub(crate) fn squeeze(style: &str) -> String {
    let mut out = String::new();
    let mut rest = style;
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
            space(&mut out);
        } else if first == '"' || first == '\'' {
            let end = end_of_string(rest);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else {
            push(&mut out, first, &rest[first.len_utf8()..]);
            rest = &rest[first.len_utf8()..];
        }
    }
    out.trim().to_owned()
}

/// Adds one character of the style sheet; `after` is what follows it.
fn push(out: &mut String, one: char, after: &str) {
    if one.is_whitespace() {
        return space(out);
    }
    // A colon keeps the space before it, which in a selector means "any descendant", and a sign both, for `calc`.
    if "{};,>!)".contains(one) && out.ends_with(' ') {
        out.pop();
    }
    if one == '}' && out.ends_with(';') {
        out.pop();
    }
    let starts_number = !out.ends_with(|c: char| c.is_ascii_alphanumeric() || "-_#.".contains(c));
    if one == '0' && starts_number && after.starts_with('.') {
        return;
    }
    out.push(one);
}

/// Adds a space where one can mean something.
fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with([' ', '{', '}', ';', ',', '>', ':', '(']) {
        out.push(' ');
    }
}

fn end_of_string(text: &str) -> usize {
    let quote = text.chars().next();
    let mut escaped = false;
    for (at, one) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if one == '\\' {
            escaped = true;
        } else if Some(one) == quote {
            return at + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_means_nothing_goes() {
        for (style, squeezed) in [
            ("a {\n  color: red;\n  margin: 0 auto;\n}\n", "a{color:red;margin:0 auto}"),
            ("/* why */ a , b > c { }", "a,b>c{}"),
            ("a :hover, a:hover { }", "a :hover,a:hover{}"),
            ("a { width: calc(100% - (2px + 0.5em)); }", "a{width:calc(100% - (2px + .5em))}"),
            (
                "@media (max-width: 480px) and (hover: none) { a { b: c } }",
                "@media (max-width:480px) and (hover:none){a{b:c}}",
            ),
            ("a::after { content: \"  /* a */ ; \\\" \"; }", "a::after{content:\"  /* a */ ; \\\" \"}"),
            (
                "a { color: #00.5; opacity: 10.5; b: 0 !important }",
                "a{color:#00.5;opacity:10.5;b:0!important}",
            ),
            ("a { transition: opacity 0.2s, top -0.5s }", "a{transition:opacity .2s,top -0.5s}"),
            (".a .b + .c ~ .d { }", ".a .b + .c ~ .d{}"),
            ("a{grid-area:1/2}/**/b{}", "a{grid-area:1/2}b{}"),
            ("a:not(.b) .c{}", "a:not(.b) .c{}"),
        ] {
            assert_eq!(squeeze(style), squeezed);
        }
    }
}
