//! What goes back beside pages: the way to the next page, errors as pages, and a sign-in in the middle of something.

use axum::body::{Body, to_bytes};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::form::{self, Form};
use super::gate::cookie;
use super::sign_in::local;
use super::ui;
use crate::{ApiError, Code};

const HX_REQUEST: HeaderName = HeaderName::from_static("hx-request");

/// How a page is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asks {
    /// By the browser, for a whole page.
    Page,
    /// By a script of the page, for a piece of it.
    Piece,
}

impl Asks {
    pub(crate) fn of(parts: &Parts) -> Self {
        if parts.headers.contains_key(HX_REQUEST) { Self::Piece } else { Self::Page }
    }
}

/// Leads to another page, where the sentence is shown if it is not empty.
pub(crate) fn lead_to(path: &str, sentence: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let place = HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/app"));
    response.headers_mut().insert(header::LOCATION, place);
    if !sentence.is_empty() {
        response.headers_mut().append(header::SET_COOKIE, cookie::say(sentence));
    }
    response
}

/// An error as a page, or as a line within one.
pub(crate) fn error_page(error: &ApiError, asks: Asks) -> Response {
    let (title, text) = words(error);
    let mut response = match asks {
        Asks::Piece => piece(&ui::complaint(&text)),
        Asks::Page => ui::bare(
            title,
            &html! {
                h1 { (title) }
                p { (text) }
                @if error.code() == Code::PayloadTooLarge { p { "Go back in your browser: what you typed is still there." } }
                p { a.button href="/app" { "To the dashboard" } }
            },
        ),
    };
    *response.status_mut() = error.code().status();
    response
}

/// A piece of a page.
pub(crate) fn piece(markup: &Markup) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, markup.clone().into_string()).into_response()
}

/// A title, and what to say to a person.
fn words(error: &ApiError) -> (&'static str, String) {
    let title = match error.code() {
        Code::NotFound => "There is nothing here",
        Code::RoleRequired | Code::FactorRequired => "You may not do this",
        Code::CrossSiteRequest => "This did not come from here",
        Code::InvalidRequest => "This cannot be",
        Code::PayloadTooLarge => "Too large",
        code if code.status().is_server_error() => "Something went wrong",
        _ => "This did not work",
    };
    let plain = error.detail() == ApiError::new(error.code()).detail();
    let text = match error.code() {
        Code::PayloadTooLarge if plain => "what you sent is more than is taken here",
        _ => error.detail(),
    };
    (title, ui::sentence(text))
}

/// What stands between somebody and what they were about.
struct Hurdle<'a> {
    title: &'a str,
    status: StatusCode,
    /// Where it is taken; goes on to `next` after that.
    place: &'a str,
    /// What is done there, on a button.
    action: &'a str,
    /// How it is taken beside a page that is kept.
    aside: Markup,
}

/// Lets somebody sign in, and goes on with what they were about: nothing that was typed is lost.
pub(crate) async fn signed_out(parts: &Parts, body: Body, asks: Asks) -> Response {
    if asks == Asks::Piece {
        return refused_piece(
            StatusCode::UNAUTHORIZED,
            "You were signed out. Sign in in another tab, then try again: what you typed is still here.",
        );
    }
    if parts.method == Method::GET {
        return lead_to(&format!("/sign-in?next={}", encoded(path(parts))), "");
    }
    let hurdle = Hurdle {
        title: "You were signed out",
        status: StatusCode::UNAUTHORIZED,
        place: "/sign-in",
        action: "Sign in",
        aside: html! { a href="/sign-in?next=/signed-in" target="_blank" rel="opener" { "Sign in in another tab" } "." },
    };
    once_more(parts, body, &hurdle).await
}

