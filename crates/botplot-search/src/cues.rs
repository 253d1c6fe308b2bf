//! What kind of answer a question asks for, and whether a sentence holds one.

/// The kind of answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// "how many", "wie viel", "cuántos".
    Number,
    /// "when", "in welchem Jahr".
    Time,
    /// "how long".
    Duration,
    /// "who": a name.
    Person,
}

/// Question phrases by kind, lower-case; longer ones first where one begins another.
const PHRASES: &[(Wanted, &[&str])] = &[
    (
        Wanted::Duration,
        &[
            "how long",
            "how much time",
            "how soon",
            "wie lange",
            "wie lang",
            "cuánto tiempo",
            "cuánto tarda",
            "combien de temps",
            "quanto tempo",
            "quanto dura",
            "hoe lang",
        ],
    ),
    (
        Wanted::Number,
        &[
            "how many",
            "how much",
            "how old",
            "how far",
            "how tall",
            "how high",
            "how deep",
            "how big",
            "how large",
            "how fast",
            "how often",
            "how wide",
            "how heavy",
            "what percentage",
            "what percent",
            "what number",
            "what is the population",
            "what was the population",
            "what price",
            "wie viele",
            "wie viel",
            "wieviele",
            "wieviel",
            "wie hoch",
            "wie alt",
            "wie oft",
            "wie weit",
            "wie groß",
            "wie schnell",
            "wie teuer",
            "cuántos",
            "cuántas",
            "cuánto",
            "cuánta",
            "qué porcentaje",
            "combien",
            "quanti",
            "quante",
            "quanto",
            "quanta",
            "quantos",
            "quantas",
            "hoeveel",
        ],
    ),
    (
        Wanted::Time,
        &[
            "when",
            "what year",
            "which year",
            "what date",
            "what day",
            "what month",
            "what decade",
            "what century",
            "what time",
            "wann",
            "welches jahr",
            "welchem jahr",
            "welchem jahrhundert",
            "cuándo",
            "qué año",
            "qué fecha",
            "quand",
            "quelle année",
            "quando",
            "che anno",
            "que ano",
            "wanneer",
            "welk jaar",
        ],
    ),
    (
        Wanted::Person,
        &["who", "whom", "whose", "wer", "wem", "wen", "wessen", "quién", "quiénes", "chi", "quem"],
    ),
];

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "januar",
    "februar",
    "märz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember",
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "janvier",
    "février",
    "avril",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
    "gennaio",
    "febbraio",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "settembre",
    "ottobre",
    "dicembre",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "century",
    "jahrhundert",
    "siglo",
    "siècle",
    "secolo",
    "século",
];

const NUMBERS: &[&str] = &[
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "hundred",
    "thousand",
    "million",
    "billion",
    "half",
    "third",
    "quarter",
    "dozen",
    "none",
    "once",
    "twice",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "hundert",
    "tausend",
    "millionen",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "cien",
    "mil",
    "millones",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "sept",
    "huit",
    "neuf",
    "dix",
    "cent",
    "mille",
    "due",
    "tre",
    "quattro",
    "cinque",
    "sette",
    "otto",
    "dieci",
];

/// Beginnings of the words for spans of time.
const SPANS: &[&str] = &[
    "second", "minute", "hour", "day", "week", "month", "year", "decade", "centur", "sekunde", "stunde",
    "tag", "woche", "monat", "jahr", "segundo", "minuto", "hora", "día", "semana", "mes", "año", "seconde",
    "heure", "jour", "semaine", "mois", "année", "an", "giorn", "settiman", "mese", "mesi", "ann", "dia",
    "mês", "ano", "uur", "dag", "weken", "maand", "jaar", "ms", "min",
];

/// The kind of answer that a question asks for; `None` if it shows none.
pub(crate) fn wanted(question: &str) -> Option<Wanted> {
    let lower = format!(" {} ", words(question).join(" "));
    let said = |phrase: &&str| lower.find(&format!(" {phrase} "));
    let first = |(kind, phrases): &(Wanted, &'static [&'static str])| {
        phrases.iter().filter_map(said).min().map(|at| (at, *kind))
    };
    // The earliest phrase asks; "how long" stands before "how" of anything else by the order of the table.
    PHRASES.iter().filter_map(first).min_by_key(|(at, _)| *at).map(|(_, kind)| kind)
}

/// Whether a sentence holds something of that kind which the question does not say itself.
pub(crate) fn holds(sentence: &str, kind: Wanted, question: &str) -> bool {
    let asked = words(question);
    let new = words(sentence).into_iter().filter(|word| !asked.contains(word)).collect::<Vec<_>>();
    let digits = |word: &String| word.starts_with(|c: char| c.is_numeric());
    let number = |word: &String| digits(word) || NUMBERS.contains(&&**word);
    match kind {
        Wanted::Number => new.iter().any(number),
        Wanted::Time => new.iter().any(|word| is_year(word) || MONTHS.contains(&&**word)),
        Wanted::Duration => {
            new.iter().any(number) && new.iter().any(|word| SPANS.iter().any(|span| word.starts_with(span)))
        }
        Wanted::Person => has_new_name(sentence, &asked),
    }
}

fn is_year(word: &str) -> bool {
    word.get(..4).and_then(|year| year.parse::<u32>().ok()).is_some_and(|year| (1000..2100).contains(&year))
}

/// Two capitalised words in a row, at least one of which the question does not say.
fn has_new_name(sentence: &str, asked: &[String]) -> bool {
    let parts = sentence.split_whitespace().collect::<Vec<_>>();
    parts.windows(2).any(|pair| {
        let capital =
            |word: &str| word.trim_start_matches(['"', '(', '“', '„']).starts_with(char::is_uppercase);
        let new = |word: &str| words(word).iter().any(|word| !asked.contains(word));
        pair.iter().all(|word| capital(word))
            && !pair[0].ends_with([',', ':', ';'])
            && pair.iter().any(|word| new(word))
    })
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let parts = lower.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_tells_what_it_wants() {
        for (question, kind) in [
            ("how many points did they score", Some(Wanted::Number)),
            ("In what year was it founded?", Some(Wanted::Time)),
            ("how long does shipping take when i live abroad", Some(Wanted::Duration)),
            ("Wer leitete das Team?", Some(Wanted::Person)),
            ("¿Cuánto tiempo tarda el envío?", Some(Wanted::Duration)),
            ("how do i reset my board", None),
        ] {
            assert_eq!(wanted(question), kind, "{question}");
        }
    }

    #[test]
    fn what_the_question_says_itself_is_no_answer() {
        let question = "how many of the 12 boards failed in 2015";
        assert!(holds("Seven of them failed.", Wanted::Number, question));
        assert!(!holds("The 12 boards failed in 2015.", Wanted::Number, question));
        assert!(holds("Kawann Short led the team.", Wanted::Person, "who led the team"));
        assert!(!holds("The Team led the team.", Wanted::Person, "who led the team"));
        assert!(holds("It takes 3 days.", Wanted::Duration, "how long"));
        assert!(!holds("It takes 3 boards.", Wanted::Duration, "how long"));
    }
}
