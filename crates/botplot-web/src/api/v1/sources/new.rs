//! What `POST /api/v1/sources` takes as JSON.

use botplot_core::source::{Config, Pair};
use botplot_engine::sources::new::{DEPTH_LIMIT, NAME_LIMIT, New, PAGES_LIMIT, PAIRS_LIMIT, URL_LIMIT};
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;
use utoipa::ToSchema;

use crate::ApiError;
use crate::fields::Fields;

/// The words of `type`.
const TYPES: &str = "`website`, `sitemap`, `url`, `text`, `qa`; files are sent as `multipart/form-data`";

/// A new source.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "only its schema is used: the body is read field by field, so that all faults are told"
)]
pub(crate) enum NewSource {
    /// A site.
    Website(NewWebsite),
    /// The pages that a sitemap names.
    Sitemap(NewSitemap),
    /// One page.
    Url(NewUrl),
    /// A text.
    Text(NewText),
    /// Questions with their answers.
    Questions(NewQuestions),
    /// One question with its answer.
    Question(NewQuestion),
}

/// A name.
#[derive(Deserialize, ToSchema)]
#[schema(
    min_length = 1,
    max_length = 300,
    pattern = "^[^\\u0000-\\u001f\\u007f-\\u009f]*[^\\s\\u0000-\\u001f\\u007f-\\u009f][^\\u0000-\\u001f\\u007f-\\u009f]*$",
    example = "Help centre"
)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct SourceName(String);

/// An address on the open web.
#[derive(Deserialize, ToSchema)]
#[schema(max_length = 2000, pattern = "^https?://", example = "https://help.example.com/")]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct WebAddress(String);

macro_rules! words {
    ($($name:ident { $word:ident })*) => {$(
        #[doc = "The type of source."]
        #[derive(Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name {
            #[doc = "The only word."]
            $word,
        }
    )*};
}

words! {
    WebsiteType { Website }
    SitemapType { Sitemap }
    UrlType { Url }
    TextType { Text }
    QaType { Qa }
}

/// A site, from one of its pages: its sitemap is read and its links are followed.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct NewWebsite {
    r#type: WebsiteType,
    /// Where to begin.
    url: WebAddress,
    /// Its name; the address when there is none.
    name: Option<SourceName>,
    /// Pages that are read at most.
    #[schema(minimum = 1, maximum = 100_000, default = 500)]
    max_pages: Option<u32>,
    /// Links from the start that a page may be away.
    #[schema(minimum = 0, maximum = 20, default = 8)]
    max_depth: Option<u32>,
}

/// The pages that a sitemap names, and no others.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct NewSitemap {
    r#type: SitemapType,
    /// The sitemap.
    url: WebAddress,
    /// Its name; the address when there is none.
    name: Option<SourceName>,
    /// Pages that are read at most.
    #[schema(minimum = 1, maximum = 100_000, default = 500)]
    max_pages: Option<u32>,
}

/// One page.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct NewUrl {
    r#type: UrlType,
    /// The page.
    url: WebAddress,
    /// Its name; the address when there is none.
    name: Option<SourceName>,
}

/// A text. A second one of the same name takes the place of the first.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct NewText {
    r#type: TextType,
    /// Its name.
    name: SourceName,
    /// The text; Markdown.
    #[schema(min_length = 1, max_length = 1_000_000, pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$")]
    text: String,
}

/// Questions with their answers. Others of the same name take the place of the first.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct NewQuestions {
    r#type: QaType,
    /// Its name.
    name: SourceName,
    /// The questions.
    #[schema(min_items = 1, max_items = 1000)]
    pairs: Vec<QuestionAndAnswer>,
}

/// A question with its answer.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct QuestionAndAnswer {
    /// The question.
    #[schema(
        min_length = 1,
        max_length = 1000,
        pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
        example = "Where is my parcel?"
    )]
    question: String,
    /// The answer; Markdown.
    #[schema(
        min_length = 1,
        max_length = 10_000,
        pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
        example = "See *Orders* in your account."
    )]
    answer: String,
}

/// One question with its answer.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct NewQuestion {
    r#type: QaType,
    /// Its name.
    name: SourceName,
    /// The question.
    #[schema(
        min_length = 1,
        max_length = 1000,
        pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
        example = "Where is my parcel?"
    )]
    question: String,
    /// The answer; Markdown.
    #[schema(
        min_length = 1,
        max_length = 10_000,
        pattern = "^[^\\u0000]*[^\\s\\u0000][^\\u0000]*$",
        example = "See *Orders* in your account."
    )]
    answer: String,
}

