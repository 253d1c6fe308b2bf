//! Messages that are no question: a greeting, thanks, a farewell. They get a kind word instead of a refusal.

/// What a visitor was being polite about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Courtesy {
    /// "Hello".
    Greeting,
    /// "Thanks!"
    Thanks,
    /// "Bye".
    Farewell,
}

const WORDS: &[(Courtesy, &[&str])] = &[
    (
        Courtesy::Greeting,
        &[
            "hi",
            "hello",
            "hey",
            "hi there",
            "hello there",
            "hey there",
            "good morning",
            "good afternoon",
            "good evening",
            "greetings",
            "hallo",
            "guten tag",
            "guten morgen",
            "guten abend",
            "moin",
            "servus",
            "hola",
            "buenos dias",
            "buenos días",
            "buenas tardes",
            "bonjour",
            "bonsoir",
            "salut",
            "ciao",
            "buongiorno",
            "olá",
            "bom dia",
            "boa tarde",
            "hej",
            "hoi",
        ],
    ),
    (
        Courtesy::Thanks,
        &[
            "thanks",
            "thank you",
            "thanks a lot",
            "thank you very much",
            "thanks so much",
            "thx",
            "ty",
            "cheers",
            "great thanks",
            "ok thanks",
            "perfect thanks",
            "danke",
            "vielen dank",
            "danke schön",
            "dankeschön",
            "gracias",
            "muchas gracias",
            "merci",
            "merci beaucoup",
            "grazie",
            "obrigado",
            "obrigada",
            "dank je",
        ],
    ),
    (
        Courtesy::Farewell,
        &[
            "bye",
            "goodbye",
            "good bye",
            "bye bye",
            "see you",
            "tschüss",
            "auf wiedersehen",
            "adiós",
            "adios",
            "hasta luego",
            "au revoir",
            "arrivederci",
            "tchau",
        ],
    ),
];

/// The courtesy that `text` consists of, if it is nothing else.
pub fn of(text: &str) -> Option<Courtesy> {
    let words: Vec<String> = text
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect();
    let plain = words.join(" ");
    WORDS.iter().find(|(_, list)| list.contains(&plain.as_str())).map(|(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courtesies_are_told_from_questions() {
        assert_eq!(of("Hello!"), Some(Courtesy::Greeting));
        assert_eq!(of("  ok, thanks :)"), Some(Courtesy::Thanks));
        assert_eq!(of("Auf Wiedersehen."), Some(Courtesy::Farewell));
        for question in ["hi, how do I return an item?", "thanks giving opening hours", "", "?"] {
            assert_eq!(of(question), None, "{question}");
        }
    }
}
