//! Words that say nothing are no names.

use super::{Fault, Project};
use crate::source::{Blank, blank, without_tests};

/// Never a part of a name.
const EMPTY: &[&str] = &["manager", "helper", "helpers", "util", "utils", "common", "misc"];
/// Never what a name ends with, for then it says only that there is something.
const ENDS: &[&str] = &["data", "info", "handle"];
/// Never a whole name, nor the verb that a function begins with.
const VERBS: &[&str] = &["handle", "process", "do"];

/// Names that the contract with our clients uses.
const FIXED: &[&str] = &["VisitorInfo"];

/// Files, modules, types and functions with such names. Tests may be called as they like.
pub(super) fn faults(project: &Project) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in project.tree.rust().filter(|(path, _)| !path.contains("/tests/")) {
        for part in path.trim_end_matches(".rs").split('/') {
            if let Some(word) = empty_word("mod", part) {
                faults.push(Fault::new(
                    path,
                    0,
                    format!("`{word}` in the path says nothing: name what it is about"),
                ));
            }
        }
        if path.ends_with("/mod.rs") {
            faults.push(Fault::new(path, 0, "is a `mod.rs`: write `foo.rs` beside `foo/`"));
        }
        for (at, line) in blank(&without_tests(text), Blank::CommentsAndStrings).lines().enumerate() {
            for (kind, name) in definitions(line) {
                if let Some(word) = empty_word(kind, name) {
                    faults.push(Fault::new(
                        path,
                        at + 1,
                        format!("`{word}` in `{name}` says nothing: name what it is about"),
                    ));
                }
            }
        }
    }
    faults
}

/// Keyword and name of what a line defines.
fn definitions(line: &str) -> Vec<(&str, &str)> {
    let words: Vec<&str> =
        line.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| !w.is_empty()).collect();
    let pairs = words
        .windows(2)
        .filter(|pair| matches!(pair[0], "fn" | "mod" | "struct" | "enum" | "trait" | "type"));
    pairs.map(|pair| (pair[0], pair[1])).collect()
}

/// The word of the name that says nothing.
fn empty_word(kind: &str, name: &str) -> Option<String> {
    let words = words_of(if FIXED.contains(&name) { "" } else { name });
    let (first, last) = (words.first()?, words.last()?);
    if let Some(word) = words.iter().find(|word| EMPTY.contains(&word.as_str())) {
        return Some(word.clone());
    }
    let asks = kind == "fn" && matches!(first.as_str(), "is" | "has");
    if ENDS.contains(&last.as_str()) && !asks {
        return Some(last.clone());
    }
    let is_verb = VERBS.contains(&first.as_str()) && (kind == "fn" || words.len() == 1);
    is_verb.then(|| first.clone())
}

/// The words of `snake_case`, `kebab-case` and `CamelCase`, in lower case.
fn words_of(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in name.chars() {
        if matches!(c, '_' | '-' | '.') || c.is_uppercase() {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().expect("it begins with one word and none is taken out").extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(path: &str, text: &str) -> usize {
        faults(&Project::of(&[(path, text)])).len()
    }

    #[test]
    fn empty_names_are_found() {
        for text in [
            "struct JobManager;",
            "pub(crate) fn handle_request() {}",
            "mod util;",
            "enum PageInfo {}",
            "fn load_data() {}",
            "type Handle = u8;",
            "async fn process() {}",
        ] {
            assert_eq!(reasons("a/src/x.rs", text), 1, "{text}");
        }
        assert_eq!(reasons("a/src/helpers.rs", ""), 1);
        assert_eq!(reasons("a/src/common/x.rs", ""), 1);
        assert_eq!(reasons("a/src/x/mod.rs", ""), 1);
    }

    #[test]
    fn names_that_say_something_pass() {
        for text in [
            "fn data_folder() {}",
            "struct Metadata;",
            "struct VisitorInfo;",
            "// struct JobManager",
            "let s = \"fn handle()\";",
            "info!(\"x\");",
            "fn recommend() {}",
            "fn is_data() {}",
            "#[cfg(test)]\nmod tests {\n    fn handle() {}\n}",
        ] {
            assert_eq!(reasons("a/src/x.rs", text), 0, "{text}");
        }
    }
}
