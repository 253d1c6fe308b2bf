//! What is done to rows of activations between two products, several numbers at a time.
//!
//! Row widths are multiples of 64, so that every vector width divides them and no row has a tail.

use rten_simd::ops::{BitOps, FloatOps, NarrowSaturate, NumOps, ToFloat};
use rten_simd::{Isa, SimdOp, SimdUnaryOp};
use rten_vecmath::Gelu;

use crate::DIMENSIONS;
use crate::linear::{Linear, Quantised, Range};
use crate::weights::Norm;

/// Added to the variance, as in the original model's configuration.
const EPSILON: f32 = 1e-12;

/// How many steps an activation's range is divided into.
#[derive(Clone, Copy)]
pub(crate) struct Rounding {
    most: u8,
}

impl Rounding {
    /// All eight bits where the product is exact, seven where it adds neighbours in 16 bits and would overflow.
    pub(crate) fn for_product(may_saturate: bool) -> Self {
        Self { most: if may_saturate { 127 } else { 255 } }
    }
}

/// Quantises rows of `width` numbers, each with its own range.
pub(crate) fn quantise(values: &[f32], width: usize, rounding: Rounding, into: &mut Quantised) {
    Quantise { values, width, rounding, into }.dispatch();
}

/// `out = restored product`, row by row.
pub(crate) fn restore(product: &[i32], ranges: &[Range], linear: &Linear, out: &mut [f32]) {
    Restore::<false> { product, ranges, linear, out }.dispatch();
}

/// `out = gelu(restored product)`, row by row.
pub(crate) fn restore_gelu(product: &[i32], ranges: &[Range], linear: &Linear, out: &mut [f32]) {
    Restore::<true> { product, ranges, linear, out }.dispatch();
}

/// `hidden = norm(hidden + restored product)`, row by row of 384.
pub(crate) fn add_and_norm(
    product: &[i32],
    ranges: &[Range],
    linear: &Linear,
    norm: &Norm,
    hidden: &mut [f32],
) {
    AddAndNorm { product, ranges, linear, norm, hidden }.dispatch();
}

/// `row = norm(word · scale + position)`, one row of 384.
pub(crate) fn embed(word: &[u8], scale: f32, position: &[f32], norm: &Norm, row: &mut [f32]) {
    for ((out, number), place) in row.iter_mut().zip(word).zip(position) {
        *out = f32::from(number.cast_signed()).mul_add(scale, *place);
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
    mean.iter_mut().for_each(|x| *x /= length);
    mean
}

struct Quantise<'a> {
    values: &'a [f32],
    width: usize,
    rounding: Rounding,
    into: &'a mut Quantised,
}

impl SimdOp for Quantise<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Quantised { numbers, ranges } = self.into;
        let most = f32::from(self.rounding.most);
        let rows = self.values.chunks_exact(self.width).zip(numbers.chunks_exact_mut(self.width));
        for ((row, out), range) in rows.zip(ranges) {
            let (low, high) = bounds(isa, row);
            let step = ((high - low) / most).max(f32::MIN_POSITIVE);
            *range = Range { step, zero: (-low / step).round_ties_even() };
            round_row(isa, row, out, step.recip(), range.zero as i32, i32::from(self.rounding.most));
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
fn round_row<I: Isa>(isa: I, row: &[f32], out: &mut [u8], per_step: f32, zero: i32, most: i32) {
    let (ops, ints) = (isa.f32(), isa.i32());
    let (per_step, zero, most) = (ops.splat(per_step), ints.splat(zero), ints.splat(most));
    for (four, out) in row.chunks_exact(4 * ops.len()).zip(out.chunks_exact_mut(4 * ops.len())) {
        let four = ops.load_many::<4>(four).map(
            #[inline(always)]
            |x| ints.min(ints.add(ops.to_int_round(ops.mul(x, per_step)), zero), most),
        );
        let low = ints.narrow_saturate(four[0], four[1]);
        let high = ints.narrow_saturate(four[2], four[3]);
        isa.u8().store(isa.i16().narrow_saturate(low, high), out);
    }
}

struct Restore<'a, const GELU: bool> {
    product: &'a [i32],
    ranges: &'a [Range],
    linear: &'a Linear,
    out: &'a mut [f32],
}

impl<const GELU: bool> SimdOp for Restore<'_, GELU> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let width = self.linear.scales.len();
        let rows = self.product.chunks_exact(width).zip(self.out.chunks_exact_mut(width));
        for ((product, out), range) in rows.zip(self.ranges) {
            restored(
                isa,
                product,
                *range,
                self.linear,
                out,
                |_, x| if GELU { Gelu {}.eval(isa, x) } else { x },
            );
        }
    }
}

/// `out = then(out, product · step · scale − zero · step · sum + bias)`
#[inline(always)]
fn restored<I: Isa>(
    isa: I,
    product: &[i32],
    range: Range,
    linear: &Linear,
    out: &mut [f32],
    then: impl Fn(I::F32, I::F32) -> I::F32,
) {
    let (ops, ints) = (isa.f32(), isa.i32());
    let step = ops.splat(range.step);
    let shift = ops.splat(-range.step * range.zero);
    let numbers = product.chunks_exact(ops.len()).zip(out.chunks_exact_mut(ops.len()));
    let scales = linear.scales.chunks_exact(ops.len());
    let sums = linear.sums.chunks_exact(ops.len()).zip(linear.bias.chunks_exact(ops.len()));
    for ((product, out), (scale, (sum, bias))) in numbers.zip(scales.zip(sums)) {
        let scale = ops.mul(ops.load(scale), step);
        let bias = ops.mul_add(ops.load(sum), shift, ops.load(bias));
        let x = ops.mul_add(ints.to_float(ints.load(product)), scale, bias);
        ops.store(then(ops.load(out), x), out);
    }
}

struct AddAndNorm<'a> {
    product: &'a [i32],
    ranges: &'a [Range],
    linear: &'a Linear,
    norm: &'a Norm,
    hidden: &'a mut [f32],
}

impl SimdOp for AddAndNorm<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        let rows = self.product.chunks_exact(DIMENSIONS).zip(self.hidden.chunks_exact_mut(DIMENSIONS));
        for ((product, row), range) in rows.zip(self.ranges) {
            restored(isa, product, *range, self.linear, row, |before, x| ops.add(before, x));
            norm_row(isa, self.norm, row);
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
