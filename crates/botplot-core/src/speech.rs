//! The languages that the bot speaks, and what it says in each by itself: while an owner left a sentence as it was, the
//! visitor reads it in their language.

mod sentences;

use crate::courtesy::Courtesy;
use crate::project::Settings;

/// A language, with the bot's own sentences in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Speech {
    /// Its tag, such as `de` or `zh-TW`.
    pub code: &'static str,
    /// What it calls itself.
    pub name: &'static str,
    /// The first words, and the answer to a greeting.
    pub welcome: &'static str,
    /// Said when the knowledge does not cover a question.
    pub refusal: &'static str,
    /// Said when a person was asked for.
    pub handoff: &'static str,
    /// The answer to thanks.
    pub thanked: &'static str,
    /// The answer to a farewell.
    pub farewell: &'static str,
}

/// All languages, English first: the settings' defaults are its sentences.
pub const ALL: &[Speech] = sentences::ALL;

impl Speech {
    /// English.
    pub fn english() -> &'static Self {
        &ALL[0]
    }

    /// The language of this code, if the bot speaks it.
    pub fn find(code: &str) -> Option<&'static Self> {
        ALL.iter().find(|speech| speech.code == code)
    }

    /// The first words of a project with these settings.
    pub fn welcome_of<'a>(&'static self, set: &'a Settings) -> &'a str {
        spoken(&set.widget.welcome, Self::english().welcome, self.welcome)
    }

    /// What is said when the knowledge does not cover a question.
    pub fn refusal_of<'a>(&'static self, set: &'a Settings) -> &'a str {
        spoken(&set.refusal, Self::english().refusal, self.refusal)
    }

    /// What is said when a person was asked for.
    pub fn handoff_of<'a>(&'static self, set: &'a Settings) -> &'a str {
        spoken(&set.handoff.message, Self::english().handoff, self.handoff)
    }

    /// What is said to somebody who was only being polite.
    pub fn kind_word<'a>(&'static self, kind: Courtesy, set: &'a Settings) -> &'a str {
        match kind {
            Courtesy::Greeting => self.welcome_of(set),
            Courtesy::Thanks => self.thanked,
            Courtesy::Farewell => self.farewell,
        }
    }
}

/// What the owner set, or what stands in for it where the owner left it as it was.
pub fn spoken<'a>(set: &'a str, built_in: &str, own: &'a str) -> &'a str {
    if set == built_in { own } else { set }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_says_everything_in_words_of_its_own() {
        assert_eq!(Speech::english().code, "en");
        for speech in ALL {
            let Speech { code, name, welcome, refusal, handoff, thanked, farewell } = *speech;
            assert_eq!(Speech::find(code), Some(speech));
            for said in [name, welcome, refusal, handoff, thanked, farewell] {
                assert!(!said.is_empty() && said.trim() == said, "{code}: {said:?}");
            }
            assert!(refusal.chars().count() <= 500, "{code}");
            let same = |other: &&Speech| other.name == name || other.refusal == refusal;
            assert_eq!(ALL.iter().filter(same).count(), 1, "{code}");
        }
        assert_eq!(Speech::find("tlh"), None);
    }

    #[test]
    fn an_owners_own_words_are_said_in_every_language() {
        let german = Speech::find("de").unwrap();
        let mut set = Settings::default();
        assert!(german.refusal_of(&set).starts_with("Dazu habe ich"));
        assert_eq!(german.kind_word(Courtesy::Greeting, &set), german.welcome);
        assert_eq!(german.kind_word(Courtesy::Thanks, &set), "Gern geschehen!");
        set.refusal = "No idea.".into();
        set.widget.welcome = "Ahoy!".into();
        set.handoff.message = String::new();
        assert_eq!(german.refusal_of(&set), "No idea.");
        assert_eq!(german.kind_word(Courtesy::Greeting, &set), "Ahoy!");
        assert_eq!(german.handoff_of(&set), "");
    }
}
