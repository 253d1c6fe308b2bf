//! `GET /widget/config`: all that a widget needs to know before it shows itself.

use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use botplot_core::Timestamp;
use botplot_core::color::{Color, INK, Palette};
use botplot_core::project::{LeadForm, Offset, Settings, Widget};
use botplot_core::speech::spoken;
use botplot_engine::sightings;
use serde::Serialize;
use utoipa::ToSchema;

use super::logo;
use super::words::Language;
use crate::auth::PageCaller;
use crate::packed::Packed;
use crate::page::Query;
use crate::{ApiError, AppState};

/// What a widget is to look like, to offer and to say.
#[derive(Serialize, ToSchema)]
#[schema(as = WidgetConfig)]
pub(crate) struct ConfigOut<'a> {
    widget: LooksOut<'a>,
    colors: ColorsOut,
    /// Whether the widget offers a person.
    handoff: bool,
    /// What a visitor reads who asks for a person now; absent while people are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        example = "We are back on Monday at 09:00 (Europe/Berlin)."
    )]
    closed: Option<String>,
    lead_form: FormOut<'a>,
    /// The language that the owner fixed, or else the one that was found for the one asked for.
    #[schema(example = "de")]
    lang: &'static str,
    /// Which way it is written: `ltr` or `rtl`.
    #[schema(example = "ltr")]
    dir: &'static str,
    /// The interface's words, in a fixed order; absent where they are those that the widget brings along.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    strings: Option<Vec<&'a str>>,
}

/// How the widget looks, as its owner set it.
#[derive(Serialize, ToSchema)]
#[schema(as = WidgetLooks)]
struct LooksOut<'a> {
    /// Above the conversation.
    #[schema(example = "Chat with us")]
    title: &'a str,
    /// Main colour.
    #[schema(example = "#2f6f5e")]
    color: &'a str,
    /// The logo's address.
    #[schema(required)]
    logo_url: Option<String>,
    /// `left` or `right`, at the bottom.
    #[schema(example = "right")]
    position: &'a str,
    offset: DistanceOut,
    /// Pixels of the corners' radius.
    #[schema(minimum = 0, example = 16)]
    radius: u32,
    /// `light`, `dark` or `auto`.
    #[schema(example = "auto")]
    theme: &'a str,
    /// The first words.
    #[schema(example = "Hello! What can I help you with?")]
    welcome: &'a str,
    /// Questions to begin with.
    #[schema(example = json!(["How long does shipping take?"]))]
    starters: &'a [String],
}

/// Pixels from the window's edges.
#[derive(Serialize, ToSchema)]
#[schema(as = WidgetOffset)]
struct DistanceOut {
    /// From the side.
    #[schema(minimum = 0, example = 20)]
    x: u32,
    /// From the bottom.
    #[schema(minimum = 0, example = 20)]
    y: u32,
}

/// The main colour, moved as far as needed to be readable.
#[derive(Serialize, ToSchema)]
#[schema(as = WidgetColors)]
struct ColorsOut {
    /// A ground that takes text in `on_accent`.
    #[schema(value_type = String, example = "#2f6f5e")]
    accent: Color,
    /// Text on `accent`.
    #[schema(value_type = String, example = "#ffffff")]
    on_accent: Color,
    /// Text on a light panel.
    #[schema(value_type = String, example = "#2f6f5e")]
    light: Color,
    /// Text on a dark panel.
    #[schema(value_type = String, example = "#7ba398")]
    dark: Color,
}

/// When and how contact details are asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = WidgetForm)]
struct FormOut<'a> {
    /// Any of `before`, `refusal`, `handoff`, `limit`.
    #[schema(example = json!(["handoff", "limit"]))]
    when: &'a [String],
    /// Any of `name`, `email`, `phone`, in the order shown.
    #[schema(example = json!(["name", "email"]))]
    fields: &'a [String],
    /// Above the form.
    #[schema(example = "How can we reach you?")]
    title: &'a str,
    /// What the visitor agrees to; empty asks for nothing.
    consent: &'a str,
}

/// Get the widget's settings
///
/// What the owner set, with colours that can be read, and the interface's words in the language of the page, or in the
/// one that the owner fixed. A change shows within a minute.
#[utoipa::path(
    get,
    path = "/widget/config",
    tag = "Widget",
    security(("publishable_key" = []), ("secret_key" = [])),
    params(
        ("key" = Option<String>, Query, description = "The publishable key, so that no header is needed."),
        ("lang" = Option<String>, Query, description = "The page's language, such as `de-AT`; an unknown one is answered in English. One that the owner fixed goes before it.", example = "de-AT"),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an earlier answer: 304 says that it still holds."),
    ),
    responses(
        (status = 200, description = "The settings.", body = ConfigOut, headers(("ETag" = String, description = "What tells this answer from others."))),
        (status = 304, description = "The earlier answer still holds."),
    ),
)]
pub(crate) async fn show(
    State(state): State<AppState>,
    PageCaller(caller): PageCaller,
    headers: HeaderMap,
    mut query: Query,
) -> Result<Response, ApiError> {
    let tag = query.text("lang").unwrap_or_default();
    query.finish()?;
    if let Some(origin) = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()) {
        sightings::note(&state.engine, caller.project.id, origin).await;
    }
    let settings = &caller.project.settings;
    let logo = settings.widget.logo_url.as_deref().map(|path| logo::address(&state, path));
    let now = state.engine.clock().now();
    let language = Language::set_for(&settings.widget, || Language::of_page(&tag));
    let text = text(settings, logo, language, now);
    Ok(Packed::of(text).reply(&headers, "application/json", "max-age=60"))
}

