//! The encoder: text in, unit vector out.

use std::sync::{Mutex, PoisonError};

use rayon::ThreadPool;

use crate::linear::{Gemm, Product};
use crate::rows::{self, Rounding};
use crate::tokenizer::Tokenizer;
use crate::weights::{Layer, Model};
use crate::{DIMENSIONS, MAX_PIECES, attention, feed_forward};

/// Rows whose query, key and value are computed together.
const BLOCK: usize = 64;

thread_local! {
    /// The product's kernel, chosen for this CPU; it cannot be shared by threads, the packed weights can.
    static GEMM: Gemm = Gemm::default();
}

/// The loaded model, to be shared by all threads: about 15 MB on the heap.
pub struct Encoder {
    tokenizer: Tokenizer,
    model: Model,
    kernel: String,
    rounding: Rounding,
    /// Set where the process's own pool would spread a product over several threads.
    one_thread: Option<ThreadPool>,
    /// Memory of calls that have ended, for the next ones.
    spaces: Mutex<Vec<Space>>,
}

/// The memory of one call.
#[derive(Default)]
struct Space {
    hidden: Vec<f32>,
    attention_in: Vec<f32>,
    attended: Vec<f32>,
    product: Product,
    attention: attention::Space,
    feed_forward: feed_forward::Space,
}

impl Encoder {
    /// Unpacks the compiled-in weights for this CPU.
    ///
    /// `rten-gemm` spreads a product over rayon's global pool, which would take the CPU from others and make a call
    /// wait for other threads. The first encoder of a process therefore sets that pool to one thread; where somebody
    /// else has set it before, the encoder works in a pool of its own.
    pub fn load() -> Self {
        // An error says that the pool is there already, which the next line looks at.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
        let one_thread = (rayon::current_num_threads() != 1)
            .then(|| rayon::ThreadPoolBuilder::new().num_threads(1).build().ok())
            .flatten();
        let gemm = Gemm::default();
        Self {
            tokenizer: Tokenizer::load(),
            model: Model::load(&gemm),
            rounding: Rounding::for_product(gemm.may_saturate()),
            kernel: gemm.kernel_name().to_owned(),
            one_thread,
            spaces: Mutex::default(),
        }
    }

    /// The vector of a text: 384 numbers of length one. Text beyond 256 word pieces is not read.
    pub fn embed(&self, text: &str) -> Vec<f32> {
        let pieces = self.tokenizer.pieces(text, MAX_PIECES);
        let mut space = self.spaces.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        let mut forward = || GEMM.with(|gemm| self.forward(gemm, &pieces, &mut space));
        let vector = match &self.one_thread {
            Some(pool) => pool.install(forward),
            None => forward(),
        };
        self.spaces.lock().unwrap_or_else(PoisonError::into_inner).push(space);
        vector
    }

    /// The vectors of several texts, in their order; each is what [`embed`](Self::embed) gives.
    pub fn embed_batch(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        texts.iter().map(|text| self.embed(text)).collect()
    }

    /// Counts the word pieces of the whole text, without the marks at its ends.
    pub fn count_pieces(&self, text: &str) -> usize {
        self.tokenizer.count(text)
    }

    /// Whether the vocabulary has the lower-case `word` whole, which misspelt words hardly are.
    pub fn is_word(&self, word: &str) -> bool {
        self.tokenizer.knows(word)
    }

    /// The name of the product's kernel, which tells the CPU features in use.
    pub fn kernel(&self) -> &str {
        &self.kernel
    }

    fn forward(&self, gemm: &Gemm, pieces: &[u32], space: &mut Space) -> Vec<f32> {
        space.hidden.resize(pieces.len() * DIMENSIONS, 0.0);
        let rows = space.hidden.chunks_exact_mut(DIMENSIONS);
        let places = self.model.positions.chunks_exact(DIMENSIONS);
        for ((row, &piece), place) in rows.zip(pieces).zip(places) {
            let (word, scale) = self.model.word(piece);
            rows::embed(word, scale, place, &self.model.norm, row);
        }
        for layer in &self.model.layers {
            self.attention(gemm, layer, space);
            feed_forward::apply(layer, gemm, self.rounding, &mut space.hidden, &mut space.feed_forward);
        }
        rows::unit_mean(&space.hidden)
    }

    fn attention(&self, gemm: &Gemm, layer: &Layer, space: &mut Space) {
        let Space { hidden, attention_in, attended, product, attention, .. } = space;
        attention_in.resize(3 * hidden.len(), 0.0);
        attended.resize(hidden.len(), 0.0);
        let blocks =
            hidden.chunks_mut(BLOCK * DIMENSIONS).zip(attention_in.chunks_mut(3 * BLOCK * DIMENSIONS));
        for (hidden, attention_in) in blocks {
            layer.attention_in.multiply(gemm, self.rounding, hidden, product);
            rows::restore(product, &layer.attention_in, attention_in);
        }
        attention::attend(attention_in, attended, attention);
        layer.attention_out.multiply(gemm, self.rounding, attended, product);
        rows::add_and_norm(product, &layer.attention_out, &layer.attention_norm, hidden);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn threads_share_an_encoder_and_get_the_vectors_that_one_gets() {
        let encoder = Encoder::load();
        let texts = ["How do I reset my password?", "opening hours", &"refund ".repeat(70)];
        let alone: Vec<Vec<f32>> = texts.iter().map(|text| encoder.embed(text)).collect();
        let together: Vec<Vec<Vec<f32>>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..3).map(|_| scope.spawn(|| encoder.embed_batch(&texts))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(together.iter().all(|vectors| *vectors == alone));
    }

    #[test]
    fn text_beyond_256_pieces_is_not_read() {
        let encoder = Encoder::load();
        let long = "refund ".repeat(254);
        assert_eq!(encoder.embed(&long), encoder.embed(&format!("{long} and then something else")));
        assert_ne!(encoder.embed(&long), encoder.embed(&format!("else {long}")));
    }

    #[test]
    fn any_text_has_a_vector_of_length_one() {
        let encoder = Encoder::load();
        for text in ["", " ", "\0", "🦀", "\u{10ffff}", &"x".repeat(1_000_000)] {
            let vector = encoder.embed(text);
            assert!(
                (cosine(&vector, &vector) - 1.0).abs() < 1e-5,
                "`{}`",
                text.chars().take(9).collect::<String>()
            );
        }
    }

    #[test]
    fn like_texts_are_nearer_than_unlike_ones() {
        let encoder = Encoder::load();
        let question = encoder.embed("how do i get my money back");
        let near = cosine(&question, &encoder.embed("Refunds are made to the payment method of the order."));
        let far = cosine(&question, &encoder.embed("The museum opens at nine on weekdays."));
        assert!(near > far + 0.2, "{near} {far}");
    }
}
