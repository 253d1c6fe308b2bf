//! What `/api/v1/webhooks` takes.

use botplot_core::event::Kind;
use botplot_core::{Secret, Timestamp, signature};
use botplot_engine::webhooks::{Change, DESCRIPTION_LIMIT, Wanted, url_fault};
use serde_json::Value;
use utoipa::ToSchema;

use crate::ApiError;
use crate::fields::Fields;

/// A kind of event.
#[derive(ToSchema)]
#[schema(as = EventKind)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum EventKind {
    /// A new conversation is created.
    #[schema(rename = "conversation.started")]
    ConversationStarted,
    /// A visitor sends a message.
    #[schema(rename = "message.received")]
    MessageReceived,
    /// A visitor leaves contact details, or changes them.
    #[schema(rename = "lead.captured")]
    LeadCaptured,
    /// A visitor asks for a person.
    #[schema(rename = "handoff.requested")]
    HandoffRequested,
    /// The AI sends a response.
    #[schema(rename = "message.sent")]
    MessageSent,
    /// A person replies in the bot's place.
    #[schema(rename = "agent.replied")]
    AgentReplied,
    /// A conversation is closed.
    #[schema(rename = "conversation.closed")]
    ConversationClosed,
    /// A visitor rates an answer.
    #[schema(rename = "feedback.given")]
    FeedbackGiven,
    /// A source of knowledge could not be read.
    #[schema(rename = "source.failed")]
    SourceFailed,
}

/// A public address: `https://` or `http://`, without user name and fragment, at most 2,000 characters. Private
/// addresses and other ports than 80 and 443 are refused unless the operator allows them.
#[derive(ToSchema)]
#[schema(
    max_length = 2000,
    pattern = r#"^https?://([A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,20}(:(80|443))?([/?][!-"$-~]*)?$"#,
    example = "https://shop.example/hooks/botplot"
)]
#[expect(dead_code, reason = "only its schema is used")]
struct HookUrl(String);

/// A secret of your own: `whsec_` and base64 of 24 to 64 bytes.
#[derive(ToSchema)]
#[schema(
    pattern = "^whsec_([A-Za-z0-9+/]{4}){8,20}([A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=|[A-Za-z0-9+/][AQgw]==)?$",
    example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
)]
#[expect(dead_code, reason = "only its schema is used")]
struct HookSecret(String);

/// Your words about an endpoint.
#[derive(ToSchema)]
#[schema(max_length = 500, pattern = "^[^\\u0000]*$", example = "CRM")]
#[expect(dead_code, reason = "only its schema is used")]
struct HookDescription(String);

/// A new endpoint.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "only its schema is used: the body is read field by field, so that all faults are told"
)]
pub(crate) struct WebhookIn {
    /// The address to call.
    url: HookUrl,
    /// Your words about it.
    description: Option<HookDescription>,
    /// What to call it for; the five documented events when nothing is said.
    #[schema(min_items = 1)]
    events: Option<Vec<EventKind>>,
    /// Your own secret, in place of a fresh one.
    secret: Option<HookSecret>,
}

/// Whether an endpoint is to be called.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum WantedStatus {
    /// It is; one that was disabled goes on where it stopped.
    Active,
    /// It is not, until you say so.
    Paused,
}

/// What is to change about an endpoint; what is absent or null stays.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "only its schema is used: the body is read field by field, so that all faults are told"
)]
pub(crate) struct WebhookChanges {
    /// The address to call.
    url: Option<HookUrl>,
    /// Your words about it.
    description: Option<HookDescription>,
    /// What to call it for.
    #[schema(min_items = 1)]
    events: Option<Vec<EventKind>>,
    /// Whether it is called.
    status: Option<WantedStatus>,
}

/// How a secret is to be replaced.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct RotationIn {
    /// Your own next secret, in place of a fresh one.
    secret: Option<HookSecret>,
}

/// Which events are to be sent once more.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct ReplayIn {
    /// Those that happened then or later; all when nothing is said.
    #[schema(value_type = Option<String>, format = DateTime, example = "2025-01-15T10:30:00Z")]
    since: Option<String>,
}

/// What a test event is an example of.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct TestIn {
    /// The kind of event; without one, an event `webhook.test` is sent.
    event: Option<EventKind>,
}

