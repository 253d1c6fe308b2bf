//! `GET /app/{project}/leads.csv`: the leads that a search finds, as a file, read and sent piece by piece.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use botplot_core::lead::Lead;
use botplot_core::{LeadId, ProjectId, Timestamp};
use botplot_engine::leads;
use botplot_store::Reader;
use futures_util::stream;

use super::details;
use crate::dashboard::csv;
use crate::dashboard::seat::Seat;
use crate::page::Query;
use crate::{ApiError, AppState};

/// Leads read at once.
const BATCH: i64 = 500;
const HEAD: [&str; 9] = [
    "left_at",
    "name",
    "email",
    "phone",
    "details",
    "agreed_to",
    "agreed_at",
    "visitor_id",
    "conversation_id",
];

pub(super) async fn show(
    State(state): State<AppState>,
    seat: Seat,
    mut query: Query,
) -> Result<Response, ApiError> {
    let words = query.text("q").unwrap_or_default();
    query.finish()?;
    leads::export(&state.engine, seat.id(), &words, &seat.actor()).await?;
    let export =
        Export { reader: state.engine.reader().clone(), project: seat.id(), words, next: Next::Start };
    let name = format!("leads-{}.csv", state.engine.clock().now().day());
    Ok(csv::file(&name, Body::from_stream(stream::try_unfold(export, Export::piece))))
}

/// An export that is on its way.
struct Export {
    reader: Reader,
    project: ProjectId,
    words: String,
    next: Next,
}

/// What is still to be sent.
#[derive(Clone, Copy)]
enum Next {
    Start,
    Before(Timestamp, LeadId),
    Nothing,
}

impl Export {
    /// The next rows, until there are none.
    async fn piece(mut self) -> Result<Option<(String, Self)>, botplot_store::Error> {
        let mut text = String::new();
        let before = match self.next {
            Next::Start => {
                text.push_str(csv::MARK);
                csv::row(&mut text, HEAD);
                None
            }
            Next::Before(at, lead) => Some((at, lead)),
            Next::Nothing => return Ok(None),
        };
        let found = self.reader.search_leads(self.project, &self.words, before, BATCH).await?;
        for lead in &found {
            csv::row(&mut text, cells(lead));
        }
        let whole = found.len() as i64 == BATCH;
        self.next = match found.last().filter(|_| whole) {
            Some(last) => Next::Before(last.created_at, last.id),
            None => Next::Nothing,
        };
        Ok(Some((text, self)))
    }
}

fn cells(lead: &Lead) -> [String; 9] {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let further: Vec<String> =
        details(lead).into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    [
        lead.created_at.rfc3339(),
        text(&lead.name),
        text(&lead.email),
        text(&lead.phone),
        further.join("; "),
        lead.consent().unwrap_or_default().to_owned(),
        lead.consented_at.map(Timestamp::rfc3339).unwrap_or_default(),
        lead.visitor_id.clone(),
        lead.conversation.to_string(),
    ]
}
