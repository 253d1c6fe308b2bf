//! A thousand texts that want to run a script or send a request: known ones, and mixtures of them from a seed.

/// Known ones, a line each.
const VECTORS: &str = include_str!("vectors.txt");

/// Where in a text they may stand.
const PLACES: &[&str] = &[
    "{}",
    "a {} b",
    "**{}**",
    "*{}*",
    "`{}",
    "[x]({})",
    "[{}](https://example.com)",
    "![x]({})",
    "![{}](https://example.com)",
    "[x](https://example.com/{})",
    "> {}",
    "- {}",
    "1. {}",
    "# {}",
    "| {} |\n|---|\n| {} |",
    "```\n{}\n```\n{}",
    "<{}>",
    "</{}>",
    "\"{}\"",
    "'{}'",
    "https://example.com/{}",
    "\\{}",
    "{}\n\n{}",
    "[x]: {}",
    "[![{}]({})]({})",
    "<a href=\"{}\">x</a>",
    "<img src=\"{}\">",
    "<!-- {} -->",
];

/// What is done to their letters.
const TWISTS: &[fn(&str, u64) -> String] = &[
    |text, _| text.to_owned(),
    |text, seed| {
        text.char_indices()
            .map(|(at, c)| if seed >> (at % 61) & 1 == 1 { c.to_ascii_uppercase() } else { c })
            .collect()
    },
    |text, seed| insert(text, seed, "\t"),
    |text, seed| insert(text, seed, "\n"),
    |text, seed| insert(text, seed, "\0"),
    |text, seed| insert(text, seed, "\u{200b}"),
    |text, seed| insert(text, seed, "\u{202e}"),
    |text, seed| insert(text, seed, "/**/"),
    |text, seed| insert(text, seed, "&#x0A;"),
    |text, _| text.replace('<', "&lt;").replace('>', "&gt;"),
    |text, _| text.replace(':', "&colon;"),
    |text, _| text.replace('(', "&lpar;").replace(')', "`"),
    |text, _| text.replace('<', "\u{ff1c}").replace('>', "\u{ff1e}"),
    |text, _| text.chars().map(|c| if c == '<' { "%3C".to_owned() } else { c.to_string() }).collect(),
];

/// Puts something between two letters.
fn insert(text: &str, seed: u64, what: &str) -> String {
    let at = text.char_indices().map(|(at, _)| at).nth((seed % 17) as usize).unwrap_or(0);
    format!("{}{what}{}", &text[..at], &text[at..])
}

/// So many different payloads; the known ones come first.
pub(super) fn payloads(count: usize, seed: u64) -> Vec<String> {
    let vectors: Vec<&str> = VECTORS.lines().collect();
    let mut all: Vec<String> = vectors.iter().map(ToString::to_string).collect();
    let mut state = seed;
    let mut next = || {
        // Of splitmix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let mut pick = |from: usize| (next() % from as u64) as usize;
    while all.len() < count {
        let vector = vectors[pick(vectors.len())];
        let twisted = TWISTS[pick(TWISTS.len())](vector, pick(1 << 30) as u64);
        let payload = PLACES[pick(PLACES.len())].replace("{}", &twisted);
        if !all.contains(&payload) {
            all.push(payload);
        }
    }
    all.truncate(count);
    all
}

#[test]
fn a_thousand_payloads_differ_and_are_the_same_each_time() {
    let all = payloads(1_000, 7);
    assert_eq!(all.len(), 1_000);
    assert_eq!(all, payloads(1_000, 7));
    assert_ne!(all, payloads(1_000, 8));
    let different: std::collections::HashSet<_> = all.iter().collect();
    assert_eq!(different.len(), 1_000);
    assert!(
        VECTORS.lines().count() > 150 && all.iter().filter(|payload| payload.contains("hit()")).count() > 400
    );
}
