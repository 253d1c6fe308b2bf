//! An answer in the knowledge's own words: the best one to three sentences of the best passages, quoted exactly.

use crate::cues::{self, Wanted};
use crate::language::Language;
use crate::question::Terms;
use crate::sentences::{Kind, sentences};
use crate::tokens::{fold, tokens};

/// Sentences whose vectors are worth their time (1–2 ms each), chosen by their words.
const EMBEDDED: usize = 8;

/// What code and rows of tables lose, so that prose which says the same goes first.
const BARE: f32 = 0.35;
/// What a further sentence must score, as a share of the best one's.
const WORTHY: f32 = 0.55;

/// A passage to quote from.
#[derive(Clone, Copy, Debug)]
pub struct Passage<'a> {
    /// The page's title.
    pub title: &'a str,
    /// The headings above it.
    pub heading: &'a str,
    /// Its text, which is quoted.
    pub body: &'a str,
    /// What the search ranked it by.
    pub score: f32,
}

/// Turns texts into vectors, one for each.
pub type Embed<'a> = &'a dyn Fn(&[&str]) -> Vec<Vec<f32>>;

/// A question and what its answer may be taken from.
#[derive(Clone, Copy)]
pub struct Material<'a> {
    /// The question as it was asked.
    pub question: &'a str,
    /// Its telling words, as the search found them.
    pub terms: &'a Terms,
    /// The best passages, best first.
    pub passages: &'a [Passage<'a>],
    /// The question's vector and what makes those of sentences; without them words alone decide.
    pub vectors: Option<(&'a [f32], Embed<'a>)>,
    /// The most sentences to quote.
    pub sentences: usize,
}

/// A sentence as it stands in a passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Number of the passage in [`Material::passages`].
    pub passage: usize,
    /// The sentence, exactly.
    pub text: String,
}

/// The quoted answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extract {
    /// Sentences in reading order: the passage of the best one first, those of a passage as they stand in it.
    pub sentences: Vec<Quote>,
    /// The score of the best sentence; comparable only within one question.
    pub score: f32,
}

/// A sentence that may be quoted.
struct Candidate<'a> {
    passage: usize,
    place: usize,
    text: &'a str,
    /// Share of the question's words in the sentence, and in it with its title and the sentence before.
    own: f32,
    around: f32,
    /// The passage's score as a share of the best passage's.
    standing: f32,
    /// Code, or a row of a table: it rarely answers by itself.
    is_bare: bool,
    holds: bool,
    cosine: f32,
}

impl Candidate<'_> {
    fn by_words(&self) -> f32 {
        let cue = if self.holds { 0.15 } else { 0.0 };
        let bare = if self.is_bare { BARE } else { 0.0 };
        0.4 * self.own + 0.3 * self.around + 0.6 * self.standing + cue - bare
    }

    fn score(&self) -> f32 {
        self.by_words() + 0.5 * self.cosine
    }
}

/// Quotes the sentences that answer best.
pub fn extract(material: &Material<'_>) -> Extract {
    let mut candidates = candidates(material);
    candidates.sort_by(|a, b| b.by_words().total_cmp(&a.by_words()));
    if let Some((question, embed)) = material.vectors.filter(|_| material.terms.language == Language::English)
    {
        candidates.truncate(EMBEDDED);
        let texts = candidates.iter().map(|candidate| candidate.text).collect::<Vec<_>>();
        for (candidate, vector) in candidates.iter_mut().zip(embed(&texts)) {
            candidate.cosine = vector.iter().zip(question).map(|(a, b)| a * b).sum();
        }
        candidates.sort_by(|a, b| b.score().total_cmp(&a.score()));
    }
    choose(&candidates, material)
}

