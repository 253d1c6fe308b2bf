//! Questions that were not answered well, and the questions that a project wants to have answered well: the set, what
//! makes an answer right, and the runs of the set.

use crate::{ConversationId, MessageId, ProjectId, QuestionId, RunId, Timestamp};

/// Questions that a project's set may have.
pub const SET_LIMIT: i64 = 500;
/// Characters that a question of the set may have.
pub const QUESTION_LIMIT: usize = 1_000;
/// Characters that the words which a right answer must contain may have together.
pub const EXPECTED_LIMIT: usize = 2_000;

/// An answer that was none, or a bad one, with the question before it.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// The answer's message.
    pub message: MessageId,
    /// Where it was said.
    pub conversation: ConversationId,
    /// What the visitor had asked; empty when that is gone.
    pub question: String,
    /// What the bot said.
    pub answer: String,
    /// True when the bot said that it does not know.
    pub refused: bool,
    /// True when the visitor rated the answer as bad.
    pub rated_down: bool,
    /// What the visitor said with the rating.
    pub comment: Option<String>,
    /// When it was said.
    pub created_at: Timestamp,
}

/// One question of a project's set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Its id.
    pub id: QuestionId,
    /// The tenant.
    pub project: ProjectId,
    /// The question, as a visitor would put it.
    pub question: String,
    /// Words that a right answer contains, a line each; empty when any answer will do.
    pub expected: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// How one question of a run went.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Asked {
    /// The question.
    pub question: String,
    /// The words that a right answer contains.
    pub expected: String,
    /// What the bot said.
    pub answer: String,
    /// How the answer came about, as [`crate::answer::Plan`] has it in words; `failed` when there was none.
    pub how: String,
    /// How likely it was that the knowledge covers the question, 0–1.
    pub confidence: f64,
    /// The words that the answer lacks.
    pub missing: Vec<String>,
    /// Whether the answer was right.
    pub passed: bool,
}

/// One run of a project's question set.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The tenant.
    pub project: ProjectId,
    /// Questions that were asked.
    pub questions: i64,
    /// How many of them were answered right.
    pub passed: i64,
    /// How each went; empty in lists.
    pub results: Vec<Asked>,
    /// When it began.
    pub created_at: Timestamp,
}

/// The lines of `expected` that do not stand in `answer`, whatever their case and the space between their words.
pub fn missing(expected: &str, answer: &str) -> Vec<String> {
    let answer = folded(answer);
    let lines = expected.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.filter(|line| !answer.contains(&folded(line))).map(str::to_owned).collect()
}

/// Whether an answer is right: it says all that it should, and where nothing is said of that, it is no refusal.
pub fn is_right(expected: &str, answer: &str, refused: bool) -> bool {
    let says_all = missing(expected, answer).is_empty();
    says_all && (!refused || !expected.trim().is_empty())
}

fn folded(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_right_when_it_says_every_line() {
        let expected = "30 days\n\n  Original   packaging ";
        assert!(is_right(expected, "Within 30\ndays, in the ORIGINAL packaging.", false));
        assert_eq!(missing(expected, "Within 30 days."), ["Original   packaging"]);
        assert!(!is_right(expected, "Within 30 days.", false));
    }

    #[test]
    fn without_words_every_answer_but_a_refusal_will_do() {
        assert!(is_right(" ", "Anything.", false) && !is_right("", "I do not know.", true));
        // Some questions ought to be refused, in certain words.
        assert!(is_right("do not know", "I do not know.", true));
    }
}
