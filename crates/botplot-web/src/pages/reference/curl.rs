//! The same call with curl, as the published documentation writes it.

use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use super::example;
use crate::openapi::{parameters, schemes};

/// The call that the page opens with.
pub(super) fn first(base: &str) -> String {
    format!(
        "curl -N -X POST {base}/api/chat \\\n  -H \"Content-Type: application/json\" \\\n  \
         -H \"x-api-key: YOUR_API_KEY\" \\\n  -d '{{\n    \"message\": \"What are your shipping options?\",\n    \
         \"visitorId\": \"visitor-123\"\n  }}'"
    )
}

/// A call of an operation.
pub(super) fn request(api: &OpenApi, base: &str, method: &str, path: &str, operation: &Operation) -> String {
    let mut lines = vec![String::from("curl")];
    if method != "GET" {
        lines[0] += " -X ";
        lines[0] += method;
    }
    let takes_limit =
        parameters(operation).any(|p| p.parameter_in == ParameterIn::Query && p.name == "limit");
    let query = if takes_limit { "?limit=10" } else { "" };
    let address = format!("{base}{}{query}", filled(path));
    let quote = if address.contains('?') { "\"" } else { "" };
    for piece in [" ", quote, &address, quote] {
        lines[0] += piece;
    }
    let named = schemes(operation);
    if named.iter().any(|name| name.starts_with("publishable")) {
        lines.push("-H \"x-api-key: YOUR_API_KEY\"".to_owned());
    } else if !named.is_empty() {
        lines.push("-H \"Authorization: Bearer YOUR_API_KEY\"".to_owned());
    }
    lines.extend(body(api, operation));
    lines.join(" \\\n  ")
}

fn body(api: &OpenApi, operation: &Operation) -> Vec<String> {
    let Some(RefOr::T(body)) = &operation.request_body else { return Vec::new() };
    let is_json = |media: &str| media == "application/json";
    let chosen = body.content.iter().find(|(media, _)| is_json(media)).or(body.content.iter().next());
    let Some((media, RefOr::T(content))) = chosen else { return Vec::new() };
    if is_json(media) {
        let text = match (&content.example, &content.schema) {
            (Some(value), _) => Some(example::pretty(value)),
            (None, schema) => schema.as_ref().and_then(|schema| example::request(api, schema)),
        };
        let text = text.unwrap_or_else(|| "{}".to_owned()).replace('\'', "'\\''").replace('\n', "\n  ");
        return vec!["-H \"Content-Type: application/json\"".to_owned(), format!("-d '{text}'")];
    }
    match media.as_str() {
        "multipart/form-data" => vec!["-F \"file=@handbook.pdf\"".to_owned()],
        _ => vec![format!("-H \"Content-Type: {media}\""), "--data-binary @file".to_owned()],
    }
}

/// The address with a word in the place of each parameter, such as `CONV_ID`.
fn filled(path: &str) -> String {
    let mut filled: Vec<String> = Vec::new();
    for piece in path.split('/') {
        let word = match piece.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            None => piece.to_owned(),
            Some("visitorId" | "visitor_id") => "visitor-123".to_owned(),
            Some("id") => {
                let noun = filled.last().map_or("", |noun| noun.trim_end_matches('s'));
                let noun = if noun == "conversation" { "conv" } else { noun };
                let noun = noun.strip_suffix("ie").map_or(noun.to_owned(), |stem| format!("{stem}y"));
                format!("{}_ID", noun.to_ascii_uppercase())
            }
            Some(name) => in_capitals(name),
        };
        filled.push(word);
    }
    filled.join("/")
}

fn in_capitals(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_words_that_say_what_to_put_there() {
        assert_eq!(filled("/api/v1/conversations/{id}/messages"), "/api/v1/conversations/CONV_ID/messages");
        assert_eq!(filled("/api/v1/sources/{id}"), "/api/v1/sources/SOURCE_ID");
        assert_eq!(
            filled("/a/webhooks/{id}/deliveries/{deliveryId}"),
            "/a/webhooks/WEBHOOK_ID/deliveries/DELIVERY_ID"
        );
        assert_eq!(filled("/api/v1/visitors/{visitorId}"), "/api/v1/visitors/visitor-123");
    }
}
