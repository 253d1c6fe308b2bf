//! The dashboard's cookies: what a browser is signed in with, and one sentence for the next page.

use std::fmt::Write as _;

use axum::http::{HeaderMap, HeaderValue, header};
use botplot_core::Secret;
use botplot_engine::accounts::sign_ins::LIFE;

use crate::AppState;

/// With this prefix a browser takes the cookie over TLS only and sends it to this very host only (RFC 6265bis, 4.1.3.2).
const SECURE: &str = "__Host-botplot";
/// On `http://localhost` there is no TLS.
const PLAIN: &str = "botplot";
/// What a browser holds while somebody is signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halfway {
    /// That the password was right, until the code comes.
    Code,
    /// What a sign-in at another provider began with.
    Provider,
}

impl Halfway {
    fn name(self, state: &AppState) -> &'static str {
        match (self, state.public_url.starts_with("https://")) {
            (Self::Code, true) => "__Host-botplot-code",
            (Self::Code, false) => "botplot-code",
            (Self::Provider, true) => "__Host-botplot-provider",
            (Self::Provider, false) => "botplot-provider",
        }
    }

    /// What the browser holds.
    pub(crate) fn find(self, headers: &HeaderMap, state: &AppState) -> Option<String> {
        find(headers, self.name(state)).map(str::to_owned)
    }

    /// Lets the browser hold `text`, which is base64, for so many seconds.
    pub(crate) fn hold(self, text: &str, life: i64, state: &AppState) -> HeaderValue {
        set(self.name(state), text, life, state)
    }

    /// Lets the browser forget it.
    pub(crate) fn forget(self, state: &AppState) -> HeaderValue {
        set(self.name(state), "", 0, state)
    }
}

const SAID: &str = "botplot-said";

/// What the browser is signed in with.
pub(crate) fn token(headers: &HeaderMap, state: &AppState) -> Option<String> {
    find(headers, name(state)).map(str::to_owned)
}

/// Lets the browser hold `token`.
pub(crate) fn keep(token: &Secret, state: &AppState) -> HeaderValue {
    set(name(state), token.expose(), LIFE, state)
}

/// Lets the browser forget its token.
pub(crate) fn forget(state: &AppState) -> HeaderValue {
    set(name(state), "", 0, state)
}

/// The sentence that the last action left.
pub(crate) fn said(headers: &HeaderMap) -> Option<String> {
    let encoded = find(headers, SAID).filter(|text| !text.is_empty())?;
    let bytes: Option<Vec<u8>> = encoded.as_bytes().chunks(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

fn byte(pair: &[u8]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}

/// Leaves a sentence for the next page; an empty one takes the last away.
pub(crate) fn say(sentence: &str) -> HeaderValue {
    let hex = sentence.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let life = if sentence.is_empty() { 0 } else { 60 };
    let text = format!("{SAID}={hex}; Path=/; Max-Age={life}; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&text).expect("hex digits are a header's value")
}

fn name(state: &AppState) -> &'static str {
    if state.public_url.starts_with("https://") { SECURE } else { PLAIN }
}

fn set(name: &str, value: &str, life: i64, state: &AppState) -> HeaderValue {
    let secure = if state.public_url.starts_with("https://") { "; Secure" } else { "" };
    // Lax: a link in a letter leads to a page that knows its reader, and nothing is changed by a GET.
    let text = format!("{name}={value}; Path=/; Max-Age={life}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).expect("letters and digits are a header's value")
}

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lists = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut cookies =
        lists.flat_map(|list| list.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    cookies.find(|(known, _)| *known == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_come_back_as_they_were() {
        for sentence in ["Saved.", "“Ähre”; a=b\r\nSet-Cookie: x=y"] {
            let cookie = say(sentence);
            let pair = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&pair).unwrap())]);
            assert_eq!(said(&headers).as_deref(), Some(sentence));
        }
        let bad = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static("botplot-said=zz"))]);
        assert_eq!(said(&bad), None);
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let headers = HeaderMap::from_iter([(
            header::COOKIE,
            HeaderValue::from_static("xbotplot=1; botplot=2;botplot-said=3"),
        )]);
        assert_eq!((find(&headers, "botplot"), find(&headers, "bot")), (Some("2"), None));
    }
}
