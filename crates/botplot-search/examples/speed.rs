//! What building, searching, repairing and scanning cost for projects of 10,000 and 100,000 passages.
//!
//! `cargo run --release -p botplot-search --example speed`: wall time on one thread, best and median of many.
#![expect(clippy::print_stdout, reason = "printing figures is what this program is for")]

use std::time::{Duration, Instant};

use botplot_core::{ChunkId, PageId, SourceId};
use botplot_search::{ChunkText, Index, Material, Passage, Query, Vector, extract};
use uuid::Uuid;

fn main() {
    for passages in [1_000, 10_000, 100_000] {
        measure(passages);
    }
}

fn measure(passages: usize) {
    let mut random = Random(7);
    let words = vocabulary(&mut random);
    let bodies = (0..passages).map(|_| text(&words, &mut random)).collect::<Vec<_>>();
    let vectors = (0..passages).map(|_| direction(&mut random)).collect::<Vec<_>>();
    let mut index = Index::new();
    let build = once(|| {
        for (at, (body, vector)) in bodies.iter().zip(&vectors).enumerate() {
            let (chunk, page) =
                (ChunkId(Uuid::from_u128(at as u128)), PageId(Uuid::from_u128(at as u128 / 5)));
            let (source, vector) = (SourceId(Uuid::nil()), Some(Vector::from_f32(vector)));
            index.add(ChunkText { chunk, page, source, title: "A title", heading: "", body, vector });
        }
    });
    println!(
        "\n{passages} passages of {} characters",
        bodies.iter().map(String::len).sum::<usize>() / passages
    );
    println!("  build {:.0} ms, {:.1} MB held", build.as_secs_f64() * 1e3, index.bytes() as f64 / 1e6);
    let questions = (0..200).map(|_| question(&words, &mut random)).collect::<Vec<_>>();
    let vector = direction(&mut random);
    let ask = |text: &str, vector: Option<&[f32]>| {
        index.search(&Query { text, vector, limit: 10, ..Query::default() })
    };
    row("search, words alone", &questions, |text| ask(text, None).hits.len());
    row("search, both", &questions, |text| ask(text, Some(&vector)).hits.len());
    row("scan alone (no word)", &questions, |_| ask("", Some(&vector)).hits.len());
    let typos = questions.iter().map(|text| misspelt(text)).collect::<Vec<_>>();
    row("search, one typo, both", &typos, |text| ask(text, Some(&vector)).hits.len());
    row("extract, words alone", &questions, |text| {
        let found = ask(text, Some(&vector));
        let passage = |body| Passage { title: "A title", heading: "", body, score: 1.0 };
        let list = found.hits.iter().take(5).map(|hit| passage(&*bodies[hit.chunk.0.as_u128() as usize]));
        let passages = &list.collect::<Vec<_>>();
        let material =
            Material { question: text, terms: &found.terms, passages, vectors: None, sentences: 3 };
        extract(&material).sentences.len()
    });
    let removal = once(|| (0..100).for_each(|page| index.remove_page(PageId(Uuid::from_u128(page)))));
    println!("  {:24} {:.3} ms each", "remove a page of 5", removal.as_secs_f64() * 10.0);
}

fn row(name: &str, questions: &[String], mut work: impl FnMut(&str) -> usize) {
    let mut times =
        questions.iter().map(|text| once(|| _ = std::hint::black_box(work(text)))).collect::<Vec<_>>();
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!("  {name:24} best {:.3} ms, median {:.3} ms", ms(times[0]), ms(times[times.len() / 2]));
}

#[expect(clippy::disallowed_methods, reason = "this program measures time")]
fn once(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// 50,000 words of four to eleven letters.
fn vocabulary(random: &mut Random) -> Vec<String> {
    let word = |random: &mut Random| {
        let letters = 4 + random.below(8);
        (0..letters).map(|_| char::from(b"etaoinshrdlucmfwygpbvkxqjz"[random.low(26)])).collect()
    };
    (0..50_000).map(|_| word(random)).collect()
}

/// About 130 words in eight sentences, common words far more often than rare ones, half of them stop words.
fn text(words: &[String], random: &mut Random) -> String {
    let mut text = String::new();
    for at in 0..130 {
        text.push_str(if at % 2 == 0 { ["the ", "of ", "is ", "to "][random.below(4)] } else { "" });
        text.push_str(&words[random.low(words.len())]);
        text.push_str(if at % 16 == 15 { ". The " } else { " " });
    }
    text
}

fn question(words: &[String], random: &mut Random) -> String {
    let words = (0..6).map(|_| &*words[random.low(words.len())]).collect::<Vec<_>>();
    format!("how do i {}", words.join(" "))
}

/// The question with the two middle letters of its last word swapped.
fn misspelt(question: &str) -> String {
    let mut letters = question.chars().collect::<Vec<_>>();
    let last = letters.len() - 2;
    letters.swap(last, last - 1);
    letters.into_iter().collect()
}

fn direction(random: &mut Random) -> Vec<f32> {
    (0..384).map(|_| random.below(2001) as f32 - 1000.0).collect()
}

/// Numbers from a seed (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % limit
    }

    /// Mostly low numbers, as words are used.
    fn low(&mut self, limit: usize) -> usize {
        let share = self.below(1 << 20) as f64 / f64::from(1 << 20);
        (share * share * share * limit as f64) as usize
    }
}
