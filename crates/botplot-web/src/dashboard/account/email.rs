//! The address of an account: another one is asked for here, and has to be confirmed by a link that goes there. What the
//! page says is the same whether somebody else has that address or not.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use botplot_core::Secret;
use botplot_core::account::Account;
use botplot_core::link::State as LinkState;
use botplot_engine::Error;
use botplot_engine::accounts::email::{self, Wanted};
use maud::{Markup, html};

use super::{Page, old_password, slowed};
use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{Access, Route};
use crate::dashboard::seat::Person;
use crate::dashboard::sign_in::{Caller, dead};
use crate::dashboard::ui::{self, field::Field};
use crate::ids::Path;
use crate::{ApiError, AppState};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/account/email", Access::Person, ask),
        Route::post("/account/email/own", Access::Person, ask_own),
        Route::post("/account/email/again", Access::Person, send_again),
        Route::post("/account/email/cancel", Access::Person, cancel),
        Route::get("/confirm-email/{token}", Access::Person, show),
        Route::post("/confirm-email/{token}", Access::Person, confirm),
    ]
}

async fn ask(
    State(state): State<AppState>,
    person: Person,
    caller: Caller,
    form: Form,
) -> Result<Response, ApiError> {
    if let Some(refusal) = slowed(&state, &person, &caller) {
        return Ok(refusal);
    }
    let (password, wanted) = (Secret::new(form.raw("email_password")), form.raw("email"));
    let asked = email::ask(&state.engine, &person.account, password, wanted, &state.public_url).await;
    told(&state, &person, form, asked).await
}

async fn ask_own(State(state): State<AppState>, person: Person) -> Result<Response, ApiError> {
    let asked = email::ask_own(&state.engine, &person.account, &state.public_url).await;
    told(&state, &person, Form::default(), asked).await
}

async fn send_again(State(state): State<AppState>, person: Person) -> Result<Response, ApiError> {
    let asked = email::send_again(&state.engine, &person.account, &state.public_url).await;
    told(&state, &person, Form::default(), asked).await
}

/// Says where the link is, or what is wrong with what was sent.
async fn told(
    state: &AppState,
    person: &Person,
    mut form: Form,
    asked: Result<Wanted, Error>,
) -> Result<Response, ApiError> {
    match asked {
        Ok(wanted) if wanted.mailed => {
            Ok(lead_to("/account", &format!("A link is on its way to {}.", wanted.email)))
        }
        Ok(_) => Ok(lead_to("/account", "The link is in the server’s log: ask whoever runs it.")),
        Err(error) => {
            match error {
                Error::Invalid { field, why } if field == "current" => form.fault("email_password", why),
                other => form.blame(other)?,
            }
            Page { email: form, ..Page::of(state, person).await? }.faulty().await
        }
    }
}

async fn cancel(State(state): State<AppState>, person: Person) -> Result<Response, ApiError> {
    let said = match email::cancel(&state.engine, &person.account).await? {
        Some(email) => format!("Nothing comes of {email}: its link is dead."),
        None => "There was nothing to cancel.".to_owned(),
    };
    Ok(lead_to("/account", &said))
}

/// The address that the person waits for.
pub(super) async fn wanted(state: &AppState, person: &Person) -> Result<Option<Wanted>, ApiError> {
    Ok(email::wanted(&state.engine, person.account.id).await?)
}

/// What the page of the account says of it.
pub(super) fn section(state: &AppState, account: &Account, wanted: Option<&Wanted>, form: &Form) -> Markup {
    html! {
        section.stack aria-labelledby="email-title" {
            h2 #email-title { "Address" }
            p {
                strong { (account.email) } " "
                @if account.confirmed { (ui::badge("good", "confirmed")) } @else { (ui::badge("", "not confirmed")) }
            }
            @if let Some(wanted) = wanted { (waiting(account, wanted)) }
            @else if !account.confirmed && state.engine.mail_server().is_some() {
                form method="post" action="/account/email/own" { button { "Confirm this address" } }
            }
            (change(state, account, form))
        }
    }
}

