//! `/account/factor`: setting a second factor up, its recovery codes, and its end.

mod qr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use botplot_core::Secret;
use botplot_core::account::{Account, Factor};
use botplot_engine::Error;
use botplot_engine::accounts::factor::{self, Confirmed, Pending};
use maud::{Markup, html};

use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{Access, Route};
use crate::dashboard::seat::Person;
use crate::dashboard::sign_in::local;
use crate::dashboard::ui::{self, field::Field};
use crate::page::Query;
use crate::{ApiError, AppState};

const PAGE: &str = "/account/factor";
const TITLE: &str = "Second factor";
/// Recovery codes from which on somebody should make new ones.
const FEW: usize = 3;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get(PAGE, Access::Person, show),
        Route::post(PAGE, Access::Person, confirm),
        Route::post("/account/factor/codes", Access::Person, renew),
        Route::post("/account/factor/remove", Access::Person, remove),
    ]
}

async fn show(State(state): State<AppState>, person: Person, mut query: Query) -> Result<Response, ApiError> {
    let next = query.text("next").unwrap_or_default();
    page(&state, &person, &Form::of(&[("next", &next)])).await
}

/// Where somebody goes on who was sent here from a page that asks for a second factor.
fn next_of(next: &str) -> &str {
    if next.is_empty() { PAGE } else { local(next) }
}

/// What the page of the account says of it.
pub(super) fn section(account: &Account) -> Markup {
    html! {
        section.stack aria-labelledby="factor-title" {
            h2 #factor-title { (TITLE) " " @if account.factor.is_some() { (ui::badge("good", "On")) } @else { (ui::badge("", "Off")) } }
            p.faint { "A code from your phone when you sign in, so that your password alone opens nothing." }
            a.button href=(PAGE) { @if account.factor.is_some() { "Recovery codes, or turn it off" } @else { "Set it up" } }
        }
    }
}

