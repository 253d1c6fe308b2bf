//! Unicode classes as BERT's uncased tokenizer draws them.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Characters that vanish: NUL, the replacement character, controls, formats and private use.
pub(crate) fn is_dropped(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        '\0' | '\u{fffd}' => true,
        _ if c.is_ascii() => c.is_ascii_control(),
        _ => matches!(
            c.general_category(),
            GeneralCategory::Control | GeneralCategory::Format | GeneralCategory::PrivateUse
        ),
    }
}

/// Combining marks that stripping accents removes.
pub(crate) fn is_accent(c: char) -> bool {
    !c.is_ascii() && c.general_category() == GeneralCategory::NonspacingMark
}

/// Characters that are words by themselves: every ASCII sign and Unicode's punctuation.
pub(crate) fn is_punctuation(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_punctuation();
    }
    c.general_category_group() == GeneralCategoryGroup::Punctuation
}

/// Han characters, each a word by itself; Hangul, Hiragana and Katakana are not among them.
pub(crate) fn is_han(c: char) -> bool {
    matches!(u32::from(c),
        0x4E00..=0x9FFF | 0x3400..=0x4DBF | 0x20000..=0x2A6DF | 0x2A700..=0x2B73F
        | 0x2B740..=0x2B81F | 0x2B920..=0x2CEAF | 0xF900..=0xFAFF | 0x2F800..=0x2FA1F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_and_line_ends_are_kept_and_other_controls_dropped() {
        assert!(!"\t\n\r ".chars().any(is_dropped));
        assert!("\0\u{7}\u{85}\u{200b}\u{ad}\u{fffd}\u{e000}".chars().all(is_dropped));
    }

    #[test]
    fn ascii_signs_count_as_punctuation_although_unicode_calls_some_symbols() {
        assert!("$+<=>^`|~!¿»—、".chars().all(is_punctuation));
        assert!(!"€©°aé9 ".chars().any(is_punctuation));
    }

    #[test]
    fn only_nonspacing_marks_are_accents() {
        assert!("\u{301}\u{308}\u{327}".chars().all(is_accent));
        assert!(!"\u{903}e".chars().any(is_accent));
    }

    #[test]
    fn kana_and_hangul_are_not_han() {
        assert!("漢字豈".chars().all(is_han));
        assert!(!"かカ한".chars().any(is_han));
    }
}
