//! The client: GET with vetting, redirects by hand, a deadline, a size cap and conditional requests.

mod post;
mod why;

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{self, HeaderMap, HeaderName};
use url::Url;

use crate::config::Allow;
use crate::error::{Error, Place};
use crate::resolve::{Lookup, NoAddress, System, Vetting};
use crate::vet::{self, Reach};
use crate::{Config, tls};

pub use post::{PostAnswer, PostLimits};

const CONNECT: Duration = Duration::from_secs(5);
const IDLE_CONNECTION: Duration = Duration::from_secs(10);
const MAX_REDIRECTS: usize = 5;
const MAX_HEADERS: usize = 128;

/// Who chose the URL, and so how far it is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// A tenant, a web page or a document: only public addresses and those in `egress.allow`.
    Tenant,
    /// The operator, in the configuration: any address.
    Operator,
}

/// What an earlier answer said about its version, to ask "has it changed?".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag` header, as it came.
    pub etag: Option<String>,
    /// The `Last-Modified` header, as it came.
    pub last_modified: Option<String>,
}

/// The limits of one request.
#[derive(Debug, Clone)]
pub struct GetLimits {
    /// The largest body that is taken, in bytes after decompression.
    pub max_bytes: usize,
    /// The time for everything together: names, redirects, headers, body.
    pub timeout: Duration,
    /// When given, an unchanged resource is answered with status 304 and no body.
    pub validators: Option<Validators>,
}

/// A complete answer: a success (2xx), or 304 to a conditional request.
#[derive(Debug, Clone)]
pub struct Response {
    /// The URL that answered, after redirects.
    pub url: Url,
    /// 200–299, or 304.
    pub status: u16,
    /// The `Content-Type` header, as it came.
    pub content_type: Option<String>,
    /// The `X-Robots-Tag` headers, joined by commas.
    pub robots_tag: Option<String>,
    /// `ETag` and `Last-Modified`, for the next request.
    pub validators: Validators,
    /// The whole body, decompressed.
    pub body: Bytes,
}

impl Response {
    /// Whether the server said that nothing changed since the validators were given out.
    pub fn is_unchanged(&self) -> bool {
        self.status == 304
    }
}

/// Makes every outgoing request; cheap to clone.
#[derive(Clone)]
pub struct Client {
    public: reqwest::Client,
    allowed: reqwest::Client,
    operator: reqwest::Client,
    posting_public: reqwest::Client,
    posting_allowed: reqwest::Client,
    lookup: Arc<dyn Lookup>,
    allow: Arc<[Allow]>,
    user_agent: Arc<str>,
}

impl Client {
    /// A client that looks names up as the operating system does.
    pub fn new(config: &Config) -> Result<Self, Error> {
        Self::with_lookup(config, &(Arc::new(System) as Arc<dyn Lookup>))
    }

    /// A client with another way to look names up; what it answers is vetted all the same.
    pub fn with_lookup(config: &Config, lookup: &Arc<dyn Lookup>) -> Result<Self, Error> {
        let tls = tls::config()?;
        let allow: Arc<[Allow]> = config.allow.clone().into();
        let vetting = |reach| {
            let resolver = Vetting { lookup: Arc::clone(lookup), allow: Arc::clone(&allow), reach };
            bare(config, tls.clone()).dns_resolver(resolver)
        };
        // A receiver's answer is shown as it came; unpacking it would only be a risk.
        let posting = |reach| build(vetting(reach).no_gzip().no_brotli());
        let idle = Duration::from_secs(config.idle_seconds);
        Ok(Self {
            public: build(vetting(Reach::Public))?,
            allowed: build(vetting(Reach::Allowed))?,
            posting_public: posting(Reach::Public)?,
            posting_allowed: posting(Reach::Allowed)?,
            lookup: Arc::clone(lookup),
            operator: build(bare(config, tls.clone()).read_timeout(idle))?,
            allow,
            user_agent: config.user_agent.as_str().into(),
        })
    }

    /// The HTTP client for services that the operator configured (language models): no address rules and no
    /// total time limit, 5 s to connect, `egress.idle_seconds` of silence at most, no redirects followed.
    pub fn operator_http(&self) -> reqwest::Client {
        self.operator.clone()
    }

    /// Why a tenant's URL is refused by its words alone; a name that leads to a closed address shows only when it is
    /// connected to.
    pub fn refusal(&self, url: &Url) -> Option<String> {
        vet::url(url, &self.allow).err()
    }

