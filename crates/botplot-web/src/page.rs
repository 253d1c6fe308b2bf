//! Query parameters: read by name, every fault noted, unknown names passed over; `limit` and `offset` of lists.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::error::Fault;
use crate::{ApiError, AppState};

/// Entries of a list when nothing else is asked for.
const DEFAULT_LIMIT: i64 = 20;
/// Entries of a list at most; more is served as this.
const MOST: i64 = 100;

/// The parameters of a query that are still to be read, and the faults found so far.
pub(crate) struct Query {
    values: Vec<(String, String)>,
    faults: Vec<Fault>,
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// Entries at most.
    pub(crate) limit: i64,
    /// Entries to pass over.
    pub(crate) offset: i64,
}

impl FromRequestParts<AppState> for Query {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        Ok(Self::parse(parts.uri.query().unwrap_or_default()))
    }
}

impl Query {
    /// The parameters of a query string.
    pub(crate) fn parse(text: &str) -> Self {
        let mut query = Self { values: Vec::new(), faults: Vec::new() };
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if value.contains('\0') {
                query.fault(&name, "must not contain U+0000");
            } else if value.contains('\u{fffd}') {
                query.fault(&name, "must be UTF-8");
            }
            query.values.push((name.into_owned(), value.into_owned()));
        }
        query
    }

    /// Notes a fault; the first one of a parameter counts.
    pub(crate) fn fault(&mut self, name: &str, message: impl Into<String>) {
        if self.faults.iter().all(|f| f.field != name) {
            self.faults.push(Fault { field: name.to_owned(), message: message.into() });
        }
    }

    /// The value of a parameter; one that is there twice with different values is a fault.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        let mut found = self.values.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone());
        let first = found.next()?;
        if found.any(|v| v != first) {
            drop(found);
            self.fault(name, "is there more than once");
            return None;
        }
        Some(first)
    }

    /// The value of a parameter that takes certain words.
    pub(crate) fn word<T>(&mut self, name: &str, parse: fn(&str) -> Option<T>, words: &str) -> Option<T> {
        let text = self.text(name)?;
        let value = parse(&text);
        if value.is_none() {
            self.fault(name, format!("must be one of {words}"));
        }
        value
    }

    /// The value of a parameter that is `true` or `false`.
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        let flag = |text: &str| match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        };
        self.word(name, flag, "`true`, `false`")
    }

    /// `limit` and `offset`: 20 when nothing is asked for, and never more than 100.
    pub(crate) fn page(&mut self) -> Page {
        self.page_of(DEFAULT_LIMIT, MOST)
    }

    /// `limit` and `offset` with another limit and another most.
    pub(crate) fn page_of(&mut self, default: i64, most: i64) -> Page {
        let limit = self.number("limit", 1).unwrap_or(default).min(most);
        let offset = self.number("offset", 0).unwrap_or(0);
        Page { limit, offset }
    }

    fn number(&mut self, name: &str, least: i64) -> Option<i64> {
        let text = self.text(name)?;
        // What is too large for a number is still a number: the largest.
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let value = if digits { Some(text.parse().unwrap_or(i64::MAX)) } else { None };
        let value = value.filter(|n| *n >= least);
        if value.is_none() {
            self.fault(name, format!("must be a whole number of at least {least}"));
        }
        value
    }

    /// All faults as one error, or nothing when there is none.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        if self.faults.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.faults)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Result<Page, Vec<String>> {
        let mut query = Query::parse(text);
        let page = query.page();
        if query.faults.is_empty() {
            Ok(page)
        } else {
            Err(query.faults.into_iter().map(|f| f.field).collect())
        }
    }

    #[test]
    fn limits_have_a_default_and_a_most() {
        assert_eq!(page(""), Ok(Page { limit: 20, offset: 0 }));
        assert_eq!(page("limit=10&offset=5&other=x"), Ok(Page { limit: 10, offset: 5 }));
        assert_eq!(page("limit=101"), Ok(Page { limit: 100, offset: 0 }));
        assert_eq!(page("limit=99999999999999999999"), Ok(Page { limit: 100, offset: 0 }));
        assert_eq!(page("limit=5&limit=5"), Ok(Page { limit: 5, offset: 0 }));
    }

    #[test]
    fn what_is_no_number_is_named() {
        for bad in ["0", "-1", "ten", "", "1.5", "1e2", "%20", "+5", "0x10", "%00", "%ff"] {
            assert_eq!(page(&format!("limit={bad}")), Err(vec!["limit".to_owned()]), "{bad}");
        }
        assert_eq!(page("offset=-1&limit=x"), Err(vec!["limit".to_owned(), "offset".to_owned()]));
        assert_eq!(page("limit=1&limit=2"), Err(vec!["limit".to_owned()]));
    }
}
