//! Messages that are no question: a greeting, thanks, a farewell. They get a kind word instead of a refusal.

use std::collections::HashMap;
use std::sync::LazyLock;

use Courtesy::{Farewell, Greeting, Thanks};

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

/// What people say, by kind and language; without a language where several say it so.
#[rustfmt::skip]
const WORDS: &[(Courtesy, &str, &[&str])] = &[
    (Greeting, "", &["hallo", "hej", "hoi", "hei", "ciao", "salut", "ahoj", "moi"]),
    (Greeting, "en", &["hi", "hello", "hey", "hi there", "hello there", "hey there", "good morning",
        "good afternoon", "good evening", "greetings"]),
    (Greeting, "de", &["guten tag", "guten morgen", "guten abend", "moin", "servus", "grüß gott"]),
    (Greeting, "fr", &["bonjour", "bonsoir"]),
    (Greeting, "es", &["hola", "buenos dias", "buenos días", "buenas tardes", "buenas noches"]),
    (Greeting, "it", &["buongiorno", "buonasera", "salve"]),
    (Greeting, "pt", &["olá", "bom dia", "boa tarde", "boa noite"]),
    (Greeting, "nl", &["goedemorgen", "goedemiddag", "goedenavond", "goedendag"]),
    (Greeting, "pl", &["dzień dobry", "dzien dobry", "cześć"]),
    (Greeting, "cs", &["dobrý den"]),
    (Greeting, "sk", &["dobrý deň"]),
    (Greeting, "sv", &["god morgon", "hejsan"]),
    (Greeting, "da", &["goddag"]),
    (Greeting, "fi", &["hyvää päivää", "hyvää huomenta", "terve"]),
    (Greeting, "hu", &["szia", "jó napot", "jó napot kívánok", "üdvözlöm"]),
    (Greeting, "ro", &["bună ziua", "buna ziua", "bună"]),
    (Greeting, "bg", &["здравейте", "добър ден"]),
    (Greeting, "el", &["γεια", "γεια σας", "καλημέρα", "καλησπέρα"]),
    (Greeting, "tr", &["merhaba", "selam", "günaydın", "iyi günler"]),
    (Greeting, "ru", &["здравствуйте", "привет", "добрый день", "добрый вечер", "доброе утро"]),
    (Greeting, "uk", &["вітаю", "привіт", "доброго дня", "добрий день"]),
    (Greeting, "ar", &["مرحبا", "مرحبًا", "أهلا", "السلام عليكم"]),
    (Greeting, "he", &["שלום", "היי"]),
    (Greeting, "fa", &["درود"]),
    (Greeting, "hi", &["नमस्ते"]),
    (Greeting, "bn", &["হ্যালো", "নমস্কার"]),
    (Greeting, "ja", &["こんにちは", "こんばんは", "おはようございます"]),
    (Greeting, "ko", &["안녕하세요", "안녕"]),
    (Greeting, "zh", &["你好", "您好"]),
    (Greeting, "id", &["selamat pagi", "selamat siang", "selamat sore"]),
    (Greeting, "vi", &["xin chào", "chào bạn"]),
    (Greeting, "th", &["สวัสดี", "สวัสดีครับ", "สวัสดีค่ะ"]),
    (Thanks, "en", &["thanks", "thank you", "thanks a lot", "thank you very much", "thanks so much", "thx", "ty",
        "cheers", "great thanks", "ok thanks", "perfect thanks"]),
    (Thanks, "de", &["danke", "vielen dank", "danke schön", "dankeschön", "danke sehr"]),
    (Thanks, "fr", &["merci", "merci beaucoup"]),
    (Thanks, "es", &["gracias", "muchas gracias"]),
    (Thanks, "it", &["grazie", "grazie mille"]),
    (Thanks, "pt", &["obrigado", "obrigada", "muito obrigado", "muito obrigada"]),
    (Thanks, "nl", &["dank je", "dank u", "dank je wel", "dank u wel", "bedankt"]),
    (Thanks, "pl", &["dziękuję", "dziękuję bardzo", "dzięki"]),
    (Thanks, "cs", &["děkuji", "díky"]),
    (Thanks, "sk", &["ďakujem"]),
    (Thanks, "sv", &["tack", "tack så mycket"]),
    (Thanks, "da", &["mange tak"]),
    (Thanks, "nb", &["takk", "tusen takk"]),
    (Thanks, "fi", &["kiitos"]),
    (Thanks, "hu", &["köszönöm", "köszönöm szépen"]),
    (Thanks, "ro", &["mulțumesc", "multumesc"]),
    (Thanks, "bg", &["благодаря"]),
    (Thanks, "el", &["ευχαριστώ"]),
    (Thanks, "tr", &["teşekkürler", "teşekkür ederim"]),
    (Thanks, "ru", &["спасибо", "большое спасибо"]),
    (Thanks, "uk", &["дякую"]),
    (Thanks, "ar", &["شكرا", "شكرًا"]),
    (Thanks, "he", &["תודה", "תודה רבה"]),
    (Thanks, "fa", &["ممنون", "متشکرم"]),
    (Thanks, "hi", &["धन्यवाद", "शुक्रिया"]),
    (Thanks, "bn", &["ধন্যবাদ"]),
    (Thanks, "ja", &["ありがとう", "ありがとうございます"]),
    (Thanks, "ko", &["감사합니다", "고마워요", "고맙습니다"]),
    (Thanks, "zh", &["谢谢"]),
    (Thanks, "zh-TW", &["謝謝"]),
    (Thanks, "id", &["terima kasih"]),
    (Thanks, "vi", &["cảm ơn"]),
    (Thanks, "th", &["ขอบคุณ", "ขอบคุณครับ", "ขอบคุณค่ะ"]),
    (Farewell, "en", &["bye", "goodbye", "good bye", "bye bye", "see you"]),
    (Farewell, "de", &["tschüss", "auf wiedersehen"]),
    (Farewell, "fr", &["au revoir"]),
    (Farewell, "es", &["adiós", "adios", "hasta luego"]),
    (Farewell, "it", &["arrivederci"]),
    (Farewell, "pt", &["tchau", "até logo"]),
    (Farewell, "nl", &["tot ziens"]),
    (Farewell, "pl", &["do widzenia"]),
    (Farewell, "cs", &["na shledanou"]),
    (Farewell, "sk", &["dovidenia"]),
    (Farewell, "sv", &["hej då"]),
    (Farewell, "da", &["farvel"]),
    (Farewell, "nb", &["ha det"]),
    (Farewell, "fi", &["näkemiin"]),
    (Farewell, "hu", &["viszlát", "viszontlátásra"]),
    (Farewell, "ro", &["la revedere"]),
    (Farewell, "bg", &["довиждане"]),
    (Farewell, "el", &["αντίο"]),
    (Farewell, "tr", &["hoşça kal", "güle güle"]),
    (Farewell, "ru", &["до свидания"]),
    (Farewell, "uk", &["до побачення"]),
    (Farewell, "ar", &["مع السلامة"]),
    (Farewell, "he", &["להתראות"]),
    (Farewell, "fa", &["خداحافظ"]),
    (Farewell, "hi", &["अलविदा"]),
    (Farewell, "bn", &["বিদায়"]),
    (Farewell, "ja", &["さようなら"]),
    (Farewell, "zh", &["再见"]),
    (Farewell, "zh-TW", &["再見"]),
    (Farewell, "id", &["sampai jumpa"]),
    (Farewell, "vi", &["tạm biệt"]),
    (Farewell, "th", &["ลาก่อน"]),
];

