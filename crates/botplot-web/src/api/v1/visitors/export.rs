//! All that one visitor left, as one document.

use botplot_core::conversation::Conversation;
use botplot_core::message::{Message, Rating};
use botplot_core::{ConversationId, MessageId, ProjectId};
use botplot_store::{ConversationFilter, Reader};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::v1::conversations::ConversationOut;
use crate::api::v1::conversations::messages::MessageOut;
use crate::api::v1::leads::LeadOut;
use crate::{ApiError, AppState, Code};

/// Conversations or messages read at once.
const BATCH: i64 = 500;

/// All that one visitor left.
#[derive(Serialize, ToSchema)]
#[schema(as = VisitorExport)]
pub(crate) struct ExportOut {
    /// The visitor.
    #[schema(example = "visitor-123")]
    visitor_id: String,
    /// When this was put together.
    #[schema(value_type = String, format = DateTime, example = "2025-01-15T10:30:00Z")]
    exported_at: String,
    /// Newest first.
    conversations: Vec<WholeOut>,
    /// Oldest first.
    leads: Vec<LeadOut>,
    /// What the visitor thought of answers.
    feedback: Vec<FeedbackOut>,
}

/// A conversation with all that was said in it.
#[derive(Serialize, ToSchema)]
#[schema(as = ConversationWithMessages)]
struct WholeOut {
    #[serde(flatten)]
    conversation: ConversationOut,
    /// Oldest first.
    messages: Vec<MessageOut>,
}

/// What a visitor thought of an answer.
#[derive(Serialize, ToSchema)]
#[schema(as = Feedback)]
struct FeedbackOut {
    /// The conversation.
    #[schema(value_type = uuid::Uuid)]
    conversation_id: ConversationId,
    /// The answer.
    #[schema(value_type = uuid::Uuid)]
    message_id: MessageId,
    /// `up` or `down`.
    #[schema(example = "up")]
    rating: &'static str,
    /// What the visitor said with it.
    comment: Option<String>,
}

impl ExportOut {
    /// Reads all that the visitor left; it is not found when that is nothing.
    pub(super) async fn collect(
        state: &AppState,
        project: ProjectId,
        visitor_id: String,
    ) -> Result<Self, ApiError> {
        let reader = state.engine.reader();
        let found = conversations(reader, project, &visitor_id).await?;
        let leads = reader.leads_of(project, &visitor_id).await?;
        if found.is_empty() && leads.is_empty() && !reader.is_verified(project, &visitor_id).await? {
            return Err(ApiError::new(Code::NotFound));
        }
        let (mut whole, mut feedback) = (Vec::new(), Vec::new());
        for conversation in found {
            let said = messages(reader, project, conversation.id).await?;
            feedback.extend(said.iter().filter_map(rated));
            let messages = said.into_iter().map(MessageOut::from).collect();
            whole.push(WholeOut { conversation: conversation.into(), messages });
        }
        Ok(Self {
            visitor_id,
            exported_at: state.engine.clock().now().rfc3339(),
            conversations: whole,
            leads: leads.into_iter().map(LeadOut::from).collect(),
            feedback,
        })
    }
}

fn rated(message: &Message) -> Option<FeedbackOut> {
    Some(FeedbackOut {
        conversation_id: message.conversation,
        message_id: message.id,
        rating: message.rating.map(Rating::as_str)?,
        comment: message.comment.clone(),
    })
}

async fn conversations(
    reader: &Reader,
    project: ProjectId,
    visitor: &str,
) -> Result<Vec<Conversation>, ApiError> {
    let wanted = ConversationFilter { visitor_id: Some(visitor.to_owned()), ..ConversationFilter::default() };
    let mut all = Vec::new();
    loop {
        let (batch, total) = reader.list_conversations(project, &wanted, BATCH, all.len() as i64).await?;
        let is_last = batch.is_empty();
        all.extend(batch);
        if is_last || all.len() as i64 >= total {
            return Ok(all);
        }
    }
}

async fn messages(
    reader: &Reader,
    project: ProjectId,
    conversation: ConversationId,
) -> Result<Vec<Message>, ApiError> {
    let mut all = Vec::new();
    loop {
        let (batch, more) = reader.page_messages(project, conversation, BATCH, all.len() as i64).await?;
        all.extend(batch);
        if !more {
            return Ok(all);
        }
    }
}
