//! One project's passages in memory: words and vectors, changed page by page, searched as a whole.

use botplot_core::{ChunkId, PageId, SourceId};
use hashbrown::HashMap;

use crate::language::Language;
use crate::lexical::{Lexical, Slot};
use crate::tokens::tokens;
use crate::vectors::{Matrix, Vector};
use crate::vocabulary::{FormId, TermId, Vocabulary};

mod search;

pub use search::{Found, Hit, Query};

/// A slot that no living passage has.
const NOWHERE: Slot = Slot::MAX;

/// A passage to be indexed.
#[derive(Clone, Debug)]
pub struct ChunkText<'a> {
    /// The passage's id; adding it again replaces it.
    pub chunk: ChunkId,
    /// The page it belongs to.
    pub page: PageId,
    /// The source of that page.
    pub source: SourceId,
    /// The page's title.
    pub title: &'a str,
    /// The headings above the passage.
    pub heading: &'a str,
    /// The passage's own text.
    pub body: &'a str,
    /// Its embedding, when there is one yet.
    pub vector: Option<Vector>,
}

/// A passage's place: ids, language, and the distinct forms it was indexed with.
struct Entry {
    chunk: ChunkId,
    page: PageId,
    source: SourceId,
    language: Language,
    forms: Box<[FormId]>,
}

/// One project's passages, ready to be searched; derived from the store and worth nothing by itself.
#[derive(Default)]
pub struct Index {
    vocabulary: Vocabulary,
    lexical: Lexical,
    matrix: Matrix,
    entries: Vec<Option<Entry>>,
    slots: HashMap<ChunkId, Slot>,
    pages: HashMap<PageId, Vec<ChunkId>>,
    languages: [u32; Language::ALL.len()],
}

impl Index {
    /// An index without passages.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a passage, in place of an earlier one of the same id.
    #[expect(clippy::needless_pass_by_value, reason = "callers make a passage to give it away")]
    pub fn add(&mut self, chunk: ChunkText<'_>) {
        self.remove(chunk.chunk);
        let slot = self.entries.len() as Slot;
        let language = Language::of_parts([chunk.title, chunk.heading, chunk.body]);
        let (forms, terms, length) = self.count(&chunk, language);
        for &form in &forms {
            self.vocabulary.count_up(form);
        }
        self.lexical.add(slot, &terms, length);
        if let Some(vector) = &chunk.vector {
            self.matrix.set(slot as usize, vector);
        }
        self.languages[language as usize] += 1;
        self.slots.insert(chunk.chunk, slot);
        self.pages.entry(chunk.page).or_default().push(chunk.chunk);
        let ChunkText { chunk, page, source, .. } = chunk;
        self.entries.push(Some(Entry { chunk, page, source, language, forms: forms.into() }));
    }

    /// Takes out every passage of the page.
    pub fn remove_page(&mut self, page: PageId) {
        for chunk in self.pages.remove(&page).unwrap_or_default() {
            self.remove(chunk);
        }
    }

    /// Takes out every passage of the source.
    pub fn remove_source(&mut self, source: SourceId) {
        let own = self.entries.iter().flatten().filter(|entry| entry.source == source);
        for chunk in own.map(|entry| entry.chunk).collect::<Vec<_>>() {
            self.remove(chunk);
        }
    }

    /// Gives a passage its embedding; a passage that is gone stays gone.
    #[expect(clippy::needless_pass_by_value, reason = "callers make a vector to give it away")]
    pub fn set_vector(&mut self, chunk: ChunkId, vector: Vector) {
        if let Some(&slot) = self.slots.get(&chunk) {
            self.matrix.set(slot as usize, &vector);
        }
    }

    /// How many passages there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are no passages.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// How many passages have their embedding.
    pub fn vectors(&self) -> usize {
        self.matrix.filled()
    }

    /// Memory held, in bytes, about.
    pub fn bytes(&self) -> usize {
        let forms = self.entries.iter().flatten().map(|entry| entry.forms.len() * 4).sum::<usize>();
        self.vocabulary.bytes()
            + self.lexical.bytes()
            + self.matrix.bytes()
            + forms
            + self.entries.capacity() * size_of::<Option<Entry>>()
            + self.slots.capacity() * 24
            + self.pages.capacity() * 48
            + self.slots.len() * 16
    }

