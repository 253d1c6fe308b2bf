//! How the widget looks and speaks, what it looks like, and the line that puts it on a page.

mod colour;
mod logo;
mod preview;

use axum::extract::State;
use axum::response::Response;
use botplot_core::speech;
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::places::{self, As, Place};
use super::{Tab, page, publishable, refused, snippet};
use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::field::Field;
use crate::dashboard::ui::time;
use crate::widget::words::Language;
use crate::{ApiError, AppState};

const PLACES: &[Place] = &[
    ("widget.title", As::Text),
    ("widget.color", As::Text),
    ("widget.position", As::Text),
    ("widget.offset.x", As::Number),
    ("widget.offset.y", As::Number),
    ("widget.radius", As::Number),
    ("widget.theme", As::Text),
    ("widget.language", As::Text),
    ("widget.welcome", As::Text),
    ("widget.starters", As::Lines),
];

pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/app/{project}/settings/widget", ADMIN, show),
        Route::post("/app/{project}/settings/widget", ADMIN, save),
    ];
    routes.extend(colour::routes());
    routes.extend(logo::routes());
    routes.extend(preview::routes());
    routes
}

async fn show(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    view(&state, &seat, &stored(&seat)).await
}

/// The form as it is stored, own words included.
fn stored(seat: &Seat) -> Form {
    let form = places::stored(&seat.project.settings, PLACES);
    let mut values = form.values().to_vec();
    let own = &seat.project.settings.widget.strings;
    values.extend(own.iter().map(|(name, word)| (format!("widget.strings.{name}"), word.clone())));
    let values: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Form::of(&values)
}

/// What the form wants of the settings.
fn patch(form: &Form) -> Map<String, Value> {
    let mut patch = places::patch(form, PLACES);
    for (name, _) in words() {
        let own = form.text(&format!("widget.strings.{name}"));
        // An empty one is the widget's own word again.
        let own = if own.is_empty() { Value::Null } else { own.into() };
        places::put(&mut patch, &format!("widget.strings.{name}"), own);
    }
    patch
}

async fn save(State(state): State<AppState>, seat: Seat, mut form: Form) -> Result<Response, ApiError> {
    let patch = patch(&form);
    if places::save(&state, &seat, &mut form, patch).await? {
        return Ok(lead_to(&seat.path(Tab::Widget.path()), "Saved. Sites show it within a minute."));
    }
    Ok(refused(view(&state, &seat, &form).await?))
}

/// The interface's words in English, by name.
fn words() -> impl Iterator<Item = (&'static str, &'static str)> {
    Language::of_page("en").sent()
}

async fn view(state: &AppState, seat: &Seat, form: &Form) -> Result<Response, ApiError> {
    let key = publishable(state, seat).await?;
    let body = html! {
        div.looks {
            form.card data-preview=[key.as_ref().map(|_| preview::path(seat))] method="post" action=(seat.path(Tab::Widget.path())) {
                (looks(seat, form))
                (speech(form))
                div.actions {
                    button.primary { "Save" }
                    @if key.is_some() { (preview::button(seat)) }
                }
            }
            @if key.is_some() { (preview::frame(seat)) }
            div.below {
                (logo::card(state, seat, form))
                (placing(state, seat, key.as_deref()).await?)
            }
        }
    };
    Ok(page(seat, Tab::Widget, &body))
}

fn looks(seat: &Seat, form: &Form) -> Markup {
    let number = |name, label, hint| Field { kind: "number", hint, ..Field::text(name, label) }.show(form);
    html! {
        h2 { "Looks" }
        (Field { hint: "Above the conversation.", ..Field::text("widget.title", "Title") }.show(form))
        (colour::field(seat, form))
        div.row {
            (one_of(form, "widget.position", "Corner", "", &[("right", "Right"), ("left", "Left")]))
            (one_of(form, "widget.theme", "Theme", "", &[("auto", "Automatic"), ("light", "Light"), ("dark", "Dark")]))
        }
        div.row {
            (number("widget.offset.x", "From the side", "Pixels"))
            (number("widget.offset.y", "From the bottom", "Pixels"))
            (number("widget.radius", "Round corners", "Pixels, at most 40"))
        }
    }
}

fn speech(form: &Form) -> Markup {
    let has_own = words().any(|(name, _)| !form.raw(&format!("widget.strings.{name}")).is_empty());
    html! {
        h2 { "Words" }
        (language(form))
        (Field { hint: "The first words, and the answer to a greeting. Left as it came, it is said in the visitor’s language.", ..Field::area("widget.welcome", "Welcome") }.show(form))
        (Field { hint: "Questions to begin with, one a line, at most 6.", ..Field::area("widget.starters", "Starter questions") }.show(form))
        details.words open[has_own] {
            summary { "Own words for buttons and messages" }
            p.hint { "An empty field is the widget’s own word, in the language above. What stands here is shown in every language." }
            div.grid {
                @for (name, word) in words() {
                    (Field { hint: word, ..Field::text(&format!("widget.strings.{name}"), &label(name)) }.show(form))
                }
            }
        }
    }
}

/// The interface's language, each by the name that it calls itself.
fn language(form: &Form) -> Markup {
    let names = speech::ALL.iter().map(|known| (known.code, known.name));
    let choices: Vec<_> = std::iter::once(("", "As the page that it stands on")).chain(names).collect();
    let hint = "Of buttons and messages. The bot’s own sentences are in the language of the question where that is plain.";
    one_of(form, "widget.language", "Language", hint, &choices)
}

/// One of several, with what is wrong with it: only a form that was tampered with, or an old one, has that.
fn one_of(form: &Form, name: &str, label: &str, hint: &str, choices: &[(&str, &str)]) -> Markup {
    html! {
        div.field.wrong[form.why(name).is_some()] {
            label for=(name) { (label) }
            @if !hint.is_empty() { p.hint id={ (name) "-hint" } { (hint) } }
            select id=(name) name=(name) aria-describedby=[(!hint.is_empty()).then(|| format!("{name}-hint"))] {
                @for (value, text) in choices { option value=(value) selected[*value == form.raw(name)] { (text) } }
            }
            @if let Some(why) = form.why(name) { p.why { (label) " " (why) "." } }
        }
    }
}

/// A word's name as a label.
fn label(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).map(|c| if c == '_' { ' ' } else { c }).collect()
}

async fn placing(state: &AppState, seat: &Seat, key: Option<&str>) -> Result<Markup, ApiError> {
    let Some(key) = key else {
        return Ok(html! {
            section.card {
                h2 { "Put it on your site" }
                p.notice { "The project has no publishable key. An owner finds its keys under " a href=(seat.path("settings/security")) { "Security" } "." }
            }
        });
    };
    let seen = state.engine.reader().list_sightings(seat.id()).await?;
    let now = state.engine.clock().now();
    Ok(html! {
        section.card {
            h2 { "Put it on your site" }
            p { "Paste this line into your pages, anywhere between " code { "<head>" } " and " code { "</body>" } "." }
            pre tabindex="0" aria-label="The line for your site" { code #snippet { (snippet(state, key)) } }
            div.actions {
                button data-copy="snippet" type="button" { "Copy" }
                a.button href={ "/c/" (key) } target="_blank" rel="noopener" { "The chat as a page of its own" }
            }
            h3 { "Seen on" }
            @if seen.is_empty() {
                p.faint { "No site yet. This changes with the first visitor of a page that has the line." }
            } @else {
                ul.seen { @for (origin, at) in &seen { li { (origin) " " span.faint { (time::ago(*at, now)) } } } }
            }
        }
    })
}
