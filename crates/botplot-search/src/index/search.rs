//! A question to an index, from its words to ranked passages and the confidence in them.

use std::cmp::{Ordering, Reverse};

use botplot_core::{ChunkId, PageId, SourceId};

use super::Index;
use crate::confidence::{Signals, confidence};
use crate::context::leans_on_context;
use crate::fuse::{Best, Match, blend, lexical_weight};
use crate::language::Language;
use crate::question::{Known, Terms};

/// How many of the best passages confidence looks at.
const LOOKED_AT: usize = 5;

/// A question to an index.
#[derive(Clone, Copy, Default)]
pub struct Query<'a> {
    /// The question as it was asked.
    pub text: &'a str,
    /// The visitor's earlier turns, one a line, the latest last: the last two are used, when the question leans on them.
    pub context: Option<&'a str>,
    /// The question's embedding (see [`crate::standalone`] for its text), of the model that made the passages'.
    pub vector: Option<&'a [f32]>,
    /// The most passages to find.
    pub limit: usize,
    /// Tells words that are spelt right although no passage has them, so that they are not "repaired": words that
    /// the embedding model knows whole, for one.
    pub is_word: Option<&'a dyn Fn(&str) -> bool>,
}

/// A passage that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The passage.
    pub chunk: ChunkId,
    /// Its page.
    pub page: PageId,
    /// Its source.
    pub source: SourceId,
    /// Its word score as a share of the best passage's, 0–1.
    pub lexical: f32,
    /// Its vector's cosine to the question's, when both are there.
    pub cosine: Option<f32>,
    /// What it is ranked by.
    pub score: f32,
}

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The best passages, best first.
    pub hits: Vec<Hit>,
    /// How likely it is that the passages cover the question, 0–1.
    pub confidence: f32,
    /// The share of the question's telling words, by how much they tell, in the best passage, 0–1.
    pub coverage: f32,
    /// Words that no passage has, and what was searched instead.
    pub repaired: Vec<(String, String)>,
    /// The question's telling words, for [`crate::extract()`].
    pub terms: Terms,
}

/// A passage in the running.
#[derive(Clone, Copy)]
struct Ranked {
    slot: usize,
    passage: Match,
    score: f32,
}

impl Index {
    /// Finds the passages that answer the question best.
    pub fn search(&self, query: &Query<'_>) -> Found {
        self.search_weighted(query, None)
    }

    /// As [`Index::search`], with the words' share of the score (0–1) given, so that both ways can be compared.
    pub fn search_weighted(&self, query: &Query<'_>, words: Option<f32>) -> Found {
        let mut terms = self.terms(query);
        let lexical = self.word_scores(&terms);
        let cosines = query.vector.and_then(|vector| self.matrix.cosines(vector)).unwrap_or_default();
        let all = terms.words.iter().map(|word| word.weight * word.idf).sum::<f32>();
        let most = lexical.iter().copied().fold(0.0, f32::max);
        let cosine = |slot: usize| cosines.get(slot).copied().filter(|_| self.matrix.has(slot));
        let best = Best {
            strength: if all > 0.0 { most / all } else { 0.0 },
            cosine: (0..cosines.len()).filter_map(cosine).reduce(f32::max),
        };
        let weight = words.unwrap_or_else(|| lexical_weight(terms.language));
        let ranked = lexical.iter().enumerate().filter_map(|(slot, score)| {
            let lexical = if most > 0.0 { score / most } else { 0.0 };
            let passage = Match { lexical, cosine: cosine(slot) };
            let related = lexical > 0.0 || passage.cosine.is_some_and(|cosine| cosine > 0.0);
            related.then(|| Ranked { slot, passage, score: blend(weight, passage, best) })
        });
        let ranked = self.first(ranked.collect(), query.limit.max(LOOKED_AT));
        let told = ranked.first().map_or(0.0, |best| self.told(&terms, best));
        let coverage = if all > 0.0 { told / all } else { 0.0 };
        let told = told / self.lexical.idf(0);
        let nearest =
            ranked.iter().take(LOOKED_AT).filter_map(|ranked| ranked.passage.cosine).reduce(f32::max);
        // While vectors are still being made, the nearest may be among the missing.
        let read = terms.language == Language::English && self.matrix.filled() * 2 > self.len();
        let signals = Signals { coverage, told, cosine: nearest.filter(|_| read) };
        Found {
            confidence: if ranked.is_empty() { 0.0 } else { confidence(signals) },
            hits: ranked.iter().take(query.limit).filter_map(|ranked| self.hit(ranked)).collect(),
            coverage,
            repaired: std::mem::take(&mut terms.repaired),
            terms,
        }
    }

