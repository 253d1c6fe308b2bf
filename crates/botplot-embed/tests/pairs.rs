//! The encoder against the reference implementation, on 100 texts and vectors made by `pairs/make.py`.

use botplot_embed::{DIMENSIONS, Encoder};

const TEXTS: &str = include_str!("pairs/texts.json");
const VECTORS: &[u8] = include_bytes!("pairs/vectors.f32");

#[test]
fn every_vector_is_within_002_of_the_reference() {
    let texts: Vec<String> = serde_json::from_str(TEXTS).unwrap();
    let numbers: Vec<f32> = VECTORS.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
    assert_eq!((texts.len(), numbers.len()), (100, 100 * DIMENSIONS));

    let encoder = Encoder::load();
    let mut cosines: Vec<(f32, usize, &str)> = texts
        .iter()
        .zip(numbers.chunks_exact(DIMENSIONS))
        .enumerate()
        .map(|(i, (text, reference))| {
            let vector = encoder.embed(text);
            (vector.iter().zip(reference).map(|(a, b)| a * b).sum(), i, text.as_str())
        })
        .collect();
    let mean = cosines.iter().map(|(cosine, ..)| cosine).sum::<f32>() / 100.0;
    cosines.sort_by(|a, b| a.0.total_cmp(&b.0));
    println!("{}: cosine to the reference: min {:.5}, mean {mean:.5}", encoder.kernel(), cosines[0].0);
    for (cosine, i, text) in &cosines[..8] {
        println!("  {cosine:.5} text {i}: {}", text.chars().take(60).collect::<String>());
    }
    assert!(cosines[0].0 >= 0.998, "text {} has the cosine {}", cosines[0].1, cosines[0].0);
}
