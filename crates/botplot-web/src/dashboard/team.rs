//! The team: people, roles, invitations, and the audit log.

mod audit;
mod invite;
mod people;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use botplot_core::account::{Member, Role};
use botplot_core::link::Link;
use botplot_core::{AccountId, Timestamp};
use botplot_engine::accounts::{invitations, members};
use maud::{Markup, html};

use super::form::Form;
use super::reply::lead_to;
use super::route::{ADMIN, Access, Route, VIEWER};
use super::seat::Seat;
use super::ui::{self, Section, field::Field};
use crate::ids::{self, Path};
use crate::{ApiError, AppState};

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/team", VIEWER, show),
        Route::post("/app/{project}/team/invite", ADMIN, invite_somebody),
        Route::post("/app/{project}/team/invitations/{link}/again", ADMIN, send_again),
        Route::post("/app/{project}/team/invitations/{link}/withdraw", ADMIN, withdraw),
        Route::post("/app/{project}/team/people/{account}/role", ADMIN, change_role),
        Route::post("/app/{project}/team/people/{account}/remove", ADMIN, remove),
        Route::post("/app/{project}/team/leave", VIEWER, leave),
        Route::get("/app/{project}/audit", ADMIN, audit::show),
        Route::get("/invite/{token}", Access::Open, invite::show),
        Route::post("/invite/{token}", Access::Open, invite::accept),
    ]
}

async fn show(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    let form = Form::of(&[("role", Role::Agent.as_str())]);
    Team::of(&state, &seat).await?.page(&seat, &form, None)
}

async fn invite_somebody(
    State(state): State<AppState>,
    seat: Seat,
    mut form: Form,
) -> Result<Response, ApiError> {
    let Some(role) = Role::parse(form.raw("role")) else {
        form.fault("role", "must be one of those shown");
        return faulty(&state, &seat, &form).await;
    };
    let by = &seat.person.account;
    let offer = (form.raw("email"), role);
    match invitations::invite(&state.engine, seat.id(), by, offer, &state.public_url).await {
        Ok(sent) => tell_sent(&state, &seat, &sent).await,
        Err(error) => {
            form.blame(error)?;
            faulty(&state, &seat, &form).await
        }
    }
}

async fn send_again(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, link)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let (id, by) = (ids::read(&link)?, &seat.person.account);
    match invitations::send_again(&state.engine, seat.id(), by, id, &state.public_url).await {
        Ok(sent) => tell_sent(&state, &seat, &sent).await,
        Err(error) => refused(&state, &seat, error).await,
    }
}

async fn withdraw(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, link)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let id = ids::read(&link)?;
    match invitations::withdraw(&state.engine, seat.id(), &seat.person.account, id).await {
        Ok(email) => Ok(lead_to(
            &seat.path("team"),
            &format!("The invitation of {email} is withdrawn: its link opens nothing."),
        )),
        Err(error) => refused(&state, &seat, error).await,
    }
}

async fn change_role(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, account)): Path<(String, String)>,
    form: Form,
) -> Result<Response, ApiError> {
    let account: AccountId = ids::read(&account)?;
    let role = Role::parse(form.raw("role")).ok_or_else(|| ApiError::new(crate::Code::InvalidRequest))?;
    match members::change_role(&state.engine, seat.id(), &seat.person.account, account, role).await {
        Ok(member) => {
            let said = format!("{} is {} now.", member.name, title(member.role));
            Ok(lead_to(&seat.path("team"), &said))
        }
        Err(error) => refused(&state, &seat, error).await,
    }
}

async fn remove(
    State(state): State<AppState>,
    seat: Seat,
    Path((_, account)): Path<(String, String)>,
) -> Result<Response, ApiError> {
    let account: AccountId = ids::read(&account)?;
    if account == seat.person.account.id {
        return end_own(&state, &seat).await;
    }
    match members::remove(&state.engine, seat.id(), &seat.person.account, account).await {
        Ok(member) => {
            Ok(lead_to(&seat.path("team"), &format!("{} is not in the team any more.", member.name)))
        }
        Err(error) => refused(&state, &seat, error).await,
    }
}

