//! The encoder against the reference implementation, on 100 texts and vectors made by `pairs/make.py`.
//!
//! The same tests run again as on a CPU without AVX and on one with AVX2 but without VNNI, by `qemu-x86_64`. They
//! come in halves, since the emulation takes about a minute and a half of CPU for one.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that shows its figures")]

use std::process::Command;

use botplot_embed::{DIMENSIONS, Encoder};

const TEXTS: &str = include_str!("pairs/texts.json");
const VECTORS: &[u8] = include_bytes!("pairs/vectors.f32");

const EVEN: &str = "the_even_vectors_have_a_cosine_of_998_or_more_to_the_reference";
const ODD: &str = "the_odd_vectors_have_a_cosine_of_998_or_more_to_the_reference";

#[test]
fn the_even_vectors_have_a_cosine_of_998_or_more_to_the_reference() {
    compare(0);
}

#[test]
fn the_odd_vectors_have_a_cosine_of_998_or_more_to_the_reference() {
    compare(1);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn the_even_vectors_hold_without_avx() {
    on_cpu("Nehalem", "generic", EVEN);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn the_odd_vectors_hold_without_avx() {
    on_cpu("Nehalem", "generic", ODD);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn the_even_vectors_hold_with_avx2_whose_product_saturates() {
    on_cpu("Haswell", "avx2", EVEN);
}

#[test]
#[cfg(target_arch = "x86_64")]
fn the_odd_vectors_hold_with_avx2_whose_product_saturates() {
    on_cpu("Haswell", "avx2", ODD);
}

/// Compares every second text's vector, from number `first` on.
fn compare(first: usize) {
    let texts: Vec<String> = serde_json::from_str(TEXTS).unwrap();
    let numbers: Vec<f32> = VECTORS.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
    assert_eq!((texts.len(), numbers.len()), (100, 100 * DIMENSIONS));

    let encoder = Encoder::load();
    let mut cosines: Vec<(f32, usize)> = Vec::new();
    for number in (first..100).step_by(2) {
        let vector = encoder.embed(&texts[number]);
        let length: f32 = vector.iter().map(|x| x * x).sum();
        assert!((length - 1.0).abs() < 1e-5, "text {number} has a vector of length² {length}");
        let reference = &numbers[number * DIMENSIONS..(number + 1) * DIMENSIONS];
        cosines.push((vector.iter().zip(reference).map(|(a, b)| a * b).sum(), number));
    }
    let mean = cosines.iter().map(|(cosine, _)| cosine).sum::<f32>() / cosines.len() as f32;
    cosines.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (least, worst) = cosines[0];
    println!("{}: cosine to the reference min {least:.5} (text {worst}), mean {mean:.5}", encoder.kernel());
    assert!(least >= 0.998, "text {worst} has the cosine {least}: `{}`", texts[worst]);
    assert!(mean >= 0.999, "the mean cosine is {mean}");
}

/// Runs one test of this very program on another CPU, and checks that it took that CPU's kernel.
#[cfg(target_arch = "x86_64")]
fn on_cpu(cpu: &str, kernel: &str, test: &str) {
    let program = std::env::current_exe().unwrap();
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
