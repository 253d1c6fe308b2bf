//! What the encoder costs: CPU time of a question of 12 words, and passages of 200 word pieces per CPU-second.
//!
//! `cargo run --release -p botplot-embed --example bench`. Times are the process's CPU time, so that other work on
//! the machine counts only through shared caches; the least of the rounds is the cleanest.
#![allow(clippy::print_stdout, reason = "the benchmark's answer")]

use std::time::Duration;

use botplot_embed::Encoder;
use cpu_time::ProcessTime;

const QUESTION: &str = "How can I change the billing address of an existing company account?";
const ROUNDS: usize = 15;
const QUESTIONS: usize = 100;
const PASSAGES: usize = 20;

fn main() {
    let start = ProcessTime::now();
    let encoder = Encoder::load();
    println!("load                       {:8.1} ms of CPU", milliseconds(start.elapsed()));
    println!("kernel                     {}", encoder.kernel());
    println!("CPU features               {}", features().join(" "));

    let question = [QUESTION];
    let costs = rounds(&encoder, &question, QUESTIONS);
    print("question, ms of CPU", &costs);

    let passages = passages(&encoder);
    let passages: Vec<&str> = passages.iter().map(String::as_str).collect();
    let costs = rounds(&encoder, &passages, PASSAGES);
    print("passage, ms of CPU", &costs);
    print("passages per CPU-second", &costs.iter().map(|cost| 1000.0 / cost).collect::<Vec<f64>>());

    let start = ProcessTime::now();
    let counted: usize = (0..2000).map(|i| encoder.count_pieces(passages[i % passages.len()])).sum();
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "counting                   {:8.0} passages per CPU-second ({counted} pieces)",
        2000.0 / seconds
    );
    println!("resident memory            {:8} MB", resident_megabytes());
}

/// CPU milliseconds a text, once for each round.
fn rounds(encoder: &Encoder, texts: &[&str], count: usize) -> Vec<f64> {
    encoder.embed(texts[0]);
    let round = || {
        let start = ProcessTime::now();
        for i in 0..count {
            assert_eq!(encoder.embed(texts[i % texts.len()]).len(), botplot_embed::DIMENSIONS);
        }
        milliseconds(start.elapsed()) / count as f64
    };
    let mut costs: Vec<f64> = std::iter::repeat_with(round).take(ROUNDS).collect();
    costs.sort_by(f64::total_cmp);
    costs
}

fn print(what: &str, sorted: &[f64]) {
    let mut sorted = sorted.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (least, median, most) = (sorted[0], sorted[sorted.len() / 2], sorted[sorted.len() - 1]);
    println!("{what:<26} {least:8.2} min {median:8.2} median {most:8.2} max, {} rounds", sorted.len());
}

/// Passages of exactly 200 pieces, the marks included, out of words in changing order.
fn passages(encoder: &Encoder) -> Vec<String> {
    let words: Vec<&str> = include_str!("../tests/pairs/texts.json").split_whitespace().collect();
    let passage = |start: usize| {
        let mut text = String::new();
        for word in words.iter().cycle().skip(start * 53) {
            let longer = format!("{text} {word}");
            match encoder.count_pieces(&longer) {
                0..198 => text = longer,
                198 => return longer,
                _ => {}
            }
        }
        text
    };
    (0..PASSAGES).map(passage).collect()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn resident_megabytes() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).unwrap_or(0) * 4096 / 1_000_000
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<&'static str> {
    let all = [
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512bw", is_x86_feature_detected!("avx512bw")),
        ("avx512vnni", is_x86_feature_detected!("avx512vnni")),
    ];
    all.into_iter().filter_map(|(name, there)| there.then_some(name)).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> Vec<&'static str> {
    vec![std::env::consts::ARCH]
}
