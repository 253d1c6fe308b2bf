//! What `POST /api/chat` takes, for the documentation; `body.rs` reads it.

use serde_json::Value;
use utoipa::ToSchema;

/// A visitor's message. `visitor_id`, `conversation_id` and `visitorInfo` are accepted as other spellings.
#[derive(ToSchema)]
#[schema(as = ChatBody)]
#[expect(
    dead_code,
    reason = "only its schema is used: the body is read field by field, so that all faults are told"
)]
pub(crate) struct ChatBody {
    /// The user's question; 1 to 8,000 characters after trimming.
    #[schema(
        min_length = 1,
        max_length = 8000,
        pattern = r"^[^\u0000]*[^\s\u0000][^\u0000]*$",
        example = "What are your shipping options?"
    )]
    message: String,
    /// Unique identifier for the visitor: 1 to 128 characters, none of them control characters.
    #[schema(
        rename = "visitorId",
        min_length = 1,
        max_length = 128,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$",
        example = "visitor-123"
    )]
    visitor_id: String,
    /// Continue an existing conversation.
    #[schema(rename = "conversationId", required = false)]
    conversation_id: Option<uuid::Uuid>,
    /// Lead capture data.
    visitor_info: Option<VisitorDetails>,
    /// False answers with one JSON object instead of a stream.
    #[schema(default = true)]
    stream: Option<bool>,
    /// Proof that the visitor id is the person's own.
    identity: Option<IdentityProof>,
    /// The page that the visitor is on.
    #[schema(max_length = 2048, example = "https://shop.example/pricing")]
    url: Option<String>,
    /// The title of that page.
    #[schema(max_length = 2048)]
    title: Option<String>,
    /// Anything that you want to keep with the message, up to 4,096 bytes.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
}

/// What the visitor says of themselves; up to 20 further members are kept as they are.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct VisitorDetails {
    /// Their name.
    #[schema(max_length = 256, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$", example = "John")]
    name: Option<String>,
    /// Their e-mail address.
    #[schema(max_length = 256, format = "email", example = "john@example.com")]
    email: Option<String>,
    /// Their telephone number.
    #[schema(max_length = 256, pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$")]
    phone: Option<String>,
}

/// Proof that a visitor id is the person's own: either a hash or a token.
#[derive(serde::Deserialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum IdentityProof {
    /// A hash that your server made.
    Hash {
        /// The visitor id.
        #[schema(min_length = 1, max_length = 128, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")]
        id: String,
        /// HMAC-SHA256 of the id with the project's identity secret, in hex.
        hash: String,
    },
    /// A token that your server signed.
    Jwt {
        /// The visitor id.
        #[schema(min_length = 1, max_length = 128, pattern = r"^[^\u0000-\u001f\u007f-\u009f]+$")]
        id: String,
        /// Signed with the project's identity secret (HS256), good for at most an hour.
        jwt: String,
    },
}
