//! How endpoints and deliveries look in `/api/v1/webhooks`.

use botplot_core::delivery::{Attempt, Delivery, Endpoint, Exchange, State, Status};
use botplot_core::event::Kind;
use botplot_core::{DeliveryId, EndpointId, EventId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

/// Whether an endpoint gets events.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum EndpointStatus {
    /// It does.
    Active,
    /// You, or your plan, hold it back.
    Paused,
    /// It failed for 5 days, or answered 410.
    Disabled,
}

/// Where a delivery stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) enum DeliveryState {
    /// An attempt is due, now or later.
    Pending,
    /// Your server took it.
    Delivered,
    /// Given up; it can be replayed.
    Failed,
}

/// An endpoint that BotPlot calls.
#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
pub(crate) struct EndpointOut {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: EndpointId,
    /// The address that is called.
    #[schema(example = "https://shop.example/hooks/botplot")]
    url: String,
    /// Your words about it.
    #[schema(example = "CRM")]
    description: String,
    /// What it is called for.
    #[schema(example = json!(["message.received", "message.sent"]))]
    events: Vec<&'static str>,
    /// Whether it is called.
    #[schema(value_type = EndpointStatus)]
    status: &'static str,
    /// Why it is paused or disabled, where you did not do that.
    reason: Option<String>,
    /// The first failure after the last success.
    #[schema(value_type = Option<String>, format = DateTime)]
    failing_since: Option<String>,
    /// Until when two secrets sign, while one is being replaced.
    #[schema(value_type = Option<String>, format = DateTime)]
    rotating_until: Option<String>,
    /// The newest delivery.
    last_delivery: Option<LastOut>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:00Z")]
    created_at: String,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:00Z")]
    updated_at: String,
}

/// An endpoint together with a secret, which is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(as = WebhookWithSecret)]
pub(crate) struct WithSecret {
    /// The endpoint.
    #[serde(flatten)]
    pub(super) endpoint: EndpointOut,
    /// The secret: keep it, it is not shown again.
    #[schema(example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=")]
    pub(super) secret: String,
}

/// A delivery in a few words.
#[derive(Serialize, ToSchema)]
#[schema(as = LastDelivery)]
struct LastOut {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: DeliveryId,
    /// The event's kind.
    #[schema(example = "message.sent")]
    event: String,
    /// Where it stands.
    #[schema(value_type = DeliveryState)]
    state: &'static str,
    /// What your server answered last, if it did.
    #[schema(example = 200)]
    status_code: Option<i64>,
    /// Why the last attempt failed.
    error: Option<String>,
    /// When it was tried last.
    #[schema(value_type = Option<String>, format = DateTime)]
    attempted_at: Option<String>,
}

/// One event's way to an endpoint.
#[derive(Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct DeliveryOut {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    id: DeliveryId,
    /// The event's id, which your server sees as `webhook-id` on every attempt.
    #[schema(value_type = uuid::Uuid)]
    event_id: EventId,
    /// The event's kind.
    #[schema(example = "message.sent")]
    event: String,
    /// Where it stands.
    #[schema(value_type = DeliveryState)]
    state: &'static str,
    /// Attempts so far.
    #[schema(minimum = 0, example = 1)]
    attempt_count: i64,
    /// When the next attempt is due.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<String>,
    /// How the last attempt went.
    last_attempt: Option<AttemptOut>,
    /// When the event happened.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:00Z")]
    created_at: String,
}

/// A delivery together with what is sent, and the log of its attempts.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryWithLog)]
pub(crate) struct WithLog {
    /// The delivery.
    #[serde(flatten)]
    pub(super) delivery: DeliveryOut,
    /// The body, byte for byte as every attempt sends it.
    #[schema(example = r#"{"event":"message.sent","data":{}}"#)]
    pub(super) request_body: String,
    /// Every attempt, replays included, newest first; of very many the newest 50.
    #[schema(max_items = 50)]
    pub(super) attempts: Vec<LoggedOut>,
}

/// One attempt.
#[derive(Serialize, ToSchema)]
#[schema(as = Attempt)]
struct AttemptOut {
    /// Its place among all attempts of the delivery.
    #[schema(minimum = 1, example = 1)]
    number: i64,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    at: String,
    /// What your server answered, if it did.
    #[schema(example = 200)]
    status_code: Option<i64>,
    /// Why it failed.
    error: Option<String>,
    /// How long it took.
    #[schema(minimum = 0, example = 120)]
    duration_ms: i64,
    /// When the next one was to follow, if one was.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<String>,
}

