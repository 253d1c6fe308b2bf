//! BM25 over an inverted index of stems.

use crate::vocabulary::TermId;

/// How quickly a repeated word stops counting.
const K1: f32 = 1.2;
/// How much a long passage's words count less.
const B: f32 = 0.75;

/// Place of a passage in the index's arrays.
pub(crate) type Slot = u32;

/// A passage and how often it has a term, in four bytes: 24 bits of slot, 8 of count.
#[derive(Clone, Copy)]
struct Posting(u32);

impl Posting {
    fn new(slot: Slot, count: u32) -> Self {
        debug_assert!(slot < 1 << 24, "a project's index holds at most 16 million passages");
        Self(slot << 8 | count.min(255))
    }

    fn slot(self) -> Slot {
        self.0 >> 8
    }

    fn count(self) -> u32 {
        self.0 & 255
    }
}

/// Posting lists by term, each ascending by slot, and the lengths of passages.
#[derive(Default)]
pub(crate) struct Lexical {
    postings: Vec<Vec<Posting>>,
    /// Words of each passage by slot.
    lengths: Vec<u32>,
    total_length: u64,
    passages: u32,
}

/// Alternative stems of one word of a question: a passage has the word when it has any of them.
pub(crate) type Alternatives<'a> = &'a [TermId];

impl Lexical {
    /// Adds a passage at a slot above all earlier ones: its terms with their counts, and its length in words.
    pub(crate) fn add(&mut self, slot: Slot, terms: &[(TermId, u32)], length: u32) {
        debug_assert!(slot as usize >= self.lengths.len(), "slots only grow");
        self.lengths.resize(slot as usize + 1, 0);
        self.lengths[slot as usize] = length;
        self.total_length += u64::from(length);
        self.passages += 1;
        for &(term, count) in terms {
            let term = term as usize;
            if self.postings.len() <= term {
                self.postings.resize_with(term + 1, Vec::new);
            }
            self.postings[term].push(Posting::new(slot, count));
        }
    }

    /// Takes a passage out again; `terms` are those it was added with.
    pub(crate) fn remove(&mut self, slot: Slot, terms: impl Iterator<Item = TermId>) {
        for term in terms {
            let list = &mut self.postings[term as usize];
            if let Ok(at) = list.binary_search_by_key(&slot, |posting| posting.slot()) {
                list.remove(at);
            }
        }
        self.total_length -= u64::from(std::mem::take(&mut self.lengths[slot as usize]));
        self.passages -= 1;
    }

    /// Moves passages to new slots, in the same order: `moved[old]` is the new slot of a living passage.
    pub(crate) fn renumber(&mut self, moved: &[Slot], slots: usize) {
        for list in &mut self.postings {
            for posting in list.iter_mut() {
                *posting = Posting::new(moved[posting.slot() as usize], posting.count());
            }
        }
        let mut lengths = vec![0; slots];
        for (old, &new) in moved.iter().enumerate() {
            if let (Some(length), Some(old)) = (lengths.get_mut(new as usize), self.lengths.get(old)) {
                *length = *old;
            }
        }
        self.lengths = lengths;
    }

    /// How many passages have the word.
    pub(crate) fn frequency(&self, word: Alternatives<'_>) -> u32 {
        match word {
            [] => 0,
            [term] => self.list(*term).len() as u32,
            _ => self.merged(word).len() as u32,
        }
    }

    /// How much a word tells that so many passages have: `ln(1 + (N − n + ½) / (n + ½))`.
    pub(crate) fn idf(&self, frequency: u32) -> f32 {
        let (all, some) = (self.passages as f32, frequency as f32);
        ((all - some + 0.5) / (some + 0.5)).ln_1p()
    }

    /// Whether the passage has the word.
    pub(crate) fn has(&self, slot: Slot, word: Alternatives<'_>) -> bool {
        word.iter().any(|&term| self.list(term).binary_search_by_key(&slot, |posting| posting.slot()).is_ok())
    }

