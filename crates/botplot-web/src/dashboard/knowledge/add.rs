//! Adding a source: a website, a sitemap, a page, a text, or questions with their answers.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use botplot_core::source::{Config, Pair};
use botplot_engine::sources;
use botplot_engine::sources::new::New;
use maud::{Markup, html};
use url::Url;

use super::drop_zone;
use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::field::{Field, faults};
use crate::dashboard::ui::{self, Section};
use crate::page::Query;
use crate::{ApiError, AppState};

/// What can be added: the word in addresses and forms, its name, and what it is.
const KINDS: [(&str, &str, &str); 6] = [
    (
        "website",
        "Website",
        "All pages of a site: its sitemap is read and its links are followed, on the same host only.",
    ),
    ("sitemap", "Sitemap", "The pages that a sitemap names, and no others."),
    ("url", "Page", "One page, and nothing that it links to."),
    ("text", "Text", "What you write or paste here."),
    ("qa", "Questions", "Questions with the answers that the bot then gives in your own words."),
    ("files", "Files", "Documents from your computer."),
];

/// Pairs that the form has room for.
const PAIRS: usize = 3;

/// `GET /app/{project}/knowledge/add`
pub(super) async fn show(
    State(state): State<AppState>,
    seat: Seat,
    mut query: Query,
) -> Result<Response, ApiError> {
    let kind = query.text("kind").unwrap_or_default();
    let pages = Config::default().max_pages.to_string();
    Ok(shown(&state, &seat, known(&kind), &Form::of(&[("max_pages", &pages)])))
}

/// `POST /app/{project}/knowledge/add`
pub(super) async fn create(
    State(state): State<AppState>,
    seat: Seat,
    mut form: Form,
) -> Result<Response, ApiError> {
    let kind = known(&form.text("kind"));
    let new = read(kind, &mut form);
    let name = form.text("name");
    if let Some(new) = new.filter(|_| form.is_sound()) {
        let name = Some(name.as_str()).filter(|name| !name.is_empty());
        match sources::add_by(&state.engine, seat.id(), name, new, &seat.actor()).await {
            Ok(source) => {
                let place = seat.path(&format!("knowledge/sources/{}", source.id));
                return Ok(lead_to(&place, "Added. It is being read."));
            }
            Err(error) => form.blame(at_its_field(error))?,
        }
    }
    let mut response = shown(&state, &seat, kind, &form);
    *response.status_mut() = StatusCode::BAD_REQUEST;
    Ok(response)
}

fn known(kind: &str) -> &'static str {
    KINDS.iter().find(|(word, ..)| *word == kind).map_or(KINDS[0].0, |(word, ..)| *word)
}

/// What the form makes a source of; faults are noted in it.
fn read(kind: &str, form: &mut Form) -> Option<New> {
    match kind {
        "website" | "sitemap" => {
            let url = url(form)?;
            let max_pages = form.number("max_pages", 1, sources::new::PAGES_LIMIT as i64)? as usize;
            let config = Config { max_pages, ..Config::default() };
            Some(if kind == "website" { New::Website { url, config } } else { New::Sitemap { url, config } })
        }
        "url" => Some(New::Url { url: url(form)? }),
        "text" => {
            need_name(form);
            Some(New::Text { text: form.text("text") })
        }
        "qa" => {
            need_name(form);
            Some(New::Qa { pairs: pairs(form) })
        }
        _ => None,
    }
}

fn need_name(form: &mut Form) {
    if form.text("name").is_empty() {
        form.fault("name", "must not be empty");
    }
}

/// The address as it was typed, `https` where no scheme was.
fn url(form: &mut Form) -> Option<Url> {
    let typed = form.text("url");
    let full = if typed.contains("://") { typed.clone() } else { format!("https://{typed}") };
    let url = Url::parse(&full).ok().filter(|url| !typed.is_empty() && url.host().is_some());
    if url.is_none() {
        form.fault("url", "must be an address such as `https://help.example.com`");
    }
    url
}

