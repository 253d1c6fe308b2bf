//! Stop words: words too common in their language to tell passages apart, lower-case, sorted.
//!
//! The lists are short on purpose: a word here can never be searched for.

use std::sync::LazyLock;

use hashbrown::HashMap;

use super::Language;

/// Word → one bit for each language that has it as a stop word.
static LANGUAGES: LazyLock<HashMap<&'static str, u32>> = LazyLock::new(|| {
    let mut languages = HashMap::new();
    for language in Language::ALL {
        for word in of(language) {
            *languages.entry(*word).or_default() |= 1 << language as u32;
        }
    }
    languages
});

/// One bit for each language (by its number) that has this lower-case word as a stop word.
pub(super) fn languages(word: &str) -> u32 {
    LANGUAGES.get(word).copied().unwrap_or(0)
}

pub(super) fn of(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => ENGLISH,
        Language::German => GERMAN,
        Language::Spanish => SPANISH,
        Language::French => FRENCH,
        Language::Italian => ITALIAN,
        Language::Portuguese => PORTUGUESE,
        Language::Dutch => DUTCH,
        Language::Swedish => SWEDISH,
        Language::Danish => DANISH,
        Language::Norwegian => NORWEGIAN,
        Language::Finnish => FINNISH,
        Language::Hungarian => HUNGARIAN,
        Language::Romanian => ROMANIAN,
        Language::Turkish => TURKISH,
        Language::Polish => POLISH,
        Language::Czech => CZECH,
        Language::Russian => RUSSIAN,
        Language::Greek => GREEK,
        Language::Arabic => ARABIC,
        Language::Tamil => TAMIL,
        Language::Other => &[],
    }
}

#[rustfmt::skip]
const ENGLISH: &[&str] = &[
    "a", "about", "after", "again", "all", "also", "am", "an", "and", "another", "any", "are", "arent",
    "as", "at", "be", "because", "been", "before", "being", "between", "both", "but", "by", "can", "cannot",
    "cant", "could", "couldnt", "did", "didnt", "do", "does", "doesnt", "doing", "dont", "down", "during",
    "each", "either", "else", "etc", "for", "from", "further", "get", "gets", "getting", "got", "had",
    "has", "hasnt", "have", "havent", "having", "he", "her", "here", "hers", "him", "his", "how", "hows",
    "i", "if", "im", "in", "into", "is", "isnt", "it", "its", "ive", "just", "let", "lets", "many", "may",
    "me", "might", "more", "most", "much", "must", "my", "no", "nor", "not", "of", "off", "on", "once",
    "one", "only", "or", "other", "our", "ours", "out", "over", "own", "please", "same", "shall", "she",
    "should", "shouldnt", "so", "some", "such", "than", "that", "thats", "the", "their", "theirs", "them",
    "then", "there", "these", "they", "this", "those", "through", "to", "too", "under", "until", "up", "us",
    "very", "via", "was", "wasnt", "we", "were", "what", "whats", "when", "where", "wheres", "whether",
    "which", "while", "who", "whom", "whos", "whose", "why", "will", "with", "within", "would", "wouldnt",
    "you", "your", "youre", "yours",
];