/// Files as a form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct NewFiles {
    /// A file; there may be more parts of this name. The ending of its name says of what format it is.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// The source's name; the first file's name when there is none.
    name: Option<SourceName>,
}

/// Reads a new source and its name; the error names every field that breaks a rule.
pub(super) fn read(mut fields: Fields) -> Result<(Option<String>, New), ApiError> {
    let kind = fields.required_text(&["type"]).map(|t| t.1);
    let name = name(&mut fields);
    let new = match kind.as_deref() {
        Some("website") => Some(New::Website { url: url(&mut fields), config: config(&mut fields) }),
        Some("sitemap") => Some(New::Sitemap { url: url(&mut fields), config: config(&mut fields) }),
        Some("url") => Some(New::Url { url: url(&mut fields) }),
        Some("text") => {
            let text = fields.required_text(&["text"]).map(|t| t.1).unwrap_or_default();
            Some(New::Text { text })
        }
        Some("qa") => Some(New::Qa { pairs: pairs(&mut fields) }),
        Some(_) => {
            fields.fault("type", format!("must be one of {TYPES}"));
            None
        }
        None => None,
    };
    if matches!(new, Some(New::Text { .. } | New::Qa { .. })) && name.is_none() {
        fields.fault("name", "is required");
    }
    fields.finish()?;
    Ok((name, new.expect("without a type that is known there was a fault")))
}

/// The name of a source.
pub(super) fn name(fields: &mut Fields) -> Option<String> {
    let (_, name) = fields.text(&["name"])?;
    if name.trim().is_empty() || name.chars().count() > NAME_LIMIT {
        fields.fault("name", "must have 1 to 300 characters");
    } else if name.chars().any(char::is_control) {
        fields.fault("name", "must not contain control characters");
    }
    Some(name)
}

fn url(fields: &mut Fields) -> Url {
    let text = fields.required_text(&["url"]).map(|t| t.1);
    let nowhere = || Url::parse("https://invalid.invalid/").expect("this is an address");
    let Some(text) = text else { return nowhere() };
    if text.chars().count() > URL_LIMIT {
        fields.fault("url", "must have at most 2,000 characters");
    }
    Url::parse(text.trim()).unwrap_or_else(|fault| {
        fields.fault("url", format!("is not an address such as `https://help.example.com/`: {fault}"));
        nowhere()
    })
}

fn config(fields: &mut Fields) -> Config {
    let default = Config::default();
    let max_pages = fields.number("max_pages", 1, PAGES_LIMIT as i64);
    let max_depth = fields.number("max_depth", 0, DEPTH_LIMIT as i64);
    Config {
        max_pages: max_pages.map_or(default.max_pages, |n| n as usize),
        max_depth: max_depth.map_or(default.max_depth, |n| n as usize),
    }
}

fn pairs(fields: &mut Fields) -> Vec<Pair> {
    let (question, answer) = (fields.text(&["question"]), fields.text(&["answer"]));
    let listed = fields.take(&["pairs"]);
    match (question, answer, listed) {
        (None, None, Some((_, Value::Array(values)))) => {
            if values.is_empty() || values.len() > PAIRS_LIMIT {
                fields.fault("pairs", "must have 1 to 1,000 entries");
            }
            values.iter().enumerate().filter_map(|(i, value)| pair(fields, i, value.as_object())).collect()
        }
        (Some((_, question)), Some((_, answer)), None) => vec![Pair { question, answer }],
        (None, None, Some(_)) => {
            fields.fault("pairs", "must be a list of objects with `question` and `answer`");
            Vec::new()
        }
        (None, None, None) => {
            fields.fault("pairs", "is required");
            Vec::new()
        }
        (_, _, Some(_)) => {
            fields.fault("pairs", "may not be sent beside `question` and `answer`");
            Vec::new()
        }
        (question, ..) => {
            fields.fault(if question.is_some() { "answer" } else { "question" }, "is required");
            Vec::new()
        }
    }
}

fn pair(fields: &mut Fields, i: usize, value: Option<&Map<String, Value>>) -> Option<Pair> {
    let text = |name: &str| value.and_then(|v| v.get(name)).and_then(Value::as_str).map(str::to_owned);
    let (question, answer) = (text("question"), text("answer"));
    for (name, text) in [("question", &question), ("answer", &answer)] {
        if text.is_none() {
            fields.fault(format!("pairs.{i}.{name}"), "must be a string");
        }
    }
    Some(Pair { question: question?, answer: answer? })
}
