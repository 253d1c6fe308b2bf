//! Questions to begin a chat with, made from the titles and headings of what was learnt: by rules, not by a model, so
//! that they come at once and never say what is not there.

use std::collections::HashMap;

/// Questions that are suggested at most.
pub const MOST: usize = 6;
/// Questions from one page at most.
const OF_A_PAGE: usize = 2;
/// Characters of a heading that can become a question.
const LENGTH: std::ops::RangeInclusive<usize> = 4..=70;

/// Where a question may come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The page's title.
    pub title: String,
    /// The headings above the passage, as `A > B`.
    pub heading: String,
    /// Language of the page as ISO 639-1, where known.
    pub language: Option<String>,
}

impl Place {
    /// The places of one chunk: the heading above it, and those of small sections in it, which stand in its text as
    /// lines of their own.
    pub fn all_of(title: &str, heading: &str, body: &str, language: Option<&str>) -> Vec<Self> {
        let is_heading = |text: &&str| !text.contains('\n') && !text.ends_with(['.', '!', ',', ';', ':']);
        let within = body.split("\n\n").map(str::trim).filter(is_heading);
        let place = |heading: &str| Self {
            title: title.to_owned(),
            heading: heading.to_owned(),
            language: language.map(str::to_owned),
        };
        std::iter::once(heading).chain(within).map(place).collect()
    }
}

/// The best few questions that these places answer.
pub fn suggest(places: &[Place]) -> Vec<String> {
    let mut found: Vec<(u8, usize, String)> = Vec::new();
    let mut of_page: HashMap<&str, usize> = HashMap::new();
    for (order, place) in places.iter().enumerate() {
        let last = place.heading.rsplit(" > ").next().unwrap_or_default();
        for text in [last, place.title.as_str()] {
            let Some((rank, question)) = question(text, place.language.as_deref()) else { continue };
            if found.iter().any(|(.., known)| known.eq_ignore_ascii_case(&question)) {
                continue;
            }
            let taken = of_page.entry(&place.title).or_default();
            if *taken < OF_A_PAGE {
                *taken += 1;
                found.push((rank, order, question));
            }
        }
    }
    found.sort_by_key(|(rank, order, _)| (*rank, *order));
    found.into_iter().take(MOST).map(|(.., question)| question).collect()
}

/// The question that a title or heading answers, with its rank: 0 for one that was a question already.
fn question(text: &str, language: Option<&str>) -> Option<(u8, String)> {
    let text = cleaned(text);
    let lower = text.to_lowercase();
    if !LENGTH.contains(&text.chars().count()) || EMPTY.contains(&lower.as_str()) {
        return None;
    }
    if text.ends_with('?') {
        return Some((0, text.to_owned()));
    }
    if language.is_some_and(|language| language != "en") || text.contains(['`', '(', '<', '{', '=', '/', ':'])
    {
        return None;
    }
    let (first, rest) = lower.split_once(' ').unwrap_or((&lower, ""));
    let last = lower.rsplit(' ').next().unwrap_or_default();
    if lower.starts_with("how to ") {
        return Some((1, format!("How do I {}?", &text["how to ".len()..])));
    }
    if asks(first, rest) {
        return Some((1, format!("{text}?")));
    }
    if DOING.contains(&first) && !rest.is_empty() {
        return Some((1, format!("How do I {}?", uncapitalised(text))));
    }
    if HAVING.contains(&last) {
        return Some((2, format!("What are your {}?", uncapitalised(text))));
    }
    if GOING.contains(&lower.as_str()) {
        return Some((2, format!("How do {lower} work?")));
    }
    (first.len() > 5 && first.ends_with("ing") && !rest.is_empty())
        .then(|| (3, format!("How does {} work?", uncapitalised(text))))
}

/// True when a heading lacks only its question mark.
fn asks(first: &str, rest: &str) -> bool {
    let second = rest.split(' ').next().unwrap_or_default();
    match first {
        "can" | "do" | "does" | "is" | "are" | "may" | "must" => rest.contains(' '),
        "how" | "what" | "when" | "where" | "which" | "who" | "why" => AFTER_ASKING.contains(&second),
        _ => false,
    }
}

/// Without what stands around a title: numbers before it, the site's name behind it.
fn cleaned(text: &str) -> &str {
    let name = [" | ", " · ", " – ", " — ", " - "].iter().filter_map(|mark| text.find(mark)).min();
    let text = &text[..name.unwrap_or(text.len())];
    let text = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c.is_whitespace());
    text.trim_end_matches(['.', ':', '!', ' ', '#']).trim()
}

/// With a small first letter, unless the first word is an abbreviation.
fn uncapitalised(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next();
    let short = chars.clone().next().is_some_and(char::is_lowercase);
    match first.filter(|_| short) {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => text.to_owned(),
    }
}

