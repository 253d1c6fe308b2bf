//! The language of a turn: that in which the visitor asks, as far as it is plain. It decides only how the bot's own
//! sentences are said, and a wrong guess would read worse than English.

use botplot_core::courtesy;
use botplot_core::project::Settings;
use botplot_core::speech::Speech;
use botplot_ingest::detect_language;
use botplot_search::Language;

/// Letters below which a script tells no language; one of Chinese, Japanese or Korean says more.
const FEW: usize = 4;
const FEW_DENSE: usize = 2;

/// Function words of languages that search has no list of. Short lists do: each needs two.
#[rustfmt::skip]
const FURTHER: &[(&str, &[&str])] = &[
    ("sk", &[
        "ako", "môžem", "je", "sú", "kde", "čo", "prečo", "koľko", "alebo", "pri", "som", "môj", "moja",
        "mám", "máte", "sa", "nie", "už", "pre", "keď"
    ]),
    ("id", &[
        "apa", "apakah", "yang", "saya", "bagaimana", "mana", "tidak", "dan", "untuk", "dengan", "bisa",
        "adalah", "ini", "itu", "berapa", "anda", "kapan", "dari", "cara"
    ]),
    ("bg", &[
        "как", "къде", "какво", "мога", "може", "да", "се", "моята", "моя", "ми", "за", "от", "е", "са",
        "колко", "кога", "имате", "ли", "на", "не", "ще"
    ]),
    ("uk", &[
        "як", "де", "що", "мій", "моє", "моя", "можна", "можу", "чи", "та", "це", "коли", "скільки", "не",
        "на", "для", "від", "ви", "мені", "є", "до"
    ]),
    ("hi", &[
        "है", "हैं", "में", "क्या", "कैसे", "का", "की", "के", "नहीं", "और", "मैं", "मेरा", "कहाँ", "कब",
        "आप", "से", "को"
    ]),
];
/// Characters of which traditional Chinese has the first of each pair, and simplified Chinese the second.
const CHINESE: [&str; 2] = [
    "這個們說嗎還國學會時來對點開關問題請麼樣為與後過沒錢買賣單貨運費電話號碼帳幾從給讓誰",
    "这个们说吗还国学会时来对点开关问题请么样为与后过没钱买卖单货运费电话号码账几从给让谁",
];

/// The language of the question, else of what the visitor wrote before it, else the project's own, else English.
pub(super) fn of_turn(question: &str, earlier: &[String], set: &Settings) -> &'static Speech {
    let texts = std::iter::once(question).chain(earlier.iter().rev().map(String::as_str));
    let shown = texts.into_iter().find_map(plainly);
    let code = shown.unwrap_or(&set.widget.language);
    Speech::find(code).unwrap_or_else(Speech::english)
}

/// The code of the language that a text is plainly in.
fn plainly(text: &str) -> Option<&'static str> {
    courtesy::language(text).or_else(|| match Script::of(text)? {
        Script::Latin => by_words(text, &LATIN).or_else(|| vietnamese(text)),
        Script::Cyrillic => cyrillic(text),
        Script::Arabic => arabic(text),
        Script::Devanagari => {
            by_words(text, &["hi"]).filter(|_| detect_language(text).is_none_or(|it| it == "hi"))
        }
        Script::Han => Some(chinese(text)),
        Script::Of(code) => Some(code),
    })
}

const LATIN: [&str; 18] = [
    "en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sk", "sv", "da", "nb", "fi", "hu", "ro", "tr",
    "id",
];

/// What a text is written with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Arabic,
    Devanagari,
    Han,
    /// A script that one language writes.
    Of(&'static str),
}

impl Script {
    /// The script of most letters, if there are enough of them.
    fn of(text: &str) -> Option<Self> {
        let mut counts: Vec<(Self, usize)> = Vec::new();
        for script in text.chars().filter_map(Self::of_letter) {
            match counts.iter_mut().find(|(known, _)| *known == script) {
                Some((_, count)) => *count += 1,
                None => counts.push((script, 1)),
            }
        }
        let kana = counts.iter().any(|(script, _)| *script == Self::Of("ja"));
        let (most, count) = counts.iter().copied().max_by_key(|(_, count)| *count)?;
        // Japanese is written with Chinese characters, too, and between them with its own.
        let most = if most == Self::Han && kana { Self::Of("ja") } else { most };
        let few = if matches!(most, Self::Han | Self::Of("ja" | "ko")) { FEW_DENSE } else { FEW };
        let all: usize = counts.iter().map(|(_, count)| count).sum();
        (count >= few && count * 2 > all || kana && most == Self::Of("ja")).then_some(most)
    }

