//! Writes matrices as int8 with one scale per row, and small arrays as f32, each on a 64-byte border.

const ALIGNMENT: usize = 64;

pub(super) struct Output(Vec<u8>);

impl Output {
    pub(super) fn new() -> Self {
        let mut output = Self(b"botplot MiniLM int8 2\n".to_vec());
        output.pad();
        output
    }

    /// One int8 row per row of the matrix, then all the rows' scales: `weight ≈ int8 × scale`.
    pub(super) fn rows(&mut self, matrix: &[f32], width: usize) {
        let mut scales = Vec::with_capacity(matrix.len() / width);
        for row in matrix.chunks_exact(width) {
            let scale = row.iter().fold(0.0_f32, |most, x| most.max(x.abs())) / 127.0;
            let scale = if scale == 0.0 { 1.0 } else { scale };
            scales.push(scale);
            self.0.extend(row.iter().map(|x| (x / scale).round_ties_even().clamp(-127.0, 127.0) as i8 as u8));
        }
        self.pad();
        self.floats(&scales);
    }

    /// A connected layer: int8 rows, the inputs whose weights stay f32, those weights input by input, the bias.
    pub(super) fn linear(&mut self, weights: &[f32], inputs: usize, wide: &[usize], bias: &[f32]) {
        let mut narrow = weights.to_vec();
        for row in narrow.chunks_exact_mut(inputs) {
            for &input in wide {
                row[input] = 0.0;
            }
        }
        self.rows(&narrow, inputs);
        let numbers = [wide.len()].into_iter().chain(wide.iter().copied());
        self.0.extend(numbers.flat_map(|number| (number as u32).to_le_bytes()));
        self.pad();
        let column = |&input: &usize| weights.iter().skip(input).step_by(inputs).copied();
        self.floats(&wide.iter().flat_map(column).collect::<Vec<f32>>());
        self.floats(bias);
    }

    pub(super) fn floats(&mut self, numbers: &[f32]) {
        self.0.extend(numbers.iter().flat_map(|x| x.to_le_bytes()));
        self.pad();
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn pad(&mut self) {
        self.0.resize(self.0.len().next_multiple_of(ALIGNMENT), 0);
    }
}
