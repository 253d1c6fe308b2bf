//! Reads Rust source as text: what is code and what is not, where the tests begin, how long functions are.
//!
//! A full parser would cost seconds of building; tidy and shape need only this much.

/// What to blank out of a source text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blank {
    /// Comments only.
    Comments,
    /// Comments, and the content of strings and characters.
    CommentsAndStrings,
}

/// The text with comments (and strings) turned into spaces; lines and columns stay where they are.
pub(crate) fn blank(text: &str, what: Blank) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match token_at(bytes, at) {
            Token::Comment(end) => {
                wipe(&mut out, at, end);
                end
            }
            Token::String(end) => {
                if what == Blank::CommentsAndStrings {
                    wipe(&mut out, at, end);
                }
                end
            }
            Token::Code(end) => end,
        };
        at = end.max(at + 1);
    }
    String::from_utf8_lossy(&out).into_owned()
}

enum Token {
    Comment(usize),
    String(usize),
    Code(usize),
}

fn token_at(bytes: &[u8], at: usize) -> Token {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return Token::Comment(find(bytes, at, b"\n").unwrap_or(bytes.len()));
    }
    if rest.starts_with(b"/*") {
        return Token::Comment(end_of_block(bytes, at));
    }
    if rest[0] == b'"' {
        return Token::String(end_of_string(bytes, at + 1));
    }
    if rest[0] == b'\'' {
        return end_of_char(bytes, at).map_or(Token::Code(at + 1), Token::String);
    }
    if is_word(rest[0]) {
        let end =
            bytes[at..].iter().position(|&byte| !is_word(byte)).map_or(bytes.len(), |length| at + length);
        if matches!(&bytes[at..end], b"r" | b"br" | b"cr")
            && let Some(end) = end_of_raw(bytes, end)
        {
            return Token::String(end);
        }
        return Token::Code(end);
    }
    Token::Code(at + 1)
}

fn wipe(out: &mut [u8], from: usize, to: usize) {
    for byte in &mut out[from..to] {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn find(bytes: &[u8], from: usize, what: &[u8]) -> Option<usize> {
    bytes[from..].windows(what.len()).position(|window| window == what).map(|offset| from + offset)
}

/// Block comments nest in Rust.
fn end_of_block(bytes: &[u8], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// `None` for a lifetime.
fn end_of_char(bytes: &[u8], at: usize) -> Option<usize> {
    let first = *bytes.get(at + 1)?;
    if first == b'\\' {
        return find(bytes, at + 3, b"'").map(|end| end + 1);
    }
    let length = match first {
        0..0x80 => 1,
        0x80..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    };
    (bytes.get(at + 1 + length) == Some(&b'\'')).then_some(at + 2 + length)
}

/// `at` stands after the `r`; `None` where no raw string follows, as in `r#type`.
fn end_of_raw(bytes: &[u8], at: usize) -> Option<usize> {
    let hashes = bytes[at..].iter().take_while(|&&byte| byte == b'#').count();
    if bytes.get(at + hashes) != Some(&b'"') {
        return None;
    }
    let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
    Some(find(bytes, at + hashes + 1, &close).map_or(bytes.len(), |end| end + close.len()))
}

/// How many lines stand before the tests: before the first `#[cfg(test)]` that opens a module.
pub(crate) fn lines_without_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let opens_tests = |at: usize| {
        lines[at] == "#[cfg(test)]"
            && lines[at + 1..].iter().find(|line| !line.starts_with("#[")).is_some_and(|line| {
                let line = line.strip_prefix("pub(crate) ").unwrap_or(line);
                line.starts_with("mod ") && line.ends_with('{')
            })
    };
    (0..lines.len()).find(|&at| opens_tests(at)).unwrap_or(lines.len())
}

/// The text before its tests.
pub(crate) fn without_tests(text: &str) -> String {
    text.lines().take(lines_without_tests(text)).flat_map(|line| [line, "\n"]).collect()
}

/// A function and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// Its name.
    pub(crate) name: String,
    /// Its first line, counted from 1.
    pub(crate) line: usize,
    /// How many lines it has, from `fn` to the closing brace.
    pub(crate) lines: usize,
}

/// The functions that have a body, in the order of the text.
pub(crate) fn functions(text: &str) -> Vec<Function> {
    let code = blank(text, Blank::CommentsAndStrings);
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        if at > 0 && is_word(code.as_bytes()[at - 1]) {
            continue;
        }
        let name: String = code[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if let (false, Some(end)) = (name.is_empty(), end_of_body(&code, at)) {
            let line = code[..at].matches('\n').count() + 1;
            found.push(Function { name, line, lines: code[at..end].matches('\n').count() + 1 });
        }
    }
    found
}

/// `None` for a declaration that ends with `;`.
fn end_of_body(code: &str, from: usize) -> Option<usize> {
    let (mut brackets, mut braces) = (0_i32, 0_i32);
    for (offset, c) in code[from..].char_indices() {
        match c {
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            ';' if brackets == 0 && braces == 0 => return None,
            '{' => braces += 1,
            '}' => {
                braces -= 1;
                if braces == 0 && brackets == 0 {
                    return Some(from + offset + 1);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_blanked_in_place() {
        let text = "let a = \"x // y\"; // z\nlet b = r#\"q \" w\"#; /* m /* n */ o */ 'c' b'\\'' fn f<'a>()";
        let code = blank(text, Blank::CommentsAndStrings);
        assert_eq!(code.len(), text.len());
        assert_eq!(
            code.split_whitespace().collect::<Vec<_>>().join(" "),
            "let a = ; let b = ; b fn f<'a>()",
            "{code}"
        );
        assert!(blank(text, Blank::Comments).contains("x // y"), "strings are kept");
        assert!(!blank(text, Blank::Comments).contains('z'), "comments are not");
    }

    #[test]
    fn text_beyond_ascii_keeps_its_place() {
        let text = "let é = 'é'; let s = \"€\"; // ü\n";
        assert_eq!(blank(text, Blank::CommentsAndStrings).matches("let").count(), 2);
        assert!(blank(text, Blank::CommentsAndStrings).starts_with("let é ="));
    }

    #[test]
    fn tests_begin_at_their_module_and_not_at_another_attribute() {
        let text =
            "one\n#[cfg(test)]\nfn only_for_tests() {}\nthree\n#[cfg(test)]\n#[allow(x)]\nmod tests {\n}\n";
        assert_eq!(lines_without_tests(text), 4);
        assert_eq!(lines_without_tests("a\nb\n"), 2);
        assert_eq!(without_tests(text).lines().count(), 4);
    }

    #[test]
    fn functions_are_found_with_their_lengths() {
        let text = "trait T { fn declared(&self, x: [u8; 4]); }\nfn one() {}\npub fn many<F: Fn(u8) -> u8>(f: F)\nwhere\n    F: Copy,\n{\n    // }\n    f(\"}\");\n}\n";
        let found: Vec<_> = functions(text).into_iter().map(|f| (f.name, f.line, f.lines)).collect();
        assert_eq!(found, [("one".to_owned(), 2, 1), ("many".to_owned(), 3, 7)]);
    }
}
