//! Tables as CSV (RFC 4180), as spreadsheets open them: UTF-8 with a mark, and no cell that is a formula.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// What a file begins with, so that Excel reads UTF-8.
pub(crate) const MARK: &str = "\u{feff}";

/// Adds a row.
pub(crate) fn row<T: AsRef<str>>(text: &mut String, cells: impl IntoIterator<Item = T>) {
    for (place, cell) in cells.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        push(text, cell.as_ref());
    }
    text.push_str("\r\n");
}

/// A cell that a spreadsheet would take for a formula begins with an apostrophe instead.
fn push(text: &mut String, cell: &str) {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if cell.contains([',', '"', '\r', '\n']) {
        text.push('"');
        text.push_str(guard);
        text.push_str(&cell.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(guard);
        text.push_str(cell);
    }
}

/// A file to keep; `name` is plain ASCII.
pub(crate) fn file(name: &str, body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (headers, body).into_response()
}

#[cfg(test)]
mod tests {
    use super::row;

    #[test]
    fn cells_are_quoted_where_they_must_be_and_never_formulas() {
        let cases = [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("\tx", "'\tx"),
            ("\r", "\"'\r\""),
            ("=\"a\",b", "\"'=\"\"a\"\",b\""),
            ("a=b", "a=b"),
        ];
        for (cell, expected) in cases {
            let mut text = String::new();
            row(&mut text, [cell, "z"]);
            assert_eq!(text, format!("{expected},z\r\n"), "{cell:?}");
        }
    }
}
