//! The errors that each address can answer with, from what it takes: none of them is written down twice.

use serde_json::{Value, json};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Components, ContentBuilder, OpenApi, Ref, RefOr, example::ExampleBuilder};
use utoipa::{PartialSchema as _, ToSchema};

use super::keys::is_public;
use super::walk::{Operations as _, parameters, schemes};
use crate::error::Fault;
use crate::{ApiError, Code};

/// Why a request is not served (RFC 9457).
#[derive(ToSchema)]
#[schema(as = Problem)]
#[expect(dead_code, reason = "only its schema is used: errors are written by `ApiError`")]
struct ProblemDoc {
    /// Where the code is explained.
    #[schema(format = "uri-reference")]
    r#type: String,
    /// The status in words.
    title: String,
    /// The status.
    #[schema(minimum = 400, maximum = 599)]
    status: i32,
    /// What went wrong, for people.
    detail: String,
    /// What went wrong, for programs: stable.
    code: String,
    /// The request's id, as in `X-Request-Id`.
    request_id: String,
    /// The fields that break a rule.
    #[schema(required = false)]
    errors: Vec<FaultDoc>,
    /// The code and the detail once more, where clients of other APIs look for them.
    error: MirrorDoc,
}

/// A field that breaks a rule.
#[derive(ToSchema)]
#[schema(as = Fault)]
#[expect(dead_code, reason = "only its schema is used")]
struct FaultDoc {
    /// The field; dots lead into objects, empty is the body as a whole.
    field: String,
    /// The rule, as the end of a sentence that begins with the field.
    message: String,
}

/// A code and its explanation.
#[derive(ToSchema)]
#[schema(as = ErrorMirror)]
#[expect(dead_code, reason = "only its schema is used")]
struct MirrorDoc {
    /// As `code`.
    code: String,
    /// As `detail`.
    message: String,
}

/// What the rules look at.
#[expect(clippy::struct_excessive_bools, reason = "facts of an address, each on its own")]
struct Seen {
    method: &'static str,
    path: String,
    needs_key: bool,
    is_public: bool,
    has_body: bool,
    has_query: bool,
    headers: Vec<String>,
}

impl Seen {
    fn of(method: &'static str, path: &str, operation: &Operation) -> Self {
        let schemes = schemes(operation);
        let all = parameters(operation);
        let headers = all.filter(|p| p.parameter_in == ParameterIn::Header).map(|p| p.name.clone());
        Self {
            method,
            path: path.to_owned(),
            needs_key: !schemes.is_empty(),
            is_public: is_public(&schemes),
            has_body: operation.request_body.is_some(),
            has_query: parameters(operation).any(|p| p.parameter_in == ParameterIn::Query),
            headers: headers.collect(),
        }
    }

    fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|header| header == name)
    }

    fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path
    }

    fn is_turn(&self) -> bool {
        self.is("POST", "/api/chat") || self.is("POST", "/v1/chat/completions")
    }

    fn changes(&self) -> bool {
        self.method != "GET"
    }
}

/// One error reply: which codes, and where. The first rule of a status that fits is taken.
struct Rule {
    name: &'static str,
    codes: &'static [Code],
    fits: fn(&Seen) -> bool,
}

const fn rule(name: &'static str, codes: &'static [Code], fits: fn(&Seen) -> bool) -> Rule {
    Rule { name, codes, fits }
}

const RULES: &[Rule] = &[
    rule("InvalidRequest", &[Code::InvalidRequest], |seen| {
        seen.has_body || seen.has_query || seen.has_header("Last-Event-ID")
    }),
    rule(
        "UnknownVisitor",
        &[Code::Unauthorized, Code::AmbiguousCredentials, Code::InvalidVisitorToken, Code::InvalidIdentity],
        |seen| seen.is_public,
    ),
    rule("Unauthorized", &[Code::Unauthorized, Code::AmbiguousCredentials], |seen| seen.needs_key),
    rule("MessageLimit", &[Code::MessageLimitReached], Seen::is_turn),
    rule(
        "ChatForbidden",
        &[Code::OriginNotAllowed, Code::IdentityRequired, Code::SecretKeyInBrowser],
        |seen| seen.is_public,
    ),
    rule(
        "EndpointLimit",
        &[Code::EndpointLimitReached, Code::InsufficientScope, Code::PlanRequired, Code::SecretKeyInBrowser],
        |seen| seen.is("POST", "/api/v1/webhooks"),
    ),
    rule("Forbidden", &[Code::InsufficientScope, Code::PlanRequired, Code::SecretKeyInBrowser], |seen| {
        seen.needs_key
    }),
    rule("ModelNotFound", &[Code::ModelNotFound, Code::NotFound], |seen| {
        seen.is("POST", "/v1/chat/completions") || seen.path.starts_with("/v1/models/")
    }),
    rule("NotFound", &[Code::NotFound], |seen| {
        seen.path.contains('{')
            || seen.path.starts_with("/api/chat")
            || seen.is("DELETE", "/api/v1/project/logo")
    }),
    rule("RequestTimeout", &[Code::RequestTimeout], |seen| seen.has_body),
    rule(
        "TurnConflict",
        &[Code::ConversationArchived, Code::IdempotencyInFlight, Code::ConversationDeleted],
        |seen| seen.has_header("Idempotency-Key"),
    ),
    rule("ConversationConflict", &[Code::ConversationArchived, Code::Conflict], |seen| {
        seen.changes()
            && ["/api/chat/", "/api/v1/conversations", "/v1/chat/"]
                .iter()
                .any(|root| seen.path.starts_with(root))
    }),
    rule("SourceConflict", &[Code::SourceDisabled, Code::Conflict], |seen| {
        seen.changes() && seen.path.starts_with("/api/v1/sources/")
    }),
    rule("EndpointConflict", &[Code::EndpointNotActive, Code::NoNextSecret], |seen| {
        seen.changes() && seen.path.starts_with("/api/v1/webhooks/")
    }),
    rule("KeyConflict", &[Code::LastSecretKey, Code::PublishableKeyRequired, Code::KeyEnded], |seen| {
        seen.changes() && seen.path.starts_with("/api/v1/keys")
    }),
    rule("PayloadTooLarge", &[Code::PayloadTooLarge], |seen| seen.has_body),
    rule("UnsupportedMediaType", &[Code::UnsupportedMediaType], |seen| seen.has_body),
    rule("IdempotencyKeyReused", &[Code::IdempotencyKeyReused], |seen| seen.has_header("Idempotency-Key")),
    rule("TooManyTurns", &[Code::RateLimited, Code::TooManyTurns], Seen::is_turn),
    rule("RateLimited", &[Code::RateLimited, Code::TooManyRequests], |seen| seen.needs_key),
    rule("InternalError", &[Code::InternalError], |_| true),
    rule("ModelFailed", &[Code::ModelFailed], Seen::is_turn),
    rule("NotReady", &[Code::NotReady], |seen| seen.path == "/readyz"),
    rule("Unavailable", &[Code::Busy, Code::ServerRestarting], |seen| seen.needs_key),
];