/// One attempt with what it sent and what came back.
#[derive(Serialize, ToSchema)]
#[schema(as = AttemptWithExchange)]
pub(crate) struct LoggedOut {
    /// The attempt.
    #[serde(flatten)]
    attempt: AttemptOut,
    /// The head of the request as it was sent, signatures included; null when there was nothing to send.
    #[schema(example = "POST /hooks/botplot HTTP/1.1\r\nhost: shop.example\r\n")]
    request_head: Option<String>,
    /// The head of your server's answer, the first 4 KiB of it.
    #[schema(example = "HTTP/1.1 200 OK\r\n")]
    response_head: Option<String>,
    /// The first KiB of your server's answer.
    #[schema(example = "thanks")]
    response_body: Option<String>,
}

/// Endpoints.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhooksOut {
    /// Newest first.
    pub(super) webhooks: Vec<EndpointOut>,
    /// Endpoints in all.
    #[schema(minimum = 0)]
    pub(super) total: i64,
    /// Endpoints served at most.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    pub(super) limit: i64,
    /// Endpoints passed over.
    #[schema(minimum = 0, example = 0)]
    pub(super) offset: i64,
}

/// A part of an endpoint's deliveries.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeliveriesOut {
    /// Newest event first.
    pub(super) deliveries: Vec<DeliveryOut>,
    /// Deliveries that the filter admits.
    #[schema(minimum = 0)]
    pub(super) total: i64,
    /// Deliveries served at most.
    #[schema(minimum = 1, maximum = 100, example = 20)]
    pub(super) limit: i64,
    /// Deliveries passed over.
    #[schema(minimum = 0, example = 0)]
    pub(super) offset: i64,
}

/// How much is sent once more.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReplayedOut {
    /// Deliveries.
    #[schema(minimum = 0, example = 3)]
    pub(super) replayed: i64,
}

/// What was removed.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookRemoved {
    /// Its id.
    #[schema(value_type = uuid::Uuid)]
    pub(super) id: EndpointId,
    /// Always true.
    #[schema(example = true)]
    pub(super) deleted: bool,
}

impl EndpointOut {
    /// The endpoint, and its newest delivery.
    pub(super) fn of(it: Endpoint, last: Option<Delivery>, now: Timestamp) -> Self {
        let rotating = it.secrets.other.as_ref().filter(|other| other.until > now);
        Self {
            id: it.id,
            rotating_until: rotating.map(|other| other.until.rfc3339()),
            url: it.url,
            description: it.description,
            events: it.events.into_iter().map(Kind::as_str).collect(),
            status: Status::as_str(it.status),
            reason: it.reason,
            failing_since: it.failing_since.map(Timestamp::rfc3339),
            last_delivery: last.map(LastOut::from),
            created_at: it.created_at.rfc3339(),
            updated_at: it.updated_at.rfc3339(),
        }
    }
}

impl From<Delivery> for LastOut {
    fn from(it: Delivery) -> Self {
        Self {
            id: it.id,
            event: it.kind,
            state: it.state.as_str(),
            status_code: it.last.as_ref().and_then(|a| a.status_code),
            attempted_at: it.last.as_ref().map(|a| a.at.rfc3339()),
            error: it.last.and_then(|a| a.error),
        }
    }
}

impl From<Delivery> for DeliveryOut {
    fn from(it: Delivery) -> Self {
        Self {
            id: it.id,
            event_id: it.event,
            event: it.kind,
            state: it.state.as_str(),
            attempt_count: it.made,
            next_attempt_at: (it.state == State::Pending).then(|| it.next_at.rfc3339()),
            last_attempt: it.last.map(AttemptOut::from),
            created_at: it.created_at.rfc3339(),
        }
    }
}

impl From<Attempt> for AttemptOut {
    fn from(it: Attempt) -> Self {
        Self {
            number: it.number,
            at: it.at.rfc3339(),
            status_code: it.status_code,
            error: it.error,
            duration_ms: it.duration_ms,
            next_attempt_at: it.next_at.map(Timestamp::rfc3339),
        }
    }
}

impl From<(Attempt, Exchange)> for LoggedOut {
    fn from((attempt, exchange): (Attempt, Exchange)) -> Self {
        let Exchange { request_head, response_head, response_body } = exchange;
        Self { attempt: attempt.into(), request_head, response_head, response_body }
    }
}
