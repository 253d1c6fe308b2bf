//! What is done to rows of activations between two products, several numbers at a time.
//!
//! Row widths are multiples of 64, so that every vector width divides them and no row has a tail.
#![allow(clippy::inline_always, reason = "vector instructions work only in a function compiled for them")]

use rten_simd::ops::{BitOps, FloatOps, NarrowSaturate, NumOps, ToFloat};
use rten_simd::{Isa, SimdOp, SimdUnaryOp};
use rten_vecmath::Gelu;

use crate::DIMENSIONS;
use crate::linear::{Linear, Product, Range};
use crate::weights::Norm;

/// Added to the variance, as in the original model's configuration.
const EPSILON: f32 = 1e-12;

/// How finely activations are rounded.
#[derive(Clone, Copy)]
pub(crate) struct Rounding {
    /// Steps that a row's range is divided into.
    most: u8,
    /// Texts of up to so many rows are rounded in two parts: the fewer rows, the less their errors even out.
    pub(crate) fine_rows: usize,
}

impl Rounding {
    /// All eight bits where the product is exact, seven where it adds neighbours in 16 bits and would overflow.
    pub(crate) fn for_product(may_saturate: bool) -> Self {
        if may_saturate { Self { most: 127, fine_rows: 32 } } else { Self { most: 255, fine_rows: 8 } }
    }

    /// For values behind GELU, few of which are great: seven bits are too few for the others.
    pub(crate) fn after_gelu(self) -> Self {
        Self { fine_rows: if self.most == 127 { usize::MAX } else { self.fine_rows }, ..self }
    }
}

/// Quantises rows of numbers, each with its own range.
pub(crate) fn quantise(values: &[f32], rounding: Rounding, numbers: &mut [u8], ranges: &mut [Range]) {
    Quantise { values, rounding, numbers, ranges }.dispatch();
}

/// `out = value of product`, row by row.
pub(crate) fn restore(product: &Product, linear: &Linear, out: &mut [f32]) {
    Restore::<false> { product, linear, out }.dispatch();
}

/// `out = gelu(value of product)`, row by row.
pub(crate) fn restore_gelu(product: &Product, linear: &Linear, out: &mut [f32]) {
    Restore::<true> { product, linear, out }.dispatch();
}

/// `hidden = norm(hidden + value of product)`, row by row of 384.
pub(crate) fn add_and_norm(product: &Product, linear: &Linear, norm: &Norm, hidden: &mut [f32]) {
    AddAndNorm { product, linear, norm, hidden }.dispatch();
}

/// `row = norm(word · scale + position)`, one row of 384.
pub(crate) fn embed(word: &[u8], scale: f32, position: &[f32], norm: &Norm, row: &mut [f32]) {
    for ((out, number), place) in row.iter_mut().zip(word).zip(position) {
        *out = f32::from(number.cast_signed()) * scale + place;
    }
    NormRow { norm, row }.dispatch();
}

/// The mean of rows of 384, brought to length one.
pub(crate) fn unit_mean(hidden: &[f32]) -> Vec<f32> {
    let mut mean = vec![0.0_f32; DIMENSIONS];
    for row in hidden.chunks_exact(DIMENSIONS) {
        mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    let length = mean.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    for x in &mut mean {
        *x /= length;
    }
    mean
}

struct Quantise<'a> {
    values: &'a [f32],
    rounding: Rounding,
    numbers: &'a mut [u8],
    ranges: &'a mut [Range],
}

impl SimdOp for Quantise<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let most = f32::from(self.rounding.most);
        let width = self.values.len() / self.ranges.len();
        let rows = self.values.chunks_exact(width).zip(self.numbers.chunks_exact_mut(width));
        for ((row, out), range) in rows.zip(self.ranges) {
            let (low, high) = bounds(isa, row);
            let step = ((high - low) / most).max(f32::MIN_POSITIVE);
            *range = Range { step, zero: (-low / step).round_ties_even() };
            round_row(isa, row, out, step.recip(), range.zero, most);
        }
    }
}

/// The least and greatest number of a row and zero.
#[inline(always)]
fn bounds<I: Isa>(isa: I, row: &[f32]) -> (f32, f32) {
    let ops = isa.f32();
    let mut low = [ops.zero(); 2];
    let mut high = [ops.zero(); 2];
    for pair in row.chunks_exact(2 * ops.len()) {
        let pair = ops.load_many::<2>(pair);
        for i in 0..2 {
            low[i] = ops.min(low[i], pair[i]);
            high[i] = ops.max(high[i], pair[i]);
        }
    }
    let low = rten_simd::Simd::to_array(ops.min(low[0], low[1]));
    let high = rten_simd::Simd::to_array(ops.max(high[0], high[1]));
    (low.as_ref().iter().copied().fold(0.0, f32::min), high.as_ref().iter().copied().fold(0.0, f32::max))
}

