//! Repair of a question's words that the index does not know: the nearest known spelling, or two known words.

use crate::tokens::fold;
use crate::vocabulary::{Vocabulary, letters};

/// What a word that the index does not know was probably meant to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Repair {
    /// One known form.
    Word(String),
    /// Two known forms that were written together.
    Two(String, String),
}

/// The best repair of an unknown word: fewest edits first, then the most common; `None` for short words and codes.
///
/// The caller leaves out words that are known to be words: "coke" is not "code" where no passage has it.
pub(crate) fn repair(word: &str, vocabulary: &Vocabulary) -> Option<Repair> {
    let word = fold(word);
    let wanted = word.chars().collect::<Vec<_>>();
    if !wanted.iter().all(|c| c.is_alphabetic()) {
        return None;
    }
    nearest(&wanted, letters(&word), vocabulary)
        .map(Repair::Word)
        .or_else(|| halves(&word, vocabulary).map(|(first, second)| Repair::Two(first, second)))
}

/// How many edits a word of so many letters may be away.
fn reach(length: usize) -> usize {
    match length {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

fn nearest(wanted: &[char], letters: u32, vocabulary: &Vocabulary) -> Option<String> {
    let reach = reach(wanted.len());
    if reach == 0 {
        return None;
    }
    let mut best: Option<(f32, String)> = None;
    let mut rows = Rows::default();
    let mut spelling = Vec::new();
    for (form, written) in vocabulary.living() {
        let near = usize::from(form.length).abs_diff(wanted.len()) <= reach
            && (form.letters ^ letters).count_ones() as usize <= 2 * reach;
        if !form.word || !near {
            continue;
        }
        spelling.clear();
        let folded = fold(written);
        spelling.extend(folded.chars());
        // People get the first letter right, or leave it out, or swap it with the second.
        let first = spelling.first() == wanted.first();
        let allowed = match first || spelling.get(1) == wanted.first() || spelling.first() == wanted.get(1) {
            true if first => reach,
            true => 1,
            false => continue,
        };
        let Some(edits) = rows.distance(wanted, &spelling, allowed) else { continue };
        let merit = (1.0 + form.passages as f32).ln() - 4.0 * edits as f32 - if first { 0.0 } else { 2.0 };
        let better = |(most, text): &(f32, String)| (merit, folded.as_ref()) > (*most, text.as_str());
        if best.as_ref().is_none_or(better) {
            best = Some((merit, written.to_owned()));
        }
    }
    best.map(|(_, written)| written)
}

/// Splits "superbowl" where both halves are known words of at least three letters; the rarer half decides.
fn halves(word: &str, vocabulary: &Vocabulary) -> Option<(String, String)> {
    if word.len() < 6 {
        return None;
    }
    let mut counts = vec![(0_u32, 0_u32); word.len() + 1];
    for (form, written) in vocabulary.living() {
        if form.length < 3 || !form.word || usize::from(form.length) + 3 > word.len() {
            continue;
        }
        let written = fold(written);
        if word.starts_with(&*written) {
            counts[written.len()].0 += form.passages;
        } else if word.ends_with(&*written) {
            counts[word.len() - written.len()].1 += form.passages;
        }
    }
    let (at, (first, second)) = counts.iter().enumerate().max_by_key(|(_, (a, b))| a.min(b))?;
    (first.min(second) > &0).then(|| (word[..at].to_owned(), word[at..].to_owned()))
}

/// Three rows of the edit table, reused.
#[derive(Default)]
struct Rows([Vec<usize>; 3]);

impl Rows {
    /// Edits between two words (insert, delete, replace, swap neighbours), `None` if more than `most`.
    fn distance(&mut self, a: &[char], b: &[char], most: usize) -> Option<usize> {
        let [before, last, row] = &mut self.0;
        *last = (0..=b.len()).collect();
        for (i, ca) in a.iter().enumerate() {
            row.clear();
            row.push(i + 1);
            for (j, cb) in b.iter().enumerate() {
                let replaced = last[j] + usize::from(ca != cb);
                let mut edits = replaced.min(last[j + 1] + 1).min(row[j] + 1);
                if i > 0 && j > 0 && a[i - 1] == *cb && *ca == b[j - 1] {
                    edits = edits.min(before[j - 1] + 1);
                }
                row.push(edits);
            }
            if row.iter().all(|edits| *edits > most) {
                return None;
            }
            std::mem::swap(before, last);
            std::mem::swap(last, row);
        }
        last.last().copied().filter(|edits| *edits <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::tokens::tokens;

    fn vocabulary(text: &str) -> Vocabulary {
        let mut vocabulary = Vocabulary::default();
        tokens(text, |token| {
            if let Some(form) = vocabulary.learn(token, Language::English) {
                vocabulary.count_up(form);
            }
        });
        vocabulary
    }

    #[track_caller]
    fn check(known: &str, word: &str, repaired: Option<&str>) {
        let found = repair(word, &vocabulary(known)).map(|repair| match repair {
            Repair::Word(word) => word,
            Repair::Two(first, second) => format!("{first} {second}"),
        });
        assert_eq!(found.as_deref(), repaired);
    }

    #[test]
    fn one_typo_in_a_short_word_and_two_in_a_long_one_are_repaired() {
        check("reset password", "pasword", Some("password"));
        check("reset password", "passwrod", Some("password"));
        check("the subscription", "subscirptoin", Some("subscription"));
        check("upload error", "uplod", Some("upload"));
    }

    #[test]
    fn too_far_too_short_or_not_a_word_is_left_alone() {
        check("reset password", "keyboard", None);
        check("the cat", "cst", None);
        check("esp32 board", "esp33", None);
        check("rates roadway", "dates", None);
        check("rates roadway", "broadway", Some("roadway"));
        check("fork", "work", None);
    }

    #[test]
    fn the_more_common_word_wins_at_the_same_distance() {
        check("fort form form form", "forn", Some("form"));
        check("form fort fort fort", "forn", Some("fort"));
    }

    #[test]
    fn two_words_written_together_come_apart() {
        check("the super big bowl", "superbowl", Some("super bowl"));
        check("super", "superbowl", None);
    }

    #[test]
    fn accents_left_out_are_no_edit() {
        check("configuración", "configuracoin", Some("configuración"));
    }
}
