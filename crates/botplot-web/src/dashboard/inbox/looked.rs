//! Which part of the inbox somebody looks at, as the address says it.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use botplot_core::{ConversationId, Timestamp};
use botplot_store::{InboxFilter, InboxView};
use url::form_urlencoded::Serializer;

use crate::page::Query;
use crate::{ApiError, AppState, ids};

/// Each view, its word in addresses, its name on the page.
pub(super) const VIEWS: [(InboxView, &str, &str); 7] = [
    (InboxView::Open, "open", "Open"),
    (InboxView::Waiting, "waiting", "Needs a person"),
    (InboxView::Mine, "mine", "Mine"),
    (InboxView::Unread, "unread", "Unread"),
    (InboxView::Closed, "closed", "Closed"),
    (InboxView::Archived, "archived", "Archived"),
    (InboxView::All, "all", "All"),
];

/// What is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Looked {
    /// Which conversations.
    pub(super) filter: InboxFilter,
    /// The place before which the list goes on.
    pub(super) before: Option<(Timestamp, ConversationId)>,
    /// The piece of the page that is wanted: `list`, `thread`, or all of it.
    pub(super) part: Option<String>,
    /// True when nobody sees what is fetched, so that nothing counts as read.
    pub(super) quiet: bool,
    /// True when all messages are wanted, not only the newest.
    pub(super) whole: bool,
}

impl FromRequestParts<AppState> for Looked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let mut query = Query::from_request_parts(parts, state).await?;
        let view =
            query.word("view", view, "`open`, `waiting`, `mine`, `unread`, `closed`, `archived`, `all`");
        let mut text = |name| query.text(name).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let filter = InboxFilter { view: view.unwrap_or_default(), tag: text("tag"), text: text("q") };
        let (before, part) = (text("before"), text("part"));
        let (quiet, whole) = (text("quiet").is_some(), text("whole").is_some());
        let before = before.and_then(|text| place(&text));
        query.finish()?;
        Ok(Self { filter, before, part, quiet, whole })
    }
}

fn view(word: &str) -> Option<InboxView> {
    VIEWS.iter().find(|(_, known, _)| *known == word).map(|(view, ..)| *view)
}

/// A place in the list, as the address writes it; anything else is its beginning.
fn place(text: &str) -> Option<(Timestamp, ConversationId)> {
    let (at, id) = text.split_once('.')?;
    Some((Timestamp(at.parse().ok()?), ids::read(id).ok()?))
}

impl Looked {
    /// The query of an address that shows the same, such as `?view=mine`; empty when nothing is narrowed down.
    pub(super) fn query(&self) -> String {
        query(&self.filter, None)
    }

    /// The query of the list's next part.
    pub(super) fn older(&self, at: Timestamp, id: ConversationId) -> String {
        query(&self.filter, Some(&format!("{}.{id}", at.0)))
    }

    /// The query of another view with the same tag and text.
    pub(super) fn seen_as(&self, view: InboxView) -> String {
        query(&InboxFilter { view, ..self.filter.clone() }, None)
    }

    /// The query without the tag, or with another one.
    pub(super) fn tagged(&self, tag: Option<&str>) -> String {
        query(&InboxFilter { tag: tag.map(str::to_owned), ..self.filter.clone() }, None)
    }

    /// The view's word.
    pub(super) fn word(&self) -> &'static str {
        VIEWS.iter().find(|(view, ..)| *view == self.filter.view).map_or("open", |(_, word, _)| *word)
    }
}

fn query(filter: &InboxFilter, before: Option<&str>) -> String {
    let mut query = Serializer::new(String::new());
    if filter.view != InboxView::Open {
        let word = VIEWS.iter().find(|(view, ..)| *view == filter.view).map_or("open", |(_, word, _)| *word);
        query.append_pair("view", word);
    }
    for (name, value) in [("tag", filter.tag.as_deref()), ("q", filter.text.as_deref()), ("before", before)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { query } else { format!("?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_at_stands_in_the_address() {
        let filter =
            InboxFilter { view: InboxView::Mine, tag: Some("a&b".into()), text: Some("ü ?".into()) };
        let looked = Looked { filter, ..Looked::default() };
        assert_eq!(looked.query(), "?view=mine&tag=a%26b&q=%C3%BC+%3F");
        assert_eq!(looked.seen_as(InboxView::Open), "?tag=a%26b&q=%C3%BC+%3F");
        assert_eq!(looked.tagged(None), "?view=mine&q=%C3%BC+%3F");
        assert_eq!(Looked::default().query(), "");
        let id: ConversationId = "550e8400-e29b-41d4-a716-446655440000".parse().unwrap();
        assert_eq!(place(&format!("5.{id}")), Some((Timestamp(5), id)));
        assert_eq!((place("x"), place("5.x"), place("")), (None, None, None));
    }
}