#[rustfmt::skip]
const GERMAN: &[&str] = &[
    "ab", "aber", "alle", "allem", "allen", "aller", "alles", "als", "also", "am", "an", "andere",
    "anderen", "auch", "auf", "aus", "bei", "beim", "bereits", "bin", "bis", "bist", "bitte", "da", "dabei",
    "dadurch", "damit", "dann", "das", "dass", "dein", "deine", "dem", "den", "denen", "der", "deren",
    "des", "dessen", "die", "dies", "diese", "diesem", "diesen", "dieser", "dieses", "doch", "dort", "du",
    "durch", "ein", "eine", "einem", "einen", "einer", "eines", "er", "es", "etwas", "euch", "euer", "für",
    "gegen", "gewesen", "gibt", "habe", "haben", "hat", "hatte", "hatten", "hier", "ich", "ihm", "ihn",
    "ihnen", "ihr", "ihre", "ihrem", "ihren", "ihrer", "ihres", "im", "in", "ins", "ist", "ja", "jede",
    "jedem", "jeden", "jeder", "jedes", "kann", "kannst", "kein", "keine", "keinem", "keinen", "keiner",
    "können", "könnte", "machen", "man", "mehr", "mein", "meine", "meinem", "meinen", "meiner", "mich",
    "mir", "mit", "muss", "müssen", "nach", "nicht", "noch", "nun", "nur", "ob", "oder", "ohne", "sehr",
    "sein", "seine", "seinem", "seinen", "seiner", "seit", "sich", "sie", "sind", "so", "solche", "soll",
    "sollen", "sollte", "sondern", "sowie", "um", "und", "uns", "unser", "unsere", "unter", "viel", "viele",
    "vielen", "vom", "von", "vor", "wann", "war", "waren", "warum", "was", "wegen", "weil", "welche",
    "welchem", "welchen", "welcher", "welches", "wem", "wen", "wenn", "wer", "werde", "werden", "wessen",
    "wie", "wieso", "wir", "wird", "wo", "wodurch", "wofür", "womit", "worin", "wozu", "wurde", "wurden",
    "während", "würde", "zu", "zum", "zur", "zwischen", "über",
];

#[rustfmt::skip]
const SPANISH: &[&str] = &[
    "a", "al", "algo", "alguna", "algunas", "alguno", "algunos", "algún", "ante", "antes", "aquel",
    "aquella", "aquellos", "así", "aunque", "bajo", "cada", "como", "con", "contra", "cual", "cuando",
    "cuanta", "cuantas", "cuanto", "cuantos", "cuál", "cuáles", "cuándo", "cuánta", "cuántas", "cuánto",
    "cuántos", "cómo", "de", "debe", "del", "desde", "donde", "dos", "durante", "dónde", "e", "el", "ella",
    "ellas", "ello", "ellos", "en", "entre", "era", "eran", "eres", "es", "esa", "esas", "ese", "eso",
    "esos", "esta", "estaba", "estado", "estamos", "estar", "estas", "este", "esto", "estos", "está",
    "están", "fue", "fueron", "ha", "haber", "había", "han", "has", "hasta", "hay", "he", "la", "las", "le",
    "les", "lo", "los", "me", "mi", "mis", "muchas", "mucho", "muchos", "muy", "más", "mí", "nada", "ni",
    "no", "nos", "nosotros", "nuestra", "nuestro", "o", "os", "otra", "otras", "otro", "otros", "para",
    "pero", "poco", "por", "porque", "puede", "pueden", "puedo", "que", "quien", "quienes", "quién",
    "quiénes", "qué", "se", "sea", "ser", "si", "sido", "sin", "sobre", "son", "soy", "su", "sus", "sí",
    "también", "tan", "tanto", "te", "tener", "tengo", "ti", "tiene", "tienen", "toda", "todas", "todo",
    "todos", "tras", "tu", "tus", "un", "una", "unas", "uno", "unos", "usted", "ustedes", "y", "ya", "yo",
    "él",
];

#[rustfmt::skip]
const FRENCH: &[&str] = &[
    "ai", "ainsi", "alors", "as", "au", "aucun", "aucune", "aussi", "autre", "autres", "aux", "avec",
    "avez", "avoir", "avons", "ayant", "c", "ce", "ceci", "cela", "ces", "cet", "cette", "ceux", "chaque",
    "chez", "ci", "combien", "comme", "comment", "d", "dans", "de", "depuis", "des", "donc", "dont", "du",
    "elle", "elles", "en", "entre", "es", "est", "et", "eu", "eux", "faire", "fait", "faut", "il", "ils",
    "j", "je", "l", "la", "le", "les", "leur", "leurs", "lors", "lorsque", "lui", "là", "m", "ma", "mais",
    "me", "mes", "moi", "mon", "même", "n", "ne", "ni", "non", "nos", "notre", "nous", "on", "ont", "or",
    "ou", "où", "par", "parce", "pas", "pendant", "peu", "peut", "peuvent", "peux", "plus", "plusieurs",
    "pour", "pourquoi", "puis", "puisque", "qu", "quand", "que", "quel", "quelle", "quelles", "quels",
    "qui", "quoi", "s", "sa", "sans", "se", "sera", "ses", "si", "soit", "son", "sont", "sous", "suis",
    "sur", "t", "ta", "te", "tes", "toi", "ton", "tous", "tout", "toute", "toutes", "très", "tu", "un",
    "une", "vers", "voici", "voilà", "vos", "votre", "vous", "y", "à", "ça", "étaient", "était", "êtes",
    "être",
];

