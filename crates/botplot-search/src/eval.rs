//! Measures of answer quality over measured outcomes; reading the files is the caller's part.

/// A share with its 95 % interval, all 0–1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// The share itself; 0 when there was nothing to count.
    pub value: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// The share of `some` in `all`, with its Wilson interval.
pub fn share(some: usize, all: usize) -> Share {
    if all == 0 {
        return Share { value: 0.0, low: 0.0, high: 1.0 };
    }
    let (n, z) = (all as f64, 1.959_964_f64);
    let p = some as f64 / n;
    let middle = p + z * z / (2.0 * n);
    let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    Share { value: p, low: ((middle - spread) / scale).max(0.0), high: ((middle + spread) / scale).min(1.0) }
}

/// The share of questions whose right passage is among the first `k`; ranks count from 1, `None` is not found.
pub fn recall_at(ranks: &[Option<usize>], k: usize) -> Share {
    share(ranks.iter().flatten().filter(|rank| **rank <= k).count(), ranks.len())
}

/// The mean of 1/rank, 0 beyond the tenth, with its bootstrap interval.
pub fn mrr_at_10(ranks: &[Option<usize>]) -> Share {
    let gains = ranks.iter().map(|rank| match rank {
        Some(rank @ 1..=10) => 1.0 / *rank as f64,
        _ => 0.0,
    });
    let gains = gains.collect::<Vec<_>>();
    bootstrap(gains.len(), |pick| pick.iter().map(|&at| gains[at]).sum::<f64>() / pick.len() as f64)
}

/// How often a question that is in scope has more confidence than one that is not (ties count half).
pub fn auroc(inside: &[f32], outside: &[f32]) -> f64 {
    let mut outside = outside.to_vec();
    outside.sort_by(f32::total_cmp);
    let beaten = inside.iter().map(|score| {
        let below = outside.partition_point(|other| other < score);
        let upto = outside.partition_point(|other| other <= score);
        (below + upto) as f64 / 2.0
    });
    let pairs = inside.len() * outside.len();
    if pairs == 0 { 0.5 } else { beaten.sum::<f64>() / pairs as f64 }
}

/// [`auroc`] with its bootstrap interval.
pub fn auroc_interval(inside: &[f32], outside: &[f32]) -> Share {
    let all = inside.len() + outside.len();
    let value = auroc(inside, outside);
    let drawn = bootstrap(all, |pick| {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for &at in pick {
            match at.checked_sub(inside.len()) {
                None => ours.push(inside[at]),
                Some(at) => theirs.push(outside[at]),
            }
        }
        auroc(&ours, &theirs)
    });
    Share { value, ..drawn }
}

/// The share of confidences at or above the threshold.
pub fn accepted(confidences: &[f32], threshold: f32) -> Share {
    share(confidences.iter().filter(|confidence| **confidence >= threshold).count(), confidences.len())
}

/// Whether one of the answers is in the text, whatever the case, punctuation, articles and spacing.
pub fn contains_answer(text: &str, answers: &[impl AsRef<str>]) -> bool {
    let text = format!(" {} ", normalised(text));
    answers
        .iter()
        .map(|answer| normalised(answer.as_ref()))
        .any(|answer| !answer.is_empty() && text.contains(&format!(" {answer} ")))
}

/// A question as it is asked before confidence is measured: lower-case and without its final punctuation, so that
/// writing style tells nothing.
pub fn plain_question(question: &str) -> String {
    let lower = question.trim().to_lowercase();
    lower
        .trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, ')' | '%' | '+' | '#' | '"'))
        .to_owned()
}

/// Lower-case, no punctuation, no English articles, single spaces: as `SQuAD` compares answers.
fn normalised(text: &str) -> String {
    let lower = text.to_lowercase();
    let spaced = lower.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect::<String>();
    let words = spaced.split_whitespace().filter(|word| !matches!(*word, "a" | "an" | "the"));
    words.collect::<Vec<_>>().join(" ")
}

/// The measure over all `n` samples, and where 95 % of 1,000 redrawn sets put it.
fn bootstrap(n: usize, measure: impl Fn(&[usize]) -> f64) -> Share {
    if n == 0 {
        return Share { value: 0.0, low: 0.0, high: 1.0 };
    }
    let mut pick = (0..n).collect::<Vec<_>>();
    let value = measure(&pick);
    // SplitMix64 from a fixed seed: the same data gives the same interval.
    let mut state = 0x5EED_u64;
    let mut draw = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((u128::from(mixed ^ (mixed >> 31)) * n as u128) >> 64) as usize
    };
    let mut drawn = (0..1000)
        .map(|_| {
            pick.fill_with(&mut draw);
            measure(&pick)
        })
        .collect::<Vec<_>>();
    drawn.sort_by(f64::total_cmp);
    Share { value, low: drawn[25], high: drawn[974] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 5e-4, "{a} is not {b}");
    }

    #[test]
    fn recall_counts_ranks_up_to_k() {
        let ranks = [Some(1), Some(3), None, Some(11)];
        near(recall_at(&ranks, 1).value, 0.25);
        near(recall_at(&ranks, 10).value, 0.5);
        near(mrr_at_10(&ranks).value, (1.0 + 1.0 / 3.0) / 4.0);
    }

    #[test]
    fn the_wilson_interval_is_the_published_one() {
        let Share { value, low, high } = share(45, 50);
        near(value, 0.9);
        near(low, 0.7864);
        near(high, 0.9565);
        assert!(share(0, 0).high > 0.99);
    }

    #[test]
    fn auroc_is_one_when_apart_and_half_when_alike() {
        near(auroc(&[0.9, 0.8], &[0.1, 0.2]), 1.0);
        near(auroc(&[0.5, 0.5], &[0.5]), 0.5);
        near(auroc(&[0.9, 0.3], &[0.5]), 0.5);
        let interval = auroc_interval(&[0.9, 0.8, 0.4], &[0.1, 0.2, 0.5]);
        assert!(interval.low <= interval.value && interval.value <= interval.high);
    }

    #[test]
    fn an_answer_is_found_as_whole_words_whatever_its_punctuation() {
        assert!(contains_answer("It was led by Kawann Short.", &["the Kawann short"]));
        assert!(contains_answer("gave up 308 points", &["308"]));
        assert!(!contains_answer("gave up 3080 points", &["308"]));
        assert!(!contains_answer("anything", &["..."]));
    }

    #[test]
    fn questions_lose_their_writing_style() {
        assert_eq!(plain_question("Who led the Panthers?  "), "who led the panthers");
        assert_eq!(plain_question("what is C++?"), "what is c++");
    }
}