/// The pairs that are not wholly empty.
fn pairs(form: &Form) -> Vec<Pair> {
    let rows = (0..PAIRS).map(|n| Pair {
        question: form.text(&format!("question-{n}")),
        answer: form.text(&format!("answer-{n}")),
    });
    rows.filter(|pair| !pair.question.is_empty() || !pair.answer.is_empty()).collect()
}

/// Pairs are told by their place; the form has its own names for them.
fn at_its_field(error: botplot_engine::Error) -> botplot_engine::Error {
    match error {
        botplot_engine::Error::Invalid { field, why } => {
            let mut parts = field.split('.');
            let (field, why) = match (parts.next(), parts.next(), parts.next()) {
                (Some("pairs"), Some(n), Some(part)) => (format!("{part}-{n}"), why),
                (Some("pairs"), ..) => ("question-0".to_owned(), "must not be empty".to_owned()),
                _ => (field.clone(), why),
            };
            botplot_engine::Error::Invalid { field, why }
        }
        other => other,
    }
}

fn shown(state: &AppState, seat: &Seat, kind: &str, form: &Form) -> Response {
    let what = KINDS.iter().find(|(word, ..)| *word == kind).map_or("", |(.., what)| *what);
    let body = html! {
        (ui::heading("Add knowledge", &html! { a.button href=(seat.path("knowledge")) { "Back to the list" } }))
        nav.tabs aria-label="What to add" {
            @for (word, name, _) in KINDS {
                a href={ (seat.path("knowledge/add?kind=")) (word) } aria-current=[(word == kind).then_some("page")] { (name) }
            }
        }
        p { (what) }
        @if kind == "files" {
            (drop_zone(state, seat, &[]))
        } @else {
            form.card.stack method="post" action=(seat.path("knowledge/add")) {
                input type="hidden" name="kind" value=(kind);
                (faults_elsewhere(form))
                (fields(kind, form))
                button.primary { "Add" }
            }
        }
    };
    ui::page(seat, Section::Knowledge, "Add knowledge", &body)
}

/// What belongs to no field that is shown.
fn faults_elsewhere(form: &Form) -> Markup {
    let shown = |name: &str| {
        matches!(name, "url" | "name" | "text" | "max_pages")
            || name.starts_with("question-")
            || name.starts_with("answer-")
    };
    html! { @if form.faults().iter().any(|(name, _)| !shown(name)) { (faults(form)) } }
}

fn fields(kind: &str, form: &Form) -> Markup {
    let address = Field { kind: "url", fill: "url", required: true, ..Field::text("url", "Address") };
    let name = Field { hint: "For your eyes and in lists.", ..Field::text("name", "Name") };
    let most = Field {
        kind: "number",
        hint: "Pages beyond are left out.",
        required: true,
        ..Field::text("max_pages", "Pages at most")
    };
    html! {
        @match kind {
            "website" | "sitemap" => {
                // Without a scheme, an address is no `url` to a browser.
                (Field { kind: "text", ..address }.show(form))
                (Field { hint: "The address when left empty.", ..name }.show(form))
                (most.show(form))
            }
            "url" => {
                (Field { kind: "text", ..address }.show(form))
                (Field { hint: "The address when left empty.", ..name }.show(form))
            }
            "text" => {
                (Field { required: true, ..name }.show(form))
                (Field { required: true, hint: "Markdown: headings help the bot to find the right passage.", ..Field::area("text", "Text") }.show(form))
            }
            _ => {
                (Field { required: true, ..name }.show(form))
                @for n in 0..PAIRS {
                    fieldset.pair {
                        legend { "Pair " (n + 1) @if n > 0 { " (optional)" } }
                        @let (question, answer) = (format!("question-{n}"), format!("answer-{n}"));
                        (Field { required: n == 0, ..Field::text(&question, "Question") }.show(form))
                        (Field { required: n == 0, ..Field::area(&answer, "Answer") }.show(form))
                    }
                }
                p.hint { "More can be added on the source's page afterwards." }
            }
        }
    }
}