    /// A passage's distinct forms, its terms with their counts, and its length in words.
    fn count(&mut self, chunk: &ChunkText<'_>, language: Language) -> (Vec<FormId>, Vec<(TermId, u32)>, u32) {
        let mut forms = Vec::with_capacity(chunk.body.len() / 8);
        for text in [chunk.title, chunk.heading, chunk.body] {
            tokens(text, |token| forms.extend(self.vocabulary.learn(token, language)));
        }
        let length = forms.len() as u32;
        let mut terms = forms.iter().map(|&form| self.vocabulary.term_of(form)).collect::<Vec<_>>();
        terms.sort_unstable();
        let counts = terms.chunk_by(|a, b| a == b).map(|same| (same[0], same.len() as u32)).collect();
        forms.sort_unstable();
        forms.dedup();
        (forms, counts, length)
    }

    fn remove(&mut self, chunk: ChunkId) {
        let Some(slot) = self.slots.remove(&chunk) else { return };
        let Some(entry) = self.entries[slot as usize].take() else { return };
        let mut terms = entry.forms.iter().map(|&form| self.vocabulary.term_of(form)).collect::<Vec<_>>();
        terms.sort_unstable();
        terms.dedup();
        self.lexical.remove(slot, terms.into_iter());
        for &form in &entry.forms {
            self.vocabulary.count_down(form);
        }
        self.matrix.clear(slot as usize);
        self.languages[entry.language as usize] -= 1;
        if let Some(chunks) = self.pages.get_mut(&entry.page) {
            chunks.retain(|other| *other != chunk);
            if chunks.is_empty() {
                self.pages.remove(&entry.page);
            }
        }
        if self.entries.len() > 64 && self.slots.len() * 2 < self.entries.len() {
            self.close_gaps();
        }
    }

    /// Gives the living passages the lowest slots, in the same order.
    fn close_gaps(&mut self) {
        let mut next = 0;
        let number = |entry: &Option<Entry>| {
            entry.as_ref().map_or(NOWHERE, |_| {
                next += 1;
                next - 1
            })
        };
        let moved = self.entries.iter().map(number).collect::<Vec<_>>();
        let slots = self.slots.len();
        self.lexical.renumber(&moved, slots);
        self.matrix.renumber(&moved, slots);
        self.entries.retain(Option::is_some);
        for (slot, entry) in self.entries.iter().flatten().enumerate() {
            self.slots.insert(entry.chunk, slot as Slot);
        }
    }
}

