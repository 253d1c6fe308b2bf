//! Files sent as a form: streamed to a file without a name, which is gone with its handle, whatever happens.

use std::collections::HashSet;
use std::io::SeekFrom;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::header;
use botplot_engine::sources::new::{New, endings, unread_ending};
use futures_util::StreamExt as _;
use serde_json::Map;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout, timeout_at};

use super::new;
use crate::error::Fault;
use crate::fields::Fields;
use crate::{ApiError, Code};

/// Files of one form.
const MOST_FILES: usize = 1_000;
/// Characters of a file's name.
const NAME_LIMIT: usize = 200;
/// Bytes of a part that is a name.
const TEXT_LIMIT: usize = 4_096;
/// How long the next piece may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the whole form may take.
const LONGEST: Duration = Duration::from_mins(15);

/// Reads a form of at most `limit` bytes: its files, and the name for the source.
pub(crate) async fn read(request: Request, limit: u64) -> Result<(Option<String>, New), ApiError> {
    let told =
        request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<u64>().ok());
    if told.is_some_and(|n| n > limit) {
        return Err(too_large(limit));
    }
    let over = Arc::new(AtomicBool::new(false));
    let request = counted(request, limit, Arc::clone(&over));
    let parts = Multipart::from_request(request, &()).await.map_err(|_| broken())?;
    let reading = timeout_at(Instant::now() + LONGEST, Form::read(parts));
    let read = reading.await.unwrap_or_else(|_| Err(ApiError::new(Code::RequestTimeout)));
    if over.load(Ordering::Relaxed) {
        return Err(too_large(limit));
    }
    read?.finish().await
}

/// The same request, whose body breaks off beyond `limit` bytes and says so in `over`.
fn counted(request: Request, limit: u64, over: Arc<AtomicBool>) -> Request {
    let (head, body) = request.into_parts();
    let mut seen = 0;
    let pieces = body.into_data_stream().map(move |piece| {
        let piece = piece.map_err(std::io::Error::other)?;
        seen += piece.len() as u64;
        if seen > limit {
            over.store(true, Ordering::Relaxed);
            return Err(std::io::Error::other("the body is too large"));
        }
        Ok(piece)
    });
    let mut request = Request::from_parts(head, Body::from_stream(pieces));
    // It is counted here instead.
    DefaultBodyLimit::disable().apply(&mut request);
    request
}

fn too_large(limit: u64) -> ApiError {
    ApiError::saying(Code::PayloadTooLarge, format!("the body may have at most {} MB", limit >> 20))
}

fn broken() -> ApiError {
    let message =
        "the body is no complete `multipart/form-data`, or its boundary is not named in `Content-Type`";
    ApiError::invalid(vec![Fault { field: String::new(), message: message.into() }])
}

/// The parts of a form as they come.
struct Form {
    /// All files, one after the other.
    kept: File,
    /// Name and length of each file.
    files: Vec<(String, u64)>,
    names: HashSet<String>,
    /// The name for the source, and the faults found so far.
    fields: Fields,
}

impl Form {
    async fn read(mut parts: Multipart) -> Result<Self, ApiError> {
        let (files, names, fields) = (Vec::new(), HashSet::new(), Fields::new(Map::new()));
        let mut form = Self { kept: temporary().await?, files, names, fields };
        while let Some(mut part) = patiently(parts.next_field()).await? {
            match part.name() {
                Some("file") => form.take_file(&mut part).await?,
                Some("name") => form.take_name(&mut part).await?,
                _ => while patiently(part.chunk()).await?.is_some() {},
            }
        }
        Ok(form)
    }

    async fn take_file(&mut self, part: &mut Field<'_>) -> Result<(), ApiError> {
        let sent = part.file_name().map(str::to_owned);
        let name = match file_name(sent.as_deref()) {
            Ok(name) if self.files.len() >= MOST_FILES => {
                self.fields.fault("file", "may be there at most 1,000 times");
                name
            }
            Ok(name) => name,
            Err(fault) => {
                self.fields.fault("file", fault);
                String::new()
            }
        };
        if !name.is_empty() && !self.names.insert(name.clone()) {
            self.fields.fault("file", format!("is there twice with the name `{name}`"));
        }
        let mut length = 0;
        while let Some(piece) = patiently(part.chunk()).await? {
            length += piece.len() as u64;
            self.kept.write_all(&piece).await.map_err(|e| disk(&e))?;
        }
        if length == 0 && !name.is_empty() {
            self.fields.fault("file", format!("is empty: `{name}`"));
        }
        self.files.push((name, length));
        Ok(())
    }