fn waiting(account: &Account, wanted: &Wanted) -> Markup {
    html! {
        div.notice.stack {
            @if wanted.expired {
                p { "The link to " strong { (wanted.email) } " has expired." }
            } @else {
                p { "Waiting for confirmation of " strong { (wanted.email) } "." }
                p {
                    @if wanted.mailed { "Open the link that went there" } @else { "The link is in the server’s log; open it" }
                    ", by " (ui::time::at(wanted.expires_at)) "."
                    @if wanted.email != account.email { " Until then you sign in with " (account.email) "." }
                }
            }
            div.actions {
                form method="post" action="/account/email/again" { button { "Send again" } }
                form method="post" action="/account/email/cancel" { button.quiet { "Cancel" } }
            }
        }
    }
}

fn change(state: &AppState, account: &Account, form: &Form) -> Markup {
    let hint = if state.engine.mail_server().is_some() {
        "A link goes there. Your address changes once you have opened it."
    } else {
        "This server sends no e-mail: the link to confirm it goes into its log."
    };
    let email =
        Field { kind: "email", fill: "email", required: true, hint, ..Field::text("email", "New address") };
    html! {
        @if account.password.is_none() {
            p.faint { "To change it, set a password first." }
            @if let Some(why) = form.why("email") { (ui::complaint(&ui::sentence(&format!("the address {why}")))) }
        } @else {
            form.stack method="post" action="/account/email" {
                (email.show(form))
                (old_password("email_password").show(form))
                button { "Change the address" }
            }
        }
    }
}

/// Asks once more: those who check letters for what is bad in them open each link.
async fn show(
    State(state): State<AppState>,
    person: Person,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    let found = email::find(&state.engine, person.account.id, &token).await?;
    let Some((wanted, LinkState::Open)) = found else {
        return Ok(refuse(&person.account, &token, found.map(|(_, state)| state)));
    };
    Ok(ui::bare("Your address", &question(&person.account, &wanted, &token)))
}

fn question(account: &Account, wanted: &str, token: &str) -> Markup {
    html! {
        h1 { "Confirm your address" }
        @if wanted == account.email {
            p { strong { (wanted) } " is the address of your account." }
        } @else {
            p { "Your account has " strong { (wanted) } " from then on, in place of " strong { (account.email) } ": letters go there, and you sign in with it." }
        }
        form.stack method="post" action={ "/confirm-email/" (token) } {
            button.primary { "Confirm " (wanted) }
        }
        p { a href="/account" { "Not now" } }
    }
}

async fn confirm(
    State(state): State<AppState>,
    person: Person,
    Path(token): Path<String>,
) -> Result<Response, ApiError> {
    let found = email::find(&state.engine, person.account.id, &token).await?;
    if found.is_none() {
        return Ok(refuse(&person.account, &token, None));
    }
    match email::confirm(&state.engine, person.account.id, Secret::new(&token)).await {
        Ok(Some(email)) if email == person.account.email => {
            Ok(lead_to("/account", "Your address is confirmed."))
        }
        Ok(Some(email)) => Ok(lead_to("/account", &format!("Sign in with {email} from now on."))),
        Ok(None) => Ok(refuse(&person.account, &token, found.map(|(_, state)| state))),
        Err(Error::Invalid { .. }) => Ok(taken()),
        Err(error) => Err(error.into()),
    }
}

/// What a link is told that confirms nothing.
fn refuse(account: &Account, token: &str, state: Option<LinkState>) -> Response {
    let why = match state {
        Some(LinkState::Expired) => "It has expired: each works for a day.",
        Some(_) => "It was used already, cancelled, or something else took its place.",
        None => "Look whether it is complete, and whether it is for this account.",
    };
    let body = html! {
        p { (why) }
        p { "You are signed in as " strong { (account.email) } "." }
        p { a.button href="/account" { "To your account" } }
        @if state.is_none() {
            form method="post" action="/sign-out" {
                input type="hidden" name="next" value={ "/confirm-email/" (token) };
                button { "Sign in with another account" }
            }
        }
    };
    dead("This link confirms nothing", &body)
}

/// Whoever holds the link reads that mailbox, and may know.
fn taken() -> Response {
    let body = html! {
        h1 { "Another account has this address" }
        p { "It was free when you asked. Sign in with that account, or choose another address." }
        p { a.button href="/account" { "To your account" } }
    };
    let mut page = ui::bare("Your address", &body);
    *page.status_mut() = StatusCode::CONFLICT;
    page
}
