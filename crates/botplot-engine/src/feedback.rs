//! What visitors think of answers.

use botplot_core::conversation::Proof;
use botplot_core::event::Event;
use botplot_core::message::{Message, Rating, Role};
use botplot_core::{MessageId, ProjectId};
use botplot_store::Tx;

use crate::{Engine, Error, outbox};

/// Characters that a comment may have.
pub const COMMENT_LIMIT: usize = 2_000;

/// What a visitor thinks of an answer.
#[derive(Clone, Debug)]
pub struct Feedback {
    /// The answer.
    pub message: MessageId,
    /// Whether it helped.
    pub rating: Rating,
    /// What else the visitor said. Without it, an earlier comment stays as long as the rating does.
    pub comment: Option<String>,
}

/// Notes what a visitor thinks of an answer, and tells it when it is new. What is no answer, or not open to whoever
/// shows `proof`, is not found.
pub async fn give(
    engine: &Engine,
    project: ProjectId,
    visitor: Option<&str>,
    proof: &Proof,
    feedback: Feedback,
) -> Result<(), Error> {
    if feedback.comment.as_ref().is_some_and(|comment| comment.chars().count() > COMMENT_LIMIT) {
        return Err(Error::invalid("comment", "must have at most 2,000 characters"));
    }
    let (own, visitor, proof) = (engine.clone(), visitor.map(str::to_owned), proof.clone());
    let noted = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let message = tx.find_message(project, feedback.message).await?;
            let message = message.filter(|m| m.role == Role::Assistant).ok_or(Error::NotFound)?;
            let found = tx.find_conversation(project, message.conversation).await?;
            let open = found.filter(|c| c.may_open(visitor.as_deref(), &proof)).ok_or(Error::NotFound)?;
            note(tx, &own, &message, &open.visitor_id, feedback).await?;
            Ok::<_, Error>(message.conversation)
        })
    });
    let conversation = noted.await?;
    engine.0.outbox.wake();
    engine.stirs(project, conversation);
    Ok(())
}

async fn note(
    tx: &mut Tx,
    engine: &Engine,
    message: &Message,
    visitor: &str,
    feedback: Feedback,
) -> Result<(), Error> {
    let rating = feedback.rating;
    let said = feedback.comment.map(|comment| comment.trim().to_owned()).filter(|c| !c.is_empty());
    let comment = said.or_else(|| message.comment.clone().filter(|_| message.rating == Some(rating)));
    if message.rating == Some(rating) && message.comment == comment {
        return Ok(());
    }
    tx.rate_message(message.project, message.id, rating, comment.as_deref()).await?;
    let event = Event::FeedbackGiven {
        conversation_id: message.conversation,
        message_id: message.id,
        visitor_id: visitor.to_owned(),
        rating: rating.as_str(),
        comment,
    };
    outbox::emit(tx, engine, message.project, &[event]).await
}
