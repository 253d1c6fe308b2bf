//! A small provider of OpenID Connect on a free loopback port: discovery, the authorization endpoint, which lets
//! everybody in, and a token endpoint that checks client, PKCE and that each code is used once.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Json, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use botplot_core::plan::Plans;
use botplot_core::{Clock as _, Secret, SystemClock};
use botplot_engine::Spending;
use botplot_engine::accounts::oidc::Config;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::{Url, form_urlencoded};

use super::{Actor, Base, TestApp};

const CLIENT: &str = "botplot";
/// With what has to be encoded before it is sent.
const SECRET: &str = "s:ü%/?";

/// A running provider; it stops when this value is dropped.
pub struct OidcProvider {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    issuer: String,
    /// Claims that go over the usual ones; `null` takes one away.
    changes: Mutex<Value>,
    userinfo: Mutex<Value>,
    grants: Mutex<HashMap<String, Grant>>,
}

/// What a code stands for.
struct Grant {
    challenge: String,
    nonce: String,
    redirect: String,
}

impl OidcProvider {
    /// Starts a provider whose one user is `ann@example.com`.
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared {
            issuer: format!("http://{address}"),
            changes: Mutex::new(json!({})),
            userinfo: Mutex::new(json!({})),
            grants: Mutex::default(),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .route("/me", get(userinfo))
            .with_state(Arc::clone(&shared));
        #[expect(clippy::disallowed_methods, reason = "the task ends with its provider")]
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("serving goes on until it is aborted");
        });
        Self { address, shared, task }
    }

    /// The settings of a server whose people may sign in here; `domains` get accounts unasked.
    pub fn config(&self, domains: &[&str]) -> Config {
        Config {
            issuer: Some(self.shared.issuer.clone()),
            client_id: Some(CLIENT.into()),
            client_secret: Some(Secret::new(SECRET)),
            name: "Example ID".into(),
            domains: domains.iter().map(|&domain| domain.to_owned()).collect(),
            ..Config::default()
        }
    }

    /// From now on these claims go over the usual ones of ID tokens; `null` takes one away.
    pub fn claim(&self, changes: Value) {
        *lock(&self.shared.changes) = changes;
    }

    /// What the userinfo endpoint says from now on.
    pub fn tell(&self, userinfo: Value) {
        *lock(&self.shared.userinfo) = userinfo;
    }

    /// Follows a link to the authorization endpoint, as a browser does, and lets the user in; returns path and query
    /// of where the browser is led then.
    pub async fn let_in(&self, link: &str) -> String {
        let link = Url::parse(link).expect("the link is an address");
        let path = &link[url::Position::BeforePath..];
        let led = Actor::new(self.address).get(path).await.is(302);
        let back = Url::parse(led.header("location").expect("it leads on")).expect("it leads to an address");
        back[url::Position::BeforePath..].to_owned()
    }

    /// Stops, so that nobody listens at its address any more.
    pub async fn stop(mut self) {
        self.task.abort();
        // What it says then is only that it was aborted.
        let _ = (&mut self.task).await;
    }
}

impl TestApp {
    /// A server whose people may sign in at this provider; whoever has an address in `domains` gets an account.
    pub async fn with_oidc(provider: &OidcProvider, domains: &[&str]) -> Self {
        let base = Base { oidc: provider.config(domains), ..Base::alone() };
        let egress = botplot_egress::Config::default();
        Self::on(&base, &egress, Plans::default(), Spending::default(), None).await
    }
}

impl Drop for OidcProvider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn discovery(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let issuer = &shared.issuer;
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/me"),
        "response_types_supported": ["code"],
    }))
}

async fn authorize(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    let asked = pairs(uri.query().unwrap_or_default().as_bytes());
    let value = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let is_sound = value("tenant") == "1"
        && value("response_type") == "code"
        && value("client_id") == CLIENT
        && value("scope").split(' ').any(|scope| scope == "openid")
        && value("code_challenge_method") == "S256"
        && !value("state").is_empty();
    if !is_sound {
        return (StatusCode::BAD_REQUEST, format!("{asked:?}")).into_response();
    }
    let mut grants = lock(&shared.grants);
    let code = format!("code-{}", grants.len());
    let grant =
        Grant { challenge: value("code_challenge"), nonce: value("nonce"), redirect: value("redirect_uri") };
    let mut back = Url::parse(&grant.redirect).expect("the client's address is one");
    back.query_pairs_mut().append_pair("code", &code).append_pair("state", &value("state"));
    grants.insert(code, grant);
    (StatusCode::FOUND, [(header::LOCATION, back.to_string())]).into_response()
}

async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: String) -> Response {
    let encoded: String = form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
    let expected = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{encoded}")));
    if headers.get(header::AUTHORIZATION).is_none_or(|sent| sent != expected.as_str()) {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "invalid_client" }))).into_response();
    }
    let sent = pairs(body.as_bytes());
    let value = |name: &str| sent.get(name).map_or("", String::as_str);
    let grant =
        lock(&shared.grants).get_mut(value("code")).map(|grant| std::mem::replace(grant, Grant::spent()));
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(value("code_verifier").as_bytes()));
    match grant {
        Some(grant)
            if grant.challenge == challenge
                && grant.redirect == value("redirect_uri")
                && value("grant_type") == "authorization_code" =>
        {
            let id_token = shared.id_token(&grant.nonce);
            Json(json!({ "access_token": "at-1", "token_type": "Bearer", "id_token": id_token }))
                .into_response()
        }
        _ => (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response(),
    }
}

async fn userinfo(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    if headers.get(header::AUTHORIZATION).is_none_or(|sent| sent != "Bearer at-1") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    Json(lock(&shared.userinfo).clone()).into_response()
}

impl Grant {
    /// What is left of a grant whose code was used: nothing has this challenge.
    fn spent() -> Self {
        Self { challenge: String::new(), nonce: String::new(), redirect: String::new() }
    }
}

impl Shared {
    fn id_token(&self, nonce: &str) -> String {
        let mut claims = json!({
            "iss": self.issuer,
            "sub": "ann-1",
            "aud": CLIENT,
            "exp": SystemClock.now().0 / 1_000_000 + 300,
            "nonce": nonce,
            "email": "Ann@Example.com",
            "email_verified": true,
            "name": "Ann <Other>",
        });
        for (name, value) in lock(&self.changes).as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        let mut token = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256"}"#);
        let _ = write!(token, ".{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()));
        token
    }
}

fn pairs(text: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(text).into_owned().collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