#[rustfmt::skip]
const ITALIAN: &[&str] = &[
    "a", "abbiamo", "ad", "agli", "ai", "al", "alla", "alle", "allo", "anche", "ancora", "avere", "aveva",
    "avevano", "c", "che", "chi", "ci", "come", "con", "cosa", "così", "cui", "d", "da", "dagli", "dai",
    "dal", "dalla", "dalle", "dallo", "degli", "dei", "del", "dell", "della", "delle", "dello", "dentro",
    "deve", "di", "dopo", "dove", "due", "e", "ed", "era", "erano", "essere", "fa", "fare", "fino", "fra",
    "gli", "ha", "hai", "hanno", "ho", "i", "il", "in", "io", "l", "la", "le", "lei", "li", "lo", "loro",
    "lui", "ma", "me", "mi", "mia", "mie", "miei", "mio", "molti", "molto", "ne", "negli", "nei", "nel",
    "nella", "nelle", "nello", "noi", "non", "nostra", "nostro", "o", "ogni", "oppure", "per", "perché",
    "però", "più", "poi", "posso", "prima", "puoi", "può", "quale", "quali", "quando", "quanta", "quante",
    "quanti", "quanto", "quella", "quelle", "quelli", "quello", "questa", "queste", "questi", "questo",
    "qui", "quindi", "sarà", "se", "sei", "senza", "si", "sia", "siamo", "siete", "solo", "sono", "sopra",
    "sotto", "sta", "stata", "state", "stati", "stato", "su", "sua", "sue", "sugli", "sui", "sul", "sulla",
    "sulle", "suo", "suoi", "te", "ti", "tra", "tu", "tua", "tue", "tuo", "tuoi", "tutta", "tutte", "tutti",
    "tutto", "un", "una", "uno", "vi", "voi", "vostra", "vostro", "è",
];

#[rustfmt::skip]
const PORTUGUESE: &[&str] = &[
    "a", "ainda", "algum", "alguma", "alguns", "ao", "aos", "apenas", "aquela", "aquele", "aqueles", "as",
    "assim", "até", "cada", "com", "como", "contra", "da", "das", "de", "dela", "dele", "deles", "depois",
    "desde", "do", "dos", "durante", "e", "ela", "elas", "ele", "eles", "em", "entre", "era", "eram",
    "essa", "essas", "esse", "esses", "esta", "estamos", "estar", "estas", "estava", "este", "estes",
    "estou", "está", "estão", "eu", "foi", "for", "foram", "fosse", "há", "isso", "isto", "já", "lhe",
    "lhes", "lo", "mais", "mas", "me", "mesmo", "meu", "meus", "minha", "minhas", "muita", "muitas",
    "muito", "muitos", "na", "nas", "nem", "no", "nos", "nossa", "nosso", "num", "numa", "não", "nós", "o",
    "onde", "os", "ou", "outra", "outras", "outro", "outros", "para", "pela", "pelas", "pelo", "pelos",
    "pode", "podem", "poder", "por", "porque", "porquê", "posso", "quais", "qual", "quando", "quanta",
    "quantas", "quanto", "quantos", "que", "quem", "se", "seja", "sem", "ser", "será", "seu", "seus",
    "sobre", "sua", "suas", "são", "só", "também", "te", "tem", "tenho", "ter", "teu", "tinha", "toda",
    "todas", "todo", "todos", "três", "tu", "tua", "têm", "um", "uma", "umas", "uns", "você", "vocês",
    "vos", "à", "às", "é",
];

