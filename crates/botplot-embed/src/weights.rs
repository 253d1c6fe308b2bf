//! Reads the compiled-in model file: arrays in a fixed order, each on a 64-byte border.

use crate::linear::{Gemm, Linear, Wide};
use crate::{DIMENSIONS, MAX_PIECES};

/// Width of the feed-forward part's middle.
pub(crate) const INNER: usize = 1536;
const LAYERS: usize = 6;
const PIECES: usize = 30_522;

static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!("../model/minilm.bin"));
const MARK: &[u8] = b"botplot MiniLM int8 2\n";
const BORDER: usize = 64;

#[repr(C, align(64))]
struct Aligned<T: ?Sized>(T);

/// The whole model; only the layers' packed weights and the small arrays are on the heap.
pub(crate) struct Model {
    /// Word vectors as int8, `[pieces, 384]`, used where they lie in the program.
    words: &'static [u8],
    /// Scale of each word vector.
    word_scales: Vec<f32>,
    /// Vector of each position, `[256, 384]`, the token type's vector added.
    pub(crate) positions: Vec<f32>,
    pub(crate) norm: Norm,
    pub(crate) layers: Vec<Layer>,
}

/// One transformer layer.
pub(crate) struct Layer {
    /// Query, key and value side by side: 384 → 3 × 384, queries already divided by √32.
    pub(crate) attention_in: Linear,
    pub(crate) attention_out: Linear,
    pub(crate) attention_norm: Norm,
    pub(crate) up: Linear,
    pub(crate) down: Linear,
    pub(crate) norm: Norm,
}

/// Gain and shift of a layer normalisation.
pub(crate) struct Norm {
    pub(crate) gain: Vec<f32>,
    pub(crate) shift: Vec<f32>,
}

impl Model {
    pub(crate) fn load(gemm: &Gemm) -> Self {
        let mut file = File::open();
        let words = file.bytes(PIECES * DIMENSIONS);
        let word_scales = file.floats(PIECES);
        let positions = file.floats(MAX_PIECES * DIMENSIONS);
        let norm = file.norm();
        let layers = (0..LAYERS).map(|_| file.layer(gemm)).collect();
        assert!(file.0.is_empty(), "the compiled-in model is longer than it should be");
        Self { words, word_scales, positions, norm, layers }
    }

    /// The int8 vector of one word piece and its scale.
    pub(crate) fn word(&self, piece: u32) -> (&'static [u8], f32) {
        let piece = piece as usize;
        (&self.words[piece * DIMENSIONS..(piece + 1) * DIMENSIONS], self.word_scales[piece])
    }
}

struct File(&'static [u8]);

impl File {
    fn open() -> Self {
        let mut file = Self(&FILE.0);
        assert_eq!(file.bytes(MARK.len()), MARK, "the compiled-in model is of another format");
        file
    }

    fn bytes(&mut self, length: usize) -> &'static [u8] {
        let (array, rest) = self.0.split_at(length.next_multiple_of(BORDER));
        self.0 = rest;
        &array[..length]
    }

    fn floats(&mut self, length: usize) -> Vec<f32> {
        self.bytes(4 * length).as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect()
    }

    fn norm(&mut self) -> Norm {
        Norm { gain: self.floats(DIMENSIONS), shift: self.floats(DIMENSIONS) }
    }

    fn linear(&mut self, gemm: &Gemm, outputs: usize, inputs: usize) -> Linear {
        let weights =
            self.bytes(outputs * inputs).iter().map(|&byte| byte.cast_signed()).collect::<Vec<i8>>();
        let scales = self.floats(outputs);
        let wide = self.numbers();
        let wide_weights = self.floats(wide.len() * outputs);
        Linear::new(
            gemm,
            &weights,
            scales,
            self.floats(outputs),
            Wide { inputs: wide, weights: wide_weights },
        )
    }

    /// A list of numbers with its length before it, all within one border.
    fn numbers(&mut self) -> Vec<usize> {
        let numbers = self.bytes(BORDER).as_chunks().0;
        let mut numbers = numbers.iter().map(|four| u32::from_le_bytes(*four) as usize);
        let count = numbers.next().unwrap_or(0);
        numbers.take(count).collect()
    }

    fn layer(&mut self, gemm: &Gemm) -> Layer {
        Layer {
            attention_in: self.linear(gemm, 3 * DIMENSIONS, DIMENSIONS),
            attention_out: self.linear(gemm, DIMENSIONS, DIMENSIONS),
            attention_norm: self.norm(),
            up: self.linear(gemm, INNER, DIMENSIONS),
            down: self.linear(gemm, DIMENSIONS, INNER),
            norm: self.norm(),
        }
    }
}
