//! What goes back beside pages: the way to the next page, errors as pages, and a sign-in in the middle of something.

use axum::body::{Body, to_bytes};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::form::{self, Form};
use super::gate::cookie;
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
    (title, ui::sentence(error.detail()))
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
    let first = html! { a href="/sign-in?next=/signed-in" target="_blank" rel="opener" { "Sign in in another tab" } "." };
    once_more(parts, body, ("You were signed out", StatusCode::UNAUTHORIZED), &first).await
}

/// Lets somebody set up the second factor that a project asks for, and goes on with what they were about.
pub(crate) async fn without_factor(parts: &Parts, body: Body, asks: Asks, why: &str) -> Response {
    if asks == Asks::Piece {
        return refused_piece(StatusCode::FORBIDDEN, &ui::sentence(why));
    }
    if parts.method == Method::GET {
        return lead_to(&format!("/account/factor?next={}", encoded(path(parts))), &ui::sentence(why));
    }
    let first = html! {
        (ui::sentence(why)) " "
        a href="/account/factor" target="_blank" rel="opener" { "Do it in another tab" } "."
    };
    once_more(parts, body, ("This project asks for a second factor", StatusCode::FORBIDDEN), &first).await
}

fn path(parts: &Parts) -> &str {
    parts.uri.path_and_query().map_or("/app", |path| path.as_str())
}

fn refused_piece(status: StatusCode, why: &str) -> Response {
    let mut response = piece(&ui::complaint(why));
    *response.status_mut() = status;
    response
}

/// What was sent, to be sent again once `first` is done.
async fn once_more(
    parts: &Parts,
    body: Body,
    (title, status): (&str, StatusCode),
    first: &Markup,
) -> Response {
    let sent = to_bytes(body, form::LIMIT).await.unwrap_or_default();
    let sent = Form::read(&sent);
    let again = html! {
        h1 { (title) }
        p { "Nothing that you typed is lost." }
        ol.steps {
            li { (first) }
            li {
                "Come back here and send it again."
                form method="post" action=(path(parts)) {
                    @for (name, value) in sent.values() {
                        @if value.contains('\n') || value.len() > 60 {
                            label.field { span { (name) } textarea name=(name) rows="6" { (value) } }
                        } @else {
                            input type="hidden" name=(name) value=(value);
                        }
                    }
                    button.primary { "Send again" }
                }
            }
        }
    };
    let mut response = ui::bare(title, &again);
    *response.status_mut() = status;
    response
}

/// A path as the value of a query parameter.
pub(crate) fn encoded(path: &str) -> String {
    url::form_urlencoded::byte_serialize(path.as_bytes()).collect()
}