/// The answer that a project with these settings gives in each language.
pub fn in_all_languages(settings: &Settings) -> Vec<String> {
    Language::all().iter().map(|language| text(settings, None, language, Timestamp(0))).collect()
}

/// The answer as JSON.
pub(crate) fn text(
    settings: &Settings,
    logo_url: Option<String>,
    language: &'static Language,
    now: Timestamp,
) -> String {
    let closed = settings.hours.closed_message(now).filter(|_| settings.handoff.enabled);
    let config = ConfigOut { closed, ..ConfigOut::of(settings, logo_url, language) };
    serde_json::to_string(&config).expect("strings and numbers always serialise")
}

impl<'a> ConfigOut<'a> {
    fn of(settings: &'a Settings, logo_url: Option<String>, language: &'static Language) -> Self {
        let Settings { widget, handoff, lead_form, .. } = settings;
        Self {
            widget: LooksOut::of(settings, logo_url, language),
            colors: ColorsOut::of(&widget.color),
            handoff: handoff.enabled,
            closed: None,
            lead_form: FormOut::of(lead_form, language),
            lang: language.code,
            dir: language.dir,
            strings: strings(widget, language),
        }
    }
}

impl<'a> LooksOut<'a> {
    fn of(settings: &'a Settings, logo_url: Option<String>, language: &'static Language) -> Self {
        let set = &settings.widget;
        let Offset { x, y } = set.offset;
        Self {
            title: title(set, language),
            color: &set.color,
            logo_url,
            position: &set.position,
            offset: DistanceOut { x, y },
            radius: set.radius,
            theme: &set.theme,
            welcome: language.speech.welcome_of(settings),
            starters: &set.starters,
        }
    }
}

impl ColorsOut {
    fn of(color: &str) -> Self {
        let built_in = || Color::parse(&Widget::default().color);
        // Settings that an older version took may hold what is no colour.
        let Palette { accent, on_accent, light, dark } =
            Palette::of(Color::parse(color).or_else(built_in).unwrap_or(INK));
        Self { accent, on_accent, light, dark }
    }
}

impl<'a> FormOut<'a> {
    fn of(set: &'a LeadForm, language: &'a Language) -> Self {
        let LeadForm { when, fields, title, consent } = set;
        let title = spoken(title, &LeadForm::default().title, language.default_of("lead"));
        Self { when, fields, title, consent }
    }
}

/// What stands above the conversation.
pub(crate) fn title<'a>(set: &'a Widget, language: &'a Language) -> &'a str {
    spoken(&set.title, &Widget::default().title, language.default_of("title"))
}

/// The language's words with the owner's own in their place; none where the widget brings all of them along.
fn strings<'a>(widget: &'a Widget, language: &'a Language) -> Option<Vec<&'a str>> {
    // A button without a name could not be used by everybody: an empty word replaces nothing.
    let own = |name: &str| widget.strings.get(name).map(|word| word.trim()).filter(|word| !word.is_empty());
    let has_own = language.sent().any(|(name, _)| own(name).is_some());
    let words = language.sent().map(|(name, word)| own(name).unwrap_or(word));
    (has_own || !language.is_built_in()).then(|| words.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn config(change: impl FnOnce(&mut Settings)) -> Value {
        let mut settings = Settings::default();
        change(&mut settings);
        serde_json::from_str(&text(&settings, None, Language::of_page("en"), Timestamp(0))).unwrap()
    }

    #[test]
    fn an_owner_who_set_nothing_gets_a_whole_configuration() {
        let text = text(&Settings::default(), None, Language::of_page("en"), Timestamp(0));
        expect_test::expect![[r##"{"widget":{"title":"Chat with us","color":"#2f6f5e","logo_url":null,"position":"right","offset":{"x":20,"y":20},"radius":16,"theme":"auto","welcome":"Hello! What can I help you with?","starters":[]},"colors":{"accent":"#2f6f5e","on_accent":"#ffffff","light":"#2f6f5e","dark":"#68978a"},"handoff":true,"lead_form":{"when":["handoff","limit"],"fields":["name","email"],"title":"How can we reach you?","consent":""},"lang":"en","dir":"ltr"}"##]].assert_eq(&text);
    }

    #[test]
    fn single_words_are_the_owners_own_and_all_of_them_are_sent_then() {
        let own = config(|s| {
            s.widget.strings.extend(
                [("send", "Go!"), ("stop", "  "), ("none", "x"), ("default_title", "x")]
                    .map(|(name, word)| (name.to_owned(), word.to_owned())),
            );
        });
        let words: Vec<_> = Language::of_page("en").sent().collect();
        let sent = own["strings"].as_array().unwrap();
        assert_eq!(sent.len(), words.len());
        for (sent, (name, word)) in sent.iter().zip(words) {
            assert_eq!(sent.as_str().unwrap(), if name == "send" { "Go!" } else { word }, "{name}");
        }
        assert_eq!(own["widget"]["title"], "Chat with us");
        let useless = config(|s| drop(s.widget.strings.insert("stop".into(), String::new())));
        assert_eq!(useless.get("strings"), None);
    }

    #[test]
    fn settings_that_cannot_be_still_give_a_configuration() {
        let odd = config(|s| {
            s.widget.color = "rebeccapurple".into();
            s.widget.theme = "neon".into();
            s.widget.radius = u32::MAX;
        });
        assert_eq!(odd["colors"]["accent"], Widget::default().color.as_str());
        assert_eq!(odd["widget"]["color"], "rebeccapurple");
        let bright = config(|s| s.widget.color = "#FFFF00".into());
        assert_eq!(
            (&bright["colors"]["accent"], &bright["colors"]["on_accent"]),
            (&json!("#ffff00"), &json!("#101316"))
        );
    }
}
