//! Text to sentences: own rules for abbreviations, decimals, lists, headings and text without spaces.

use std::ops::Range;

/// Short forms after which a full stop ends nothing, lower-case, without their last stop.
const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "rev", "gen", "col", "lt", "sgt", "capt", "hon", "vs",
    "e.g", "i.e", "etc", "cf", "al", "fig", "figs", "eq", "sec", "vol", "no", "nos", "pp", "ed", "eds",
    "approx", "inc", "ltd", "corp", "dept", "est", "u.s", "u.k", "a.m", "p.m", "mt", "ft", "jan", "feb",
    "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "z.b", "d.h", "u.a", "bzw", "ca",
    "nr", "str", "usw", "vgl", "evtl", "inkl", "zzgl", "ggf", "abb", "bd", "hrsg", "hr", "fr", "sog", "tel",
    "mind", "max", "min", "sra", "srta", "dra", "ud", "uds", "ee.uu", "pág", "núm", "art", "av", "p.ej",
    "mme", "mlle", "env", "sig", "dott", "ing", "pag", "bijv", "d.w.z", "enz", "m.m", "t.ex", "т.е", "т.д",
    "см", "г", "гг", "ул",
];

/// Which part of a passage a sentence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Running text or an item of a list.
    Text,
    /// A heading, which says nothing by itself.
    Heading,
    /// A row of a table or a line of code.
    Line,
}

/// One sentence: where it stands in the text, without the space and bullet around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sentence {
    pub(crate) range: Range<usize>,
    pub(crate) kind: Kind,
}

/// The sentences of a text, in order; every one is a part of the text, never empty.
pub(crate) fn sentences(text: &str) -> Vec<Sentence> {
    let mut found = Vec::new();
    for (block, kind) in blocks(text) {
        if kind == Kind::Text {
            split(text, block, &mut found);
        } else {
            push(text, block, kind, &mut found);
        }
    }
    found
}

/// Paragraphs, items, headings and table rows.
fn blocks(text: &str) -> Vec<(Range<usize>, Kind)> {
    let mut blocks: Vec<(Range<usize>, Kind)> = Vec::new();
    let (mut at, mut open, mut code) = (0, false, false);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let trimmed = line.trim();
        if trimmed.starts_with("```") {
            (code, open) = (!code, false);
            continue;
        }
        let bullet = bullet_length(trimmed);
        let kind = match trimmed.chars().next() {
            None => {
                open = false;
                continue;
            }
            Some('|') => Kind::Line,
            Some('#') if !code && trimmed.trim_start_matches('#').starts_with(' ') => Kind::Heading,
            Some(_) if code => Kind::Line,
            Some(_) => Kind::Text,
        };
        let goes_on = open && kind == Kind::Text && bullet == 0;
        if let Some((range, _)) = blocks.last_mut().filter(|_| goes_on) {
            range.end = at;
        } else {
            let indent = line.len() - line.trim_start().len();
            blocks.push((start + indent + bullet..at, kind));
        }
        open = kind == Kind::Text;
    }
    blocks
}

/// Bytes of the bullet or number that a line begins with, its space included; 0 if it has none.
fn bullet_length(line: &str) -> usize {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let mark = if digits > 0 && digits <= 2 {
        line[digits..].chars().next().filter(|c| matches!(c, '.' | ')')).map(|c| digits + c.len_utf8())
    } else {
        line.chars()
            .next()
            .filter(|c| matches!(c, '-' | '*' | '•' | '–' | '·' | '▪' | '◦'))
            .map(char::len_utf8)
    };
    mark.filter(|&mark| line[mark..].starts_with([' ', '\t'])).map_or(0, |mark| mark + 1)
}

fn split(text: &str, block: Range<usize>, found: &mut Vec<Sentence>) {
    let mut start = block.start;
    let part = &text[block.clone()];
    for (at, c) in part.char_indices() {
        let after = at + c.len_utf8();
        let ends = match c {
            '。' | '！' | '？' | '｡' => Some(after + closers(&part[after..])),
            '.' | '!' | '?' | '…' | '؟' | '।' => end_after(part, at, c),
            _ => None,
        };
        if let Some(end) = ends.filter(|end| block.start + end > start) {
            push(text, start..block.start + end, Kind::Text, found);
            start = block.start + end;
        }
    }
    push(text, start..block.end, Kind::Text, found);
}

/// Where the sentence ends that has this mark, closing quotes included; `None` if it goes on.
fn end_after(part: &str, at: usize, mark: char) -> Option<usize> {
    let end = at + mark.len_utf8() + closers(&part[at + mark.len_utf8()..]);
    let rest = &part[end..];
    if !rest.starts_with(char::is_whitespace) {
        return rest.is_empty().then_some(end);
    }
    let next = rest.trim_start();
    let opening = next.trim_start_matches(['"', '“', '„', '«', '‘', '(', '[', '\'', '¿', '¡']);
    // "approx. 3 days", "Yahoo! was": what goes on in lower case is the same sentence.
    if opening.starts_with(char::is_lowercase) {
        return None;
    }
    if mark == '.' && is_short_form(&part[..at], opening) {
        return None;
    }
    Some(end)
}

