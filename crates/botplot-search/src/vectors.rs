//! Vectors as 8-bit integers, and the exact scan over all of a project's.

mod kernel;

/// A text's embedding: whole numbers of 8 bits and the scale that makes their length 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector {
    scale: f32,
    values: Box<[i8]>,
}

impl Vector {
    /// Rounds an embedding of any length and any number of dimensions; all zeros stay without direction.
    pub fn from_f32(values: &[f32]) -> Self {
        let largest = values.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
        let step = if largest > 0.0 && largest.is_finite() { 127.0 / largest } else { 0.0 };
        Self::new(values.iter().map(|v| (v * step).round() as i8).collect())
    }

    /// The form that is stored: the scale as little-endian `f32`, then one byte for each dimension.
    pub fn to_bytes(&self) -> Vec<u8> {
        let values = self.values.iter().map(|v| v.cast_unsigned());
        self.scale.to_le_bytes().into_iter().chain(values).collect()
    }

    /// Reads [`Vector::to_bytes`] back; `None` unless there is a scale and at least one dimension.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (_, values) = bytes.split_first_chunk::<4>().filter(|(_, values)| !values.is_empty())?;
        Some(Self::new(values.iter().map(|b| b.cast_signed()).collect()))
    }

    /// Number of dimensions.
    pub fn dimensions(&self) -> usize {
        self.values.len()
    }

    /// The cosine between two embeddings, 0 when their dimensions differ.
    pub fn cosine(&self, other: &Self) -> f32 {
        if self.values.len() != other.values.len() {
            return 0.0;
        }
        let dot =
            self.values.iter().zip(&other.values).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum::<i32>();
        dot as f32 * self.scale * other.scale
    }

    fn new(values: Box<[i8]>) -> Self {
        let square = values.iter().map(|v| i32::from(*v).pow(2)).sum::<i32>();
        let scale = if square == 0 { 0.0 } else { 1.0 / (square as f32).sqrt() };
        Self { scale, values }
    }
}

/// The vectors of one index, row by row; the first vector decides the number of dimensions.
#[derive(Default)]
pub(crate) struct Matrix {
    dimensions: usize,
    values: Vec<i8>,
    /// By slot; zero where there is no vector.
    scales: Vec<f32>,
    filled: usize,
}

impl Matrix {
    /// Puts a vector at the slot. One of another model's dimensions is left out: it could not be compared.
    pub(crate) fn set(&mut self, slot: usize, vector: &Vector) {
        if self.filled == 0 {
            self.dimensions = vector.dimensions();
            self.values.clear();
            self.scales.clear();
        }
        if vector.dimensions() != self.dimensions || vector.scale == 0.0 {
            return self.clear(slot);
        }
        if self.scales.len() <= slot {
            self.scales.resize(slot + 1, 0.0);
            self.values.resize((slot + 1) * self.dimensions, 0);
        }
        self.filled += usize::from(self.scales[slot] == 0.0);
        self.scales[slot] = vector.scale;
        self.row_mut(slot).copy_from_slice(&vector.values);
    }

    pub(crate) fn clear(&mut self, slot: usize) {
        if self.has(slot) {
            self.scales[slot] = 0.0;
            self.filled -= 1;
        }
    }

    pub(crate) fn has(&self, slot: usize) -> bool {
        self.scales.get(slot).is_some_and(|scale| *scale != 0.0)
    }

    /// How many slots have a vector.
    pub(crate) fn filled(&self) -> usize {
        self.filled
    }

    /// The cosine of each slot's vector to the question's; `None` if there are none to compare it with.
    pub(crate) fn cosines(&self, question: &[f32]) -> Option<Vec<f32>> {
        if self.filled == 0 || question.len() != self.dimensions {
            return None;
        }
        let (question, scale) = widened(question)?;
        let mut dots = vec![0; self.scales.len()];
        kernel::dots(&question, &self.values, &mut dots);
        Some(dots.iter().zip(&self.scales).map(|(dot, own)| *dot as f32 * own * scale).collect())
    }

    /// Moves rows to new slots, never to higher ones: `moved[old]` is the new slot of a living passage.
    pub(crate) fn renumber(&mut self, moved: &[u32], slots: usize) {
        let rows = self.scales.len();
        for (old, &new) in moved.iter().enumerate() {
            let new = new as usize;
            if new >= slots.min(rows) || new == old {
                continue;
            }
            // A passage beyond the last row has no vector, and must not take over that of the row it moves to.
            self.scales[new] = self.scales.get(old).copied().unwrap_or(0.0);
            if old < rows {
                let from = old * self.dimensions;
                self.values.copy_within(from..from + self.dimensions, new * self.dimensions);
            }
        }
        self.scales.truncate(slots);
        self.values.truncate(slots * self.dimensions);
    }

    /// Memory held, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.values.capacity() + self.scales.capacity() * 4
    }

    fn row_mut(&mut self, slot: usize) -> &mut [i8] {
        &mut self.values[slot * self.dimensions..(slot + 1) * self.dimensions]
    }
}

/// The question in 12 bits: products with 8-bit rows are exact in 32 bits up to 8,000 dimensions.
fn widened(question: &[f32]) -> Option<(Vec<i16>, f32)> {
    let largest = question.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
    let length = question.iter().map(|v| v * v).sum::<f32>().sqrt();
    let step = 2047.0 / largest;
    let usable = largest > 0.0 && step.is_finite() && length.is_finite();
    usable.then(|| (question.iter().map(|v| (v * step).round() as i16).collect(), 1.0 / (step * length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direction(seed: u32, dimensions: usize) -> Vec<f32> {
        let mut state = seed.wrapping_mul(2_654_435_761) | 1;
        (0..dimensions)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 8) as f32 / 8_388_608.0 - 1.0
            })
            .collect()
    }

    fn exact(a: &[f32], b: &[f32]) -> f32 {
        let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    #[test]
    fn a_vector_survives_its_bytes() {
        let vector = Vector::from_f32(&direction(1, 384));
        assert_eq!(Vector::from_bytes(&vector.to_bytes()), Some(vector));
        assert_eq!(Vector::from_bytes(&[0; 4]), None);
        assert_eq!(Vector::from_bytes(&[]), None);
    }

    #[test]
    fn the_scan_agrees_with_exact_cosines() {
        let mut matrix = Matrix::default();
        let rows = (0..50).map(|n| direction(n + 10, 384)).collect::<Vec<_>>();
        for (slot, row) in rows.iter().enumerate() {
            matrix.set(slot, &Vector::from_f32(row));
        }
        let question = direction(999, 384);
        let cosines = matrix.cosines(&question).expect("filled");
        for (row, cosine) in rows.iter().zip(cosines) {
            assert!((exact(row, &question) - cosine).abs() < 0.004);
        }
        let own = matrix.cosines(&rows[7]).expect("filled");
        assert!((own[7] - 1.0).abs() < 0.001);
    }

    #[test]
    fn a_vector_of_another_model_is_left_out() {
        let mut matrix = Matrix::default();
        matrix.set(0, &Vector::from_f32(&[1.0, 0.0]));
        matrix.set(1, &Vector::from_f32(&[1.0, 0.0, 0.0]));
        assert_eq!((matrix.has(0), matrix.has(1), matrix.filled()), (true, false, 1));
        assert_eq!(matrix.cosines(&[1.0, 0.0, 0.0]), None);
        assert_eq!(matrix.cosines(&[0.0, 0.0]), None);
        assert_eq!(matrix.cosines(&[f32::NAN, 0.0]), None);
    }
}
