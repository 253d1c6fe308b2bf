//! Attention of one text's rows among themselves, head by head, in f32.
//!
//! Keys are laid out transposed so that one vector holds the scores of several keys; six queries at a time keep
//! the sums in registers, and a block's scores never leave the first cache.
#![allow(clippy::inline_always, reason = "vector instructions work only in a function compiled for them")]

use rten_simd::ops::{BitOps, FloatOps, IntOps, NumOps};
use rten_simd::{Isa, Simd, SimdOp};

use crate::DIMENSIONS;

const HEADS: usize = 12;
/// Width of a head.
const HEAD: usize = DIMENSIONS / HEADS;
/// Width of a row that holds query, key and value.
const ROW: usize = 3 * DIMENSIONS;
/// Queries that are worked on together.
const BLOCK: usize = 6;
/// Keys are padded to a multiple of this: two vectors of the widest kind.
const PAD: usize = 32;
/// A score that no real one comes near; its exponential is zero.
const NEVER: f32 = -1e30;

/// Memory that is used again for every head.
#[derive(Default)]
pub(crate) struct Space {
    /// Keys of one head, `[32, keys]`.
    keys: Vec<f32>,
    /// Queries of one block, `[32, 6]`.
    queries: Vec<f32>,
    /// Scores of one block, `[6, keys]`.
    scores: Vec<f32>,
}

/// Writes what each row of `rows` (`[n, 1152]`: query, key, value) attends to into `out` (`[n, 384]`).
pub(crate) fn attend(rows: &[f32], out: &mut [f32], space: &mut Space) {
    let keys = (rows.len() / ROW).next_multiple_of(PAD);
    // What lies beyond the last key has scores that are overwritten.
    space.keys.resize(HEAD * keys, 0.0);
    space.queries.resize(HEAD * BLOCK, 0.0);
    space.scores.resize(BLOCK * keys, 0.0);
    Attend { rows, out, space, padded: keys }.dispatch();
}

struct Attend<'a> {
    rows: &'a [f32],
    out: &'a mut [f32],
    space: &'a mut Space,
    /// Keys, padded.
    padded: usize,
}

impl SimdOp for Attend<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let Self { rows, out, space, padded } = self;
        let count = rows.len() / ROW;
        for head in 0..HEADS {
            let at = head * HEAD;
            for (key, row) in rows.chunks_exact(ROW).enumerate() {
                let row = &row[DIMENSIONS + at..DIMENSIONS + at + HEAD];
                for (number, column) in row.iter().zip(space.keys.chunks_exact_mut(padded)) {
                    column[key] = *number;
                }
            }
            for (block, out) in out.chunks_mut(BLOCK * DIMENSIONS).enumerate() {
                let queries = &rows[block * BLOCK * ROW..];
                for (query, row) in queries.chunks_exact(ROW).take(BLOCK).enumerate() {
                    for (number, column) in
                        row[at..at + HEAD].iter().zip(space.queries.chunks_exact_mut(BLOCK))
                    {
                        column[query] = *number;
                    }
                }
                score(isa, &space.queries, &space.keys, padded, &mut space.scores);
                let mut sums = [1.0; BLOCK];
                for (scores, sum) in space.scores.chunks_exact_mut(padded).zip(&mut sums) {
                    scores[count..].fill(NEVER);
                    *sum = exponentials(isa, scores);
                }
                mix(isa, &space.scores, padded, rows, 2 * DIMENSIONS + at, sums, out, at);
            }
        }
    }
}

/// `scores[q, k] = Σ queries[d, q] · keys[d, k]`
#[inline(always)]
fn score<I: Isa>(isa: I, queries: &[f32], keys: &[f32], padded: usize, scores: &mut [f32]) {
    let ops = isa.f32();
    for at in (0..padded).step_by(2 * ops.len()) {
        let mut sums = [[ops.zero(); 2]; BLOCK];
        for (queries, keys) in queries.as_chunks::<BLOCK>().0.iter().zip(keys.chunks_exact(padded)) {
            let keys = ops.load_many::<2>(&keys[at..]);
            for (sums, query) in sums.iter_mut().zip(queries) {
                let query = ops.splat(*query);
                sums[0] = ops.mul_add(query, keys[0], sums[0]);
                sums[1] = ops.mul_add(query, keys[1], sums[1]);
            }
        }
        for (sums, scores) in sums.iter().zip(scores.chunks_exact_mut(padded)) {
            let scores = &mut scores[at..at + 2 * ops.len()];
            ops.store(sums[0], scores);
            ops.store(sums[1], &mut scores[ops.len()..]);
        }
    }
}