async fn leave(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    end_own(&state, &seat).await
}

async fn end_own(state: &AppState, seat: &Seat) -> Result<Response, ApiError> {
    let account = &seat.person.account;
    match members::remove(&state.engine, seat.id(), account, account.id).await {
        Ok(_) => Ok(lead_to("/app", &format!("You left {}.", seat.project.name))),
        Err(error) => refused(state, seat, error).await,
    }
}

/// The page once more, with what is wrong in the form that invites.
async fn faulty(state: &AppState, seat: &Seat, form: &Form) -> Result<Response, ApiError> {
    let mut page = Team::of(state, seat).await?.page(seat, form, None)?;
    *page.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(page)
}

/// The page once more, saying why something was not done.
async fn refused(state: &AppState, seat: &Seat, error: botplot_engine::Error) -> Result<Response, ApiError> {
    let botplot_engine::Error::Invalid { field, why } = error else { return Err(error.into()) };
    let why = ui::complaint(&ui::sentence(&format!("the {field} {why}")));
    let form = Form::of(&[("role", Role::Agent.as_str())]);
    let mut page = Team::of(state, seat).await?.page(seat, &form, Some(&why))?;
    *page.status_mut() = StatusCode::CONFLICT;
    Ok(page)
}

/// Says that an invitation is on its way, or shows its link for the only time.
async fn tell_sent(state: &AppState, seat: &Seat, sent: &invitations::Sent) -> Result<Response, ApiError> {
    let Some(link) = &sent.link else {
        return Ok(lead_to(&seat.path("team"), &format!("A letter invites {}.", sent.email)));
    };
    let shown = html! {
        section.card role="status" aria-label="Invitation" {
            h2 { "Hand this link to " (sent.email) }
            p { "This server sends no e-mail. The link works once, within seven days, and is shown only now." }
            div.secret { code #invitation { (link) } button data-copy="invitation" type="button" { "Copy" } }
        }
    };
    let form = Form::of(&[("role", Role::Agent.as_str())]);
    Team::of(state, seat).await?.page(seat, &form, Some(&shown))
}

/// What the page shows.
struct Team {
    members: Vec<Member>,
    invitations: Vec<Link>,
    now: Timestamp,
}

impl Team {
    async fn of(state: &AppState, seat: &Seat) -> Result<Self, ApiError> {
        let reader = state.engine.reader();
        Ok(Self {
            members: reader.list_members(seat.id()).await?,
            invitations: reader.list_invitations(seat.id()).await?,
            now: state.engine.clock().now(),
        })
    }

    fn page(&self, seat: &Seat, form: &Form, told: Option<&Markup>) -> Result<Response, ApiError> {
        let log = html! { @if seat.may(Role::Admin) { a.button href=(seat.path("audit")) { "Audit log" } } };
        let body = html! {
            (ui::heading("Team", &log))
            @if let Some(told) = told { (told) }
            (people::list(seat, &self.members, self.now))
            @if seat.may(Role::Admin) {
                div.columns {
                    (invitation_form(seat, form))
                    (people::waiting(seat, &self.invitations, self.now))
                }
            }
            section.card {
                h2 { "What each role may do" }
                dl.cards.roles {
                    @for role in Role::ALL { div { dt { (title(role)) } dd.faint { (role.doc()) } } }
                }
            }
        };
        Ok(ui::page(seat, Section::Team, "Team", &body))
    }
}

fn invitation_form(seat: &Seat, form: &Form) -> Markup {
    let email = Field { kind: "email", required: true, ..Field::text("email", "E-mail") };
    html! {
        section.card {
            h2 { "Invite somebody" }
            form.stack method="post" action=(seat.path("team/invite")) {
                (email.show(form))
                (ui::field::choice("role", "Role", &people::choices(seat.role), form.raw("role")))
                @if let Some(why) = form.why("role") { (ui::complaint(&ui::sentence(&format!("the role {why}")))) }
                button.primary { "Invite" }
            }
        }
    }
}

/// A role as people read it.
pub(super) fn title(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer",
        Role::Agent => "Agent",
        Role::Admin => "Admin",
        Role::Owner => "Owner",
    }
}