/// Reads a new endpoint; the error names every field that breaks a rule.
pub(super) fn wanted(mut fields: Fields) -> Result<Wanted, ApiError> {
    only(&mut fields, &["url", "description", "events", "secret"]);
    if fields.is_absent("url") {
        fields.fault("url", "is required");
    }
    let (url, description) = (url(&mut fields), description(&mut fields));
    let (events, secret) = (events(&mut fields), secret_of(&mut fields));
    fields.finish()?;
    let defaults = || Kind::ALL.iter().copied().filter(|kind| kind.is_default()).collect();
    Ok(Wanted {
        url: url.unwrap_or_default(),
        description: description.unwrap_or_default(),
        events: events.unwrap_or_else(defaults),
        secret,
    })
}

/// Reads what is to change.
pub(super) fn changes(mut fields: Fields) -> Result<Change, ApiError> {
    only(&mut fields, &["url", "description", "events", "status"]);
    let (url, description) = (url(&mut fields), description(&mut fields));
    let events = events(&mut fields);
    let status = fields.text(&["status"]).map(|(_, text)| text);
    let paused = match status.as_deref() {
        None => None,
        Some("active") => Some(false),
        Some("paused") => Some(true),
        Some(_) => {
            fields.fault("status", "must be one of `active`, `paused`");
            None
        }
    };
    fields.finish()?;
    Ok(Change { url, description, events, paused })
}

/// Reads a secret of the owner's own, if one is sent.
pub(super) fn secret(mut fields: Fields) -> Result<Option<Secret>, ApiError> {
    only(&mut fields, &["secret"]);
    let secret = secret_of(&mut fields);
    fields.finish()?;
    Ok(secret)
}

/// Reads since when events are to be sent once more.
pub(super) fn since(mut fields: Fields) -> Result<Timestamp, ApiError> {
    only(&mut fields, &["since"]);
    let text = fields.text(&["since"]).map(|(_, text)| text);
    let since = text.map(|text| Timestamp::read(&text));
    if since == Some(None) {
        fields.fault("since", "must be a time as RFC 3339 has it, such as `2025-01-15T10:30:00Z`");
    }
    fields.finish()?;
    Ok(since.flatten().unwrap_or(Timestamp(i64::MIN)))
}

/// Reads which event a test is an example of.
pub(super) fn kind(mut fields: Fields) -> Result<Option<Kind>, ApiError> {
    only(&mut fields, &["event"]);
    let kind = fields.text(&["event"]).map(|(_, word)| Kind::parse(&word));
    if kind == Some(None) {
        fields.fault("event", unknown_event());
    }
    fields.finish()?;
    Ok(kind.flatten())
}

/// Names every field that means nothing here: passed over in silence, `{"from": …}` would replay everything, and
/// `{"event": …}` would be an endpoint for other events than its owner wanted.
fn only(fields: &mut Fields, known: &[&str]) {
    let words: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    let (may, whole) = (words.join(", "), fields.whole());
    for name in whole.keys().filter(|name| !known.contains(&name.as_str())) {
        fields.fault(name.as_str(), format!("is not known here; the body may have {may}"));
    }
}

fn url(fields: &mut Fields) -> Option<String> {
    let (name, url) = fields.text(&["url"])?;
    if let Some(fault) = url_fault(&url) {
        fields.fault(name, fault);
    }
    Some(url)
}

fn description(fields: &mut Fields) -> Option<String> {
    let (name, text) = fields.text(&["description"])?;
    if text.chars().count() > DESCRIPTION_LIMIT {
        fields.fault(name, format!("must have at most {DESCRIPTION_LIMIT} characters"));
    }
    Some(text)
}

fn secret_of(fields: &mut Fields) -> Option<Secret> {
    let (name, text) = fields.text(&["secret"])?;
    if let Some(fault) = signature::secret_fault(&text) {
        fields.fault(name, fault);
    }
    Some(Secret::new(text))
}

/// The kinds that are named, each once, in the catalogue's order.
fn events(fields: &mut Fields) -> Option<Vec<Kind>> {
    let Value::Array(values) = fields.take(&["events"])?.1 else {
        fields.fault("events", "must be an array of strings");
        return None;
    };
    if values.is_empty() {
        fields.fault("events", "must name at least one event");
    }
    let mut named = Vec::new();
    for (place, value) in values.iter().enumerate() {
        match value.as_str().map(Kind::parse) {
            Some(Some(kind)) => named.push(kind),
            Some(None) => fields.fault(format!("events.{place}"), unknown_event()),
            None => fields.fault(format!("events.{place}"), "must be a string"),
        }
    }
    Some(Kind::ALL.iter().copied().filter(|kind| named.contains(kind)).collect())
}

fn unknown_event() -> String {
    let words: Vec<_> = Kind::ALL.iter().map(|kind| format!("`{}`", kind.as_str())).collect();
    format!("must be one of {}", words.join(", "))
}
