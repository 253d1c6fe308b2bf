//! A whole server within a test: real SQLite in a folder of its own, the engine, and HTTP on a free loopback port.
//!
//! Tests speak to it as actors: `app.widget()` has a publishable key, `app.owner()` a secret one.

mod actor;
mod clock;
mod foundation;
mod oidc_provider;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use botplot_core::account::Role;
use botplot_core::conversation::{Conversation, HandledBy, Status};
use botplot_core::key::{Class, Key};
use botplot_core::message::Message;
use botplot_core::plan::{Limits, Plan, Plans};
use botplot_core::project::Settings;
use botplot_core::{AccountId, Clock as _, ConversationId, Ids as _, RandomIds, Secret, SystemClock};
use botplot_engine::accounts::oidc::{self, Oidc};
use botplot_engine::accounts::{self, NewAccount, sign_ins};
use botplot_engine::projects::Created;
use botplot_engine::{Config, Engine, Mail, Parts, Spending, jobs, keys, nodes, projects, sources};
use botplot_store::Store;
use botplot_web::AppState;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::fake_llm::FakeLlm;
pub use actor::{Actor, Live, Reply};
pub use clock::TestClock;
use foundation::{loopback, metrics, open_model, serve};
pub use oidc_provider::OidcProvider;

/// The password of everybody whom a test invites.
pub const PASSWORD: &str = "correct horse battery staple";
/// How long running answers may go on when a test stops its server.
const DRAIN: Duration = Duration::from_millis(200);

/// A running server with one project; its folder vanishes with it.
pub struct TestApp {
    address: SocketAddr,
    engine: Engine,
    store: Store,
    clock: Arc<TestClock>,
    state: AppState,
    project: Created,
    server: JoinHandle<()>,
    folder: TempDir,
}

/// What a server stands on.
#[derive(Clone)]
struct Base<'a> {
    store: botplot_store::Config,
    seal_key: Secret,
    /// The way out for letters.
    mail: Option<Mail>,
    /// Where people may sign in with an account that they have elsewhere.
    oidc: oidc::Config,
    /// The project that another server has made.
    project: Option<&'a Created>,
}

impl Base<'_> {
    /// A data file of its own.
    fn alone() -> Self {
        let seal_key = botplot_engine::seal::fresh_key(&RandomIds);
        Self {
            store: botplot_store::Config::default(),
            seal_key,
            mail: None,
            oidc: oidc::Config::default(),
            project: None,
        }
    }
}

impl TestApp {
    /// A server that answers in its knowledge's own words.
    pub async fn start() -> Self {
        Self::open(None).await
    }

    /// A server whose answers `model` writes.
    pub async fn with_model(model: &FakeLlm) -> Self {
        Self::open(Some(model)).await
    }

    /// A server whose projects get so many answers a month, written by `model` if there is one.
    pub async fn limited(messages: i64, model: Option<&FakeLlm>) -> Self {
        let plans = Plans::default();
        let business = Limits { messages, ..plans.business.clone() };
        Self::with_plans(Plans { business, ..plans }, Spending::default(), model).await
    }

    async fn open(model: Option<&FakeLlm>) -> Self {
        Self::with_plans(Plans::default(), Spending::default(), model).await
    }

    /// A server with these plans and prices.
    pub async fn with_plans(plans: Plans, spending: Spending, model: Option<&FakeLlm>) -> Self {
        Self::reaching(&botplot_egress::Config::default(), plans, spending, model).await
    }

    /// A server that may reach receivers on the loopback, and that sends webhooks.
    pub async fn with_webhooks(plans: Plans) -> Self {
        let app = Self::reaching(&loopback(), plans, Spending::default(), None).await;
        botplot_engine::webhooks::start(&app.engine);
        app
    }

    /// A server that sends letters by way of this mail server, so many an hour for each project, and webhooks to the
    /// loopback. `operator` hears of every project.
    #[cfg(feature = "smtp")]
    pub async fn with_mail(
        server: &crate::smtp_receiver::SmtpReceiver,
        operator: &[&str],
        per_hour: u32,
    ) -> Self {
        let config = botplot_egress::mail::Config {
            host: Some(server.address().ip().to_string()),
            port: Some(server.address().port()),
            from: Some("BotPlot <bot@example.org>".into()),
            operator: operator.iter().map(|&one| one.to_owned()).collect(),
            timeout_seconds: 5,
            per_hour,
            ..botplot_egress::mail::Config::default()
        };
        let mail = Mail::open(&config).expect("the test's settings are sound");
        let plans = Plans::default();
        let base = Base { mail, ..Base::alone() };
        let app = Self::on(&base, &loopback(), plans, Spending::default(), None).await;
        botplot_engine::webhooks::start(&app.engine);
        jobs::start(&app.engine);
        app
    }

