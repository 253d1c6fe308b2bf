//! `POST /app/{project}/knowledge/files`: files as a form, read just as the API reads them.

use axum::extract::{Request, State};
use axum::response::Response;
use botplot_engine::sources;
use maud::html;

use super::{drop_zone, shown};
use crate::api::v1::sources::upload;
use crate::dashboard::reply::{Asks, lead_to, piece};
use crate::dashboard::seat::Seat;
use crate::dashboard::ui::{self, Section};
use crate::{ApiError, AppState, Code};

/// Takes the files of a form as one source; a page's script sends each alone and is answered in a piece.
pub(super) async fn create(
    State(state): State<AppState>,
    seat: Seat,
    request: Request,
) -> Result<Response, ApiError> {
    let (head, body) = request.into_parts();
    let asks = Asks::of(&head);
    let added = take(&state, &seat, Request::from_parts(head, body)).await;
    match (added, asks) {
        (Ok(place), Asks::Piece) => Ok(piece(&html! { a href=(place) { "Uploaded. It is being read." } })),
        (Ok(place), Asks::Page) => Ok(lead_to(&place, "Uploaded. It is being read.")),
        (Err(error), Asks::Page) if is_the_files_fault(&error) => Ok(again(&state, &seat, &error)),
        (Err(error), Asks::Piece) if !error.faults().is_empty() => Ok(refused(&error)),
        (Err(error), _) => Err(error),
    }
}

async fn take(state: &AppState, seat: &Seat, request: Request) -> Result<String, ApiError> {
    let (name, new) = upload::read(request, state.upload_bytes).await?;
    let source = sources::add_by(&state.engine, seat.id(), name.as_deref(), new, &seat.actor()).await?;
    Ok(seat.path(&format!("knowledge/sources/{}", source.id)))
}

/// What is wrong with a file, as it is said beside its name.
fn refused(error: &ApiError) -> Response {
    let faults = error.faults().iter().map(|fault| ui::sentence(&format!("it {}", fault.message)));
    let mut response = piece(&ui::complaint(&faults.collect::<Vec<_>>().join(" ")));
    *response.status_mut() = error.code().status();
    response
}

fn is_the_files_fault(error: &ApiError) -> bool {
    matches!(error.code(), Code::InvalidRequest | Code::PayloadTooLarge | Code::RequestTimeout)
}

/// The form again, with what was wrong with the files above it.
fn again(state: &AppState, seat: &Seat, error: &ApiError) -> Response {
    let limit = shown::size(state.upload_bytes as i64);
    let faults: Vec<String> = if error.faults().is_empty() {
        vec![match error.code() {
            Code::PayloadTooLarge => format!("the files are larger than {limit} together"),
            _ => error.detail().to_owned(),
        }]
    } else {
        error.faults().iter().map(|fault| format!("{} {}", fault.field, fault.message)).collect()
    };
    let body = html! {
        (ui::heading("Add files", &html! { a.button href=(seat.path("knowledge")) { "Back to the list" } }))
        (drop_zone(state, seat, &faults))
    };
    let mut response = ui::page(seat, Section::Knowledge, "Add files", &body);
    *response.status_mut() = error.code().status();
    response
}
