//! Cutting what is too long for one chunk: at lines, sentences, clauses, words, and at last anywhere.

use super::section::{Kind, Unit};

/// Words whose full stop ends no sentence, in lower case.
const ABBREVIATIONS: &[&str] = &[
    "e.g", "i.e", "etc", "vs", "no", "nr", "mr", "mrs", "ms", "dr", "prof", "st", "fig", "approx", "inc",
    "ltd", "co", "z.b", "bzw", "ca", "usw", "d.h", "p.ej", "sr", "sra", "cf", "al", "ed", "vol", "pp", "u.s",
    "a.m", "p.m",
];

/// The unit itself when it fits into `limit` pieces, else its parts in order, each of which does.
pub(super) fn to_fit(unit: &Unit, limit: usize, weigh: &dyn Fn(&str) -> usize) -> Vec<Unit> {
    if unit.pieces <= limit {
        return vec![unit.clone()];
    }
    let mut parts = Vec::new();
    let levels: &[Splitter] = match unit.kind {
        Kind::Prose => &[lines, sentences, clauses, words],
        Kind::Lines => &[lines, clauses, words],
    };
    divide(&unit.text, levels, limit, weigh, &mut parts);
    let mut parts = gather(parts, limit);
    for (at, (text, _)) in parts.iter_mut().enumerate() {
        // White space at a seam is what the parts are joined with.
        *text = if at == 0 { text.trim_end() } else { text.trim() }.to_string();
    }
    let seam = if unit.kind == Kind::Lines { "\n" } else { " " };
    let whole = parts.into_iter().filter(|(text, _)| !text.is_empty());
    whole
        .enumerate()
        .map(|(at, (text, pieces))| Unit {
            text,
            pieces,
            join: if at == 0 { unit.join } else { seam },
            item: unit.item,
            kind: unit.kind,
            header: unit.header.clone(),
        })
        .collect()
}

/// The beginning of a text within `limit` pieces, cut at a word.
pub(super) fn first(text: &str, limit: usize, weigh: &dyn Fn(&str) -> usize) -> String {
    let mut parts = Vec::new();
    divide(text, &[words], limit, weigh, &mut parts);
    let parts = gather(parts, limit);
    parts.into_iter().next().map(|(text, _)| text.trim().to_string()).unwrap_or_default()
}

type Splitter = fn(&str) -> Vec<&str>;

/// Splits `text` by the first splitter, and what is still too long by the next ones.
fn divide(
    text: &str,
    levels: &[Splitter],
    limit: usize,
    weigh: &dyn Fn(&str) -> usize,
    out: &mut Vec<(String, usize)>,
) {
    let pieces = weigh(text);
    if pieces <= limit {
        out.push((text.to_string(), pieces));
        return;
    }
    match levels.split_first() {
        Some((split, finer)) => {
            for part in split(text) {
                divide(part, finer, limit, weigh, out);
            }
        }
        None => halve(text, limit, weigh, out),
    }
}

/// Cuts in the middle until the parts fit: for text without any border.
fn halve(text: &str, limit: usize, weigh: &dyn Fn(&str) -> usize, out: &mut Vec<(String, usize)>) {
    let pieces = weigh(text);
    let middle = text.ceil_char_boundary(text.len() / 2);
    if pieces <= limit || middle == 0 || middle == text.len() {
        out.push((text.to_string(), pieces));
        return;
    }
    halve(&text[..middle], limit, weigh, out);
    halve(&text[middle..], limit, weigh, out);
}

/// Joins neighbouring parts again as far as they fit, evenly over the whole.
fn gather(parts: Vec<(String, usize)>, limit: usize) -> Vec<(String, usize)> {
    let total: usize = parts.iter().map(|(_, pieces)| pieces).sum();
    let goal = total.div_ceil(total.div_ceil(limit).max(1));
    let mut joined: Vec<(String, usize)> = Vec::new();
    for (text, pieces) in parts {
        match joined.last_mut() {
            Some((last, sum)) if *sum + pieces <= limit && *sum < goal => {
                last.push_str(&text);
                *sum += pieces;
            }
            _ => joined.push((text, pieces)),
        }
    }
    joined
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split_inclusive(char::is_whitespace).collect()
}

fn clauses(text: &str) -> Vec<&str> {
    text.split_inclusive([',', ';', ':', '、', '，', '；', '：', '|', '—']).collect()
}

/// Sentences with the white space after them; nothing is lost between them.
fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let ends = match c {
            '。' | '！' | '？' | '।' | '؟' => true,
            '.' | '!' | '?' | '…' => {
                let after =
                    text[at + c.len_utf8()..].trim_start_matches(['"', '\'', ')', ']', '”', '’', '»']);
                let next = after.trim_start().chars().next();
                let opens = after.starts_with(char::is_whitespace) && !next.is_some_and(char::is_lowercase);
                opens && !(c == '.' && is_abbreviation(&text[from..at]))
            }
            _ => false,
        };
        if !ends {
            continue;
        }
        let trailing = |c: char| c.is_whitespace() || "\"')]”’»」』".contains(c);
        while chars.next_if(|(_, next)| trailing(*next)).is_some() {}
        let end = chars.peek().map_or(text.len(), |(next, _)| *next);
        found.push(&text[from..end]);
        from = end;
    }
    if from < text.len() {
        found.push(&text[from..]);
    }
    found
}

fn is_abbreviation(before: &str) -> bool {
    // Only the last word counts, and no abbreviation is long.
    let tail = &before[before.ceil_char_boundary(before.len().saturating_sub(12))..];
    let word = tail.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default().to_lowercase();
    let initial = word.chars().count() == 1 && word.chars().all(char::is_alphabetic);
    let number = !word.is_empty() && word.len() <= 3 && word.chars().all(|c| c.is_ascii_digit());
    initial || number && tail.len() == before.len() || ABBREVIATIONS.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        assert_eq!(sentences(text), expect);
        assert_eq!(sentences(text).concat(), text);
    }

    #[test]
    fn sentences_end_where_readers_think_so() {
        check("One. Two! Three?", &["One. ", "Two! ", "Three?"]);
        check("Costs 3.50 e.g. at Dr. Smith. Next.", &["Costs 3.50 e.g. at Dr. Smith. ", "Next."]);
        check("He said \"Stop.\" Then left.", &["He said \"Stop.\" ", "Then left."]);
        check("See example.com for more. ok, lower", &["See example.com for more. ok, lower"]);
        check("営業時間は九時です。土曜は休みです！", &["営業時間は九時です。", "土曜は休みです！"]);
        check("J. R. Tolkien wrote.", &["J. R. Tolkien wrote."]);
        check("", &[]);
    }
}
