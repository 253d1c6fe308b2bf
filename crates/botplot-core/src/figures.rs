//! Figures: how often what happened within each quarter of an hour, and what follows from that.

use crate::Timestamp;
use crate::message::{Rating, Role};

/// Microseconds of a quarter of an hour: days and hours of every time zone begin with one.
pub const QUARTER: i64 = 15 * 60 * 1_000_000;

/// Conversations of one kind that began within one quarter of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversations {
    /// When the quarter begins.
    pub at: Timestamp,
    /// True when a person was asked for or stepped in.
    pub person: bool,
    /// True when the bot's last answer said that it does not know; none when it never answered.
    pub refused: Option<bool>,
    /// How many.
    pub count: i64,
}

/// Messages of one kind that were written within one quarter of an hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Messages {
    /// When the quarter begins.
    pub at: Timestamp,
    /// Who they are from.
    pub role: Role,
    /// True when the bot said that it does not know; none for what is no answer of the bot.
    pub refused: Option<bool>,
    /// What visitors think of them.
    pub rating: Option<Rating>,
    /// How many.
    pub count: i64,
}

/// What happened in a period, in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Conversations that began.
    pub conversations: i64,
    /// Those that the bot handled to the end: it answered, its last answer was one, and no person was needed.
    pub resolved: i64,
    /// Those in which a person was asked for or stepped in.
    pub handoffs: i64,
    /// Visitors' messages.
    pub questions: i64,
    /// The bot's answers.
    pub answered: i64,
    /// The bot's messages that say that it does not know.
    pub refused: i64,
    /// Answers that helped.
    pub up: i64,
    /// Answers that did not.
    pub down: i64,
}

impl Totals {
    /// Counts conversations in.
    pub fn conversations(&mut self, them: &Conversations) {
        self.conversations += them.count;
        if them.person {
            self.handoffs += them.count;
        } else if them.refused == Some(false) {
            self.resolved += them.count;
        }
    }

    /// Counts messages in.
    pub fn messages(&mut self, them: &Messages) {
        match (them.role, them.refused) {
            (Role::User, _) => self.questions += them.count,
            (Role::Assistant, Some(false)) => self.answered += them.count,
            (Role::Assistant, Some(true)) => self.refused += them.count,
            (Role::Assistant, None) => {}
        }
        match them.rating {
            Some(Rating::Up) => self.up += them.count,
            Some(Rating::Down) => self.down += them.count,
            None => {}
        }
    }
}

/// The whole percent that a part is of a whole; none of nothing.
pub fn percent(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| (part * 200 + whole).div_euclid(whole * 2))
}

/// The value that `share` of a hundred values do not exceed, given all in order.
pub fn percentile(sorted: &[i64], share: usize) -> Option<i64> {
    let rank = (sorted.len() * share).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// Questions that are the same but for case, space and punctuation, the most asked first: as it was asked last, and how
/// often. `questions` are newest first.
pub fn most_asked(questions: &[String], most: usize) -> Vec<(String, i64)> {
    let mut places = std::collections::HashMap::new();
    let mut found: Vec<(String, i64)> = Vec::new();
    for question in questions {
        let plain = plain(question);
        if plain.is_empty() {
            continue;
        }
        let place = *places.entry(plain).or_insert_with(|| {
            found.push((question.trim().to_owned(), 0));
            found.len() - 1
        });
        found[place].1 += 1;
    }
    // A stable sort: of those asked as often, what was asked last comes first.
    found.sort_by_key(|(_, count)| -count);
    found.truncate(most);
    found
}

/// A question's letters and digits in lower case, one space between words.
fn plain(question: &str) -> String {
    let words = question.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’');
    let words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bot_resolves_what_it_answers_last_without_a_person() {
        let mut totals = Totals::default();
        for (person, refused) in
            [(false, Some(false)), (false, Some(true)), (true, Some(false)), (true, None), (false, None)]
        {
            totals.conversations(&Conversations { at: Timestamp(0), person, refused, count: 10 });
        }
        assert_eq!((totals.conversations, totals.resolved, totals.handoffs), (50, 10, 20));
    }

    #[test]
    fn people_and_pending_answers_are_no_answers_of_the_bot() {
        let mut totals = Totals::default();
        for (role, refused, rating) in [
            (Role::User, None, None),
            (Role::Assistant, Some(false), Some(Rating::Up)),
            (Role::Assistant, Some(true), Some(Rating::Down)),
            (Role::Assistant, None, None),
        ] {
            totals.messages(&Messages { at: Timestamp(0), role, refused, rating, count: 2 });
        }
        let expected = Totals { questions: 2, answered: 2, refused: 2, up: 2, down: 2, ..Totals::default() };
        assert_eq!(totals, expected);
    }

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let times = [100, 100, 100, 100, 100, 200, 200, 200, 200, 900];
        assert_eq!((percentile(&times, 50), percentile(&times, 90)), (Some(100), Some(200)));
        assert_eq!((percentile(&times, 95), percentile(&times, 100)), (Some(900), Some(900)));
        assert_eq!((percentile(&[7], 1), percentile(&[], 50)), (Some(7), None));
    }

    #[test]
    fn percents_are_rounded_and_of_nothing_there_are_none() {
        assert_eq!(
            (percent(1, 3), percent(2, 3), percent(1, 200), percent(0, 4)),
            (Some(33), Some(67), Some(1), Some(0))
        );
        assert_eq!(percent(0, 0), None);
    }

    #[test]
    fn questions_that_differ_in_case_and_punctuation_are_one() {
        let asked =
            ["How much?", " how  much ", "Öffnungszeiten!", "?!", "öffnungszeiten", "HOW MUCH", "Why"]
                .map(str::to_owned);
        let expected = [("How much?", 3), ("Öffnungszeiten!", 2), ("Why", 1)];
        assert_eq!(most_asked(&asked, 9), expected.map(|(text, count)| (text.to_owned(), count)));
        assert_eq!(most_asked(&asked, 1).len(), 1);
    }
}