    /// Adds the word's BM25 score, times `weight`, to every passage that has it (`scores` is by slot).
    pub(crate) fn score(&self, word: Alternatives<'_>, weight: f32, scores: &mut [f32]) {
        match word {
            [] => {}
            [term] => self.score_list(self.list(*term), weight, scores),
            _ => self.score_list(&self.merged(word), weight, scores),
        }
    }

    fn score_list(&self, list: &[Posting], weight: f32, scores: &mut [f32]) {
        let average = self.total_length as f32 / self.passages.max(1) as f32;
        let (flat, per_word) = (K1 * (1.0 - B), K1 * B / average.max(1.0));
        for posting in list {
            let slot = posting.slot() as usize;
            let count = posting.count() as f32;
            scores[slot] +=
                weight * count * (K1 + 1.0) / (count + flat + per_word * self.lengths[slot] as f32);
        }
    }

    fn list(&self, term: TermId) -> &[Posting] {
        self.postings.get(term as usize).map_or(&[], Vec::as_slice)
    }

    fn merged(&self, word: Alternatives<'_>) -> Vec<Posting> {
        let mut all = word.iter().flat_map(|&term| self.list(term)).copied().collect::<Vec<_>>();
        all.sort_unstable_by_key(|posting| posting.0);
        all.dedup_by(|next, kept| {
            let same = next.slot() == kept.slot();
            if same {
                *kept = Posting::new(kept.slot(), kept.count() + next.count());
            }
            same
        });
        all
    }

    /// Memory held, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let lists = self.postings.iter().map(|list| list.capacity() * size_of::<Posting>()).sum::<usize>();
        lists + self.postings.capacity() * size_of::<Vec<Posting>>() + self.lengths.capacity() * 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three passages: term 0 in the first two, term 1 twice in the second, term 2 in the third.
    fn lexical() -> Lexical {
        let mut lexical = Lexical::default();
        lexical.add(0, &[(0, 1)], 1);
        lexical.add(1, &[(0, 1), (1, 2)], 3);
        lexical.add(2, &[(2, 1)], 2);
        lexical
    }

    #[test]
    fn scores_are_those_of_the_formula() {
        let mut scores = vec![0.0; 3];
        lexical().score(&[1], 2.0, &mut scores);
        // 2 · 2 · 2.2 / (2 + 1.2 · (¼ + ¾ · 3/2))
        assert!((scores[1] - 8.8 / 3.65).abs() < 1e-5, "{scores:?}");
        assert!((lexical().idf(1) - (1.0_f32 + 2.5 / 1.5).ln()).abs() < 1e-6);
    }

    #[test]
    fn alternatives_count_as_one_word() {
        let lexical = lexical();
        assert_eq!(
            (lexical.frequency(&[0, 1]), lexical.frequency(&[0, 2]), lexical.frequency(&[])),
            (2, 3, 0)
        );
        assert!(lexical.has(2, &[0, 2]) && !lexical.has(2, &[0, 1]));
        let (mut both, mut three) = (vec![0.0; 3], vec![0.0; 3]);
        lexical.score(&[0, 1], 1.0, &mut both);
        let mut other = Lexical::default();
        other.add(0, &[(0, 1)], 1);
        other.add(1, &[(0, 3)], 3);
        other.add(2, &[], 2);
        other.score(&[0], 1.0, &mut three);
        assert_eq!(both, three);
    }

    #[test]
    fn removed_and_renumbered_passages_leave_nothing_behind() {
        let mut lexical = lexical();
        lexical.remove(0, [0].into_iter());
        lexical.renumber(&[Slot::MAX, 0, 1], 2);
        let mut scores = vec![0.0; 2];
        lexical.score(&[2], 1.0, &mut scores);
        assert!(scores[0] < f32::EPSILON && scores[1] > 0.0);
        assert_eq!((lexical.frequency(&[0]), lexical.frequency(&[2])), (1, 1));
    }
}