/// Whether the full stop after `before` belongs to an abbreviation, an initial or an ordinal number.
fn is_short_form(before: &str, next: &str) -> bool {
    let word =
        before.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | '"' | '/')).next().unwrap_or("");
    let lower = word.to_lowercase();
    if lower.bytes().all(|b| b.is_ascii_digit()) && (1..=2).contains(&lower.len()) {
        let month = next.split(|c: char| !c.is_alphabetic()).next().unwrap_or("");
        return MONTHS.contains(&month);
    }
    // "No." ends a sentence more often than it means "number", unless a number follows.
    if matches!(&*lower, "no" | "nos" | "nr" | "fig" | "figs" | "sec" | "vol" | "max" | "min" | "art") {
        return next.starts_with(|c: char| c.is_numeric());
    }
    let lone =
        |word: &str| word.chars().next().is_some_and(char::is_alphabetic) && word.chars().nth(1).is_none();
    let next_word = next.split(|c: char| c == '.' || c.is_whitespace()).next().unwrap_or("");
    // "z. B.", "p. ej.": letters that stand for words come in company.
    if lone(&lower) && lone(next_word) && next[next_word.len()..].starts_with('.') {
        return true;
    }
    let mut letters = word.chars();
    let initial = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    initial && word != "I" || ABBREVIATIONS.contains(&&*lower)
}

/// Months as they follow an ordinal number: "3. Oktober".
const MONTHS: &[&str] = &[
    "Januar",
    "Jänner",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];

/// Bytes of closing quotes, brackets and footnote marks, of which no sentence has many.
fn closers(rest: &str) -> usize {
    let mut length = 0;
    for _ in 0..8 {
        let left = &rest[length..];
        let mark = left.chars().next().filter(|c| {
            matches!(
                c,
                '"' | '”' | '“' | '’' | '\'' | ')' | ']' | '»' | '」' | '』' | '*' | '_' | '.' | '!' | '?'
            )
        });
        let footnote = left.strip_prefix('[').and_then(|inner| {
            let end = inner.bytes().take(4).position(|b| b == b']')?;
            inner[..end].bytes().all(|b| b.is_ascii_digit()).then_some(end)
        });
        match (mark, footnote) {
            (Some(mark), _) => length += mark.len_utf8(),
            (None, Some(at)) => length += at + 2,
            (None, None) => break,
        }
    }
    length
}

fn push(text: &str, range: Range<usize>, kind: Kind, found: &mut Vec<Sentence>) {
    let part = &text[range.clone()];
    let start = range.start + part.len() - part.trim_start().len();
    let end = start + part.trim().len();
    if text[start..end].contains(char::is_alphanumeric) {
        found.push(Sentence { range: start..end, kind });
    } else if let (Some(last), false) = (found.last_mut(), start == end) {
        // A lone quote or bracket belongs to what it closes.
        if last.kind == kind && text[last.range.end..start].chars().all(char::is_whitespace) {
            last.range.end = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = sentences(text);
        assert_eq!(found.iter().map(|sentence| &text[sentence.range.clone()]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn sentences_end_at_full_stops_before_capitals() {
        check("It rains. We stay! Why? Because.", &["It rains.", "We stay!", "Why?", "Because."]);
        check("He said \"Stop.\" Then he left.", &["He said \"Stop.\"", "Then he left."]);
        check("Known since 1990.[12] Later more.", &["Known since 1990.[12]", "Later more."]);
        check("no end", &["no end"]);
        check("", &[]);
    }

    #[test]
    fn abbreviations_initials_and_decimals_end_nothing() {
        check(
            "Dr. Smith paid 3.5 dollars. Mr. J. Doe, e.g. Tom, did not.",
            &["Dr. Smith paid 3.5 dollars.", "Mr. J. Doe, e.g. Tom, did not."],
        );
        check("Use v1.8.3. Then restart.", &["Use v1.8.3.", "Then restart."]);
        check(
            "Am 3. Oktober 1990 war es z. B. kalt. Danach nicht.",
            &["Am 3. Oktober 1990 war es z. B. kalt.", "Danach nicht."],
        );
        check("He scored 24. Then he left.", &["He scored 24.", "Then he left."]);
        check(
            "Open arduino.cc now. No. 5 is alive. No. Yes.",
            &["Open arduino.cc now.", "No. 5 is alive.", "No.", "Yes."],
        );
    }

    #[test]
    fn list_items_headings_and_paragraphs_stand_apart() {
        check(
            "# Reset\nHold the\nbutton:\n\n1. Press it\n2. Wait for 5 s. Release.\n- done",
            &["# Reset", "Hold the\nbutton:", "Press it", "Wait for 5 s.", "Release.", "done"],
        );
        assert_eq!(sentences("# Reset\ntext")[0].kind, Kind::Heading);
        check("| a | b |\n| 1 | 2 |", &["| a | b |", "| 1 | 2 |"]);
        check("```\nlet x = 1. Y\n```\nAfter.", &["let x = 1. Y", "After."]);
    }

    #[test]
    fn text_without_spaces_ends_at_its_own_marks() {
        check("電源を入れます。次に押します！完了", &["電源を入れます。", "次に押します！", "完了"]);
    }
}