    async fn take_name(&mut self, part: &mut Field<'_>) -> Result<(), ApiError> {
        let mut bytes = Vec::new();
        while let Some(piece) = patiently(part.chunk()).await? {
            if bytes.len() + piece.len() > TEXT_LIMIT {
                self.fields.fault("name", "must have 1 to 300 characters");
                continue;
            }
            bytes.extend_from_slice(&piece);
        }
        match String::from_utf8(bytes) {
            Ok(name) => self.fields.put("name", name.into()),
            Err(_) => self.fields.fault("name", "must be UTF-8"),
        }
        Ok(())
    }

    /// The files in memory, once nothing more has to be waited for.
    async fn finish(mut self) -> Result<(Option<String>, New), ApiError> {
        let name = new::name(&mut self.fields);
        if self.files.is_empty() {
            self.fields.fault("file", "is required");
        }
        self.fields.finish()?;
        self.kept.flush().await.map_err(|e| disk(&e))?;
        self.kept.seek(SeekFrom::Start(0)).await.map_err(|e| disk(&e))?;
        let mut files = Vec::new();
        for (name, length) in self.files {
            let mut bytes = vec![0; length as usize];
            self.kept.read_exact(&mut bytes).await.map_err(|e| disk(&e))?;
            files.push((name, bytes));
        }
        let name = name.unwrap_or_else(|| match files.len() {
            1 => files[0].0.clone(),
            n => format!("{} and {} more", files[0].0, n - 1),
        });
        Ok((Some(name), New::Files { files }))
    }
}

/// The next part or piece, if it comes in time and is whole.
async fn patiently<T>(
    next: impl Future<Output = Result<T, axum::extract::multipart::MultipartError>>,
) -> Result<T, ApiError> {
    match timeout(PATIENCE, next).await {
        Ok(Ok(it)) => Ok(it),
        Ok(Err(_)) => Err(broken()),
        Err(_) => Err(ApiError::new(Code::RequestTimeout)),
    }
}

async fn temporary() -> Result<File, ApiError> {
    let made = tokio::task::spawn_blocking(tempfile::tempfile).await;
    let made = made.map_err(std::io::Error::other).and_then(|made| made);
    made.map(File::from_std).map_err(|e| disk(&e))
}

fn disk(error: &std::io::Error) -> ApiError {
    tracing::error!(%error, "an upload could not be kept: is the folder for temporary files full?");
    ApiError::new(Code::InternalError)
}

/// A file's name without folders, or the rule that it breaks.
fn file_name(sent: Option<&str>) -> Result<String, String> {
    let sent = sent.ok_or("has no file name")?;
    let name = sent.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    if name.chars().any(char::is_control) {
        return Err("has a name with control characters".into());
    }
    if name.is_empty() || name == "." || name == ".." {
        return Err("has no file name".into());
    }
    if name.chars().count() > NAME_LIMIT {
        return Err("has a name of more than 200 characters".into());
    }
    match unread_ending(name) {
        None => Ok(name.to_owned()),
        Some(_) => {
            Err(format!("is of a format that is not read: `{name}`; known are {}", endings().join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_folders_and_must_say_a_format() {
        let check = |sent: &str, name: &str| assert_eq!(file_name(Some(sent)).as_deref(), Ok(name), "{sent}");
        check("../../x.md", "x.md");
        check("C:\\Users\\ann\\Prices.TXT", "Prices.TXT");
        check("/etc/passwd/../a.html", "a.html");
        check(" a b.md ", "a b.md");
        for bad in [
            "",
            "..",
            "a/..",
            "../../x",
            "x",
            "x.exe",
            "a\0.md",
            "a\n.md",
            &format!("{}.md", "x".repeat(200)),
        ] {
            assert!(file_name(Some(bad)).is_err(), "{bad}");
        }
        assert!(file_name(None).is_err());
    }
    #[tokio::test]
    async fn a_form_that_does_not_tell_its_length_is_cut_at_the_limit() {
        let form = |length: usize| {
            let head = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.md\"\r\n\r\n";
            let whole = format!("{head}{}\r\n--x--\r\n", "w".repeat(length)).into_bytes();
            let pieces: Vec<_> = whole.chunks(7).map(|p| Ok::<_, std::io::Error>(p.to_vec())).collect();
            let body = Body::from_stream(futures_util::stream::iter(pieces));
            let request = Request::builder().header("content-type", "multipart/form-data; boundary=x");
            request.body(body).unwrap()
        };
        let whole = |length: usize| length + 90;
        assert!(read(form(1_000), whole(1_000) as u64).await.is_ok());
        let refused = read(form(1_000), 1_000).await.unwrap_err();
        assert_eq!(refused.code(), Code::PayloadTooLarge);
    }
}
