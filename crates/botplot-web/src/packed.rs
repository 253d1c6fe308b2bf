//! Texts that are sent packed to whoever takes them so, and not at all to who has them already.

use std::io::Write as _;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::openapi::is_known;
use crate::pages::assets::tag;

/// A text in both forms.
pub(crate) struct Packed {
    plain: Bytes,
    gzip: Bytes,
    tag: HeaderValue,
}

impl Packed {
    /// Packs a text as tightly as gzip does.
    pub(crate) fn of(text: impl Into<Bytes>) -> Self {
        let plain = text.into();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let packed = encoder.write_all(&plain).and_then(|()| encoder.finish());
        let gzip = packed.expect("a vector takes every byte").into();
        let tag = tag(&plain);
        Self { plain, gzip, tag }
    }

    /// The reply to a request with these headers; `caching` says how long it may be kept.
    pub(crate) fn reply(&self, headers: &HeaderMap, media: &'static str, caching: &'static str) -> Response {
        // Both forms have one tag, which is therefore a weak one.
        let weak = [b"W/", self.tag.as_bytes()].concat();
        let weak = HeaderValue::from_bytes(&weak).expect("quoted hex digits are a header's value");
        let caching = [
            (header::ETAG, weak),
            (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
            (header::VARY, HeaderValue::from_static("Accept-Encoding")),
        ];
        if is_known(headers, &self.tag) {
            return (StatusCode::NOT_MODIFIED, caching).into_response();
        }
        let media = [(header::CONTENT_TYPE, media)];
        if takes_gzip(headers) {
            let packed = [(header::CONTENT_ENCODING, "gzip")];
            return (caching, media, packed, self.gzip.clone()).into_response();
        }
        (caching, media, self.plain.clone()).into_response()
    }
}

/// True when `Accept-Encoding` names gzip, or everything, and does not give it the weight zero.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok());
    let mut any = false;
    for entry in lists.flat_map(|list| list.split(',')) {
        let mut parts = entry.split(';').map(|part| part.trim().to_ascii_lowercase());
        let coding = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=").map(str::to_owned));
        let wanted = weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0));
        match coding.as_str() {
            "gzip" | "x-gzip" => return wanted,
            "*" => any = wanted,
            _ => {}
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn gzip_goes_to_whoever_takes_it() {
        for (sent, packed) in [
            ("gzip", true),
            ("GZIP;q=0.5", true),
            ("br, gzip", true),
            ("br, *", true),
            ("x-gzip", true),
            ("gzip;q=0, *", false),
            ("*;q=0", false),
            ("identity", false),
            ("gzip;q=x", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(sent))]);
            assert_eq!(takes_gzip(&headers), packed, "{sent}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn what_is_packed_unpacks_to_itself() {
        let text = "one and another and ".repeat(100);
        let packed = Packed::of(text.clone());
        let mut unpacked = String::new();
        flate2::read::GzDecoder::new(packed.gzip.as_ref()).read_to_string(&mut unpacked).unwrap();
        assert_eq!(unpacked, text);
        assert!(packed.gzip.len() < 100, "{} bytes", packed.gzip.len());
    }
}
