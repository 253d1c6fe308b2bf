//! The conversation that an address of the inbox names, by whom, and what they look at beside it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use botplot_core::ConversationId;
use botplot_engine::conversations::desk::Teammate;

use super::looked::Looked;
use crate::dashboard::reply::Asks;
use crate::dashboard::seat::Seat;
use crate::ids::{self, Path};
use crate::{ApiError, AppState};

/// Where somebody is.
pub(super) struct At {
    /// Who.
    pub(super) seat: Seat,
    /// Which conversation.
    pub(super) id: ConversationId,
    /// Which part of the list stands beside it.
    pub(super) looked: Looked,
    /// Whether a script asks, for a piece of the page.
    pub(super) asks: Asks,
}

impl FromRequestParts<AppState> for At {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let Path((_, id)): Path<(String, String)> = Path::from_request_parts(parts, state).await?;
        Ok(Self {
            seat: Seat::from_request_parts(parts, state).await?,
            id: ids::read(&id)?,
            looked: Looked::from_request_parts(parts, state).await?,
            asks: Asks::of(parts),
        })
    }
}

impl At {
    /// The conversation's address, with what is looked at beside it.
    pub(super) fn path(&self) -> String {
        self.seat.path(&format!("inbox/{}{}", self.id, self.looked.query()))
    }

    /// The address of something that can be done to it.
    pub(super) fn action(&self, what: &str) -> String {
        self.seat.path(&format!("inbox/{}/{what}{}", self.id, self.looked.query()))
    }

    /// The person, as conversations know them.
    pub(super) fn teammate(&self) -> Teammate {
        let account = &self.seat.person.account;
        Teammate { account: account.id, name: account.name.clone(), actor: self.seat.actor() }
    }
}
