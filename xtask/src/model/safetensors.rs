//! Reads the f32 tensors of a safetensors file: a length, a JSON header, then the raw numbers.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

pub(super) struct Tensors<'a> {
    header: Value,
    numbers: &'a [u8],
}

impl<'a> Tensors<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self> {
        let (length, rest) = bytes.split_first_chunk::<8>().context("the weights file is cut short")?;
        let length = usize::try_from(u64::from_le_bytes(*length))?;
        let (header, numbers) = rest.split_at_checked(length).context("the weights file is cut short")?;
        Ok(Self { header: serde_json::from_slice(header)?, numbers })
    }

    /// The numbers of one tensor in row-major order, if it is f32 and has exactly this shape.
    pub(super) fn get(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let entry = &self.header[name];
        ensure!(entry["dtype"] == "F32", "tensor `{name}` is not there as f32");
        ensure!(entry["shape"] == serde_json::json!(shape), "tensor `{name}` has shape {}", entry["shape"]);
        let [start, end] = [0, 1].map(|i| entry["data_offsets"][i].as_u64().unwrap_or(u64::MAX));
        let bytes = self.numbers.get(usize::try_from(start)?..usize::try_from(end)?);
        let bytes = bytes.with_context(|| format!("tensor `{name}` lies outside the file"))?;
        ensure!(bytes.len() == 4 * shape.iter().product::<usize>(), "tensor `{name}` has a wrong length");
        Ok(bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
    }
}
