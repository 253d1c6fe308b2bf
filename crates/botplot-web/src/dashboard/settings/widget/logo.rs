//! The logo in the widget's head: sent as a file of a form, without a script.

use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::response::Response;
use botplot_core::project::logo;
use botplot_engine::projects::settings;
use maud::{Markup, html};

use super::super::{Tab, refused};
use crate::dashboard::form::Form;
use crate::dashboard::reply::lead_to;
use crate::dashboard::route::{ADMIN, Route};
use crate::dashboard::seat::Seat;
use crate::{ApiError, AppState};

const RULE: &str = "must be a PNG, JPEG, WebP or GIF of at most 256 KB";

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::post("/app/{project}/settings/widget/logo", ADMIN, replace),
        Route::post("/app/{project}/settings/widget/logo/remove", ADMIN, remove),
    ]
}

async fn replace(State(state): State<AppState>, seat: Seat, request: Request) -> Result<Response, ApiError> {
    let Some((media, content)) = read(request).await else {
        let mut form = super::stored(&seat);
        form.fault("logo", RULE);
        return Ok(refused(super::view(&state, &seat, &form).await?));
    };
    settings::set_logo(&state.engine, seat.id(), media, content).await?;
    Ok(lead_to(&seat.path(Tab::Widget.path()), "The logo is set."))
}

/// The picture that was sent, if it is one and not too large.
async fn read(request: Request) -> Option<(&'static str, Vec<u8>)> {
    let mut parts = Multipart::from_request(request, &()).await.ok()?;
    while let Some(part) = parts.next_field().await.ok()? {
        if part.name() != Some("logo") {
            continue;
        }
        let media = logo::media(part.content_type()?)?;
        let content = part.bytes().await.ok()?;
        let sound = content.len() <= logo::LIMIT && logo::is(media, &content);
        return sound.then(|| (media, content.to_vec()));
    }
    None
}

async fn remove(State(state): State<AppState>, seat: Seat) -> Result<Response, ApiError> {
    match settings::remove_logo(&state.engine, seat.id()).await {
        // Somebody else was quicker.
        Ok(()) | Err(botplot_engine::Error::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(lead_to(&seat.path(Tab::Widget.path()), "The logo is removed."))
}

/// The logo, with the forms that change it.
pub(super) fn card(state: &AppState, seat: &Seat, form: &Form) -> Markup {
    let path = seat.path("settings/widget/logo");
    let shown = seat.project.settings.widget.logo_url.as_deref();
    let why = form.why("logo");
    html! {
        section.card {
            h2 { "Logo" }
            div.logo {
                @if let Some(shown) = shown { img src=(shown) alt="Your logo" width="48" height="48"; }
                form.row method="post" action=(path) enctype="multipart/form-data" {
                    div.field.wrong[why.is_some()] {
                        label for="logo" { @if shown.is_some() { "Another picture" } @else { "Picture" } }
                        input #logo data-most=(logo::LIMIT) data-rule=(RULE) name="logo" type="file" accept="image/png,image/jpeg,image/webp,image/gif" required
                            aria-describedby="logo-hint";
                        p.hint #logo-hint { "PNG, JPEG, WebP or GIF, at most 256 KB; square looks best. The preview shows it before it is uploaded." }
                        @if let Some(why) = why { p.why role="alert" { "The logo " (why) "." } }
                    }
                    button { "Upload" }
                }
                @if shown.is_some() { form method="post" action={ (path) "/remove" } { button { "Remove" } } }
            }
            @if shown.is_some() { p.faint { "It is served from " (state.public_url) "." } }
        }
    }
}
