//! Fully connected layers: activations quantised row by row, an int8 product, and its scales.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::NdTensorView;

use crate::rows::{self, Rounding};

/// The int8 product: u8 activations, i8 weights, i32 sums.
pub(crate) type Gemm = GemmExecutor<u8, i8, i32>;

/// One layer's weights, packed for the CPU's kernel, with three numbers for each output.
pub(crate) struct Linear {
    packed: PackedBMatrix<i8>,
    pub(crate) scales: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    /// Sum of an output's weights times its scale: what an activation's zero point adds to the product.
    pub(crate) sums: Vec<f32>,
    pub(crate) wide: Wide,
}

/// Inputs that sometimes are far greater than all others: taken out of the rounding and multiplied in f32.
#[derive(Default)]
pub(crate) struct Wide {
    pub(crate) inputs: Vec<usize>,
    /// The weights, `[inputs, outputs]`.
    pub(crate) weights: Vec<f32>,
}

impl Linear {
    /// Packs `weights`, given as `[outputs, inputs]`, zero where the input is wide.
    pub(crate) fn new(gemm: &Gemm, weights: &[i8], scales: Vec<f32>, bias: Vec<f32>, wide: Wide) -> Self {
        let inputs = weights.len() / scales.len();
        let sum = |row: &[i8]| row.iter().map(|&weight| i32::from(weight)).sum::<i32>() as f32;
        let sums = weights.chunks_exact(inputs).zip(&scales).map(|(row, scale)| sum(row) * scale).collect();
        let matrix = NdTensorView::from_data([scales.len(), inputs], weights);
        Self { packed: gemm.prepack_b(matrix.transposed()), scales, bias, sums, wide }
    }

    /// Multiplies rows of `values` (`[n, inputs]`); the result is read with [`rows::restore`] and its like.
    ///
    /// `dots[r, o] = Σ numbers[r, i] · weight[o, i]`, and the true value is
    /// `Σ over r's parts (dots − zero · Σ weight) · step · scale + wide + bias`. (`rten-gemm` 0.27 can subtract zero
    /// points itself, but takes the first rows' for all rows.)
    pub(crate) fn multiply(&self, gemm: &Gemm, rounding: Rounding, values: &mut [f32], out: &mut Product) {
        out.quantise(values, self.packed.rows(), &self.wide.inputs, rounding);
        out.dots.resize(out.ranges.len() * self.packed.cols(), 0);
        let a = NdTensorView::from_data([out.ranges.len(), self.packed.rows()], &out.numbers[..]);
        gemm.gemm(
            &mut out.dots,
            GemmInputA::Unpacked(a),
            GemmInputB::Packed(&self.packed),
            GemmOptions::default(),
        )
        .expect("the sizes are fixed by the model and the weights packed by this executor");
    }
}

/// Rows of activations as u8, `value ≈ (number − zero) · step`, and their product with a layer's weights.
///
/// Where `fine`, every row has two parts: after all the rows comes what their rounding left over, rounded again.
#[derive(Default)]
pub(crate) struct Product {
    numbers: Vec<u8>,
    pub(crate) ranges: Vec<Range>,
    pub(crate) fine: bool,
    /// `[parts, outputs]`.
    pub(crate) dots: Vec<i32>,
    /// The wide inputs' values, row by row.
    pub(crate) wide: Vec<f32>,
    left_over: Vec<f32>,
}

/// What one row's numbers mean.
#[derive(Clone, Copy, Default)]
pub(crate) struct Range {
    pub(crate) step: f32,
    pub(crate) zero: f32,
}

impl Product {
    /// Quantises rows of `width` numbers in place of what was here; `values` are the same afterwards.
    fn quantise(&mut self, values: &mut [f32], width: usize, wide: &[usize], rounding: Rounding) {
        let rows = values.len() / width;
        self.fine = rows <= rounding.fine_rows;
        let parts = rows * (1 + usize::from(self.fine));
        self.numbers.resize(parts * width, 0);
        self.ranges.resize(parts, Range::default());
        self.wide.clear();
        for row in values.chunks_exact_mut(width) {
            self.wide.extend(wide.iter().map(|&input| std::mem::take(&mut row[input])));
        }
        let (numbers, rest_numbers) = self.numbers.split_at_mut(values.len());
        let (ranges, rest_ranges) = self.ranges.split_at_mut(rows);
        rows::quantise(values, rounding, numbers, ranges);
        if self.fine {
            self.left_over.resize(values.len(), 0.0);
            let rows = values.chunks_exact(width).zip(numbers.chunks_exact(width)).zip(ranges);
            for (((values, numbers), range), rest) in rows.zip(self.left_over.chunks_exact_mut(width)) {
                for ((value, number), rest) in values.iter().zip(numbers).zip(rest) {
                    *rest = value - (f32::from(*number) - range.zero) * range.step;
                }
            }
            rows::quantise(&self.left_over, rounding, rest_numbers, rest_ranges);
        }
        for (row, kept) in values.chunks_exact_mut(width).zip(self.wide.chunks_exact(wide.len().max(1))) {
            wide.iter().zip(kept).for_each(|(&input, value)| row[input] = *value);
        }
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
                for x in values {
                    *x += row as f32 / 10.0;
                }
            }
            let mut weights: Vec<i8> = numbers(outputs * inputs).iter().map(|x| (x * 127.0) as i8).collect();
            let mut scaled: Vec<f32> = weights.iter().map(|w| f32::from(*w) * 0.5).collect();
            let wide = Wide { inputs: vec![5, 17], weights: numbers(2 * outputs) };
            for (output, row) in scaled.chunks_exact_mut(inputs).enumerate() {
                (row[5], row[17]) = (wide.weights[output], wide.weights[outputs + output]);
            }
            for row in weights.chunks_exact_mut(inputs) {
                (row[5], row[17]) = (0, 0);
            }
            for row in values.chunks_exact_mut(inputs) {
                row[17] *= 1000.0;
            }
            let before = values.clone();
            let linear = Linear::new(&gemm, &weights, vec![0.5; outputs], vec![3.0; outputs], wide);
            let mut product = Product::default();
            linear.multiply(&gemm, Rounding::for_product(gemm.may_saturate()), &mut values, &mut product);
            assert_eq!(values, before);
            let mut out = vec![0.0; rows * outputs];
            rows::restore(&product, &linear, &mut out);
            for (at, out) in out.iter().enumerate() {
                let (row, output) = (at / outputs * inputs, at % outputs * inputs);
                let terms = values[row..row + inputs].iter().zip(&scaled[output..output + inputs]);
                let exact = terms.map(|(x, w)| f64::from(*x) * f64::from(*w)).sum::<f64>() + 3.0;
                // Each input is off by at most half a step, evenly: a standard deviation of step / √12, times weights of
                // 37 on the (quadratic) average. How long a step is depends on the CPU's kernel.
                let part = row / inputs + if product.fine { rows } else { 0 };
                let deviation = product.ranges[part].step / 12_f32.sqrt() * 37.0 * (inputs as f32).sqrt();
                let off = (exact - f64::from(*out)).abs();
                assert!(
                    off < f64::from(6.0 * deviation + 0.01),
                    "{rows} rows, number {at}: {out} and not {exact}"
                );
            }
        }
    }
}
