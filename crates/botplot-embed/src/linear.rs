//! Fully connected layers: activations quantised row by row, an int8 product, and its scales.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::NdTensorView;

use crate::rows::{self, Rounding};

/// One layer's weights, packed for the CPU's kernel, with three numbers for each output.
pub(crate) struct Linear {
    weights: PackedBMatrix<i8>,
    pub(crate) scales: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    /// Sum of an output's weights times its scale: what an activation's zero point adds to the product.
    pub(crate) sums: Vec<f32>,
}

impl Linear {
    /// Packs `weights`, given as `[outputs, inputs]`.
    pub(crate) fn new(
        gemm: &GemmExecutor<u8, i8, i32>,
        weights: &[i8],
        inputs: usize,
        scales: Vec<f32>,
        bias: Vec<f32>,
    ) -> Self {
        let sum = |row: &[i8]| row.iter().map(|&weight| i32::from(weight)).sum::<i32>() as f32;
        let sums = weights.chunks_exact(inputs).zip(&scales).map(|(row, scale)| sum(row) * scale).collect();
        let matrix = NdTensorView::from_data([scales.len(), inputs], weights);
        Self { weights: gemm.prepack_b(matrix.transposed()), scales, bias, sums }
    }

    /// Multiplies rows of `inputs` numbers: `product[r, o] = Σ numbers[r, i] · weight[o, i]`.
    ///
    /// The true value is `product · step[r] · scales[o] − zero[r] · step[r] · sums[o] + bias[o]`, which the caller
    /// takes together with its next step. (`rten-gemm` 0.27 can subtract zero points itself, but takes the first
    /// rows' for all rows.)
    pub(crate) fn multiply(&self, gemm: &GemmExecutor<u8, i8, i32>, rows: &Quantised, product: &mut [i32]) {
        let a = NdTensorView::from_data([rows.ranges.len(), self.weights.rows()], &rows.numbers[..]);
        gemm.gemm(
            product,
            GemmInputA::Unpacked(a),
            GemmInputB::Packed(&self.weights),
            GemmOptions::default(),
        )
        .expect("the sizes are fixed by the model and the weights packed by this executor");
    }
}

/// Rows of activations as u8: `value ≈ (number − zero) · step`.
#[derive(Default)]
pub(crate) struct Quantised {
    pub(crate) numbers: Vec<u8>,
    pub(crate) ranges: Vec<Range>,
}

/// What one row's numbers mean.
#[derive(Clone, Copy, Default)]
pub(crate) struct Range {
    pub(crate) step: f32,
    pub(crate) zero: f32,
}

impl Quantised {
    /// Quantises rows of `width` numbers in place of what was here.
    pub(crate) fn fill(&mut self, values: &[f32], width: usize, rounding: Rounding) {
        self.numbers.resize(values.len(), 0);
        self.ranges.resize(values.len() / width, Range::default());
        rows::quantise(values, width, rounding, self);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers in ±1 that are the same in every run.
    fn numbers(count: usize) -> Vec<f32> {
        let mut seed = 1_u32;
        let next = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / 8_388_608.0 - 1.0
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    #[test]
    fn product_of_rounded_rows_is_near_the_true_product() {
        let gemm = GemmExecutor::default();
        for (rows, inputs, outputs) in [(2, 384, 1152), (19, 384, 1536), (70, 1536, 384)] {
            let mut values = numbers(rows * inputs);
            for (row, values) in values.chunks_exact_mut(inputs).enumerate() {
                values.iter_mut().for_each(|x| *x += row as f32 / 10.0);
            }
            let weights: Vec<i8> = numbers(outputs * inputs).iter().map(|x| (x * 127.0) as i8).collect();
            let linear = Linear::new(&gemm, &weights, inputs, vec![0.5; outputs], vec![3.0; outputs]);
            let mut rounded = Quantised::default();
            rounded.fill(&values, inputs, Rounding::for_product(gemm.may_saturate()));
            let mut product = vec![0; rows * outputs];
            linear.multiply(&gemm, &rounded, &mut product);
            let mut out = vec![0.0; rows * outputs];
            rows::restore(&product, &rounded.ranges, &linear, &mut out);
            for (at, out) in out.iter().enumerate() {
                let (row, output) = (at / outputs * inputs, at % outputs * inputs);
                let terms = values[row..row + inputs].iter().zip(&weights[output..output + inputs]);
                let exact = terms.map(|(x, w)| x * f32::from(*w) * 0.5).sum::<f32>() + 3.0;
                // Each of the inputs is off by at most half a step, at random.
                let allowed = 4.0 * 0.02 * 36.0 * (inputs as f32).sqrt();
                assert!((exact - out).abs() < allowed, "{rows} rows, number {at}: {out} and not {exact}");
            }
        }
    }
}