#[rustfmt::skip]
const DUTCH: &[&str] = &[
    "aan", "al", "alle", "als", "altijd", "andere", "ben", "bij", "binnen", "daar", "dan", "dat", "de",
    "der", "deze", "die", "dit", "doe", "doen", "door", "dus", "een", "eens", "elke", "en", "er", "ge",
    "geen", "geweest", "had", "hadden", "heb", "hebben", "heeft", "hem", "het", "hier", "hij", "hoe",
    "hoeveel", "hun", "iemand", "iets", "ik", "in", "is", "ja", "je", "jij", "jouw", "jullie", "kan", "kon",
    "kunnen", "maar", "me", "meer", "men", "met", "mij", "mijn", "moet", "moeten", "na", "naar", "niet",
    "niets", "nog", "nu", "of", "om", "omdat", "onder", "ons", "onze", "ook", "op", "over", "reeds", "te",
    "tegen", "toch", "toen", "tot", "tussen", "u", "uit", "uw", "van", "vanaf", "veel", "voor", "waar",
    "waarom", "wanneer", "want", "waren", "was", "wat", "we", "wel", "welk", "welke", "werd", "werden",
    "wie", "wij", "word", "worden", "wordt", "zal", "ze", "zelf", "zich", "zij", "zijn", "zo", "zonder",
    "zou",
];

#[rustfmt::skip]
const SWEDISH: &[&str] = &[
    "alla", "allt", "att", "av", "blev", "bli", "blir", "de", "dem", "den", "denna", "deras", "dess",
    "dessa", "det", "detta", "dig", "din", "dina", "ditt", "du", "där", "efter", "ej", "eller", "en", "er",
    "ett", "från", "för", "ha", "hade", "han", "hans", "har", "hennes", "hon", "honom", "hos", "hur", "här",
    "i", "icke", "in", "ingen", "inom", "inte", "jag", "ju", "kan", "kommer", "kunde", "man", "med",
    "mellan", "men", "mer", "mig", "min", "mina", "mitt", "mot", "mycket", "ni", "nu", "när", "någon",
    "något", "några", "och", "om", "oss", "på", "samma", "sedan", "sig", "sin", "sina", "sitt", "själv",
    "ska", "skulle", "som", "så", "sådan", "till", "under", "upp", "ut", "utan", "vad", "var", "vara",
    "varför", "varit", "varje", "vars", "vart", "vem", "vi", "vid", "vilka", "vilken", "vilket", "vår",
    "våra", "än", "är", "åt", "över",
];

#[rustfmt::skip]
const DANISH: &[&str] = &[
    "ad", "af", "alle", "alt", "anden", "at", "blev", "blive", "bliver", "da", "de", "dem", "den", "denne",
    "der", "deres", "det", "dette", "dig", "din", "disse", "dog", "du", "efter", "eller", "en", "end", "er",
    "et", "for", "fra", "ham", "han", "hans", "har", "havde", "have", "hende", "hendes", "her", "hos",
    "hun", "hvad", "hvem", "hvilke", "hvilken", "hvilket", "hvis", "hvor", "hvordan", "hvorfor", "hvornår",
    "i", "ikke", "ind", "ja", "jeg", "jer", "jo", "kan", "kunne", "man", "mange", "med", "meget", "men",
    "mere", "mig", "min", "mine", "mit", "mod", "ned", "noget", "nogle", "nu", "når", "og", "også", "om",
    "op", "os", "over", "på", "selv", "sig", "sin", "sine", "sit", "skal", "skulle", "som", "sådan", "thi",
    "til", "ud", "under", "var", "ved", "vi", "vil", "ville", "vor", "være", "været",
];