/// The words as they are compared, in which signs that are no letters are lost.
static KNOWN: LazyLock<HashMap<String, (Courtesy, &str)>> = LazyLock::new(|| {
    let all = WORDS.iter().flat_map(|(kind, code, said)| said.iter().map(move |said| (*kind, *code, *said)));
    all.map(|(kind, code, said)| (plain(said), (kind, code))).collect()
});

/// The courtesy that `text` consists of, if it is nothing else.
pub fn of(text: &str) -> Option<Courtesy> {
    found(text).map(|(kind, _)| kind)
}

/// The code of the language in which `text` is a courtesy, if it is one in a single language.
pub fn language(text: &str) -> Option<&'static str> {
    found(text).map(|(_, code)| code).filter(|code| !code.is_empty())
}

fn found(text: &str) -> Option<(Courtesy, &'static str)> {
    KNOWN.get(&plain(text)).copied()
}

fn plain(text: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::Speech;

    #[test]
    fn courtesies_are_told_from_questions() {
        assert_eq!(of("Hello!"), Some(Courtesy::Greeting));
        assert_eq!(of("  ok, thanks :)"), Some(Courtesy::Thanks));
        assert_eq!(of("Auf Wiedersehen."), Some(Courtesy::Farewell));
        for question in ["hi, how do I return an item?", "thanks giving opening hours", "", "?"] {
            assert_eq!(of(question), None, "{question}");
        }
    }

    #[test]
    fn a_courtesy_of_one_language_tells_it() {
        for (text, code) in [
            ("Danke!", Some("de")),
            ("¡Hola!", Some("es")),
            ("नमस्ते", Some("hi")),
            ("สวัสดีค่ะ", Some("th")),
            ("謝謝！", Some("zh-TW")),
            ("Hallo", None),
            ("Danke für nichts", None),
        ] {
            assert_eq!(language(text), code, "{text}");
        }
    }

    #[test]
    fn every_courtesy_stands_once_and_in_a_language_that_the_bot_speaks() {
        for (kind, code, said) in WORDS {
            assert!(code.is_empty() || Speech::find(code).is_some(), "{code}");
            for said in *said {
                assert_eq!(found(said), Some((*kind, *code)), "{said}");
            }
        }
    }
}
