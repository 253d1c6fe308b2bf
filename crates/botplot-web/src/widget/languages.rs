//! The languages of the widget's interface: a line for each, a file of words for each.

/// A language that the interface speaks.
pub(super) struct Entry {
    /// Its tag, such as `de` or `zh-TW`.
    pub(super) code: &'static str,
    /// Which way it is written: `ltr` or `rtl`.
    pub(super) dir: &'static str,
    /// Its words, as JSON.
    pub(super) file: &'static str,
}

/// All of them. English comes first: its names, in its order, are those of all.
pub(super) const LANGUAGES: &[Entry] = &[
    ltr("en", include_str!("../../../../widget/strings/en.json")),
    ltr("de", include_str!("../../../../widget/strings/de.json")),
    ltr("fr", include_str!("../../../../widget/strings/fr.json")),
    ltr("es", include_str!("../../../../widget/strings/es.json")),
    ltr("it", include_str!("../../../../widget/strings/it.json")),
    ltr("pt", include_str!("../../../../widget/strings/pt.json")),
    ltr("nl", include_str!("../../../../widget/strings/nl.json")),
    ltr("pl", include_str!("../../../../widget/strings/pl.json")),
    ltr("cs", include_str!("../../../../widget/strings/cs.json")),
    ltr("sk", include_str!("../../../../widget/strings/sk.json")),
    ltr("sv", include_str!("../../../../widget/strings/sv.json")),
    ltr("da", include_str!("../../../../widget/strings/da.json")),
    ltr("nb", include_str!("../../../../widget/strings/nb.json")),
    ltr("fi", include_str!("../../../../widget/strings/fi.json")),
    ltr("hu", include_str!("../../../../widget/strings/hu.json")),
    ltr("ro", include_str!("../../../../widget/strings/ro.json")),
    ltr("bg", include_str!("../../../../widget/strings/bg.json")),
    ltr("el", include_str!("../../../../widget/strings/el.json")),
    ltr("tr", include_str!("../../../../widget/strings/tr.json")),
    ltr("ru", include_str!("../../../../widget/strings/ru.json")),
    ltr("uk", include_str!("../../../../widget/strings/uk.json")),
    rtl("ar", include_str!("../../../../widget/strings/ar.json")),
    rtl("he", include_str!("../../../../widget/strings/he.json")),
    rtl("fa", include_str!("../../../../widget/strings/fa.json")),
    ltr("hi", include_str!("../../../../widget/strings/hi.json")),
    ltr("bn", include_str!("../../../../widget/strings/bn.json")),
    ltr("ja", include_str!("../../../../widget/strings/ja.json")),
    ltr("ko", include_str!("../../../../widget/strings/ko.json")),
    ltr("zh", include_str!("../../../../widget/strings/zh.json")),
    ltr("zh-TW", include_str!("../../../../widget/strings/zh-TW.json")),
    ltr("id", include_str!("../../../../widget/strings/id.json")),
    ltr("vi", include_str!("../../../../widget/strings/vi.json")),
    ltr("th", include_str!("../../../../widget/strings/th.json")),
];

/// A language written from left to right.
const fn ltr(code: &'static str, file: &'static str) -> Entry {
    Entry { code, dir: "ltr", file }
}

/// A language written from right to left.
const fn rtl(code: &'static str, file: &'static str) -> Entry {
    Entry { code, dir: "rtl", file }
}
