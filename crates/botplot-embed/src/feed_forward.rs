//! The feed-forward half of a layer: 384 → 1536, GELU, 1536 → 384, added and normalised.

use rten_gemm::GemmExecutor;

use crate::DIMENSIONS;
use crate::linear::Quantised;
use crate::rows::{self, Rounding};
use crate::weights::{INNER, Layer};

/// Rows worked on together: their 1536 numbers each stay in the second cache from one step to the next.
const BLOCK: usize = 64;

/// Memory that is used again for every block.
#[derive(Default)]
pub(crate) struct Space {
    quantised: Quantised,
    product: Vec<i32>,
    inner: Vec<f32>,
}

/// Replaces `hidden` (`[n, 384]`) by the layer's output.
pub(crate) fn apply(
    layer: &Layer,
    gemm: &GemmExecutor<u8, i8, i32>,
    rounding: Rounding,
    hidden: &mut [f32],
    space: &mut Space,
) {
    let Space { quantised, product, inner } = space;
    for hidden in hidden.chunks_mut(BLOCK * DIMENSIONS) {
        let rows = hidden.len() / DIMENSIONS;
        quantised.fill(hidden, DIMENSIONS, rounding);
        product.resize(rows * INNER, 0);
        inner.resize(rows * INNER, 0.0);
        layer.up.multiply(gemm, quantised, product);
        rows::restore_gelu(product, &quantised.ranges, &layer.up, inner);
        quantised.fill(inner, INNER, rounding);
        product.resize(rows * DIMENSIONS, 0);
        layer.down.multiply(gemm, quantised, product);
        rows::add_and_norm(product, &quantised.ranges, &layer.down, &layer.norm, hidden);
    }
}
