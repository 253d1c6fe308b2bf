//! The built-in model behind a file of vectors, so that a second run is quick.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};

use botplot_embed::{DIMENSIONS, Encoder, MODEL_ID};

/// Text to vector, remembered.
pub(crate) struct Embedder {
    encoder: Encoder,
    known: RefCell<HashMap<u64, Vec<f32>>>,
    cache: Option<String>,
    fresh: Cell<bool>,
}

impl Embedder {
    pub(crate) fn new(cache: Option<String>) -> Self {
        let bytes = cache.as_ref().and_then(|path| fs::read(path).ok()).unwrap_or_default();
        let number = |four: &[u8]| f32::from_le_bytes(four.try_into().expect("four bytes"));
        let record = |record: &[u8]| {
            let (key, values) = record.split_first_chunk::<8>().expect("whole records");
            (u64::from_le_bytes(*key), values.chunks_exact(4).map(number).collect())
        };
        let known = bytes.chunks_exact(8 + 4 * DIMENSIONS).map(record).collect();
        Self { encoder: Encoder::load(), known: RefCell::new(known), cache, fresh: Cell::new(false) }
    }

    pub(crate) fn embed(&self, text: &str) -> Vec<f32> {
        let mut hasher = DefaultHasher::new();
        (MODEL_ID, text).hash(&mut hasher);
        let mut known = self.known.borrow_mut();
        let made = known.entry(hasher.finish()).or_insert_with(|| {
            self.fresh.set(true);
            self.encoder.embed(text)
        });
        made.clone()
    }

    /// Whether the model knows the word whole: it is one piece.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.encoder.count_pieces(word) == 1
    }

    /// Writes what is known to the cache's file, if there is one.
    pub(crate) fn save(&self) {
        let Some(path) = self.cache.as_ref().filter(|_| self.fresh.get()) else { return };
        let mut bytes = Vec::new();
        for (key, values) in self.known.borrow().iter() {
            bytes.extend(key.to_le_bytes());
            bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
        }
        fs::write(path, bytes).expect("the cache can be written");
    }
}