#[rustfmt::skip]
const NORWEGIAN: &[&str] = &[
    "alle", "at", "av", "bare", "begge", "ble", "blei", "bli", "blir", "både", "da", "de", "deg", "dei",
    "deim", "deira", "dem", "den", "denne", "der", "dere", "deres", "det", "dette", "di", "din", "disse",
    "ditt", "du", "eit", "eller", "en", "er", "et", "ett", "etter", "for", "fordi", "fra", "før", "gjøre",
    "ha", "hadde", "han", "hans", "har", "hennes", "her", "hjå", "ho", "hun", "hva", "hvem", "hver",
    "hvilke", "hvilken", "hvis", "hvor", "hvordan", "hvorfor", "i", "ikke", "ikkje", "ingen", "inn",
    "innen", "jeg", "kan", "kom", "kunne", "man", "mange", "med", "meg", "mellom", "men", "mer", "mi",
    "min", "mine", "mitt", "mot", "mye", "må", "nei", "no", "noe", "noen", "nå", "når", "og", "også", "om",
    "opp", "oss", "over", "på", "samme", "seg", "selv", "si", "sia", "sidan", "siden", "sin", "sine",
    "sitt", "skal", "skulle", "slik", "som", "så", "til", "um", "under", "upp", "ut", "uten", "var", "ved",
    "vi", "vil", "ville", "vår", "være", "vært",
];

#[rustfmt::skip]
const FINNISH: &[&str] = &[
    "ei", "eivät", "emme", "en", "et", "ette", "että", "he", "heidän", "heille", "hän", "häneen", "hänen",
    "häntä", "ja", "jo", "joiden", "joka", "jonka", "jos", "jossa", "josta", "jota", "jotka", "kanssa",
    "keitä", "ken", "kenen", "ketkä", "koska", "kuin", "kuinka", "kuka", "kun", "kuten", "me", "meidän",
    "meille", "mihin", "miksi", "mikä", "milloin", "millä", "minkä", "minulla", "minulle", "minun", "minä",
    "missä", "mistä", "miten", "mitkä", "mitä", "mukaan", "mutta", "myös", "ne", "niiden", "niin", "niitä",
    "nyt", "näiden", "näissä", "näitä", "nämä", "olemme", "olen", "olet", "olette", "olevat", "oli",
    "olisi", "olivat", "olla", "ollut", "on", "ovat", "se", "sekä", "sen", "siinä", "siitä", "sinun",
    "sinä", "sitä", "tai", "te", "teidän", "tuo", "tämä", "tämän", "tässä", "tästä", "tätä", "vaan", "vai",
    "vaikka", "voi", "voiko", "voin", "voivat", "yli",
];

#[rustfmt::skip]
const HUNGARIAN: &[&str] = &[
    "a", "ahol", "aki", "akik", "amely", "amelyek", "ami", "az", "azok", "azon", "azt", "azért", "be",
    "csak", "de", "e", "egy", "egyes", "egyik", "ehhez", "ekkor", "el", "ennek", "erre", "ez", "ezek",
    "ezt", "ezért", "fel", "ha", "hanem", "hogy", "hogyan", "hol", "ill", "is", "itt", "jó", "kell",
    "kellene", "ki", "lehet", "lesz", "lett", "ma", "majd", "meg", "mely", "melyek", "mert", "mi", "mikor",
    "milyen", "mint", "mit", "miért", "most", "már", "még", "nagy", "ne", "nem", "nincs", "olyan", "pedig",
    "s", "saját", "sem", "szerint", "són", "vagy", "vagyok", "van", "vannak", "vissza", "volt", "voltak",
    "és", "így", "ő", "ők",
];