/// Adds to every operation the errors that it can answer with; what an operation says itself stays.
pub(super) fn add(api: &mut OpenApi, base: &str) {
    let components = api.components.get_or_insert_with(Components::new);
    let mut schemas = vec![(ProblemDoc::name().into_owned(), ProblemDoc::schema())];
    ProblemDoc::schemas(&mut schemas);
    components.schemas.extend(schemas);
    for rule in RULES {
        components.responses.insert(rule.name.to_owned(), RefOr::T(response(rule, base)));
    }
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in item.each_mut() {
            let seen = Seen::of(method, path, operation);
            for rule in RULES.iter().filter(|rule| (rule.fits)(&seen)) {
                let reference = RefOr::Ref(Ref::from_response_name(rule.name));
                operation.responses.responses.entry(status(rule)).or_insert(reference);
            }
        }
    }
}

fn status(rule: &Rule) -> String {
    rule.codes[0].status().as_u16().to_string()
}

fn response(rule: &Rule, base: &str) -> Response {
    let meanings: Vec<_> =
        rule.codes.iter().map(|code| format!("`{}`: {}", code.name(), code.doc())).collect();
    let mut content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
    for code in rule.codes {
        let example = ExampleBuilder::new().summary(code.name()).value(Some(example(*code, base)));
        content = content.examples_from_iter([(code.name(), example.build())]);
    }
    let mut response = ResponseBuilder::new().description(meanings.join("\n\n"));
    response = response.content("application/problem+json", content.build());
    match rule.codes[0] {
        Code::Unauthorized => {
            response = response.header("WWW-Authenticate", text_header("How to identify yourself."));
        }
        Code::RateLimited => {
            let wait = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
            let wait = HeaderBuilder::new().schema(Some(wait)).description(Some("Seconds to wait.")).build();
            response = response.header("Retry-After", wait);
        }
        _ => {}
    }
    response.build()
}

fn text_header(about: &str) -> utoipa::openapi::header::Header {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build()
}

fn example(code: Code, base: &str) -> Value {
    let error = match code {
        Code::InvalidRequest => {
            let (field, message) = ("limit".to_owned(), "must be a whole number of at least 1".to_owned());
            ApiError::invalid(vec![Fault { field, message }])
        }
        Code::MessageLimitReached => ApiError::new(code)
            .with("limit", 2000)
            .with("used", 2000)
            .with("resets_at", "2025-02-01T00:00:00Z")
            .with("conversation_id", "550e8400-e29b-41d4-a716-446655440000"),
        Code::PlanRequired => {
            ApiError::new(code).with("required_plan", "business").with("current_plan", "free")
        }
        _ => ApiError::new(code),
    };
    serde_json::from_slice(&error.body("req_0198c5f2a7d34b6e8f10c2d4", base)).unwrap_or(json!({}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_documented_somewhere() {
        // These come before an address is known, or only within a stream, or in the dashboard.
        let elsewhere = [
            Code::MethodNotAllowed,
            Code::AnswerInterrupted,
            Code::KeyRevoked,
            Code::SignedOut,
            Code::RoleRequired,
            Code::FactorRequired,
            Code::CrossSiteRequest,
        ];
        for code in Code::ALL {
            let known = RULES.iter().any(|rule| rule.codes.contains(code)) || elsewhere.contains(code);
            assert!(known, "`{}` stands in no rule", code.name());
        }
    }

    #[test]
    fn the_codes_of_a_rule_have_one_status() {
        for rule in RULES {
            assert!(rule.codes.iter().all(|code| code.status() == rule.codes[0].status()), "{}", rule.name);
        }
    }
}