/// What there is: a set-up to begin, or a second factor to look after.
async fn page(state: &AppState, person: &Person, form: &Form) -> Result<Response, ApiError> {
    let account = &person.account;
    let body = if let Some(factor) = state.engine.reader().find_factor(account.id).await? {
        let projects = state.engine.reader().projects_of(account.id).await?;
        let asking =
            projects.into_iter().map(|(project, _)| project).filter(|project| project.factor_required);
        present(account, &factor, form, &asking.map(|project| project.name).collect::<Vec<_>>())
    } else {
        let resumed = factor::resume(&state.engine, account, form.raw("held"));
        let pending = resumed.map_or_else(|| factor::begin(&state.engine, account), Ok)?;
        set_up(account, &pending, form)
    };
    let mut response = framed(person.said.as_deref(), &body);
    if !form.is_sound() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

async fn confirm(
    State(state): State<AppState>,
    person: Person,
    mut form: Form,
) -> Result<Response, ApiError> {
    let (password, code, browser) = (Secret::new(form.raw("password")), form.text("code"), person.sign_in.id);
    match factor::confirm(&state.engine, &person.account, browser, form.raw("held"), password, &code).await {
        Ok(Confirmed::Codes(codes)) => {
            let body = shown_once(&codes, "Your second factor is on", next_of(form.raw("next")));
            Ok(framed(None, &body))
        }
        Ok(Confirmed::Already) => Ok(lead_to(PAGE, "Your second factor is on.")),
        Ok(Confirmed::TooOld) => {
            Ok(lead_to(PAGE, "That took more than an hour. Please scan the new code and try again."))
        }
        Err(error) => {
            form.blame(error)?;
            page(&state, &person, &form).await
        }
    }
}

async fn renew(State(state): State<AppState>, person: Person, form: Form) -> Result<Response, ApiError> {
    match factor::renew_codes(&state.engine, &person.account, &form.text("renew-code")).await {
        Ok(codes) => Ok(framed(None, &shown_once(&codes, "Your new recovery codes", PAGE))),
        Err(error) => blamed(&state, &person, form, ("renew", error)).await,
    }
}

async fn remove(State(state): State<AppState>, person: Person, form: Form) -> Result<Response, ApiError> {
    let password = Secret::new(form.raw("remove-password"));
    match factor::remove(&state.engine, &person.account, password, &form.text("remove-code")).await {
        Ok(()) => Ok(lead_to(PAGE, "Your second factor is off.")),
        Err(error) => blamed(&state, &person, form, ("remove", error)).await,
    }
}

/// The page once more, with the fault at the field of the form that was sent.
async fn blamed(
    state: &AppState,
    person: &Person,
    mut form: Form,
    (sent, error): (&str, Error),
) -> Result<Response, ApiError> {
    let Error::Invalid { field, why } = error else { return Err(error.into()) };
    form.fault(&format!("{sent}-{field}"), why);
    page(state, person, &form).await
}

fn framed(said: Option<&str>, body: &Markup) -> Response {
    ui::bare_saying(
        TITLE,
        said,
        &html! {
            (body)
            p { a href="/account" { "Back to your account" } }
        },
    )
}

fn set_up(account: &Account, pending: &Pending, form: &Form) -> Markup {
    let code = Field { fill: "one-time-code", required: true, ..Field::text("code", "Code") };
    html! {
        h1 { (TITLE) }
        p { "Signing in then takes a code from your phone as well, so that your password alone opens nothing. Your other browsers are signed out." }
        ol.steps {
            li {
                div.stack {
                    p { "Scan this with an authenticator app." }
                    (qr::picture(&pending.address, "A code to scan with your authenticator app"))
                    details {
                        summary { "It cannot be scanned" }
                        p { "Type this into the app instead, as a key that goes by time:" }
                        div.secret {
                            code #typed { (pending.typed) }
                            button data-copy="typed" type="button" { "Copy" }
                        }
                    }
                }
            }
            li {
                form.stack method="post" action=(PAGE) {
                    p { "Enter the six digits that the app shows." }
                    input type="hidden" name="held" value=(pending.held);
                    input type="hidden" name="next" value=(form.raw("next"));
                    (code.show(form))
                    @if account.password.is_some() { (password("password", form)) }
                    button.primary { "Turn on" }
                }
            }
        }
    }
}

/// `asking` are the names of the projects that do not let the person in without.
fn present(account: &Account, factor: &Factor, form: &Form, asking: &[String]) -> Markup {
    let left = factor.recovery.len();
    let code = |name| Field {
        fill: "one-time-code",
        required: true,
        hint: "From your app, or a recovery code.",
        ..Field::text(name, "Code")
    };
    html! {
        h1 { (TITLE) " " (ui::badge("good", "On")) }
        p { "Signing in takes your password and a code from your app." }
        @if left <= FEW {
            p.notice { (count(left)) " Make new ones, so that you get in without your phone, too." }
        } @else {
            p { (count(left)) }
        }
        section.card {
            h2 { "New recovery codes" }
            p.faint { "The ones that you have now are worth nothing then." }
            form.stack method="post" action="/account/factor/codes" {
                (code("renew-code").show(form))
                button { "Make new codes" }
            }
        }
        section.card {
            h2 { "Turn off" }
            p.faint { "Your password alone opens your account then." }
            @if !asking.is_empty() {
                p.notice { "These projects are shut to you then, until you set one up again: " (asking.join(", ")) "." }
            }
            form.stack method="post" action="/account/factor/remove" {
                (code("remove-code").show(form))
                @if account.password.is_some() { (password("remove-password", form)) }
                button.danger { "Turn off" }
            }
        }
    }
}

fn password(name: &str, form: &Form) -> Markup {
    let field =
        Field { kind: "password", fill: "current-password", required: true, ..Field::text(name, "Password") };
    field.show(form)
}

fn count(left: usize) -> String {
    match left {
        0 => "You have no recovery code left.".to_owned(),
        1 => "You have 1 recovery code left.".to_owned(),
        _ => format!("You have {left} recovery codes left."),
    }
}

fn shown_once(codes: &[String], title: &str, next: &str) -> Markup {
    html! {
        h1 { (title) }
        p { "These recovery codes let you in without your phone, each of them once. " strong { "They are shown only now:" } " keep them where you keep what matters, not on the phone." }
        pre #codes tabindex="0" { (codes.join("\n")) }
        p.actions {
            button data-copy="codes" type="button" { "Copy" }
            a.button.primary href=(next) { "I have kept them" }
        }
    }
}