#[rustfmt::skip]
const ROMANIAN: &[&str] = &[
    "a", "acea", "aceasta", "această", "aceea", "acei", "aceia", "acel", "acela", "acele", "acest",
    "acesta", "aceste", "acestea", "acești", "ai", "al", "ale", "alt", "alte", "am", "ar", "are", "as",
    "asta", "au", "avea", "aveți", "aș", "ca", "care", "ce", "cei", "cel", "cele", "ci", "cine", "cu",
    "cum", "când", "cât", "câte", "câți", "da", "dacă", "dar", "de", "deci", "deja", "din", "dintre",
    "doar", "după", "ea", "ei", "el", "ele", "este", "eu", "fi", "fie", "fost", "fără", "iar", "la", "le",
    "li", "lor", "lui", "mai", "mea", "mei", "meu", "mult", "mă", "nici", "noi", "nostru", "nouă", "nu",
    "o", "ori", "pe", "pentru", "poate", "pot", "prin", "sa", "sau", "se", "si", "spre", "sub", "sunt",
    "suntem", "să", "său", "te", "toate", "tot", "toți", "tu", "un", "una", "unde", "unei", "unele", "unor",
    "unui", "voi", "vor", "vă", "îi", "îl", "îmi", "în", "între", "își", "și",
];

#[rustfmt::skip]
const TURKISH: &[&str] = &[
    "acaba", "ama", "aslında", "az", "bana", "bazı", "belki", "ben", "benim", "beri", "bir", "biri",
    "birkaç", "birçok", "biz", "bu", "buna", "bunda", "bundan", "bunu", "bunun", "burada", "bütün", "da",
    "daha", "de", "defa", "değil", "diye", "dolayı", "en", "fakat", "gibi", "göre", "hangi", "hem", "hep",
    "hepsi", "her", "hiç", "ile", "ise", "için", "kadar", "kez", "ki", "kim", "kimi", "mi", "mu", "mü",
    "mı", "nasıl", "ne", "neden", "nerde", "nerede", "nereye", "niye", "niçin", "o", "olan", "olarak",
    "oldu", "olduğu", "ona", "ondan", "onlar", "onu", "onun", "orada", "oysa", "rağmen", "sanki", "sen",
    "siz", "sizin", "sonra", "tüm", "var", "ve", "veya", "ya", "yani", "yok", "yoksa", "çok", "çünkü",
    "şey", "şu",
];

#[rustfmt::skip]
const POLISH: &[&str] = &[
    "a", "aby", "albo", "ale", "ani", "aż", "bardzo", "bez", "bo", "być", "był", "była", "było", "były",
    "ci", "co", "czy", "czyli", "dla", "do", "gdy", "gdzie", "go", "i", "ich", "ile", "im", "inne", "inny",
    "iż", "ja", "jak", "jaka", "jaki", "jakie", "jako", "je", "jednak", "jego", "jej", "jest", "jestem",
    "jeszcze", "jeśli", "już", "każdy", "kiedy", "kto", "która", "które", "którego", "której", "który",
    "których", "którzy", "ma", "mam", "mi", "mnie", "mogą", "mogę", "moja", "moje", "może", "można", "mój",
    "na", "nad", "nam", "nas", "nasz", "nich", "nie", "nim", "niż", "o", "od", "ona", "one", "oni", "ono",
    "oraz", "po", "pod", "ponieważ", "przed", "przez", "przy", "się", "są", "ta", "tak", "także", "tam",
    "te", "tego", "tej", "temu", "ten", "też", "to", "tu", "tych", "tylko", "tym", "u", "w", "we", "więc",
    "wszystkie", "wszystko", "z", "za", "ze", "że",
];

#[rustfmt::skip]
const CZECH: &[&str] = &[
    "a", "aby", "ale", "ani", "až", "bez", "bude", "budou", "by", "byl", "byla", "byli", "bylo", "být",
    "co", "další", "do", "ho", "i", "jak", "jako", "jaká", "jaké", "je", "jeho", "jejich", "jen", "jestli",
    "ještě", "ji", "jiné", "již", "jsem", "jsme", "jsou", "jste", "k", "kam", "kde", "kdo", "kdy", "když",
    "ke", "která", "které", "který", "kteří", "ku", "ma", "mají", "mezi", "mi", "mohu", "my", "má", "mám",
    "máte", "můj", "může", "můžete", "na", "nad", "nebo", "není", "než", "nic", "o", "od", "on", "ona",
    "oni", "pak", "po", "pod", "podle", "pokud", "pro", "proč", "před", "přes", "při", "s", "se", "si",
    "ta", "tak", "také", "tam", "tato", "ten", "tento", "to", "toto", "tu", "tuto", "ty", "u", "už", "v",
    "ve", "vy", "však", "z", "za", "ze", "či", "že",
];

