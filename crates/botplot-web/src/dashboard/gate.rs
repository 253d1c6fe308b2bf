//! The one way into the dashboard: where a request comes from, who is asking, and what they may do.

pub(crate) mod cookie;

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use botplot_core::ProjectId;
use botplot_core::account::Role;
use botplot_engine::accounts::{profile, sign_ins};

use super::reply;
use super::route::Access;
use super::seat::{Person, Seat};
use crate::{ApiError, AppState, Code, ids};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets a request pass to its handler, or says why not; errors of either become pages.
pub(crate) async fn pass(
    State((state, access)): State<(AppState, Access)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let asks = reply::Asks::of(&parts);
    let mut response = match admit(&mut parts, &state, access).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) if refusal.code() == Code::SignedOut => reply::signed_out(&parts, body, asks).await,
        Err(refusal) if refusal.code() == Code::FactorRequired => {
            reply::without_factor(&parts, body, asks, refusal.detail()).await
        }
        Err(refusal) => refusal.into_response(),
    };
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        response = reply::error_page(&error, asks);
    }
    response
}

/// Puts who is asking into the request.
async fn admit(parts: &mut Parts, state: &AppState, access: Access) -> Result<(), ApiError> {
    if !parts.method.is_safe() && !is_ours(&parts.headers, state) {
        return Err(ApiError::new(Code::CrossSiteRequest));
    }
    let person = find_person(&parts.headers, state).await?;
    match (access, person) {
        (Access::Open, None) => {}
        (Access::Open | Access::Person, Some(person)) => drop(parts.extensions.insert(person)),
        (Access::Person | Access::Member(_), None) => return Err(ApiError::new(Code::SignedOut)),
        (Access::Member(least), Some(person)) => {
            let seat = find_seat(parts, state, person, least).await?;
            remember(parts, state, &seat).await;
            parts.extensions.insert(seat.person.clone());
            parts.extensions.insert(seat);
        }
    }
    Ok(())
}

/// Keeps which project the person opened last: at most one write for each change, and none for pieces of pages.
async fn remember(parts: &Parts, state: &AppState, seat: &Seat) {
    let is_page =
        parts.headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    let asks = reply::Asks::of(parts);
    let known = seat.person.account.preferences.project == Some(seat.id());
    if known || !is_page || asks == reply::Asks::Piece || !parts.method.is_safe() {
        return;
    }
    if let Err(error) = profile::note_project(&state.engine, seat.person.account.id, seat.id()).await {
        tracing::warn!(%error, "could not note which project was opened");
    }
}

/// True when a page of ours is asking, as the browser vouches: in `Sec-Fetch-Site`, or else in `Origin`.
fn is_ours(headers: &HeaderMap, state: &AppState) -> bool {
    if let Some(site) = headers.get(SEC_FETCH_SITE) {
        return site == "same-origin";
    }
    let Some(origin) = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()) else {
        return false;
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let named = origin.split_once("://").map(|(_, host)| host);
    origin == public_origin(&state.public_url) || named.is_some() && named == host
}

/// The origin of the address that visitors reach the server by.
fn public_origin(public_url: &str) -> String {
    url::Url::parse(public_url).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

async fn find_person(headers: &HeaderMap, state: &AppState) -> Result<Option<Person>, ApiError> {
    let Some(token) = cookie::token(headers, state) else { return Ok(None) };
    let found = sign_ins::find(&state.engine, &token).await?;
    Ok(found.map(|(sign_in, account)| Person { account, sign_in, said: cookie::said(headers) }))
}

/// The person's part in the project that the address names; others do not learn that it is there.
async fn find_seat(parts: &Parts, state: &AppState, person: Person, least: Role) -> Result<Seat, ApiError> {
    let named = parts.uri.path().split('/').nth(2).unwrap_or_default();
    let id: ProjectId = ids::read(named)?;
    let seat = Seat::find(state, person, id).await?.ok_or_else(|| ApiError::new(Code::NotFound))?;
    tracing::Span::current().record("project.id", tracing::field::display(id));
    if seat.lacks_factor() {
        let why = format!("{} asks its team for a second factor: set yours up to get in", seat.project.name);
        return Err(ApiError::saying(Code::FactorRequired, why));
    }
    if seat.role < least {
        return Err(ApiError::saying(
            Code::RoleRequired,
            format!("this takes the role of {}, and you are {} here", least.as_str(), seat.role.as_str()),
        ));
    }
    Ok(seat)
}

#[cfg(test)]
mod tests {
    use super::public_origin;

    #[test]
    fn the_public_origin_has_no_path() {
        assert_eq!(public_origin("https://chat.example/sub"), "https://chat.example");
        assert_eq!(public_origin("http://127.0.0.1:8080"), "http://127.0.0.1:8080");
        assert_eq!(public_origin("nonsense"), "");
    }
}
