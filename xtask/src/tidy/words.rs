//! The widget's words: every language says all of them, in the order of the English list, and the server knows the file.

use super::{Fault, Project};
use crate::widget::Entries;

const FOLDER: &str = "widget/strings/";
const ENGLISH: &str = "widget/strings/en.json";
/// The list that the server reads the files by.
const LIST: &str = "crates/botplot-web/src/widget/languages.rs";
/// Words that more than one language shares are short: `Stop`, `E-mail`, `Assistant`.
const SHARED: usize = 10;

/// Files of words that differ from the English one in more than their words.
pub(super) fn faults(project: &Project) -> Vec<Fault> {
    let list = project.tree.text(LIST).unwrap_or_default();
    let mut faults = Vec::new();
    let files = project.tree.texts().filter(|(path, _)| path.starts_with(FOLDER));
    let english = project.tree.text(ENGLISH).map(entries).and_then(Result::ok).unwrap_or_default();
    for (path, text) in files {
        if !list.contains(&format!("/{path}\")")) {
            faults.push(Fault::new(path, 0, format!("`{LIST}` does not read it")));
        }
        match entries(text) {
            Ok(words) => faults.extend(differences(path, &english, &words)),
            Err(why) => faults.push(Fault::new(path, 0, format!("is no list of words: {why}"))),
        }
    }
    faults
}

fn entries(text: &str) -> Result<Vec<(String, String)>, serde_json::Error> {
    serde_json::from_str(text).map(|Entries(entries)| entries)
}

fn differences(path: &str, english: &[(String, String)], words: &[(String, String)]) -> Vec<Fault> {
    let names =
        |entries: &[(String, String)]| entries.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    if names(english) != names(words) {
        let both = names(english).into_iter().zip(names(words));
        let first = both.take_while(|(one, other)| one == other).count();
        let wanted = english.get(first).map_or("nothing", |(name, _)| name.as_str());
        return vec![Fault::new(path, first + 2, format!("`{ENGLISH}` has `{wanted}` here"))];
    }
    let mut faults = Vec::new();
    for (at, ((name, english), (_, word))) in english.iter().zip(words).enumerate() {
        let mut fault = |why: String| faults.push(Fault::new(path, at + 2, why));
        if word.trim().is_empty() || word.trim() != word {
            fault(format!("`{name}` is empty, or begins or ends with a space"));
        }
        if places(english) != places(word) {
            fault(format!("`{name}` has to hold {:?}", places(english)));
        }
        if path != ENGLISH && word == english && english.len() > SHARED {
            fault(format!("`{name}` is still in English"));
        }
    }
    faults
}

/// What is put into a word, as in `{n}`.
fn places(word: &str) -> Vec<&str> {
    word.match_indices('{')
        .filter_map(|(at, _)| word[at..].find('}').map(|end| &word[at..=at + end]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(german: &str) -> Vec<String> {
        let english = "{\n\"send\": \"Send\",\n\"unread\": \"{n} unread messages\"\n}";
        let list = "include_str!(\"../widget/strings/en.json\") include_str!(\"../widget/strings/de.json\")";
        let files = [(ENGLISH, english), ("widget/strings/de.json", german), (LIST, list)];
        faults(&Project::of(&files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_language_differs_in_its_words_only() {
        assert_eq!(reasons("{\n\"send\": \"Send\",\n\"unread\": \"{n} ungelesen\"\n}"), [""; 0]);
        for (german, why) in [
            (
                "{\n\"unread\": \"{n} neu\",\n\"send\": \"Los\"\n}",
                "de.json:2: `widget/strings/en.json` has `send` here",
            ),
            ("{\n\"send\": \"Los\"\n}", "de.json:3: `widget/strings/en.json` has `unread` here"),
            ("{\n\"send\": \"\",\n\"unread\": \"{n} neu\"\n}", "de.json:2: `send` is empty"),
            (
                "{\n\"send\": \"Los\",\n\"unread\": \"{m} neu\"\n}",
                "de.json:3: `unread` has to hold [\"{n}\"]",
            ),
            ("{\n\"send\": \"Los\",\n\"unread\": \"{n} unread messages\"\n}", "`unread` is still in English"),
            ("[]", "is no list of words"),
        ] {
            let found = reasons(german);
            assert!(found.len() == 1 && found[0].contains(why), "{found:?}");
        }
    }

    #[test]
    fn a_file_that_nobody_reads_is_found() {
        let found = faults(&Project::of(&[("widget/strings/xx.json", "{}"), (LIST, "")]));
        assert!(found.iter().any(|fault| fault.why.contains("does not read it")));
    }
}
