//! `GET /app/{project}/inbox/live`: what changes in a project's conversations, for pages that are open.
//!
//! A stream says first that it listens: a page that then fetches what it shows misses nothing, whether it was just
//! opened or had lost its connection.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use botplot_core::conversation::{HandledBy, Status};
use botplot_core::message::Role;
use botplot_core::{AccountId, ConversationId, ProjectId, SignInId};
use botplot_engine::conversations::inbox::{self, Changed, News, Watcher};
use botplot_store::InboxView;
use bytes::Bytes;
use futures_util::stream;
use serde::Serialize;
use tokio::time::{Instant, sleep_until};

use super::looked::Looked;
use super::{list, visitor};
use crate::dashboard::seat::Seat;
use crate::{ApiError, AppState, sse};

/// How long a stream may be silent; then it is looked whether its reader may still read.
const PING_EVERY: Duration = Duration::from_secs(15);
/// Seconds after which nobody is called to what happened.
const FRESH: i64 = 30;

/// Streams news.
pub(super) async fn show(
    State(state): State<AppState>,
    seat: Seat,
    looked: Looked,
) -> Result<Response, ApiError> {
    let watcher = inbox::watch(&state.engine, seat.id());
    let pump = Pump {
        account: seat.person.account.id,
        sign_in: seat.person.sign_in.id,
        project: seat.id(),
        path: seat.id().to_string(),
        watcher,
        looked,
        ping_at: Instant::now() + PING_EVERY,
        greeted: false,
        state,
    };
    Ok((sse::HEADERS, Body::from_stream(stream::unfold(pump, Pump::next))).into_response())
}

struct Pump {
    state: AppState,
    account: AccountId,
    sign_in: SignInId,
    project: ProjectId,
    path: String,
    watcher: Watcher,
    looked: Looked,
    ping_at: Instant,
    greeted: bool,
}

/// A conversation that changed, as all pages are told of it.
#[derive(Serialize)]
struct RowOut {
    id: ConversationId,
    /// When it changed, by which rows are in order.
    at: i64,
    name: String,
    html: String,
}

/// What is added for one page.
#[derive(Serialize)]
struct OwnOut {
    /// Whether the page's list has it; null when only the page knows, because it is among its rows already.
    shown: Option<bool>,
    unread: i64,
    /// What to call the person with, if they shall be called.
    call: Option<String>,
}

impl Pump {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if !self.greeted {
            self.greeted = true;
            return Some((Ok(event(&serde_json::json!({ "type": "ready" }))), self));
        }
        let stopping = self.state.engine.stopping().clone();
        let bytes = tokio::select! {
            biased;
            () = stopping.cancelled() => return None,
            // Before the news, of which there may be more without end.
            () = sleep_until(self.ping_at) => {
                self.ping_at = Instant::now() + PING_EVERY;
                if !self.may_read().await {
                    return None;
                }
                // No comment: a page that hears nothing for long takes the line for dead, and does not see comments.
                event(&serde_json::json!({ "type": "ping" }))
            }
            news = self.watcher.next() => self.tell(&news?),
        };
        Some((Ok(bytes), self))
    }

    /// True while the reader is signed in, part of the project, and has the second factor that it may ask for.
    async fn may_read(&self) -> bool {
        let (reader, now) = (self.state.engine.reader(), self.state.engine.clock().now());
        let signed_in = reader.list_sign_ins(self.account, now).await;
        let role = reader.find_role(self.project, self.account).await;
        let lacks_factor = reader.lacks_factor(self.project, self.account).await;
        signed_in.is_ok_and(|all| all.iter().any(|one| one.id == self.sign_in))
            && role.is_ok_and(|role| role.is_some())
            && lacks_factor.is_ok_and(|lacks| !lacks)
    }

    fn tell(&self, news: &News) -> Bytes {
        match news {
            News::Changed(changed) => {
                let rows: Vec<String> = changed.iter().map(|one| self.row(one)).collect();
                Bytes::from(format!("data: {{\"type\":\"rows\",\"rows\":[{}]}}\n\n", rows.join(",")))
            }
            News::Gone(gone) => event(&serde_json::json!({ "type": "gone", "ids": **gone })),
            News::Counted(counted) => {
                let (waiting, unread) = (counted.waiting, counted.unread(self.account));
                event(&serde_json::json!({ "type": "counts", "waiting": waiting, "unread": unread }))
            }
            News::Typing { conversation, name, on } => {
                event(&serde_json::json!({ "type": "typing", "id": conversation, "name": name, "on": on }))
            }
            News::Behind => event(&serde_json::json!({ "type": "ready" })),
        }
    }

    /// A row in JSON. All but a few words of it are the same for everybody, and written once.
    fn row(&self, changed: &Changed) -> String {
        let (it, now) = (&changed.row.conversation, self.state.engine.clock().now());
        let same = changed.shown.get_or_init(|| {
            let html = list::row(&changed.row, &self.path, now).into_string();
            json(&RowOut { id: it.id, at: it.updated_at.0, name: visitor::name(it), html })
        });
        let read = changed.reads.get(&self.account).copied().unwrap_or_default();
        let unread = (it.message_count - read).max(0);
        let call = if unread > 0 { self.call(changed) } else { None };
        let own = json(&OwnOut { shown: self.belongs(changed, unread), unread, call });
        format!("{},{}", same.trim_end_matches('}'), own.trim_start_matches('{'))
    }

    fn belongs(&self, changed: &Changed, unread: i64) -> Option<bool> {
        let (it, filter) = (&changed.row.conversation, &self.looked.filter);
        let in_view = match filter.view {
            InboxView::Open => it.status == Status::Active,
            InboxView::Waiting => it.handoff_requested && it.handled_by == HandledBy::Ai,
            InboxView::Mine => it.status == Status::Active && changed.row.assignee == Some(self.account),
            // What is being read stays until the list is fetched again.
            InboxView::Unread if unread == 0 => return None,
            InboxView::Unread | InboxView::All => it.status != Status::Archived,
            InboxView::Closed => it.status == Status::Closed,
            InboxView::Archived => it.status == Status::Archived,
        };
        let tagged = filter.tag.as_ref().is_none_or(|tag| it.tags.contains(tag));
        let belongs = in_view && tagged;
        // Only the store knows whether a text stands in it.
        (!belongs || filter.text.is_none()).then_some(belongs)
    }

    /// People are called when somebody wants one, and when a visitor writes to them or to nobody in particular.
    fn call(&self, changed: &Changed) -> Option<String> {
        let (it, now) = (&changed.row.conversation, self.state.engine.clock().now());
        let newest = changed.row.newest.as_ref();
        if it.handled_by == HandledBy::Human {
            let ours = changed.row.assignee.is_none_or(|account| account == self.account);
            let newest = newest.filter(|n| n.role == Role::User && now.seconds_since(n.created_at) < FRESH);
            return newest.filter(|_| ours).map(|n| n.beginning.clone());
        }
        let wanted = it.handoff_requested && now.seconds_since(it.updated_at) < FRESH;
        wanted.then(|| "Wants to talk to a person".to_owned())
    }
}

fn event(value: &impl Serialize) -> Bytes {
    format!("data: {}\n\n", json(value)).into()
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings and numbers always serialise")
}