    async fn reaching(
        egress: &botplot_egress::Config,
        plans: Plans,
        spending: Spending,
        model: Option<&FakeLlm>,
    ) -> Self {
        Self::on(&Base::alone(), egress, plans, spending, model).await
    }

    /// Two servers on a new PostgreSQL database that know of each other. Each has its own data folder and clock.
    pub async fn pair(url: &str, model: &FakeLlm) -> [Self; 2] {
        let store = botplot_store::Config { url: Some(Secret::new(url)), ..botplot_store::Config::default() };
        let base = Base { store, ..Base::alone() };
        let egress = botplot_egress::Config::default();
        let open = async |base: &Base<'_>| {
            let app = Self::on(base, &egress, Plans::default(), Spending::default(), Some(model)).await;
            nodes::join(&app.engine, RandomIds.random()).await.expect("the database answers");
            app
        };
        let first = open(&base).await;
        let second = open(&Base { project: Some(&first.project), ..base.clone() }).await;
        [first, second]
    }

    async fn on(
        base: &Base<'_>,
        egress: &botplot_egress::Config,
        plans: Plans,
        spending: Spending,
        model: Option<&FakeLlm>,
    ) -> Self {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        let store = Store::open(&base.store, folder.path()).await;
        let store = store.expect("an empty folder takes a new database");
        let egress = botplot_egress::Client::new(egress);
        let egress = egress.expect("the default settings are sound");
        let clock = Arc::new(TestClock::default());
        let parts = Parts {
            store: store.clone(),
            model: model.and_then(|m| open_model(m, &egress)),
            egress,
            mail: base.mail.clone(),
            oidc: Oidc::open(&base.oidc).expect("the test's settings are sound"),
            clock: clock.clone(),
            ids: Arc::new(RandomIds),
            config: Config { indexing_threads: 1, ..Config::default() },
            plans,
            seal_key: base.seal_key.clone(),
            spending,
        };
        let engine = Engine::open(parts).await.expect("a new database opens");
        keys::watch(&engine);
        let project = match base.project {
            Some(Created { project, publishable, secret }) => {
                let (publishable, secret) = (publishable.clone(), secret.clone());
                Created { project: project.clone(), publishable, secret }
            }
            None => projects::create(&engine, "first").await.expect("the first project has a free name"),
        };
        let mut state = AppState::new(engine.clone(), "https://chat.example", metrics());
        state.drain = DRAIN;
        state.set_ready(true);
        let (address, server) = serve(state.clone()).await;
        Self { address, engine, store, clock, state, project, server, folder }
    }

    /// The server's address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The data folder.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Somebody with this role in the first project, signed in in a browser.
    pub async fn member(&self, role: Role) -> Actor {
        let email = format!("{}-{}@example.com", role.as_str(), self.engine.ids().random());
        self.member_at(&email, role).await
    }

    /// The same with an address of one's choice; the password is [`PASSWORD`].
    pub async fn member_at(&self, email: &str, role: Role) -> Actor {
        let (account, person) = self.person(email, role == Role::Owner).await;
        let set = accounts::set_role(&self.engine, self.project.project.id, account, role).await;
        set.expect("the project is there");
        person
    }

    /// Somebody who is signed in and has no part in the first project.
    pub async fn outsider(&self) -> Actor {
        self.person(&format!("outsider-{}@example.com", self.engine.ids().random()), false).await.1
    }

    async fn person(&self, email: &str, operator: bool) -> (AccountId, Actor) {
        let name = email.split(['-', '@']).next().unwrap_or(email).to_owned();
        let new = NewAccount { email: email.to_owned(), name, password: Secret::new(PASSWORD), operator };
        let account = accounts::create(&self.engine, new).await.expect("the address is free").id;
        let begun = sign_ins::begin(&self.engine, account, "A test's browser", "127.0.0.1").await;
        let (_, token) = begun.expect("the account is there");
        let cookie = format!("__Host-botplot={}", token.expose());
        (account, Actor::new(self.address).with("cookie", &cookie).with("sec-fetch-site", "same-origin"))
    }

    /// An address of the dashboard within the first project, such as `inbox`.
    pub fn page(&self, rest: &str) -> String {
        format!("/app/{}/{rest}", self.project.project.id)
    }

    /// The project that the actors belong to.
    pub fn project(&self) -> &Created {
        &self.project
    }

    /// The engine behind the server.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The store behind the engine.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What the server's handlers have in hand.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// The server's clock, which a test can move.
    pub fn clock(&self) -> &TestClock {
        &self.clock
    }

    /// A caller without a key.
    pub fn stranger(&self) -> Actor {
        Actor::new(self.address)
    }

    /// A caller with the project's publishable key.
    pub fn widget(&self) -> Actor {
        self.holder_of(&self.project.publishable)
    }

    /// A caller with the project's secret key.
    pub fn owner(&self) -> Actor {
        self.holder_of(&self.project.secret)
    }

    /// A caller with this key.
    pub fn holder_of(&self, key: &Key) -> Actor {
        self.stranger().with("x-api-key", key.expose())
    }

    /// Makes one more project.
    pub async fn another_project(&self, name: &str) -> Created {
        projects::create(&self.engine, name).await.expect("the test chose a free name")
    }

    /// Makes one more key of the first project and revokes it.
    pub async fn revoked_key(&self, class: Class) -> Key {
        let id = self.project.project.id;
        let (record, key) =
            keys::create(&self.engine, id, class, "old", "test").await.expect("the name is sound");
        keys::revoke(&self.engine, id, record.id, "test").await.expect("the key was just made");
        key
    }

    /// Changes what the first project's owner set.
    pub async fn set(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.project.project.settings.clone();
        change(&mut settings);
        projects::set(&self.engine, self.project.project.id, settings).await.expect("the settings are sound");
    }

    /// Puts the first project on a plan.
    pub async fn put_on(&self, plan: Plan) {
        let id = self.project.project.id;
        let put = self.store.write(move |tx| Box::pin(async move { tx.set_plan(id, plan).await }));
        let put: Result<bool, botplot_store::Error> = put.await;
        assert!(put.expect("the database answers"), "the project is gone");
    }

    /// What the first project has used of `metric` in the month or day `period`.
    pub async fn used(&self, period: &str, metric: &str) -> i64 {
        let used = self.engine.reader().usage(self.project.project.id, period).await;
        let used = used.expect("the database answers");
        used.iter().find(|(name, _)| name == metric).map_or(0, |(_, used)| *used)
    }

    /// Teaches the first project a text, vectors included.
    pub async fn learn(&self, title: &str, text: &str) {
        let file = (format!("{title}.md"), format!("# {title}\n\n{text}\n").into_bytes());
        let added = sources::add_files(&self.engine, self.project.project.id, title, vec![file]).await;
        added.expect("the test's text is sound");
        jobs::run_until_idle(&self.engine).await;
    }

    /// A conversation of the first project, as stored.
    pub async fn conversation(&self, id: &str) -> Conversation {
        let id: ConversationId = id.parse().expect("a conversation's id is a UUID");
        let found = self.engine.reader().find_conversation(self.project.project.id, id).await;
        found.expect("the database answers").expect("the conversation is there")
    }

    /// The messages of a conversation of the first project, oldest first.
    pub async fn messages(&self, id: &str) -> Vec<Message> {
        let id: ConversationId = id.parse().expect("a conversation's id is a UUID");
        let found = self.engine.reader().list_messages(self.project.project.id, id, 1000).await;
        found.expect("the database answers")
    }

    /// Archives a conversation.
    pub async fn archive(&self, id: &str) {
        let conversation = self.conversation(id).await;
        self.keep(Conversation { status: Status::Archived, ..conversation }).await;
    }

    /// Gives a conversation to a person.
    pub async fn take_over(&self, id: &str) {
        let conversation = self.conversation(id).await;
        self.keep(Conversation { handled_by: HandledBy::Human, ..conversation }).await;
    }

    /// Stores something for a conversation's page to hear, as another process does it: nobody here is woken.
    pub async fn tell_silently(&self, id: &str, payload: serde_json::Value) {
        let (project, id) = (self.project.project.id, id.parse().expect("a conversation's id is a UUID"));
        let now = SystemClock.now();
        let told = self.store.write(move |tx| {
            Box::pin(async move { tx.add_conversation_event(project, id, &payload, now).await })
        });
        let told: Result<i64, botplot_store::Error> = told.await;
        told.expect("the conversation is there");
    }

    /// Keeps a conversation as another process does it: nobody here is woken.
    pub async fn keep_silently(&self, conversation: Conversation) {
        self.keep(conversation).await;
    }

    async fn keep(&self, conversation: Conversation) {
        let kept =
            self.store.write(move |tx| Box::pin(async move { tx.save_conversation(&conversation).await }));
        let kept: Result<bool, botplot_store::Error> = kept.await;
        assert!(kept.expect("the database answers"), "the conversation is gone");
    }

    /// Tells the engine to stop, as a signal does, and waits until it has.
    pub async fn stop(&self) {
        self.engine.close().await;
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.server.abort();
    }
}
