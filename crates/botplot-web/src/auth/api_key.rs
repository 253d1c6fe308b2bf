//! API keys: `Authorization: Bearer KEY` or `x-api-key: KEY`; for what a page loads without a preflight, `?key=KEY`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use botplot_core::key::{Class, Key, KeyRecord};
use botplot_core::origin;
use botplot_core::project::Project;
use botplot_engine::keys;

use crate::error::Fault;
use crate::limits::Meter;
use crate::{ApiError, AppState, Code, Peer};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A caller of the chat and the widget's addresses: either key, from an origin that the project admits.
pub(crate) struct Caller {
    /// The project that the key opens.
    pub(crate) project: Project,
    /// What the key may open.
    pub(crate) class: Class,
    /// The key's record.
    pub(crate) key: KeyRecord,
    /// What the request has spent of its limits.
    pub(crate) meter: Meter,
}

/// A [`Caller`] whose key may also stand in the query, as `key`: a page's request with a header of its own would cost it
/// a preflight.
pub(crate) struct PageCaller(pub(crate) Caller);

/// A caller of `/api/v1` and `/v1`: a secret key, of a project whose plan has the API.
pub(crate) struct Owner {
    /// The project that the key opens.
    pub(crate) project: Project,
    /// The key's record.
    pub(crate) key: KeyRecord,
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let sent = sent_key(&parts.headers).and_then(|key| key.ok_or(ApiError::new(Code::Unauthorized)));
        admit(parts, state, sent).await?.admitted_by_origin(&parts.headers)
    }
}

impl FromRequestParts<AppState> for PageCaller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let queried = queried_keys(parts.uri.query().unwrap_or_default());
        let sent = sent_key(&parts.headers).and_then(|key| the_one(key, &queried));
        let caller = admit(parts, state, sent).await?;
        caller.admitted_by_origin(&parts.headers).map(Self)
    }
}

impl FromRequestParts<AppState> for Owner {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let sent = sent_key(&parts.headers).and_then(|key| key.ok_or(ApiError::new(Code::Unauthorized)));
        let Caller { project, class, key, .. } = admit(parts, state, sent).await?;
        if class == Class::Publishable {
            return Err(ApiError::new(Code::InsufficientScope));
        }
        let plans = state.engine.plans();
        if !plans.of(project.plan).api {
            let (required, current) = (plans.with_api().as_str(), project.plan.as_str());
            let refusal = ApiError::new(Code::PlanRequired);
            return Err(refusal.with("required_plan", required).with("current_plan", current));
        }
        Ok(Self { project, key })
    }
}

async fn admit(parts: &Parts, state: &AppState, sent: Result<&[u8], ApiError>) -> Result<Caller, ApiError> {
    let headers = &parts.headers;
    let meter = parts.extensions.get::<Meter>().cloned().unwrap_or_default();
    let peer = parts.extensions.get::<Peer>().map(|peer| peer.0);
    let found = match sent {
        Ok(key) => find_key(key, state).await,
        Err(refusal) => Err(refusal),
    };
    match &found {
        Ok(record) => state.limits.key(record, peer, &meter)?,
        Err(error) if error.code().status().is_client_error() => state.limits.stranger(peer, &meter)?,
        Err(_) => {}
    }
    let record = found?;
    tracing::Span::current().record("project.id", tracing::field::display(record.project));
    if record.class == Class::Secret && headers.contains_key(SEC_FETCH_SITE) {
        tracing::warn!(
            key.prefix = record.prefix,
            "a secret key came from a browser: revoke it and put the publishable key into the page"
        );
        keys::flag(&state.engine, &record).await?;
        return Err(ApiError::new(Code::SecretKeyInBrowser));
    }
    let project = state.engine.reader().find_project(record.project).await?;
    let project = project.ok_or_else(|| ApiError::new(Code::Unauthorized))?;
    Ok(Caller { project, class: record.class, key: record, meter })
}

/// The record of the key that was sent, if there is one and it is live.
async fn find_key(sent: &[u8], state: &AppState) -> Result<KeyRecord, ApiError> {
    let unknown = || ApiError::new(Code::Unauthorized);
    let key = std::str::from_utf8(sent).ok().and_then(Key::parse).ok_or_else(unknown)?;
    keys::admit(&state.engine, &key).await?.ok_or_else(unknown)
}

/// The one key among all headers that can carry one; two different ones are an error.
fn sent_key(headers: &HeaderMap) -> Result<Option<&[u8]>, ApiError> {
    let bearers = headers.get_all(header::AUTHORIZATION).iter().filter_map(bearer);
    let plain = headers.get_all(X_API_KEY).iter().map(|v| v.as_bytes().trim_ascii());
    let mut keys = bearers.chain(plain).filter(|k| !k.is_empty());
    let first = keys.next();
    if keys.any(|k| Some(k) != first) {
        return Err(ApiError::new(Code::AmbiguousCredentials));
    }
    Ok(first)
}