    /// Fetches `url`, following up to five redirects, each vetted like the first. Cookies, credentials and
    /// referrers are never sent.
    pub async fn get(&self, policy: Policy, url: &Url, limits: &GetLimits) -> Result<Response, Error> {
        let whole = Box::pin(self.follow(policy, url, limits));
        match tokio::time::timeout(limits.timeout, whole).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Timeout { place: place(url, url), after: limits.timeout }),
        }
    }

    /// Asks a service that the operator configured, and follows no redirect: a POST of `form` when there is one, else
    /// a GET. The headers may carry credentials.
    pub async fn call(
        &self,
        url: &Url,
        headers: HeaderMap,
        form: Option<String>,
        limits: &GetLimits,
    ) -> Result<Response, Error> {
        let place = place(url, url);
        let http = self.choose(Policy::Operator, url, &place)?;
        let request = match form {
            Some(form) => http
                .post(url.clone())
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(form),
            None => http.get(url.clone()),
        };
        let whole = Box::pin(async {
            let answer = request.headers(headers).send().await.map_err(|e| fault(&e, &place))?;
            read(answer, place.clone(), limits).await
        });
        match tokio::time::timeout(limits.timeout, whole).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Timeout { place, after: limits.timeout }),
        }
    }

    async fn follow(&self, policy: Policy, start: &Url, limits: &GetLimits) -> Result<Response, Error> {
        let mut url = start.clone();
        for _ in 0..=MAX_REDIRECTS {
            url.set_fragment(None);
            let place = place(&url, start);
            let http = self.choose(policy, &url, &place)?;
            let answer = conditional(http.get(url.clone()), limits.validators.as_ref())
                .send()
                .await
                .map_err(|e| fault(&e, &place))?;
            match next(&url, &answer) {
                Some(target) => url = target.map_err(|why| Error::Unreachable { place, why })?,
                None => return read(answer, place, limits).await,
            }
        }
        let why = format!("it redirects more than {MAX_REDIRECTS} times");
        Err(Error::Unreachable { place: place(start, start), why })
    }

    fn choose(&self, policy: Policy, url: &Url, place: &Place) -> Result<&reqwest::Client, Error> {
        let refused = |why| Error::Refused { place: place.clone(), why };
        match policy {
            Policy::Operator => vet::web(url).map(|()| &self.operator).map_err(refused),
            Policy::Tenant => match vet::url(url, &self.allow).map_err(refused)? {
                Reach::Public => Ok(&self.public),
                Reach::Allowed => Ok(&self.allowed),
            },
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that builds HTTP clients")]
fn bare(config: &Config, tls: rustls::ClientConfig) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(&config.user_agent)
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT)
        .http1_max_headers(MAX_HEADERS)
        .pool_idle_timeout(IDLE_CONNECTION)
}

fn build(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
    builder.build().map_err(|e| Error::Setup(innermost(&e)))
}

fn place(url: &Url, start: &Url) -> Place {
    Place { url: url.to_string(), from: (url != start).then(|| start.to_string()) }
}

fn conditional(
    mut request: reqwest::RequestBuilder,
    validators: Option<&Validators>,
) -> reqwest::RequestBuilder {
    if let Some(etag) = validators.and_then(|v| v.etag.as_ref()) {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    if let Some(date) = validators.and_then(|v| v.last_modified.as_ref()) {
        request = request.header(header::IF_MODIFIED_SINCE, date);
    }
    request
}

/// The target of a redirect, or `None` when the answer is final.
fn next(url: &Url, answer: &reqwest::Response) -> Option<Result<Url, String>> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = text(answer.headers(), &header::LOCATION)?;
    Some(url.join(&location).map_err(|e| format!("it redirects to `{location}`, which is no URL ({e})")))
}

async fn read(mut answer: reqwest::Response, place: Place, limits: &GetLimits) -> Result<Response, Error> {
    let status = answer.status().as_u16();
    let unchanged = status == 304 && limits.validators.is_some();
    if !(unchanged || answer.status().is_success()) {
        return Err(Error::Status { place, status });
    }
    let limit = limits.max_bytes;
    if answer.content_length().is_some_and(|length| length > limit as u64) {
        return Err(Error::TooBig { place, limit });
    }
    let mut body = BytesMut::new();
    while let Some(piece) = answer.chunk().await.map_err(|e| fault(&e, &place))? {
        if body.len() + piece.len() > limit {
            return Err(Error::TooBig { place, limit });
        }
        body.extend_from_slice(&piece);
    }
    let headers = answer.headers();
    Ok(Response {
        status,
        content_type: text(headers, &header::CONTENT_TYPE),
        robots_tag: text(headers, &HeaderName::from_static("x-robots-tag")),
        validators: Validators {
            etag: text(headers, &header::ETAG),
            last_modified: text(headers, &header::LAST_MODIFIED),
        },
        body: body.freeze(),
        url: answer.url().clone(),
    })
}

/// The values of a header as text, joined by commas; wrong bytes are replaced.
fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<_> =
        headers.get_all(name).iter().map(|v| String::from_utf8_lossy(v.as_bytes()).into_owned()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// Finds in an HTTP error's causes what the owner can act on.
fn fault(error: &reqwest::Error, place: &Place) -> Error {
    let place = place.clone();
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(none) = inner.downcast_ref::<NoAddress>() {
            return match none {
                NoAddress::Refused(why) => Error::Refused { place, why: why.clone() },
                NoAddress::Unknown(why) => Error::Unreachable { place, why: why.clone() },
            };
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        return Error::Timeout { place, after: CONNECT };
    }
    let why = why::plain(error);
    let why = if error.is_decode() && why != why::CUT {
        format!("its body can't be decompressed ({why})")
    } else {
        why
    };
    Error::Unreachable { place, why }
}

fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut inner = error;
    while let Some(cause) = inner.source() {
        inner = cause;
    }
    let text = inner.to_string();
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