    fn of_letter(c: char) -> Option<Self> {
        let script = match c {
            '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Self::Of("el"),
            '\u{400}'..='\u{52f}' => Self::Cyrillic,
            '\u{590}'..='\u{5ff}' => Self::Of("he"),
            '\u{600}'..='\u{6ff}' => Self::Arabic,
            '\u{900}'..='\u{97f}' => Self::Devanagari,
            '\u{980}'..='\u{9ff}' => Self::Of("bn"),
            '\u{e00}'..='\u{e7f}' => Self::Of("th"),
            '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => Self::Of("ko"),
            '\u{3040}'..='\u{30ff}' => Self::Of("ja"),
            '\u{4e00}'..='\u{9fff}' => Self::Han,
            '\0'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Self::Latin,
            _ => return None,
        };
        c.is_alphabetic().then_some(script)
    }
}

/// The language among `codes` with the most function words in a text: two at least, and more than any other.
fn by_words(text: &str, codes: &[&'static str]) -> Option<&'static str> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric() && !is_sign(c))
        .filter(|word| word.chars().nth(1).is_some())
        .map(str::to_lowercase)
        .collect();
    let mut counts: Vec<(usize, &'static str)> = codes
        .iter()
        .map(|&code| (words.iter().filter(|word| is_function_word(word, code)).count(), code))
        .collect();
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let (most, code) = *counts.first()?;
    if most < 2 || most * 16 < words.len() {
        return None;
    }
    let equal: Vec<_> =
        counts.iter().take_while(|(count, _)| *count == most).map(|(_, code)| *code).collect();
    match equal.len() {
        1 => Some(code),
        _ if equal.contains(&"en") => Some("en"),
        // Near relatives share their small words; of a longer text the whole spelling tells.
        _ => detect_language(text).and_then(|found| equal.into_iter().find(|code| *code == found)),
    }
}

fn is_function_word(word: &str, code: &str) -> bool {
    let further = FURTHER.iter().find(|(known, _)| *known == code);
    further.is_some_and(|(_, list)| list.contains(&word))
        || listed(code).is_some_and(|language| language.is_stop_word(word))
}

/// Search's name of a language that it has stop words of.
fn listed(code: &str) -> Option<Language> {
    Some(match code {
        "en" => Language::English,
        "de" => Language::German,
        "fr" => Language::French,
        "es" => Language::Spanish,
        "it" => Language::Italian,
        "pt" => Language::Portuguese,
        "nl" => Language::Dutch,
        "pl" => Language::Polish,
        "cs" => Language::Czech,
        "sv" => Language::Swedish,
        "da" => Language::Danish,
        "nb" => Language::Norwegian,
        "fi" => Language::Finnish,
        "hu" => Language::Hungarian,
        "ro" => Language::Romanian,
        "tr" => Language::Turkish,
        "ru" => Language::Russian,
        _ => return None,
    })
}

/// Signs that stand on letters and end no word.
fn is_sign(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{97f}')
}

/// Vietnamese writes letters that no other language does.
fn vietnamese(text: &str) -> Option<&'static str> {
    let own = text.chars().filter(|c| matches!(c, 'ơ' | 'ư' | 'Ơ' | 'Ư' | '\u{1ea0}'..='\u{1ef9}')).count();
    (own >= 2).then_some("vi")
}

/// Russian, Ukrainian or Bulgarian; none for their relatives.
fn cyrillic(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let has = |letters: &str| lower.contains(|c| letters.contains(c));
    match (has("іїєґ"), has("ыэё"), has("ўјљњћђџѓќѕ")) {
        (true, false, false) => Some("uk"),
        (false, true, false) => Some("ru"),
        (false, false, false) => by_words(text, &["ru", "bg", "uk"]),
        _ => None,
    }
}