/// The values of `key` in a query.
fn queried_keys(query: &str) -> Vec<String> {
    let values = url::form_urlencoded::parse(query.as_bytes());
    let keys = values.filter(|(name, _)| name == "key").map(|(_, value)| value.trim().to_owned());
    keys.filter(|key| !key.is_empty()).collect()
}

/// The one key among a header's and the query's.
fn the_one<'a>(header: Option<&'a [u8]>, queried: &'a [String]) -> Result<&'a [u8], ApiError> {
    let mut keys = header.into_iter().chain(queried.iter().map(String::as_bytes));
    let missing =
        || Fault { field: "key".to_owned(), message: "is required: your publishable key".to_owned() };
    let first = keys.next().ok_or_else(|| ApiError::invalid(vec![missing()]))?;
    if keys.all(|key| key == first) { Ok(first) } else { Err(ApiError::new(Code::AmbiguousCredentials)) }
}

/// What follows `Bearer`; other schemes, such as those of a proxy in front, are not ours.
fn bearer(value: &HeaderValue) -> Option<&[u8]> {
    let (scheme, rest) = value.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| rest.trim_ascii())
}

impl Caller {
    /// The caller, unless the request comes from a page of an origin that the project does not admit.
    fn admitted_by_origin(self, headers: &HeaderMap) -> Result<Self, ApiError> {
        let Some(origin) = headers.get(header::ORIGIN) else { return Ok(self) };
        // The browser vouches that one of our own pages is asking, such as `/c/…`.
        let own_page = headers.get(SEC_FETCH_SITE).is_some_and(|site| site == "same-origin");
        // An origin that cannot be read matches no rule.
        let origin = origin.to_str().unwrap_or("null");
        if own_page || origin::admits(&self.project.settings.origins, origin) {
            return Ok(self);
        }
        Err(ApiError::new(Code::OriginNotAllowed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sent: &[(&'static str, &'static str)], expected: Result<Option<&str>, Code>) {
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            headers.append(*name, HeaderValue::from_static(value));
        }
        let found = sent_key(&headers).map(|k| k.map(|k| std::str::from_utf8(k).unwrap()));
        assert_eq!(found.map_err(|e| e.code()), expected, "{sent:?}");
    }

    #[test]
    fn a_key_is_found_in_either_header() {
        check(&[], Ok(None));
        check(&[("x-api-key", "k")], Ok(Some("k")));
        check(&[("authorization", "Bearer k")], Ok(Some("k")));
        check(&[("authorization", "bEARER   k ")], Ok(Some("k")));
        check(&[("authorization", "Basic k")], Ok(None));
        check(&[("authorization", "Basic b"), ("x-api-key", "k")], Ok(Some("k")));
        check(&[("authorization", "Bearer"), ("x-api-key", "")], Ok(None));
    }

    #[test]
    fn a_page_may_put_its_key_into_the_query() {
        let check = |header: Option<&str>, query: &str, expected: Result<&str, Code>| {
            let queried = queried_keys(query);
            let found = the_one(header.map(str::as_bytes), &queried).map_err(|e| e.code());
            assert_eq!(found, expected.map(str::as_bytes), "{header:?} {query}");
        };
        check(None, "lang=de&key=k&x", Ok("k"));
        check(None, "key=%6b&key=+k+", Ok("k"));
        check(Some("k"), "", Ok("k"));
        check(Some("k"), "key=k", Ok("k"));
        check(None, "key=k&key=j", Err(Code::AmbiguousCredentials));
        check(Some("j"), "key=k", Err(Code::AmbiguousCredentials));
        for none in ["", "key", "key=", "key=%20&key=", "keys=k", "lang=key"] {
            check(None, none, Err(Code::InvalidRequest));
        }
    }

    #[test]
    fn two_different_keys_are_ambiguous_and_two_equal_ones_are_not() {
        check(&[("x-api-key", "k"), ("authorization", "Bearer k")], Ok(Some("k")));
        check(&[("x-api-key", "k"), ("authorization", "Bearer j")], Err(Code::AmbiguousCredentials));
        check(&[("x-api-key", "k"), ("x-api-key", "j")], Err(Code::AmbiguousCredentials));
        check(
            &[("authorization", "Bearer k"), ("authorization", "Bearer j")],
            Err(Code::AmbiguousCredentials),
        );
    }
}
