//! Hides a `<think>…</think>` block at the beginning of an answer.
//!
//! Reasoning that a server marks as such never becomes text; some servers of open models leave it in the
//! answer between these tags.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Filters one answer as it comes.
#[derive(Debug, Default)]
pub(crate) struct Thinking {
    state: State,
    /// Text that may be part of a tag.
    held: String,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing but white space so far.
    #[default]
    Start,
    Inside,
    /// The blank lines between the block and the answer.
    After,
    Answer,
}

impl Thinking {
    /// The part of the answer so far that may be shown now.
    pub(crate) fn show(&mut self, text: String) -> String {
        if self.state == State::Answer {
            return text;
        }
        self.held.push_str(&text);
        if self.state == State::Start {
            let begun = self.held.trim_start();
            if begun.starts_with(OPEN) {
                self.state = State::Inside;
            } else if OPEN.starts_with(begun) {
                return String::new();
            } else {
                self.state = State::Answer;
                return std::mem::take(&mut self.held);
            }
        }
        if self.state == State::Inside {
            let Some(at) = self.held.find(CLOSE) else {
                self.forget();
                return String::new();
            };
            self.held.drain(..at + CLOSE.len());
            self.state = State::After;
        }
        let answer = self.held.trim_start().to_string();
        self.held.clear();
        if !answer.is_empty() {
            self.state = State::Answer;
        }
        answer
    }

    /// What is still held when the answer ends: the beginning of a tag that never came.
    pub(crate) fn rest(&mut self) -> String {
        let held = std::mem::take(&mut self.held);
        if self.state == State::Start && !held.trim().is_empty() { held } else { String::new() }
    }

    /// Keeps of a thought only what may be the beginning of its end.
    fn forget(&mut self) {
        let keep = self.held.char_indices().rev().nth(CLOSE.len() - 2).map_or(0, |(at, _)| at);
        self.held.drain(..keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Filters `text` cut into pieces of `size` characters.
    fn shown(text: &str, size: usize) -> String {
        let characters: Vec<char> = text.chars().collect();
        let mut thinking = Thinking::default();
        let mut out: String =
            characters.chunks(size).map(|piece| thinking.show(piece.iter().collect())).collect();
        out.push_str(&thinking.rest());
        out
    }

    #[test]
    fn a_leading_thought_is_hidden_however_it_is_cut() {
        for size in 1..40 {
            assert_eq!(
                shown("\n<think>Grüße <b> </thin </think>\n\nThe answer.", size),
                "The answer.",
                "{size}"
            );
            assert_eq!(shown("<think></think>a <think> b", size), "a <think> b", "{size}");
        }
    }

    #[test]
    fn any_other_answer_is_unchanged_however_it_is_cut() {
        for text in ["Plain.", "<thin ice>", "<thi", " <", "See <think>x</think>.", "  two spaces"] {
            for size in 1..20 {
                assert_eq!(shown(text, size), text, "{size}");
            }
        }
    }

    #[test]
    fn a_thought_that_never_ends_shows_nothing_and_is_not_kept() {
        let mut thinking = Thinking::default();
        assert_eq!(thinking.show(format!("<think>{}", "x".repeat(100_000))), "");
        assert!(thinking.held.len() < 10);
        assert_eq!(thinking.rest(), "");
    }
}