/// The text that a passage's embedding is made of: title and headings lead, so that a passage says what it is about.
pub fn embedding_text(title: &str, heading: &str, body: &str) -> String {
    let parts = [title.trim(), heading.trim(), body.trim()];
    let distinct =
        parts.iter().enumerate().filter(|(at, part)| !part.is_empty() && !parts[..*at].contains(part));
    distinct.map(|(_, part)| *part).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    /// An index of bodies, each passage a page of its own, numbered from 0.
    fn index(bodies: &[&str]) -> Index {
        let mut index = Index::new();
        for (at, body) in bodies.iter().enumerate() {
            index.add(passage(at, body));
        }
        index
    }

    fn passage(at: usize, body: &str) -> ChunkText<'_> {
        let id = Uuid::from_u128(at as u128);
        let (chunk, page, source) = (ChunkId(id), PageId(id), SourceId(Uuid::nil()));
        ChunkText { chunk, page, source, title: "", heading: "", body, vector: None }
    }

    fn search(index: &Index, text: &str) -> Found {
        index.search(&Query { text, limit: 10, ..Query::default() })
    }

    #[track_caller]
    fn check(bodies: &[&str], question: &str, best: Option<usize>) {
        let found = search(&index(bodies), question);
        assert_eq!(found.hits.first().map(|hit| hit.chunk.0.as_u128() as usize), best, "{question}");
    }

    #[test]
    fn words_are_found_in_their_other_forms() {
        check(&["returning a board", "shipping costs"], "how do i return boards", Some(0));
        check(
            &["Die Rechnungen werden am Monatsende verschickt.", "Das Passwort kann man hier ändern."],
            "wann wird meine rechnung verschickt",
            Some(0),
        );
        check(
            &["La instalación de la placa es para los que la tienen.", "El envío no es para todos."],
            "como instalar las placas",
            Some(0),
        );
    }

    #[test]
    fn accents_and_umlauts_may_be_left_out() {
        check(
            &["Die Größe und die Farbe sind hier zu wählen.", "Der Versand ist frei."],
            "grosse wahlen",
            Some(0),
        );
        check(&["La devolución es para los que no la quieren.", "El pago es fácil."], "devolucion", Some(0));
    }

    #[test]
    fn chinese_and_japanese_are_found_by_their_bigrams() {
        check(&["返品は14日以内に受け付けます。", "送料は無料です。"], "返品できますか", Some(0));
        check(&["退货政策适用于所有商品", "运费由买家承担"], "我想退货", Some(0));
    }

    #[test]
    fn identifiers_are_found_however_they_are_written() {
        for question in ["esp32", "ESP 32", "esp-32"] {
            check(&["The ESP32 board", "The Uno board"], question, Some(0));
        }
        check(&["avrdude exit status 74", "exit status 1"], "exit-status-74", Some(0));
        check(&["Connect to Wi-Fi", "Connect by cable"], "wifi", Some(0));
    }

    #[test]
    fn misspelt_words_are_repaired_and_told() {
        let found = search(&index(&["reset your password", "pay an invoice"]), "resset pasword");
        assert_eq!(found.hits[0].chunk.0.as_u128(), 0);
        let told = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(found.repaired, [told("resset", "reset"), told("pasword", "password")]);
    }

    #[test]
    fn words_that_are_spelt_right_are_not_repaired() {
        let index = index(&["the code of the board"]);
        let is_word = |word: &str| word == "coke";
        let query = Query { text: "spilled coke", limit: 3, is_word: Some(&is_word), ..Query::default() };
        assert!(index.search(&query).repaired.is_empty());
        assert_eq!(index.respelt(&Query { text: "The Coed?", ..query }).as_deref(), Some("the code?"));
        assert_eq!(index.respelt(&Query { text: "the code", ..query }), None);
    }

    #[test]
    fn a_follow_up_is_searched_with_the_turn_before_it() {
        let index = index(&["How long shipping takes: five days.", "How long a refund takes: two weeks."]);
        let best = |text, context| {
            let found = index.search(&Query { text, context, limit: 1, ..Query::default() });
            found.hits[0].chunk.0.as_u128()
        };
        assert_eq!(best("and how long does it take?", Some("hello\nhow do i get a refund")), 1);
        assert_eq!(best("and how long does it take?", Some("how much is shipping")), 0);
        assert_eq!(best("how long does shipping take to norway by truck", Some("how do i get a refund")), 0);
    }

    #[test]
    fn vectors_find_what_shares_no_word_and_wait_for_none() {
        let mut index = index(&["reset your password", "pay an invoice"]);
        let asked = [0.0, 1.0];
        let found = |index: &Index| {
            let query = Query { text: "cash", vector: Some(&asked), limit: 5, ..Query::default() };
            index.search(&query).hits.iter().map(|hit| hit.chunk.0.as_u128()).collect::<Vec<_>>()
        };
        assert_eq!(found(&index), [0_u128; 0]);
        index.set_vector(ChunkId(Uuid::from_u128(1)), Vector::from_f32(&[0.1, 0.9]));
        index.set_vector(ChunkId(Uuid::from_u128(9)), Vector::from_f32(&[0.1, 0.9]));
        assert_eq!((found(&index), index.vectors()), (vec![1], 1));
        index.remove_page(PageId(Uuid::from_u128(1)));
        assert_eq!((found(&index), index.vectors(), index.len()), (vec![], 0, 1));
    }

    #[test]
    fn an_empty_index_and_an_empty_question_find_nothing() {
        assert_eq!(search(&Index::new(), "anything").confidence.to_bits(), 0.0_f32.to_bits());
        let found = search(&index(&["some text"]), " ?! ");
        assert!(found.hits.is_empty() && found.coverage.to_bits() == 0.0_f32.to_bits());
        assert!(index(&["some text"]).bytes() > Index::new().bytes());
    }

    #[test]
    fn the_embedded_text_says_what_a_passage_is_about_once() {
        assert_eq!(embedding_text("Reset", "Reset", "Hold it."), "Reset\nHold it.");
        assert_eq!(embedding_text("Boards", " Uno ", "Hold it."), "Boards\nUno\nHold it.");
    }
}
