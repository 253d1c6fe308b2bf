//! Somebody's website that the widget is built into, on another origin than the server's.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

type Files = Arc<Mutex<Folder>>;

/// What a website consists of.
#[derive(Default)]
struct Folder {
    files: HashMap<String, (HeaderMap, String)>,
    /// How long it takes to answer.
    delay: Duration,
}

/// A running website; it stops when this value is dropped.
pub struct Host {
    address: SocketAddr,
    files: Files,
    server: JoinHandle<()>,
}

impl Host {
    /// Starts a website without pages.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let files = Files::default();
        let router = Router::new().fallback(show).with_state(Arc::clone(&files));
        #[expect(
            clippy::disallowed_methods,
            reason = "the task ends with this value, no server waits for it"
        )]
        let server = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("serving goes on until it is aborted");
        });
        Self { address, files, server }
    }

    /// Where it stands. By name: for the browser, `localhost` and the server's `127.0.0.1` are different sites.
    pub fn origin(&self) -> String {
        format!("http://localhost:{}", self.address.port())
    }

    /// The address of one of its pages.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// Puts a page at `path`, which begins with `/`; an earlier one there is replaced.
    pub fn put(&self, path: &str, page: &Html) {
        let policy = page.csp.as_ref().map(|csp| (header::CONTENT_SECURITY_POLICY, csp.as_str()));
        self.insert(path, "text/html; charset=utf-8", policy, page.text());
    }

    /// Puts a script at `path`.
    pub fn put_script(&self, path: &str, text: &str) {
        self.insert(path, "text/javascript; charset=utf-8", None, text.to_owned());
    }

    /// Answers only after so long, as websites do.
    pub fn take_time(&self, delay: Duration) {
        self.files.lock().unwrap_or_else(PoisonError::into_inner).delay = delay;
    }

    fn insert(&self, path: &str, kind: &str, more: Option<(header::HeaderName, &str)>, text: String) {
        let mut headers = HeaderMap::new();
        for (name, value) in
            [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")].into_iter().chain(more)
        {
            headers.insert(name, value.parse().expect("a test's header is sound"));
        }
        let mut folder = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        folder.files.insert(path.to_owned(), (headers, text));
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn show(State(files): State<Files>, address: Uri) -> (StatusCode, HeaderMap, String) {
    let delay = files.lock().unwrap_or_else(PoisonError::into_inner).delay;
    tokio::time::sleep(delay).await;
    let folder = files.lock().unwrap_or_else(PoisonError::into_inner);
    match folder.files.get(address.path()) {
        Some((headers, text)) => (StatusCode::OK, headers.clone(), text.clone()),
        // Browsers ask for one unasked, and the console would tell of it.
        None if address.path() == "/favicon.ico" => (StatusCode::NO_CONTENT, HeaderMap::new(), String::new()),
        None => (StatusCode::NOT_FOUND, HeaderMap::new(), String::new()),
    }
}

/// A page of the website: a shop, unless its body is replaced.
#[derive(Clone, Debug)]
pub struct Html {
    lang: String,
    dir: String,
    title: String,
    head: String,
    body: String,
    csp: Option<String>,
}

/// What stands on the page of a test that does not care.
const SHOP: &str = "<main><h1>The basket shop</h1><p>Baskets of willow, made by hand since 1921.</p></main>";

impl Default for Html {
    fn default() -> Self {
        let [lang, dir, title] = ["en", "ltr", "Baskets"].map(str::to_owned);
        Self { lang, dir, title, head: String::new(), body: SHOP.to_owned(), csp: None }
    }
}

impl Html {
    /// The shop with something more in its head, such as the widget's tag.
    pub fn with(head: &str) -> Self {
        Self::default().head(head)
    }

    /// Adds to the head.
    #[must_use]
    pub fn head(mut self, html: &str) -> Self {
        self.head.push_str(html);
        self
    }

    /// Puts this into the body instead of the shop.
    #[must_use]
    pub fn body(mut self, html: &str) -> Self {
        html.clone_into(&mut self.body);
        self
    }

    /// Adds to the end of the body.
    #[must_use]
    pub fn end(mut self, html: &str) -> Self {
        self.body.push_str(html);
        self
    }

    /// Sends a `Content-Security-Policy` with the page.
    #[must_use]
    pub fn csp(mut self, policy: &str) -> Self {
        self.csp = Some(policy.to_owned());
        self
    }

    /// The page's language and the direction in which it is read.
    #[must_use]
    pub fn lang(mut self, lang: &str, dir: &str) -> Self {
        lang.clone_into(&mut self.lang);
        dir.clone_into(&mut self.dir);
        self
    }

    /// Calls it otherwise than `Baskets`.
    #[must_use]
    pub fn titled(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    fn text(&self) -> String {
        let Self { lang, dir, title, head, body, .. } = self;
        format!(
            "<!doctype html>\n<html lang=\"{lang}\" dir=\"{dir}\">\n<head><meta charset=\"utf-8\"><title>{title}</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">{head}</head>\n<body>{body}</body>\n</html>\n"
        )
    }
}
