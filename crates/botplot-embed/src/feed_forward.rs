//! The feed-forward half of a layer: 384 → 1536, GELU, 1536 → 384, added and normalised.

use crate::DIMENSIONS;
use crate::linear::{Gemm, Product};
use crate::rows::{self, Rounding};
use crate::weights::{INNER, Layer};

/// Rows worked on together: their 1536 numbers each stay in the second cache from one step to the next.
const BLOCK: usize = 64;

/// Memory that is used again for every block.
#[derive(Default)]
pub(crate) struct Space {
    product: Product,
    inner: Vec<f32>,
}

/// Replaces `hidden` (`[n, 384]`) by the layer's output.
pub(crate) fn apply(layer: &Layer, gemm: &Gemm, rounding: Rounding, hidden: &mut [f32], space: &mut Space) {
    let Space { product, inner } = space;
    for hidden in hidden.chunks_mut(BLOCK * DIMENSIONS) {
        inner.resize(hidden.len() / DIMENSIONS * INNER, 0.0);
        layer.up.multiply(gemm, rounding, hidden, product);
        rows::restore_gelu(product, &layer.up, inner);
        layer.down.multiply(gemm, rounding.after_gelu(), inner, product);
        rows::add_and_norm(product, &layer.down, &layer.norm, hidden);
    }
}