/// Every sentence of the passages but headings, with what its words say.
fn candidates<'a>(material: &Material<'a>) -> Vec<Candidate<'a>> {
    let best = material.passages.iter().map(|passage| passage.score).fold(f32::MIN_POSITIVE, f32::max);
    let wanted = cues::wanted(material.question);
    let mut found = Vec::new();
    for (number, passage) in material.passages.iter().enumerate() {
        let matcher = Matcher::new(material.terms, Language::of(passage.body));
        let about = matcher.words(passage.title) | matcher.words(passage.heading);
        let (mut before, mut above) = (0, 0);
        for (place, sentence) in sentences(passage.body).into_iter().enumerate() {
            let text = &passage.body[sentence.range.clone()];
            let own = matcher.words(text);
            if sentence.kind == Kind::Heading || is_title_question(passage.body, &sentence.range) {
                (before, above) = (0, own);
                continue;
            }
            let around = matcher.share(own | about | above | before);
            before = own;
            found.push(Candidate {
                passage: number,
                place,
                text,
                own: matcher.share(own),
                around,
                standing: passage.score / best,
                is_bare: sentence.kind == Kind::Line || looks_like_code(text),
                holds: wanted.is_some_and(|wanted: Wanted| cues::holds(text, wanted, material.question)),
                cosine: 0.0,
            });
        }
    }
    found
}

/// Whether a sentence is a question on a line of its own: the heading of what follows, in a list of questions and answers.
fn is_title_question(body: &str, range: &std::ops::Range<usize>) -> bool {
    let (before, after) =
        (body[..range.start].trim_end_matches(' '), body[range.end..].trim_start_matches(' '));
    let alone = (before.is_empty() || before.ends_with('\n')) && after.starts_with('\n');
    alone && body[range.clone()].ends_with(['?', '？', '؟'])
}

/// Whether a text is code or a command rather than prose: no sentence's end, and a command's or a program's signs.
fn looks_like_code(text: &str) -> bool {
    let ended = text.ends_with(['.', '!', '?', ':', '。', '！', '？', '…']);
    let signs = ["--", "://", " = ", "{", "}", ";", "$", "=\"", "\n    "];
    let marked = signs.iter().any(|sign| text.contains(sign));
    let rows = text.lines().count() > 1;
    let lower = text.starts_with(|c: char| c.is_lowercase() || !c.is_alphabetic());
    !ended && (marked || rows || (lower && text.contains('"'))) || (lower && marked && rows)
}

/// Takes the best sentences, none twice, and puts them in reading order.
fn choose(candidates: &[Candidate<'_>], material: &Material<'_>) -> Extract {
    let score = candidates.first().map_or(0.0, Candidate::score);
    let mut chosen: Vec<(usize, usize, &str)> = Vec::new();
    for candidate in candidates.iter().filter(|candidate| candidate.score() >= WORTHY * score) {
        let passage = material.passages[candidate.passage].body;
        let list = chosen.is_empty() && candidate.text.ends_with(':');
        // "Follow these steps:" says nothing without the steps.
        let more = if list { material.sentences } else { 1 };
        let all = sentences(passage).into_iter().enumerate().skip(candidate.place).take(more);
        for (place, text) in all.map(|(place, sentence)| (place, &passage[sentence.range])) {
            if chosen.len() < material.sentences && !chosen.iter().any(|(.., other)| *other == text) {
                chosen.push((candidate.passage, place, text));
            }
        }
    }
    let order = chosen.iter().map(|(passage, ..)| *passage).collect::<Vec<_>>();
    chosen.sort_by_key(|(passage, place, _)| (order.iter().position(|other| other == passage), *place));
    let quote = |(passage, _, text): (usize, usize, &str)| Quote { passage, text: text.to_owned() };
    Extract { sentences: chosen.into_iter().map(quote).collect(), score }
}

/// Finds a question's words in texts of one language; a set of words is one bit for each.
struct Matcher<'t> {
    terms: &'t Terms,
    stemmer: Option<rust_stemmers::Stemmer>,
    all: f32,
}

impl<'t> Matcher<'t> {
    fn new(terms: &'t Terms, language: Language) -> Self {
        let all = terms.words.iter().map(|word| word.weight * word.idf).sum::<f32>();
        Self { terms, stemmer: language.stemmer(), all: all.max(f32::MIN_POSITIVE) }
    }

    fn words(&self, text: &str) -> u64 {
        let mut found = 0;
        tokens(text, |token| {
            let stem = match &self.stemmer {
                Some(stemmer) if token.word => stemmer.stem(token.text),
                _ => token.text.into(),
            };
            let stem = fold(&stem);
            for (at, word) in self.terms.words.iter().enumerate().take(64) {
                if word.stems.iter().any(|other| *other == *stem) {
                    found |= 1 << at;
                }
            }
        });
        found
    }

