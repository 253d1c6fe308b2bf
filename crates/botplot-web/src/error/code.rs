//! Every code that an error reply can carry: one line each, from which replies and the page `/errors` are made.

use axum::http::StatusCode;

macro_rules! codes {
    ($($variant:ident $name:literal $status:ident $doc:literal)*) => {
        /// What went wrong, as a stable word.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $doc] $variant,)*
        }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word that clients see.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The status that goes with it.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),* }
            }

            /// What it means, in one sentence.
            pub fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc),* }
            }
        }
    };
}

codes! {
    InvalidRequest "invalid_request" BAD_REQUEST "Something sent breaks a rule; `errors` names each field and its rule."
    Unauthorized "unauthorized" UNAUTHORIZED "No API key was sent, or it is unknown or revoked."
    AmbiguousCredentials "ambiguous_credentials" UNAUTHORIZED "Two different API keys were sent."
    InvalidVisitorToken "invalid_visitor_token" UNAUTHORIZED "The visitor token is forged, too old, or was made for another visitor; ask for a new one."
    InvalidIdentity "invalid_identity" UNAUTHORIZED "The identity's hash or JWT is forged, too old, or somebody else's; ask your server for a new one."
    MessageLimitReached "message_limit_reached" PAYMENT_REQUIRED "The project's plan has no answers left this month; the message is stored, `resets_at` says when answers come again."
    PlanRequired "plan_required" FORBIDDEN "The project's plan does not have the API; `required_plan` names one that does."
    InsufficientScope "insufficient_scope" FORBIDDEN "A publishable key opens only the chat and the widget; use a secret key on your server."
    SecretKeyInBrowser "secret_key_in_browser" FORBIDDEN "A secret key came from a browser, where everyone can read it; use the publishable key and revoke this one."
    IdentityRequired "identity_required" FORBIDDEN "The project asks this visitor for a verified identity; send `identity` again for a token that proves it."
    OriginNotAllowed "origin_not_allowed" FORBIDDEN "The project's list of origins does not name the page that asks."
    EndpointLimitReached "endpoint_limit_reached" FORBIDDEN "The project's plan has no room for another active webhook endpoint."
    SignedOut "signed_out" UNAUTHORIZED "Nobody is signed in in this browser, or no longer; sign in and try again."
    RoleRequired "role_required" FORBIDDEN "Your role in this project does not allow it."
    FactorRequired "factor_required" FORBIDDEN "The project asks its people for a second factor, and you have none."
    CrossSiteRequest "cross_site_request" FORBIDDEN "The dashboard takes forms from its own pages only; open it and try again there."
    NotFound "not_found" NOT_FOUND "There is nothing here, or it is not yours."
    ModelNotFound "model_not_found" NOT_FOUND "There is one model, `botplot`."
    MethodNotAllowed "method_not_allowed" METHOD_NOT_ALLOWED "The address does not take this method; `Allow` names those it takes."
    RequestTimeout "request_timeout" REQUEST_TIMEOUT "The body did not arrive in time."
    Conflict "conflict" CONFLICT "The state of things does not allow it."
    ConversationArchived "conversation_archived" CONFLICT "The conversation is archived for good; begin a new one."
    EndpointNotActive "endpoint_not_active" CONFLICT "The webhook endpoint is paused or disabled; set its status to `active` first."
    NoNextSecret "no_next_secret" CONFLICT "The webhook endpoint's secret is not being replaced; begin with `rotate-secret`."
    SourceDisabled "source_disabled" CONFLICT "The source is switched off; switch it on first."
    LastSecretKey "last_secret_key" CONFLICT "The project would be left without a secret key; make another one first, or rotate this one."
    PublishableKeyRequired "publishable_key_required" CONFLICT "The widget needs the publishable key; rotate it instead."
    KeyEnded "key_ended" CONFLICT "The key is revoked or has expired; make a new one."
    IdempotencyInFlight "idempotency_in_flight" CONFLICT "The request with this `Idempotency-Key` is still being answered; ask again in a moment."
    IdempotencyKeyReused "idempotency_key_reused" UNPROCESSABLE_ENTITY "This `Idempotency-Key` was used with another body; take a new key for a new message."
    PayloadTooLarge "payload_too_large" PAYLOAD_TOO_LARGE "The body is larger than this address takes."
    UnsupportedMediaType "unsupported_media_type" UNSUPPORTED_MEDIA_TYPE "The body is not of the type that this address takes."
    RateLimited "rate_limited" TOO_MANY_REQUESTS "Too many requests a minute; `Retry-After` says when to come back, and `RateLimit` which limit it was."
    TooManyRequests "too_many_requests" TOO_MANY_REQUESTS "Too much at once; `Retry-After` says when to come back."
    TooManyTurns "too_many_turns" TOO_MANY_REQUESTS "Three messages of this conversation are waiting for an answer already; `Retry-After` says when to come back."
    ConversationDeleted "conversation_deleted" CONFLICT "The conversation was deleted while its answer was being written; begin a new one."
    KeyRevoked "key_revoked" UNAUTHORIZED "The API key was revoked while a stream was open."
    InternalError "internal_error" INTERNAL_SERVER_ERROR "A fault of the server; its log tells more under the request id."
    ModelFailed "model_failed" BAD_GATEWAY "The language model broke off in the middle of its answer."
    Busy "busy" SERVICE_UNAVAILABLE "The server cannot take it now; `Retry-After` says when to come back."
    NotReady "not_ready" SERVICE_UNAVAILABLE "The server is starting, stopping, or cannot reach its data."
    AnswerInterrupted "answer_interrupted" SERVICE_UNAVAILABLE "The answer was cut by a restart of the server; send the message again."
    ServerRestarting "server_restarting" SERVICE_UNAVAILABLE "The server is restarting; send the message again."
}

impl Code {
    /// The code of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.name() == name)
    }

    /// True when the same request can succeed later.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::RequestTimeout
                | Self::RateLimited
                | Self::TooManyRequests
                | Self::TooManyTurns
                | Self::InternalError
                | Self::ModelFailed
                | Self::Busy
                | Self::NotReady
                | Self::AnswerInterrupted
                | Self::ServerRestarting
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stable_words_and_stand_once() {
        for (i, code) in Code::ALL.iter().enumerate() {
            let name = code.name();
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{name}");
            assert_eq!(Code::ALL.iter().position(|c| c.name() == name), Some(i), "{name} stands twice");
            assert_eq!(Code::find(name), Some(*code));
            assert!(code.status().is_client_error() || code.status().is_server_error(), "{name}");
            assert!(code.doc().ends_with('.'), "{name}");
        }
    }
}