#[rustfmt::skip]
const RUSSIAN: &[&str] = &[
    "а", "без", "более", "бы", "был", "была", "были", "было", "быть", "в", "вам", "вас", "ваш", "весь",
    "во", "вот", "все", "всего", "всех", "всё", "вы", "где", "да", "даже", "для", "до", "его", "ее", "если",
    "есть", "еще", "ещё", "её", "же", "за", "здесь", "и", "из", "или", "им", "их", "к", "как", "какая",
    "какие", "каких", "какой", "когда", "которая", "которое", "которые", "который", "кто", "куда", "ли",
    "либо", "между", "меня", "мне", "может", "можно", "мой", "моя", "мы", "на", "над", "надо", "нам", "нас",
    "наш", "не", "него", "нее", "нет", "ни", "них", "но", "ну", "о", "об", "однако", "он", "она", "они",
    "оно", "от", "очень", "перед", "по", "под", "почему", "при", "про", "с", "сам", "свой", "себя",
    "сейчас", "сколько", "так", "также", "такой", "там", "те", "тем", "то", "того", "тоже", "той", "только",
    "том", "тот", "ты", "у", "уже", "хотя", "чего", "чей", "чем", "что", "чтобы", "чья", "эта", "эти",
    "это", "этого", "этой", "этот", "я",
];

#[rustfmt::skip]
const GREEK: &[&str] = &[
    "ένα", "ένας", "ή", "ήταν", "αλλά", "αν", "από", "αυτά", "αυτές", "αυτή", "αυτοί", "αυτό", "αυτός",
    "για", "δεν", "είμαι", "είναι", "εγώ", "εδώ", "εκεί", "η", "θα", "κάθε", "και", "κατά", "μέχρι", "μία",
    "με", "μετά", "μη", "μην", "μια", "μου", "μπορώ", "να", "ο", "οι", "ποια", "ποιο", "ποιος", "πολύ",
    "που", "πού", "πριν", "προς", "πως", "πόσα", "πόσο", "πότε", "πώς", "σας", "σε", "στα", "στη", "στην",
    "στις", "στο", "στον", "στους", "τα", "τη", "την", "της", "τι", "τις", "το", "τον", "του", "τους",
    "των", "τότε", "χωρίς", "ως", "όμως", "όπου", "όπως", "όταν", "ότι",
];

#[rustfmt::skip]
const ARABIC: &[&str] = &[
    "ألا", "أن", "أنا", "أنت", "أو", "أي", "أين", "إذا", "إلى", "إن", "التي", "الذي", "الذين", "اللذان",
    "بعد", "بين", "تلك", "ثم", "حتى", "خلال", "ذلك", "على", "عن", "عند", "عندما", "فقط", "في", "قبل", "قد",
    "كان", "كانت", "كل", "كم", "كما", "كيف", "لا", "لكن", "لم", "لماذا", "لن", "له", "لها", "ليس", "ما",
    "ماذا", "متى", "مع", "من", "منذ", "منه", "منها", "نحن", "هذا", "هذه", "هل", "هم", "هنا", "هناك", "هو",
    "هي", "و", "يا", "يكون",
];

#[rustfmt::skip]
const TAMIL: &[&str] = &[
    "அது", "அந்த", "அல்லது", "அவர்", "ஆனால்", "இது", "இந்த", "உள்ள", "எங்கே", "எந்த", "என", "என்ன", "என்று",
    "எப்படி", "எப்போது", "ஏன்", "ஒன்று", "ஒரு", "தான்", "நான்", "நீங்கள்", "பற்றி", "போது", "மற்றும்",
    "மூலம்", "யார்", "வரை",
];