/// Replaces scores by `exp(score − greatest)` and returns their sum.
#[inline(always)]
fn exponentials<I: Isa>(isa: I, scores: &mut [f32]) -> f32 {
    let ops = isa.f32();
    let mut most = ops.splat(NEVER);
    for x in scores.chunks_exact(ops.len()) {
        most = ops.max(most, ops.load(x));
    }
    let most = most.to_array().as_ref().iter().copied().fold(NEVER, f32::max);
    let most = ops.splat(most);
    let mut sum = ops.zero();
    for x in scores.chunks_exact_mut(ops.len()) {
        let power = exp(isa, ops.sub(ops.load(x), most));
        sum = ops.add(sum, power);
        ops.store(power, x);
    }
    ops.sum(sum)
}

/// `e^x` for `x ≤ 0`, relative error below 3e-6; zero below −87.
#[inline(always)]
fn exp<I: Isa>(isa: I, x: I::F32) -> I::F32 {
    let (ops, ints) = (isa.f32(), isa.i32());
    let x = ops.max(x, ops.splat(-87.0));
    let doublings = ops.to_int_round(ops.mul(x, ops.splat(std::f32::consts::LOG2_E)));
    let whole = rten_simd::ops::ToFloat::to_float(ints, doublings);
    let rest = ops.mul_add(whole, ops.splat(-std::f32::consts::LN_2), x);
    let mut power = ops.splat(1.0 / 120.0);
    for factor in [1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        power = ops.mul_add(power, rest, ops.splat(factor));
    }
    let two_to: I::F32 = ints.shift_left::<23>(ints.add(doublings, ints.splat(127))).reinterpret_cast();
    ops.mul(power, two_to)
}

/// `out[q, at..at + 32] = Σ scores[q, k] · values[k] / sums[q]`, values being the rows' numbers from `from` on.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "two matrices with a place each")]
fn mix<I: Isa>(
    isa: I,
    scores: &[f32],
    padded: usize,
    rows: &[f32],
    from: usize,
    sums: [f32; BLOCK],
    out: &mut [f32],
    at: usize,
) {
    let ops = isa.f32();
    let count = rows.len() / ROW;
    for part in (0..HEAD).step_by(2 * ops.len()) {
        let mut mixed = [[ops.zero(); 2]; BLOCK];
        let scores: [&[f32]; BLOCK] = std::array::from_fn(|query| &scores[query * padded..][..count]);
        for (key, row) in rows.chunks_exact(ROW).enumerate() {
            let values = ops.load_many::<2>(&row[from + part..]);
            for (mixed, scores) in mixed.iter_mut().zip(&scores) {
                let weight = ops.splat(scores[key]);
                mixed[0] = ops.mul_add(weight, values[0], mixed[0]);
                mixed[1] = ops.mul_add(weight, values[1], mixed[1]);
            }
        }
        for ((mixed, sum), row) in mixed.iter().zip(sums).zip(out.chunks_exact_mut(DIMENSIONS)) {
            let share = ops.splat(sum.recip());
            let row = &mut row[at + part..at + part + 2 * ops.len()];
            ops.store(ops.mul(mixed[0], share), row);
            ops.store(ops.mul(mixed[1], share), &mut row[ops.len()..]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same in f64, written as the definition reads.
    fn plain(rows: &[f32]) -> Vec<f64> {
        let number = |row: usize, at: usize| f64::from(rows[row * ROW + at]);
        let count = rows.len() / ROW;
        let mut out = vec![0.0; count * DIMENSIONS];
        for head in 0..HEADS {
            for query in 0..count {
                let at = |d: usize| head * HEAD + d;
                let score = |key| {
                    (0..HEAD).map(|d| number(query, at(d)) * number(key, DIMENSIONS + at(d))).sum::<f64>()
                };
                let powers: Vec<f64> = (0..count).map(|key| score(key).exp()).collect();
                let sum: f64 = powers.iter().sum();
                for d in 0..HEAD {
                    let mixed =
                        (0..count).map(|key| powers[key] * number(key, 2 * DIMENSIONS + at(d))).sum::<f64>();
                    out[query * DIMENSIONS + at(d)] = mixed / sum;
                }
            }
        }
        out
    }

    #[test]
    fn any_number_of_rows_gives_what_the_definition_gives() {
        let mut seed = 7_u32;
        let mut space = Space::default();
        for count in [67, 2, 1, 6, 32, 33] {
            let rows: Vec<f32> = std::iter::repeat_with(|| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 8) as f32 / 8_388_608.0 - 1.0
            })
            .take(count * ROW)
            .collect();
            let mut out = vec![0.0; count * DIMENSIONS];
            attend(&rows, &mut out, &mut space);
            let worst =
                out.iter().zip(plain(&rows)).map(|(x, y)| (f64::from(*x) - y).abs()).fold(0.0, f64::max);
            assert!(worst < 2e-5, "{count} rows differ by {worst}");
        }
    }
}
