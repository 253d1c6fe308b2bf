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
pub(super) const LANGUAGES: &[Entry] =
    &[Entry { code: "en", dir: "ltr", file: include_str!("../../../../widget/strings/en.json") }];
