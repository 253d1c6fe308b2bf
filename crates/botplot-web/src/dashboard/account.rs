//! `/account`: a person's own name, password, second factor, browsers and preferences; and `/projects/new`.

mod browsers;
mod email;
mod factor;
mod project;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use botplot_core::Secret;
use botplot_core::account::SignIn;
use botplot_engine::accounts::email::Wanted;
use botplot_engine::accounts::profile;
use maud::{Markup, html};

use super::form::Form;
use super::reply::lead_to;
use super::route::{Access, Route};
use super::seat::{Person, Seat};
use super::setup::new_password;
use super::sign_in::{Caller, too_often};
use super::ui::{self, Section, field::Field};
use crate::{ApiError, AppState};

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    let mut routes = vec![
        Route::get("/account", Access::Person, show),
        Route::post("/account/name", Access::Person, rename),
        Route::post("/account/password", Access::Person, change_password),
        Route::post("/account/preferences", Access::Person, prefer),
        Route::post("/account/browsers/{browser}/end", Access::Person, browsers::end),
        Route::post("/account/browsers/end-others", Access::Person, browsers::end_others),
        Route::get("/projects/new", Access::Person, project::show),
        Route::post("/projects/new", Access::Person, project::create),
    ];
    routes.extend(email::routes());
    routes.extend(factor::routes());
    routes
}

async fn show(State(state): State<AppState>, person: Person) -> Result<Response, ApiError> {
    Page::of(&state, &person).await?.shown().await
}

async fn rename(State(state): State<AppState>, person: Person, mut form: Form) -> Result<Response, ApiError> {
    match profile::rename(&state.engine, person.account.id, form.raw("name")).await {
        Ok(()) => Ok(lead_to("/account", "Your name is saved.")),
        Err(error) => {
            form.blame(error)?;
            Page { name: form, ..Page::of(&state, &person).await? }.faulty().await
        }
    }
}

async fn change_password(
    State(state): State<AppState>,
    person: Person,
    caller: Caller,
    mut form: Form,
) -> Result<Response, ApiError> {
    if let Some(refusal) = slowed(&state, &person, &caller) {
        return Ok(refusal);
    }
    let (current, new) = (Secret::new(form.raw("current")), Secret::new(form.raw("password")));
    let browser = person.sign_in.id;
    match profile::change_password(&state.engine, &person.account, browser, current, new).await {
        Ok(()) => Ok(lead_to("/account", "Your password is changed. Your other browsers are signed out.")),
        Err(error) => {
            form.blame(error)?;
            Page { password: form, ..Page::of(&state, &person).await? }.faulty().await
        }
    }
}

/// Whoever sits at somebody's browser and guesses their password is slowed down as at the sign-in.
fn slowed(state: &AppState, person: &Person, caller: &Caller) -> Option<Response> {
    let wait = state.limits.sign_in(caller.peer, &person.account.email).err()?;
    let page = |why: &str| {
        let back =
            html! { h1 { "Too many tries" } (ui::complaint(why)) p { a.button href="/account" { "Back" } } };
        ui::bare("Too many tries", &back)
    };
    Some(too_often(wait, page))
}

async fn prefer(State(state): State<AppState>, person: Person, form: Form) -> Result<Response, ApiError> {
    let (sound, notifications) = (form.flag("sound"), form.flag("notifications"));
    profile::prefer(&state.engine, person.account.id, sound, notifications).await?;
    Ok(lead_to("/account", "Your preferences are saved."))
}

/// All that the page shows.
struct Page<'a> {
    state: &'a AppState,
    person: &'a Person,
    browsers: Vec<SignIn>,
    name: Form,
    email: Form,
    wanted: Option<Wanted>,
    password: Form,
}

impl<'a> Page<'a> {
    async fn of(state: &'a AppState, person: &'a Person) -> Result<Self, ApiError> {
        let now = state.engine.clock().now();
        let browsers = state.engine.reader().list_sign_ins(person.account.id, now).await?;
        let account = &person.account;
        Ok(Self {
            state,
            person,
            browsers,
            name: Form::of(&[("name", &account.name)]),
            email: Form::default(),
            wanted: email::wanted(state, person).await?,
            password: Form::default(),
        })
    }

    async fn faulty(&self) -> Result<Response, ApiError> {
        let mut page = self.shown().await?;
        *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        Ok(page)
    }

    /// In the frame of the project that was open last, if there is one.
    async fn shown(&self) -> Result<Response, ApiError> {
        let now = self.state.engine.clock().now();
        let own = self.person.sign_in.id;
        let cards = html! {
            div.columns.flow {
                div.card { (browsers::section(&self.browsers, own, now)) }
                div.card { (self.preferences_section()) }
                div.card { (factor::section(&self.person.account)) }
                div.card { (self.name_section()) }
                div.card { (email::section(self.state, &self.person.account, self.wanted.as_ref(), &self.email)) }
                div.card { (self.password_section()) }
            }
        };
        let title = "Your account";
        if let Some(seat) = Seat::last(self.state, self.person).await? {
            let body = html! { (ui::heading(title, &html! {})) (cards) };
            return Ok(ui::page(&seat, Section::None, title, &body));
        }
        let body = html! {
            link rel="stylesheet" href="/assets/team.css";
            (ui::heading(title, &html! { a.button href="/app" { "To the dashboard" } }))
            (cards)
        };
        Ok(ui::bare_saying(title, self.person.said.as_deref(), &body))
    }

    fn name_section(&self) -> Markup {
        let name = Field {
            hint: "Your colleagues see it, and visitors whom you answer.",
            fill: "name",
            required: true,
            ..Field::text("name", "Name")
        };
        html! {
            section.stack aria-labelledby="name-title" {
                h2 #name-title { "Name" }
                form.stack method="post" action="/account/name" { (name.show(&self.name)) button { "Save the name" } }
            }
        }
    }

    fn password_section(&self) -> Markup {
        html! {
            section.stack aria-labelledby="password-title" {
                h2 #password-title { "Password" }
                @if self.person.account.password.is_none() {
                    p { "You sign in elsewhere and have no password here. " a href="/reset" { "Set one" } " by a link to your address." }
                } @else {
                    p.faint { "Changing it signs your other browsers out." }
                    form.stack method="post" action="/account/password" {
                        // For the browser's memory: whose password this is.
                        input name="username" value=(self.person.account.email) autocomplete="username" hidden;
                        (old_password("current").show(&self.password))
                        (new_password("password", "New password").show(&self.password))
                        button { "Change the password" }
                    }
                }
            }
        }
    }

    fn preferences_section(&self) -> Markup {
        let preferences = &self.person.account.preferences;
        html! {
            section.stack aria-labelledby="preferences-title" {
                h2 #preferences-title { "When a visitor writes" }
                form.stack method="post" action="/account/preferences" {
                    (ui::field::tick("sound", "Make a sound", "While the inbox is open.", preferences.sound))
                    (ui::field::tick("notifications", "Show a notification", "Your browser asks you once whether it may.", preferences.notifications))
                    button { "Save the preferences" }
                }
            }
        }
    }
}

fn old_password(name: &str) -> Field<'_> {
    Field {
        kind: "password",
        fill: "current-password",
        required: true,
        ..Field::text(name, "Present password")
    }
}