/// Arabic or Persian; none for Urdu.
fn arabic(text: &str) -> Option<&'static str> {
    let has = |letters: &str| text.contains(|c| letters.contains(c));
    match (has("ٹڈڑےںہھ"), has("پچژگکی")) {
        (true, _) => None,
        (false, true) => Some("fa"),
        (false, false) => Some("ar"),
    }
}

/// Traditional or simplified, whichever more characters are of.
fn chinese(text: &str) -> &'static str {
    let [traditional, simplified] = CHINESE;
    let only = |these: &str, others: &str| {
        text.chars().filter(|c| these.contains(*c) && !others.contains(*c)).count()
    };
    if only(traditional, simplified) > only(simplified, traditional) { "zh-TW" } else { "zh" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_in_the_language_that_they_are_written_in() {
        for (text, code) in [
            ("When do you ship to Norway?", "en"),
            ("Where is Łódź?", "en"),
            ("Do you sell la vie en rose perfume?", "en"),
            ("Wo ist mein Paket?", "de"),
            ("Was kostet der Versand nach Österreich?", "de"),
            ("Où est ma commande ?", "fr"),
            ("Combien coûte la livraison ?", "fr"),
            ("¿Cuánto cuesta el envío?", "es"),
            ("Quanto costa la spedizione in Italia?", "it"),
            ("Quanto custa o envio para o Brasil?", "pt"),
            ("Hoe kan ik mijn bestelling wijzigen?", "nl"),
            ("Jak mogę zwrócić produkt?", "pl"),
            ("Jak si mohu změnit heslo?", "cs"),
            ("Ako si môžem zmeniť heslo?", "sk"),
            ("Hur kan jag ändra min beställning?", "sv"),
            ("Hvor kan jeg finde min ordre, og hvornår kommer den?", "da"),
            ("Miten voin muuttaa tilaustani?", "fi"),
            ("Hogyan tudom megváltoztatni a jelszavamat, ha az elveszett?", "hu"),
            ("Cum pot să îmi schimb parola?", "ro"),
            ("Как мога да върна поръчката?", "bg"),
            ("Πού είναι η παραγγελία μου;", "el"),
            ("Siparişim ne zaman gelir ve nasıl takip ederim?", "tr"),
            ("Где мой заказ и когда вы его отправите?", "ru"),
            ("Де моє замовлення?", "uk"),
            ("متى يصل طلبي؟", "ar"),
            ("מתי מגיעה ההזמנה שלי?", "he"),
            ("سفارش من کی می‌رسد؟", "fa"),
            ("मेरा ऑर्डर कहाँ है?", "hi"),
            ("আমার অর্ডার কোথায়?", "bn"),
            ("返品できますか？", "ja"),
            ("배송은 얼마나 걸리나요?", "ko"),
            ("什么时候发货？", "zh"),
            ("什麼時候出貨？", "zh-TW"),
            ("Bagaimana cara mengembalikan barang yang saya beli?", "id"),
            ("Làm thế nào để đổi mật khẩu?", "vi"),
            ("สินค้าจะมาถึงเมื่อไหร่", "th"),
            ("Merci beaucoup !", "fr"),
        ] {
            assert_eq!(plainly(text), Some(code), "{text}");
        }
    }

    #[test]
    fn too_little_tells_nothing() {
        for text in
            ["", "?", "ok", "Der", "été", "дa", "Uno Nano Leonardo", "Łódź", "iPhone 15 Pro", "как", "Hallo"]
        {
            assert_eq!(plainly(text), None, "{text}");
        }
    }

    #[test]
    fn what_was_said_before_and_the_owners_choice_stand_in() {
        let mut set = Settings::default();
        let german = ["Wo ist mein Paket?".to_owned(), "DHL".to_owned()];
        let code = |question: &str, earlier: &[String], set: &Settings| of_turn(question, earlier, set).code;
        assert_eq!(code("Łódź?", &german, &set), "de");
        assert_eq!(code("Where is it now?", &german, &set), "en");
        assert_eq!(code("Łódź?", &[], &set), "en");
        set.widget.language = "fr".into();
        assert_eq!(code("Łódź?", &[], &set), "fr");
        assert_eq!(code("Wo ist mein Paket?", &[], &set), "de");
    }
}
