//! Sending to an address that a tenant chose: one POST, no redirects, no decompression, and only the start of the
//! answer is kept.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{self, HeaderMap};
use url::{Position, Url};

use super::{Client, fault, place, text};
use crate::error::{Error, Place};
use crate::vet::{self, Reach};

/// Bytes of an answer's head that are kept.
const HEAD: usize = 4096;
/// How long looking a name up may take when an address is only checked.
const LOOK_UP: Duration = Duration::from_secs(3);

/// The limits of one POST.
#[derive(Debug, Clone)]
pub struct PostLimits {
    /// The time for everything together: names, connection, answer to its end.
    pub timeout: Duration,
    /// Bytes of the answer's body that are read; the rest is left where it is.
    pub read_bytes: usize,
    /// Bytes of them that are kept.
    pub keep_bytes: usize,
}

/// An answer of any status.
#[derive(Debug, Clone)]
pub struct PostAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The `Retry-After` header, as it came.
    pub retry_after: Option<String>,
    /// Status line and headers, as they came, the first 4 KiB of them.
    pub head: String,
    /// The start of the body, as it came.
    pub body: Bytes,
}

impl Client {
    /// Sends `body` to an address that a tenant chose. An answer of any status is an answer, redirects included,
    /// which are not followed.
    pub async fn post(
        &self,
        url: &Url,
        headers: HeaderMap,
        body: Bytes,
        limits: &PostLimits,
    ) -> Result<PostAnswer, Error> {
        let place = place(url, url);
        let reach = vet::url(url, &self.allow).map_err(|why| Error::Refused { place: place.clone(), why })?;
        let http = if reach == Reach::Public { &self.posting_public } else { &self.posting_allowed };
        let request = http.post(url.clone()).headers(headers).body(body);
        let whole = Box::pin(async {
            let answer = request.send().await.map_err(|e| fault(&e, &place))?;
            read(answer, &place, limits).await
        });
        match tokio::time::timeout(limits.timeout, whole).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Timeout { place: place.clone(), after: limits.timeout }),
        }
    }

    /// The head of the request that [`Client::post`] sends, for whoever writes it down; the body has `length` bytes.
    pub fn post_head(&self, url: &Url, headers: &HeaderMap, length: usize) -> String {
        let host = &url[Position::BeforeHost..Position::AfterPort];
        let mut head = format!("POST {} HTTP/1.1\r\nhost: {host}\r\n", &url[Position::BeforePath..]);
        for (name, value) in headers {
            let _ = write!(head, "{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()));
        }
        let _ =
            write!(head, "accept: */*\r\nuser-agent: {}\r\ncontent-length: {length}\r\n", self.user_agent);
        head
    }

    /// Whether a tenant's request to `url` would be refused, as far as can be told without sending it; a name that
    /// has no address now may have one later.
    pub async fn vet(&self, url: &Url) -> Result<(), Error> {
        let place = place(url, url);
        let refused = |why| Err(Error::Refused { place: place.clone(), why });
        let reach = match vet::url(url, &self.allow) {
            Ok(reach) => reach,
            Err(why) => return refused(why),
        };
        let Some(url::Host::Domain(host)) = url.host() else { return Ok(()) };
        let found = match tokio::time::timeout(LOOK_UP, self.lookup.addresses(host)).await {
            Ok(Ok(found)) => found,
            _ => Vec::new(),
        };
        if found.is_empty() && reach == Reach::Public {
            return Ok(());
        }
        vet::addresses(host, found, reach, &self.allow).map(|_| ()).or_else(refused)
    }
}

async fn read(
    mut answer: reqwest::Response,
    place: &Place,
    limits: &PostLimits,
) -> Result<PostAnswer, Error> {
    let (status, head) = (answer.status(), head(&answer));
    let retry_after = text(answer.headers(), &header::RETRY_AFTER);
    let (mut kept, mut seen) = (BytesMut::new(), 0);
    while seen < limits.read_bytes {
        let Some(piece) = answer.chunk().await.map_err(|e| fault(&e, place))? else { break };
        let room = limits.keep_bytes.saturating_sub(kept.len());
        kept.extend_from_slice(&piece[..piece.len().min(room)]);
        seen += piece.len();
    }
    Ok(PostAnswer { status: status.as_u16(), retry_after, head, body: kept.freeze() })
}

fn head(answer: &reqwest::Response) -> String {
    let mut head = format!("{:?} {}\r\n", answer.version(), answer.status());
    for (name, value) in answer.headers() {
        let _ = write!(head, "{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()));
        if head.len() > HEAD {
            head.truncate(head.floor_char_boundary(HEAD));
            break;
        }
    }
    head
}