/// Lets somebody set up the second factor that a project asks for, and goes on with what they were about.
pub(crate) async fn without_factor(parts: &Parts, body: Body, asks: Asks, why: &str) -> Response {
    if asks == Asks::Piece {
        return refused_piece(StatusCode::FORBIDDEN, &ui::sentence(why));
    }
    if parts.method == Method::GET {
        return lead_to(&format!("/account/factor?next={}", encoded(path(parts))), &ui::sentence(why));
    }
    let hurdle = Hurdle {
        title: "This project asks for a second factor",
        status: StatusCode::FORBIDDEN,
        place: "/account/factor",
        action: "Set it up",
        aside: html! {
            (ui::sentence(why)) " "
            a href="/account/factor" target="_blank" rel="opener" { "Do it in another tab" } "."
        },
    };
    once_more(parts, body, &hurdle).await
}

fn path(parts: &Parts) -> &str {
    parts.uri.path_and_query().map_or("/app", |path| path.as_str())
}

fn refused_piece(status: StatusCode, why: &str) -> Response {
    let mut response = piece(&ui::complaint(why));
    *response.status_mut() = status;
    response
}

/// What was sent, to be sent again once the hurdle is taken.
async fn once_more(parts: &Parts, body: Body, hurdle: &Hurdle<'_>) -> Response {
    let page = match kept(parts, body).await {
        Some(sent) => send_again(path(parts), hurdle, &sent),
        None => begin_again(parts, hurdle),
    };
    let mut response = ui::bare(hurdle.title, &page);
    *response.status_mut() = hurdle.status;
    response
}

/// What a form sent that can be sent again: no files, and no passwords, which no page shows.
async fn kept(parts: &Parts, body: Body) -> Option<Form> {
    let media = parts.headers.get(header::CONTENT_TYPE).and_then(|media| media.to_str().ok());
    media.filter(|media| media.starts_with("application/x-www-form-urlencoded"))?;
    let sent = Form::read(&to_bytes(body, form::LIMIT).await.ok()?);
    let is_secret = |name: &str| name.contains("password") || name == "current";
    (!sent.values().iter().any(|(name, _)| is_secret(name))).then_some(sent)
}

fn send_again(path: &str, hurdle: &Hurdle<'_>, sent: &Form) -> Markup {
    html! {
        h1 { (hurdle.title) }
        p { "Nothing that you typed is lost." }
        ol.steps {
            li { (hurdle.aside) }
            li {
                "Come back here and send it again."
                form.stack method="post" action=(path) {
                    @for (place, (name, value)) in sent.values().iter().enumerate() {
                        @if value.contains('\n') || value.len() > 60 {
                            @let id = format!("sent-{place}");
                            div.field { label for=(id) { (label(name)) } textarea id=(id) name=(name) rows="8" { "\n" (value) } }
                        } @else {
                            input type="hidden" name=(name) value=(value);
                        }
                    }
                    button.primary { "Send again" }
                }
            }
        }
    }
}

/// A field's name as people read it: `handoff.offline_text` as `Offline text`.
fn label(name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name).replace(['_', '-'], " ");
    ui::sentence(&last).trim_end_matches('.').to_owned()
}

/// For what cannot be sent again: the way back to where it was begun.
fn begin_again(parts: &Parts, hurdle: &Hurdle<'_>) -> Markup {
    let from = parts.headers.get(header::REFERER).and_then(|from| url::Url::parse(from.to_str().ok()?).ok());
    let from = from.map_or("/app".to_owned(), |from| match from.query() {
        Some(query) => format!("{}?{query}", from.path()),
        None => from.path().to_owned(),
    });
    html! {
        h1 { (hurdle.title) }
        p { "Nothing was sent. Files and passwords cannot be kept until you are back: choose or type them again." }
        p { a.button.primary href={ (hurdle.place) "?next=" (encoded(local(&from))) } { (hurdle.action) } }
    }
}

/// A path as the value of a query parameter.
pub(crate) fn encoded(path: &str) -> String {
    url::form_urlencoded::byte_serialize(path.as_bytes()).collect()
}
