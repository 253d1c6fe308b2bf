//! What can be made a source, and what each of them must keep to.

use botplot_core::source::{ANSWER_LIMIT, Config, Kind, Pair, QUESTION_LIMIT};
use botplot_ingest::FORMATS;
use url::Url;

use crate::{Engine, Error};

/// Characters a source's name may have.
pub const NAME_LIMIT: usize = 300;
/// Characters an address may have.
pub const URL_LIMIT: usize = 2_000;
/// Characters that a text may have.
pub const TEXT_LIMIT: usize = 1_000_000;
/// Questions that a source may have.
pub const PAIRS_LIMIT: usize = 1_000;
/// Pages that a website may have.
pub const PAGES_LIMIT: usize = 100_000;
/// Links away from the start that may be followed.
pub const DEPTH_LIMIT: usize = 20;

/// The name of the one file that a text is kept as.
pub(crate) const TEXT_FILE: &str = "text.md";
/// The name of the one file that questions are kept as.
pub(crate) const QA_FILE: &str = "qa.json";

/// What a new source is made of.
#[derive(Clone, Debug)]
pub enum New {
    /// A site, from one of its pages.
    Website {
        /// Where to begin.
        url: Url,
        /// How far to go.
        config: Config,
    },
    /// The pages that a sitemap names.
    Sitemap {
        /// The sitemap.
        url: Url,
        /// How many of them.
        config: Config,
    },
    /// One page.
    Url {
        /// The page.
        url: Url,
    },
    /// A text; Markdown.
    Text {
        /// The text.
        text: String,
    },
    /// Questions with their answers.
    Qa {
        /// At least one.
        pairs: Vec<Pair>,
    },
    /// Files, by name.
    Files {
        /// At least one; no name twice.
        files: Vec<(String, Vec<u8>)>,
    },
}

impl New {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Website { .. } => Kind::Website,
            Self::Sitemap { .. } => Kind::Sitemap,
            Self::Url { .. } => Kind::Url,
            Self::Text { .. } => Kind::Text,
            Self::Qa { .. } => Kind::Qa,
            Self::Files { .. } => Kind::Files,
        }
    }

    pub(super) fn url(&self) -> Option<&Url> {
        match self {
            Self::Website { url, .. } | Self::Sitemap { url, .. } | Self::Url { url } => Some(url),
            Self::Text { .. } | Self::Qa { .. } | Self::Files { .. } => None,
        }
    }

    pub(super) fn config(&self) -> Config {
        match self {
            Self::Website { config, .. } | Self::Sitemap { config, .. } => config.clone(),
            _ => Config::default(),
        }
    }

    /// The first rule that it breaks.
    pub(super) fn check(&self, engine: &Engine) -> Result<(), Error> {
        match self {
            Self::Website { url, config } | Self::Sitemap { url, config } => {
                if !(1..=PAGES_LIMIT).contains(&config.max_pages) {
                    return Err(Error::invalid("max_pages", "takes a number from 1 to 100,000"));
                }
                if config.max_depth > DEPTH_LIMIT {
                    return Err(Error::invalid("max_depth", "takes a number from 0 to 20"));
                }
                check_url(engine, url)
            }
            Self::Url { url } => check_url(engine, url),
            Self::Text { text } if text.trim().is_empty() => Err(Error::invalid("text", "must not be empty")),
            Self::Text { text } if text.chars().count() > TEXT_LIMIT => {
                Err(Error::invalid("text", "must have at most 1,000,000 characters"))
            }
            Self::Qa { pairs } => check_pairs(pairs),
            Self::Files { files } if files.is_empty() => Err(Error::invalid("files", "must not be empty")),
            Self::Text { .. } | Self::Files { .. } => Ok(()),
        }
    }

    /// The files that it is kept as; none for what is read from the web.
    pub(super) fn into_files(self) -> Vec<(String, Vec<u8>)> {
        match self {
            Self::Website { .. } | Self::Sitemap { .. } | Self::Url { .. } => Vec::new(),
            Self::Text { text } => vec![(TEXT_FILE.to_owned(), text.into_bytes())],
            Self::Qa { pairs } => {
                let json = serde_json::to_vec(&pairs).expect("texts always serialise");
                vec![(QA_FILE.to_owned(), json)]
            }
            Self::Files { files } => files,
        }
    }
}

/// The ending of a file's name, if no format reads files of that ending; empty for a name without one.
pub fn unread_ending(name: &str) -> Option<String> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let known = FORMATS.iter().any(|format| format.extensions().contains(&ending.as_str()));
    (!known).then_some(ending)
}

/// The names of all formats that can be read.
pub fn formats() -> Vec<&'static str> {
    FORMATS.iter().map(|format| format.name()).collect()
}

/// The endings of all files that can be read, with their dots.
pub fn endings() -> Vec<String> {
    FORMATS.iter().flat_map(|format| format.extensions()).map(|ending| format!(".{ending}")).collect()
}

fn check_url(engine: &Engine, url: &Url) -> Result<(), Error> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Error::invalid("url", "must begin with `http://` or `https://`"));
    }
    if url.as_str().chars().count() > URL_LIMIT {
        return Err(Error::invalid("url", "must have at most 2,000 characters"));
    }
    match engine.0.egress.refusal(url) {
        Some(why) => Err(Error::invalid("url", format!("is not read: {why}"))),
        None => Ok(()),
    }
}

pub(super) fn check_pairs(pairs: &[Pair]) -> Result<(), Error> {
    if pairs.is_empty() || pairs.len() > PAIRS_LIMIT {
        return Err(Error::invalid("pairs", "must have 1 to 1,000 entries"));
    }
    for (i, pair) in pairs.iter().enumerate() {
        for (name, text, limit) in
            [("question", &pair.question, QUESTION_LIMIT), ("answer", &pair.answer, ANSWER_LIMIT)]
        {
            let place = format!("pairs.{i}.{name}");
            if text.trim().is_empty() {
                return Err(Error::invalid(place, "must not be empty"));
            }
            if text.chars().count() > limit {
                return Err(Error::invalid(place, format!("must have at most {limit} characters")));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_ending() {
        for name in ["a.md", "A.HTML", "x.y.txt"] {
            assert_eq!(unread_ending(name), None, "{name}");
        }
        assert_eq!(unread_ending("a.xyz").as_deref(), Some("xyz"));
        assert_eq!(unread_ending("README").as_deref(), Some(""));
        assert!(endings().contains(&".md".to_owned()));
    }

    #[test]
    fn pairs_are_told_apart_by_place() {
        let pair = |q: &str, a: &str| Pair { question: q.into(), answer: a.into() };
        let place = |pairs: &[Pair]| match check_pairs(pairs) {
            Err(Error::Invalid { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        assert!(check_pairs(&[pair("q", "a")]).is_ok());
        assert_eq!(place(&[]), "pairs");
        assert_eq!(place(&vec![pair("q", "a"); 1_001]), "pairs");
        assert_eq!(place(&[pair("q", "a"), pair("q", " ")]), "pairs.1.answer");
        assert_eq!(place(&[pair(&"q".repeat(1_001), "a")]), "pairs.0.question");
        assert_eq!(place(&[pair("q", &"a".repeat(10_001))]), "pairs.0.answer");
    }
}
