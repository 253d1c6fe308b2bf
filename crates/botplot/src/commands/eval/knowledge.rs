//! An index in memory, searched just as chat searches its own.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use botplot_core::{ChunkId, PageId, SourceId};
use botplot_embed::Encoder;
use botplot_search::{ChunkText, Found, Index, Material, Passage, Query, Vector, embedding_text, extract};
use uuid::Uuid;

use super::threads;

/// Passages that chat quotes from.
const QUOTED_FROM: usize = 5;

/// A passage to be found.
pub(super) struct Text {
    /// The article that it is of, counted from 0.
    pub(super) article: usize,
    pub(super) title: String,
    pub(super) heading: String,
    pub(super) body: String,
}

/// A question with its vector.
pub(super) struct Asked {
    pub(super) text: String,
    pub(super) vector: Vec<f32>,
}

/// Texts with their index.
pub(super) struct Knowledge {
    pub(super) encoder: Encoder,
    pub(super) texts: Vec<Text>,
    vectors: Vec<Vector>,
    index: Index,
    /// Vectors of sentences that were looked at, which many questions share.
    sentences: Mutex<HashMap<String, Vec<f32>>>,
}

impl Knowledge {
    /// Embeds and indexes the texts.
    pub(super) fn learn(encoder: Encoder, texts: Vec<Text>) -> Self {
        let vectors = threads::map("embedding passages", &texts, |text| {
            Vector::from_f32(&encoder.embed(&embedding_text(&text.title, &text.heading, &text.body)))
        });
        let mut knowledge =
            Self { encoder, texts, vectors, index: Index::new(), sentences: Mutex::default() };
        for at in 0..knowledge.texts.len() {
            knowledge.add(at);
        }
        knowledge
    }

    /// Embeds questions.
    pub(super) fn ask(&self, questions: &[String]) -> Vec<Asked> {
        threads::map("embedding questions", questions, |text| Asked {
            text: text.clone(),
            vector: self.encoder.embed(&botplot_search::standalone(text, &[])),
        })
    }

    /// Searches with words and vectors.
    pub(super) fn search(&self, asked: &Asked, limit: usize) -> Found {
        self.search_by(asked, Some(&asked.vector), limit)
    }

    /// Searches with words alone.
    pub(super) fn search_words(&self, asked: &Asked, limit: usize) -> Found {
        self.search_by(asked, None, limit)
    }

    fn search_by(&self, asked: &Asked, vector: Option<&[f32]>, limit: usize) -> Found {
        let is_word = |word: &str| self.encoder.is_word(word);
        self.index.search(&Query { text: &asked.text, context: None, vector, is_word: Some(&is_word), limit })
    }

    /// Runs `look` while an article is not there.
    pub(super) fn without<R>(&mut self, article: usize, look: impl FnOnce(&Self) -> R) -> R {
        self.index.remove_page(page(article));
        let result = look(self);
        for at in 0..self.texts.len() {
            if self.texts[at].article == article {
                self.add(at);
            }
        }
        result
    }

    /// The number of each passage that was found, best first.
    pub(super) fn numbers(found: &Found) -> Vec<usize> {
        found.hits.iter().map(|hit| hit.chunk.0.as_u128() as usize).collect()
    }

    /// What is quoted as the answer, in at most `sentences`.
    pub(super) fn quote(&self, asked: &Asked, found: &Found, sentences: usize) -> String {
        let best = found.hits.iter().take(QUOTED_FROM).zip(Self::numbers(found));
        let passages: Vec<_> = best
            .map(|(hit, at)| {
                let text = &self.texts[at];
                Passage { title: &text.title, heading: &text.heading, body: &text.body, score: hit.score }
            })
            .collect();
        let embed = |texts: &[&str]| texts.iter().map(|text| self.sentence(text)).collect();
        let quoted = extract(&Material {
            question: &asked.text,
            terms: &found.terms,
            passages: &passages,
            vectors: Some((&asked.vector, &embed)),
            sentences,
        });
        quoted.sentences.iter().map(|quote| quote.text.trim()).collect::<Vec<_>>().join(" ")
    }

    fn sentence(&self, text: &str) -> Vec<f32> {
        let known = self.sentences.lock().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
        known.unwrap_or_else(|| {
            let vector = self.encoder.embed(text);
            let mut sentences = self.sentences.lock().unwrap_or_else(PoisonError::into_inner);
            sentences.insert(text.to_owned(), vector.clone());
            vector
        })
    }

    fn add(&mut self, at: usize) {
        let Text { article, title, heading, body } = &self.texts[at];
        self.index.add(ChunkText {
            chunk: ChunkId(Uuid::from_u128(at as u128)),
            page: page(*article),
            source: SourceId(Uuid::nil()),
            title,
            heading,
            body,
            vector: Some(self.vectors[at].clone()),
        });
    }
}

fn page(article: usize) -> PageId {
    PageId(Uuid::from_u128(article as u128))
}
