//! An engine on a data folder of its own, and short words for what tests do with it.

use std::sync::Arc;

use botplot_core::conversation::Proof;
use botplot_core::event::Kind;
use botplot_core::plan::Plans;
use botplot_core::project::Project;
use botplot_core::source::Source;
use botplot_core::visitor::VisitorInfo;
use botplot_core::{Clock, ConversationId, EndpointId, RandomIds, Secret, SeededIds, SessionId, SystemClock};
use botplot_engine::chat::{Ask, Final, TurnEvent, ask};
use botplot_engine::{Config, Engine, Parts, Spending, jobs, projects, sources, webhooks};
use botplot_store::Store;
use serde_json::Value;
use tempfile::TempDir;

/// An engine, its data folder and one project.
pub(crate) struct Rig {
    pub(crate) engine: Engine,
    pub(crate) project: Project,
    pub(crate) folder: TempDir,
}

/// An answer as a client collects it.
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) end: Final,
}

impl Rig {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = open(&folder).await;
        let project = projects::create(&engine, "shop").await.unwrap().project;
        Self { engine, project, folder }
    }

    /// Adds Markdown files as one source and has them read.
    pub(crate) async fn learn(&self, name: &str, files: &[(&str, &str)]) -> Source {
        let files = files.iter().map(|(n, t)| ((*n).to_owned(), t.as_bytes().to_vec())).collect();
        let source = sources::add_files(&self.engine, self.project.id, name, files).await.unwrap();
        jobs::run_until_idle(&self.engine).await;
        self.engine.reader().find_source(self.project.id, source.id).await.unwrap().unwrap()
    }

    /// Asks in a conversation (a new one without an id) and waits for the end of the answer.
    pub(crate) async fn ask(&self, message: &str, conversation: Option<ConversationId>) -> Answer {
        let mut turn = ask(&self.engine, self.question(message, conversation)).await.unwrap();
        let mut text = String::new();
        loop {
            match turn.events.recv().await.expect("a turn ends with its last event") {
                TurnEvent::Token(token) => text.push_str(&token),
                TurnEvent::Final(end) => return Answer { text, end: *end },
                TurnEvent::Failed(failure) => panic!("{failure:?}"),
            }
        }
    }

    /// Adds an endpoint that hears of these events.
    pub(crate) async fn listen(&self, events: &[Kind]) -> EndpointId {
        let wanted = webhooks::Wanted {
            url: "https://8.8.8.8/hook".into(),
            description: String::new(),
            events: events.to_vec(),
            secret: None,
        };
        webhooks::create(&self.engine, self.project.id, wanted, "test").await.unwrap().0.id
    }

    /// The bodies that wait to be sent to an endpoint, oldest first.
    pub(crate) async fn told(&self, endpoint: EndpointId) -> Vec<Value> {
        let (reader, project) = (self.engine.reader(), self.project.id);
        let (all, _) = reader.list_deliveries(project, endpoint, None, 1000, 0).await.unwrap();
        let mut bodies = Vec::new();
        for one in all.into_iter().rev() {
            let body = reader.find_delivery(project, endpoint, one.id).await.unwrap().unwrap().1;
            bodies.push(serde_json::from_slice(&body).unwrap());
        }
        bodies
    }

    pub(crate) fn question(&self, message: &str, conversation: Option<ConversationId>) -> Ask {
        Ask {
            project: self.project.clone(),
            proof: Proof::SecretKey,
            session: SessionId(self.engine.ids().random()),
            visitor_id: "bob".into(),
            message: message.into(),
            conversation,
            visitor_info: VisitorInfo::default(),
            context: serde_json::Map::new(),
            earlier: None,
            instructions: None,
            idempotency: None,
            durable: false,
        }
    }
}

pub(crate) async fn open(folder: &TempDir) -> Engine {
    open_with(folder, Arc::new(SystemClock)).await
}

pub(crate) async fn open_with(folder: &TempDir, clock: Arc<dyn Clock>) -> Engine {
    let store = Store::open(&botplot_store::Config::default(), folder.path()).await.unwrap();
    let egress = botplot_egress::Client::new(&botplot_egress::Config::default()).unwrap();
    Engine::open(Parts { clock, ..parts(store, egress, key()) }).await.unwrap()
}

/// What an engine is made of, where nothing else is said.
pub(crate) fn parts(store: Store, egress: botplot_egress::Client, seal_key: Secret) -> Parts {
    Parts {
        oidc: None,
        store,
        egress,
        mail: None,
        model: None,
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
        config: Config::default(),
        plans: Plans::default(),
        spending: Spending::default(),
        seal_key,
    }
}

/// The key that secrets are sealed with, the same each time.
pub(crate) fn key() -> Secret {
    botplot_engine::seal::fresh_key(&SeededIds::new(1))
}
