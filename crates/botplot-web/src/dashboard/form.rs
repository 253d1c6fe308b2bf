//! What a form sent: read by name, with the faults found on the way, so that the form can be shown again as it was.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;

use crate::{ApiError, AppState, Code};

/// Bytes that a form may have; files go elsewhere.
pub(crate) const LIMIT: usize = 256 * 1024;

/// The fields of a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    values: Vec<(String, String)>,
    faults: Vec<(String, String)>,
}

impl FromRequest<AppState> for Form {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, ApiError> {
        let media =
            request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !media.starts_with("application/x-www-form-urlencoded") {
            return Err(ApiError::new(Code::UnsupportedMediaType));
        }
        let body = to_bytes(request.into_body(), LIMIT).await;
        let body = body.map_err(|_| ApiError::new(Code::PayloadTooLarge))?;
        Ok(Self::read(&body))
    }
}

impl Form {
    /// The fields of an encoded form; U+0000, which the database does not take, is left out.
    pub(crate) fn read(body: &[u8]) -> Self {
        let pairs = url::form_urlencoded::parse(body);
        let values = pairs.map(|(name, value)| (name.into_owned(), value.replace('\0', ""))).collect();
        Self { values, faults: Vec::new() }
    }

    /// A form that shows these values.
    pub(crate) fn of(values: &[(&str, &str)]) -> Self {
        let values = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { values, faults: Vec::new() }
    }

    /// A field as it was sent; empty when it was not.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// A field without space around it. Line ends are `\n`, whatever the browser sends.
    pub(crate) fn text(&self, name: &str) -> String {
        self.raw(name).trim().replace("\r\n", "\n")
    }

    /// All values of a field of which there may be several, such as boxes that are ticked.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.values
            .iter()
            .filter(|(known, _)| known == name)
            .map(|(_, value)| value.trim().to_owned())
            .collect()
    }

    /// The lines of a field that are not empty.
    pub(crate) fn lines(&self, name: &str) -> Vec<String> {
        self.raw(name).lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    }

    /// True when a box is ticked.
    pub(crate) fn flag(&self, name: &str) -> bool {
        !self.raw(name).is_empty()
    }

    /// A whole number; a fault when it is none.
    pub(crate) fn number(&mut self, name: &str, least: i64, most: i64) -> Option<i64> {
        let found = self.raw(name).trim().parse().ok().filter(|n| (least..=most).contains(n));
        if found.is_none() {
            self.fault(name, format!("must be a whole number from {least} to {most}"));
        }
        found
    }

    /// Notes what is wrong with a field, as the end of a sentence that starts with its name; the first fault counts.
    pub(crate) fn fault(&mut self, name: &str, why: impl Into<String>) {
        if self.why(name).is_none() {
            self.faults.push((name.to_owned(), why.into()));
        }
    }

    /// Notes what an engine's error says of a field; gives back other errors.
    pub(crate) fn blame(&mut self, error: botplot_engine::Error) -> Result<(), ApiError> {
        match error {
            botplot_engine::Error::Invalid { field, why } => {
                self.fault(&field, why);
                Ok(())
            }
            other => Err(other.into()),
        }
    }

    /// What is wrong with a field.
    pub(crate) fn why(&self, name: &str) -> Option<&str> {
        self.faults.iter().find(|(known, _)| known == name).map(|(_, why)| why.as_str())
    }

    /// All faults, as name and rule.
    pub(crate) fn faults(&self) -> &[(String, String)] {
        &self.faults
    }

    /// True when nothing is wrong.
    pub(crate) fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    /// Every field, as it was sent.
    pub(crate) fn values(&self) -> &[(String, String)] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_by_name() {
        let form = Form::read(b"a=+x+&b=1&b=2&text=one%0D%0A%0D%0Atwo&on=yes&nul=a%00b");
        assert_eq!(
            (form.text("a"), form.all("b"), form.flag("on"), form.flag("off")),
            ("x".into(), vec!["1".into(), "2".into()], true, false)
        );
        assert_eq!(
            (form.text("text"), form.lines("text")),
            ("one\n\ntwo".into(), vec!["one".into(), "two".into()])
        );
        assert_eq!(form.raw("nul"), "ab");
    }

    #[test]
    fn the_first_fault_of_a_field_counts() {
        let mut form = Form::read(b"n=x");
        assert_eq!(form.number("n", 0, 5), None);
        form.fault("n", "is ugly");
        assert_eq!(form.why("n"), Some("must be a whole number from 0 to 5"));
        assert!(!form.is_sound());
    }
}