    /// The question with its misspelt words repaired, lower-case where one was; `None` if there is none.
    ///
    /// Worth embedding instead of the question: a vector suffers more from a typo than the words do.
    pub fn respelt(&self, query: &Query<'_>) -> Option<String> {
        let repaired = self.terms(query).repaired;
        let meant = |word: &str| {
            let core = word.trim_matches(|c: char| !c.is_alphanumeric());
            let (_, meant) = repaired.iter().find(|(typed, _)| *typed == core)?;
            Some(word.replacen(core, meant, 1))
        };
        let lower = query.text.to_lowercase();
        let words = lower.split_whitespace().map(|word| meant(word).unwrap_or_else(|| word.to_owned()));
        (!repaired.is_empty()).then(|| words.collect::<Vec<_>>().join(" "))
    }

    fn terms(&self, query: &Query<'_>) -> Terms {
        let languages = self.languages_by_use();
        let known = Known {
            vocabulary: &self.vocabulary,
            lexical: &self.lexical,
            languages: &languages,
            is_word: query.is_word,
        };
        known.terms(query.text, query.context.filter(|_| leans_on_context(query.text)))
    }

    /// BM25 of every slot.
    fn word_scores(&self, terms: &Terms) -> Vec<f32> {
        let mut scores = vec![0.0; self.entries.len()];
        for word in &terms.words {
            self.lexical.score(&word.terms, word.weight * word.idf, &mut scores);
        }
        scores
    }

    /// The first `limit` by score, in order; equal scores go by id, so that the order never depends on history.
    fn first(&self, mut ranked: Vec<Ranked>, limit: usize) -> Vec<Ranked> {
        let id = |ranked: &Ranked| self.entries[ranked.slot].as_ref().map(|entry| entry.chunk);
        let order = |a: &Ranked, b: &Ranked| -> Ordering {
            b.score.total_cmp(&a.score).then_with(|| id(a).cmp(&id(b)))
        };
        if ranked.len() > limit {
            ranked.select_nth_unstable_by(limit, order);
            ranked.truncate(limit);
        }
        ranked.sort_unstable_by(order);
        ranked
    }

    fn hit(&self, ranked: &Ranked) -> Option<Hit> {
        let entry = self.entries[ranked.slot].as_ref()?;
        let Match { lexical, cosine } = ranked.passage;
        let (chunk, page, source) = (entry.chunk, entry.page, entry.source);
        Some(Hit { chunk, page, source, lexical, cosine, score: ranked.score })
    }

    /// How much the words tell that the passage has: the sum of their idf.
    fn told(&self, terms: &Terms, ranked: &Ranked) -> f32 {
        let there = terms.words.iter().filter(|word| self.lexical.has(ranked.slot as u32, &word.terms));
        there.map(|word| word.weight * word.idf).sum()
    }

    /// Languages that passages have, the most common first.
    fn languages_by_use(&self) -> Vec<Language> {
        let mut some = Language::ALL.to_vec();
        some.retain(|language| self.languages[*language as usize] > 0);
        some.sort_by_key(|language| Reverse(self.languages[*language as usize]));
        some
    }
}