#[inline(always)]
fn round_row<I: Isa>(isa: I, row: &[f32], out: &mut [u8], per_step: f32, zero: f32, most: f32) {
    let (ops, ints) = (isa.f32(), isa.i32());
    let (per_step, top, zero) = (ops.splat(per_step), ops.splat(most - zero), ints.splat(zero as i32));
    for (four, out) in row.chunks_exact(4 * ops.len()).zip(out.chunks_exact_mut(4 * ops.len())) {
        let four = ops.load_many::<4>(four);
        let mut rounded = [zero; 4];
        // A closure given to `map` would not be inlined, nor with it the instructions.
        for i in 0..4 {
            let x = ops.min(ops.mul(four[i], per_step), top);
            rounded[i] = ints.add(ops.to_int_round(x), zero);
        }
        let low = ints.narrow_saturate(rounded[0], rounded[1]);
        let high = ints.narrow_saturate(rounded[2], rounded[3]);
        isa.u8().store(isa.i16().narrow_saturate(low, high), out);
    }
}

struct Restore<'a, const GELU: bool> {
    product: &'a Product,
    linear: &'a Linear,
    out: &'a mut [f32],
}

impl<const GELU: bool> SimdOp for Restore<'_, GELU> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        for (row, out) in self.out.chunks_exact_mut(self.linear.scales.len()).enumerate() {
            restored(
                isa,
                self.product,
                row,
                self.linear,
                out,
                #[inline(always)]
                |_, x| if GELU { Gelu {}.eval(isa, x) } else { x },
            );
        }
    }
}

/// `out = then(out, value of product)` for one row.
#[inline(always)]
fn restored<I: Isa>(
    isa: I,
    product: &Product,
    row: usize,
    linear: &Linear,
    out: &mut [f32],
    then: impl Fn(I::F32, I::F32) -> I::F32,
) {
    let (ops, ints) = (isa.f32(), isa.i32());
    let width = linear.scales.len();
    let inputs = linear.wide.inputs.len();
    let wide = &product.wide[row * inputs..(row + 1) * inputs];
    let part = |row: usize| (&product.dots[row * width..(row + 1) * width], product.ranges[row]);
    let (first, range) = part(row);
    let rest = product.fine.then(|| part(product.ranges.len() / 2 + row));
    let zero = range.step * range.zero + rest.map_or(0.0, |(_, range)| range.step * range.zero);
    let (step, zero) = (ops.splat(range.step), ops.splat(-zero));
    for (at, out) in out.chunks_exact_mut(ops.len()).enumerate() {
        let at = at * ops.len()..(at + 1) * ops.len();
        let scale = ops.load(&linear.scales[at.clone()]);
        let mut x = ops.mul_add(ops.load(&linear.sums[at.clone()]), zero, ops.load(&linear.bias[at.clone()]));
        for (value, weights) in wide.iter().zip(linear.wide.weights.chunks_exact(width)) {
            x = ops.mul_add(ops.splat(*value), ops.load(&weights[at.clone()]), x);
        }
        if let Some((rest, range)) = rest {
            let scale = ops.mul(scale, ops.splat(range.step));
            x = ops.mul_add(ints.to_float(ints.load(&rest[at.clone()])), scale, x);
        }
        x = ops.mul_add(ints.to_float(ints.load(&first[at])), ops.mul(scale, step), x);
        ops.store(then(ops.load(out), x), out);
    }
}

struct AddAndNorm<'a> {
    product: &'a Product,
    linear: &'a Linear,
    norm: &'a Norm,
    hidden: &'a mut [f32],
}

impl SimdOp for AddAndNorm<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        for (row, hidden) in self.hidden.chunks_exact_mut(DIMENSIONS).enumerate() {
            restored(
                isa,
                self.product,
                row,
                self.linear,
                hidden,
                #[inline(always)]
                |before, x| ops.add(before, x),
            );
            norm_row(isa, self.norm, hidden);
        }
    }
}

struct NormRow<'a> {
    norm: &'a Norm,
    row: &'a mut [f32],
}

impl SimdOp for NormRow<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        norm_row(isa, self.norm, self.row);
    }
}

/// Mean and variance in two passes: the row is in the first cache, and nothing cancels out.
#[inline(always)]
fn norm_row<I: Isa>(isa: I, norm: &Norm, row: &mut [f32]) {
    let ops = isa.f32();
    let width = row.len() as f32;
    let mut sum = ops.zero();
    for x in row.chunks_exact(ops.len()) {
        sum = ops.add(sum, ops.load(x));
    }
    let mean = ops.splat(ops.sum(sum) / width);
    let mut squares = ops.zero();
    for x in row.chunks_exact(ops.len()) {
        let x = ops.sub(ops.load(x), mean);
        squares = ops.mul_add(x, x, squares);
    }
    let per_deviation = ops.splat((ops.sum(squares) / width + EPSILON).sqrt().recip());
    let outputs = norm.gain.chunks_exact(ops.len()).zip(norm.shift.chunks_exact(ops.len()));
    for (x, (gain, shift)) in row.chunks_exact_mut(ops.len()).zip(outputs) {
        let gain = ops.mul(ops.load(gain), per_deviation);
        ops.store(ops.mul_add(ops.sub(ops.load(x), mean), gain, ops.load(shift)), x);
    }
}