    fn share(&self, found: u64) -> f32 {
        let there = self.terms.words.iter().enumerate().take(64).filter(|(at, _)| found & (1 << at) != 0);
        there.map(|(_, word)| word.weight * word.idf).sum::<f32>() / self.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChunkText, Index, Query};
    use botplot_core::{ChunkId, PageId, SourceId};
    use uuid::Uuid;

    const BODIES: [&str; 3] = [
        "Boards ship from Italy. Delivery to Norway takes 5 days, e.g. by courier. Parcels are insured.",
        "Refunds are paid within two weeks. Keep your receipt. To ask for one:\n\n- Open your orders\n- Choose \"Refund\"\n- Send",
        "# Delivery\nWe like Norway.",
    ];

    fn quotes(question: &str, sentences: usize) -> Vec<(usize, String)> {
        let mut index = Index::new();
        for (at, body) in BODIES.into_iter().enumerate() {
            let id = Uuid::from_u128(at as u128);
            let (chunk, page, source) = (ChunkId(id), PageId(id), SourceId(id));
            index.add(ChunkText { chunk, page, source, title: "Shop", heading: "", body, vector: None });
        }
        let found = index.search(&Query { text: question, limit: 3, ..Query::default() });
        let place = |chunk: ChunkId| chunk.0.as_u128() as usize;
        let passage = |hit: &crate::Hit| Passage {
            title: "Shop",
            heading: "",
            body: BODIES[place(hit.chunk)],
            score: hit.score,
        };
        let passages = found.hits.iter().map(passage).collect::<Vec<_>>();
        let material =
            Material { question, terms: &found.terms, passages: &passages, vectors: None, sentences };
        let extract = extract(&material);
        extract
            .sentences
            .into_iter()
            .map(|quote| (place(found.hits[quote.passage].chunk), quote.text))
            .collect()
    }

    #[test]
    fn the_sentence_that_answers_is_quoted_exactly() {
        let answer = quotes("how long does delivery to norway take", 1);
        assert_eq!(answer, [(0, "Delivery to Norway takes 5 days, e.g. by courier.".to_owned())]);
    }

    #[test]
    fn sentences_come_in_reading_order_and_none_is_a_heading() {
        let answer = quotes("delivery to norway", 3);
        let places =
            answer.iter().map(|(passage, text)| (*passage, BODIES[*passage].find(text))).collect::<Vec<_>>();
        assert!(places.iter().all(|(_, place)| place.is_some()));
        assert!(places.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].1 < pair[1].1));
        assert!(answer.iter().all(|(_, text)| !text.contains('#')));
    }

    #[test]
    fn an_announcement_brings_its_list() {
        let answer = quotes("ask for one", 3);
        let texts = answer.iter().map(|(_, text)| &**text).collect::<Vec<_>>();
        assert_eq!(texts, ["To ask for one:", "Open your orders", "Choose \"Refund\""]);
    }

    #[test]
    fn a_question_that_stands_as_a_title_is_not_its_own_answer() {
        let body = "How do I make a backup?\n\nRun the backup command; the server may go on.\n\nbotplot backup file.bpb";
        let mut index = Index::new();
        let id = Uuid::from_u128(1);
        let (chunk, page, source) = (ChunkId(id), PageId(id), SourceId(id));
        index.add(ChunkText { chunk, page, source, title: "Backup", heading: "", body, vector: None });
        let question = "How do I make a backup?";
        let found = index.search(&Query { text: question, limit: 1, ..Query::default() });
        let passages = [Passage { title: "Backup", heading: "", body, score: 1.0 }];
        let terms = &found.terms;
        let material = Material { question, terms, passages: &passages, vectors: None, sentences: 1 };
        assert_eq!(extract(&material).sentences[0].text, "Run the backup command; the server may go on.");
    }

    #[test]
    fn commands_and_programs_are_told_from_prose() {
        for code in [
            "botplot ask \"How?\"\nbotplot serve",
            "curl -N http://localhost",
            "server {\n    listen 443 ssl;",
        ] {
            assert!(looks_like_code(code), "{code}");
        }
        for prose in ["Run it with --force.", "Open your orders", "It costs $5, e.g. by card.", "Do this:"] {
            assert!(!looks_like_code(prose), "{prose}");
        }
    }

    #[test]
    fn no_passage_gives_no_sentence() {
        let terms = Terms::default();
        let material =
            Material { question: "why", terms: &terms, passages: &[], vectors: None, sentences: 3 };
        assert_eq!(extract(&material), Extract::default());
    }
}
