//! The encoder against the reference implementation, on 100 texts and vectors made by `pairs/make.py`.
//!
//! The same test runs again as on a CPU without AVX and on one with AVX2 but without VNNI, by `qemu-x86_64`.

use std::process::Command;

use botplot_embed::{DIMENSIONS, Encoder};

const TEXTS: &str = include_str!("pairs/texts.json");
const VECTORS: &[u8] = include_bytes!("pairs/vectors.f32");

#[test]
fn every_vector_has_a_cosine_of_998_or_more_to_the_reference() {
    let texts: Vec<String> = serde_json::from_str(TEXTS).unwrap();
    let numbers: Vec<f32> = VECTORS.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
    assert_eq!((texts.len(), numbers.len()), (100, 100 * DIMENSIONS));

    let encoder = Encoder::load();
    let mut cosines: Vec<(f32, usize)> = Vec::new();
    for (number, (text, reference)) in texts.iter().zip(numbers.chunks_exact(DIMENSIONS)).enumerate() {
        let vector = encoder.embed(text);
        let length: f32 = vector.iter().map(|x| x * x).sum();
        assert!((length - 1.0).abs() < 1e-5, "text {number} has a vector of length² {length}");
        cosines.push((vector.iter().zip(reference).map(|(a, b)| a * b).sum(), number));
    }
    let mean = cosines.iter().map(|(cosine, _)| cosine).sum::<f32>() / 100.0;
    cosines.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (least, worst) = cosines[0];
    println!("{}: cosine to the reference min {least:.5} (text {worst}), mean {mean:.5}", encoder.kernel());
    assert!(least >= 0.998, "text {worst} has the cosine {least}: `{}`", texts[worst]);
    assert!(mean >= 0.999, "the mean cosine is {mean}");
}

#[test]
#[cfg(target_arch = "x86_64")]
fn the_same_holds_without_avx() {
    on_cpu("Nehalem", "generic");
}

#[test]
#[cfg(target_arch = "x86_64")]
fn the_same_holds_with_avx2_whose_product_saturates() {
    on_cpu("Haswell", "avx2");
}

/// Runs the first test of this very program on another CPU, and checks that it took that CPU's kernel.
#[cfg(target_arch = "x86_64")]
fn on_cpu(cpu: &str, kernel: &str) {
    let program = std::env::current_exe().unwrap();
    let test = "every_vector_has_a_cosine_of_998_or_more_to_the_reference";
    let output = Command::new("qemu-x86_64")
        .args(["-cpu", cpu])
        .arg(program)
        .args(["--exact", test, "--nocapture"])
        .output()
        .unwrap_or_else(|error| panic!("cannot start `qemu-x86_64` ({error}): `apt-get install qemu-user`"));
    let printed = String::from_utf8_lossy(&output.stdout);
    println!("{cpu}: {printed}");
    assert!(output.status.success(), "fails on {cpu}: {printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(
        printed.contains("1 passed") && printed.contains(kernel),
        "{cpu} did not use the {kernel} kernel"
    );
}