/// Titles that name no subject.
const EMPTY: &[&str] = &[
    "about",
    "about us",
    "blog",
    "contact",
    "contact us",
    "contents",
    "cookies",
    "examples",
    "faq",
    "footer",
    "home",
    "imprint",
    "index",
    "introduction",
    "login",
    "menu",
    "more",
    "navigation",
    "news",
    "next steps",
    "notes",
    "overview",
    "privacy",
    "privacy policy",
    "search",
    "see also",
    "sign in",
    "sitemap",
    "summary",
    "terms",
    "welcome",
    "what next?",
    "what's next?",
    "questions?",
    "need help?",
    "any questions?",
    "still have questions?",
];

/// What follows "how" or "what" in a question, and not in "what we ship".
const AFTER_ASKING: &[&str] = &[
    "are", "can", "could", "did", "do", "does", "far", "if", "is", "long", "many", "may", "much", "must",
    "often", "should", "soon", "was", "were", "will",
];

/// Verbs that a heading begins with which tells how something is done.
const DOING: &[&str] = &[
    "accept",
    "activate",
    "add",
    "apply",
    "ask",
    "back",
    "become",
    "book",
    "build",
    "buy",
    "call",
    "cancel",
    "change",
    "check",
    "choose",
    "claim",
    "clean",
    "close",
    "configure",
    "connect",
    "contact",
    "create",
    "delete",
    "deploy",
    "disable",
    "download",
    "edit",
    "enable",
    "exchange",
    "export",
    "find",
    "fix",
    "get",
    "import",
    "install",
    "invite",
    "join",
    "log",
    "make",
    "manage",
    "move",
    "open",
    "order",
    "pay",
    "place",
    "prepare",
    "redeem",
    "register",
    "remove",
    "renew",
    "repair",
    "replace",
    "report",
    "request",
    "reset",
    "restore",
    "return",
    "run",
    "schedule",
    "sell",
    "send",
    "set",
    "ship",
    "sign",
    "start",
    "stop",
    "subscribe",
    "switch",
    "test",
    "track",
    "transfer",
    "translate",
    "turn",
    "unsubscribe",
    "update",
    "upgrade",
    "upload",
    "use",
    "verify",
    "write",
];

/// What a company has and is asked for.
const HAVING: &[&str] = &[
    "benefits",
    "conditions",
    "costs",
    "courses",
    "fees",
    "features",
    "guarantees",
    "hours",
    "limits",
    "locations",
    "menus",
    "methods",
    "offers",
    "options",
    "plans",
    "policies",
    "prices",
    "products",
    "rates",
    "requirements",
    "rules",
    "services",
    "terms",
    "times",
    "warranties",
];

/// What happens at a company and is asked about.
const GOING: &[&str] = &[
    "backups",
    "bookings",
    "cancellations",
    "deliveries",
    "discounts",
    "exchanges",
    "gift cards",
    "invoices",
    "orders",
    "payments",
    "refunds",
    "renewals",
    "repairs",
    "reservations",
    "returns",
    "shipments",
    "subscriptions",
    "webhooks",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn place(title: &str, heading: &str) -> Place {
        Place { title: title.into(), heading: heading.into(), language: Some("en".into()) }
    }

    #[test]
    fn headings_become_questions() {
        for (heading, expected) in [
            ("Can I return a gift?", Some("Can I return a gift?")),
            ("How to reset your password", Some("How do I reset your password?")),
            ("3. Track an order", Some("How do I track an order?")),
            ("Opening hours", Some("What are your opening hours?")),
            ("Returns | Ann's shop", Some("How do returns work?")),
            ("Returning an item", Some("How does returning an item work?")),
            ("What we ship", None),
            ("How long does it take", Some("How long does it take?")),
            ("Home", None),
            ("`serve` (command)", None),
            ("Blue lamp", None),
            ("", None),
        ] {
            assert_eq!(question(heading, Some("en")).map(|q| q.1).as_deref(), expected, "{heading}");
        }
    }

    #[test]
    fn small_sections_of_a_chunk_are_places_too() {
        let body = "How to pay\n\nBy card.\n\nOpening hours\n\nNine\nto five";
        let places = Place::all_of("Help", "", body, Some("en"));
        assert_eq!(suggest(&places), ["How do I pay?", "What are your opening hours?"]);
    }

    #[test]
    fn another_language_gives_the_questions_that_stand_there_only() {
        let check = |text, language| question(text, Some(language)).map(|q| q.1);
        assert_eq!(
            check("Wie lange dauert der Versand?", "de").as_deref(),
            Some("Wie lange dauert der Versand?")
        );
        assert_eq!(check("Return policies", "de"), None);
        assert!(question("Return policies", None).is_some());
    }

    #[test]
    fn the_best_come_first_none_twice_and_few_from_one_page() {
        let mut places = vec![
            place("Prices", ""),
            place("Help", "Help > Returning an item"),
            place("Help", "Help > Can I pay later?"),
            place("Help", "Help > Can I pay at once?"),
            place("Again", "Can I Pay Later?"),
        ];
        assert_eq!(
            suggest(&places),
            ["Can I pay later?", "What are your prices?", "How does returning an item work?"]
        );
        places.extend((0..20).map(|n| place(&format!("Page {n}"), &format!("Add number {n}"))));
        assert_eq!(suggest(&places).len(), MOST);
        assert!(suggest(&[]).is_empty());
    }
}
