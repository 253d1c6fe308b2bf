//! The engine itself: what every use case has in hand.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use botplot_core::plan::{Limits, Plans};
use botplot_core::project::Project;
use botplot_core::{Clock, Ids, KeyId, ProjectId, Secret};
use botplot_llm::ChatModel;
use botplot_store::{Reader, Store};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::accounts::oidc::Oidc;
use crate::accounts::password::Gate;
use crate::chat::queue::Turns;
use crate::conversations::inbox::Inboxes;
use crate::embedder::Embedder;
use crate::indexes::Indexes;
use crate::keys::LastUses;
use crate::live::Live;
use crate::mail::Mail;
use crate::nodes::Nodes;
use crate::outbox::Outbox;
use crate::questions::Runs;
use crate::remembered::Remembered;
use crate::seal::{self, Seal};
use crate::sightings::Sightings;
use crate::spending::Spending;
use crate::{Config, Error};

/// What the binary puts together for an engine.
pub struct Parts {
    /// The data.
    pub store: Store,
    /// The way out.
    pub egress: botplot_egress::Client,
    /// The way out for letters; without one none are written.
    pub mail: Option<Mail>,
    /// Where people may sign in with an account that they have elsewhere, if anywhere.
    pub oidc: Option<Oidc>,
    /// The model that writes answers; without one they are quoted.
    pub model: Option<Arc<dyn ChatModel>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Identifiers and randomness.
    pub ids: Arc<dyn Ids>,
    /// The operator's settings.
    pub config: Config,
    /// What each plan holds.
    pub plans: Plans,
    /// What the model costs, and what a project may spend a day.
    pub spending: Spending,
    /// The key under which secrets are kept: 32 bytes in base64 or hexadecimal.
    pub seal_key: Secret,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) reader: Reader,
    pub(crate) egress: botplot_egress::Client,
    pub(crate) mail: Option<Mail>,
    pub(crate) model: Option<Arc<dyn ChatModel>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) config: Config,
    pub(crate) plans: Plans,
    pub(crate) spending: Spending,
    pub(crate) embedder: Embedder,
    pub(crate) remembered: Remembered,
    pub(crate) runs: Runs,
    pub(crate) indexes: Indexes,
    pub(crate) turns: Turns,
    pub(crate) last_uses: LastUses,
    pub(crate) sightings: Sightings,
    pub(crate) live: Live,
    pub(crate) inboxes: Inboxes,
    pub(crate) nodes: Nodes,
    pub(crate) outbox: Outbox,
    pub(crate) seal: Seal,
    pub(crate) passwords: Gate,
    pub(crate) oidc: Option<Oidc>,
    pub(crate) ended: watch::Sender<Arc<HashSet<KeyId>>>,
    pub(crate) token_secret: Secret,
    public_url: OnceLock<String>,
    pub(crate) job_added: Notify,
    pub(crate) embedding: ProjectLocks,
    tracker: TaskTracker,
    stopping: CancellationToken,
}

/// One lock per project, for work that must not be done twice at once.
#[derive(Default)]
pub(crate) struct ProjectLocks(Mutex<HashMap<ProjectId, Arc<tokio::sync::Mutex<()>>>>);

impl ProjectLocks {
    /// The project's lock.
    pub(crate) fn of(&self, project: ProjectId) -> Arc<tokio::sync::Mutex<()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(project).or_default().clone()
    }
}

/// The use cases' common ground; cheap to clone.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Inner>);

impl Engine {
    /// Puts an engine together; starts its embedding threads and nothing else.
    pub async fn open(parts: Parts) -> Result<Self, Error> {
        let token_secret = installation_secret(&parts).await?;
        let seal = Seal::new(&parts.seal_key)?;
        seal::check(&seal, &parts).await?;
        Ok(Self(Arc::new(Inner {
            reader: parts.store.reader(),
            embedder: Embedder::start(parts.config.indexing_threads),
            remembered: Remembered::default(),
            runs: Runs::default(),
            indexes: Indexes::new(parts.config.index_memory_mb << 20),
            turns: Turns::default(),
            last_uses: LastUses::default(),
            sightings: Sightings::default(),
            live: Live::default(),
            inboxes: Inboxes::default(),
            nodes: Nodes::default(),
            outbox: Outbox::default(),
            seal,
            passwords: Gate::default(),
            oidc: parts.oidc,
            ended: watch::Sender::default(),
            token_secret,
            public_url: OnceLock::new(),
            job_added: Notify::new(),
            embedding: ProjectLocks::default(),
            tracker: TaskTracker::new(),
            stopping: CancellationToken::new(),
            store: parts.store,
            egress: parts.egress,
            mail: parts.mail,
            model: parts.model,
            clock: parts.clock,
            ids: parts.ids,
            config: parts.config,
            plans: parts.plans,
            spending: parts.spending,
        })))
    }

    /// The look-ups; every change goes through a use case instead.
    pub fn reader(&self) -> &Reader {
        &self.0.reader
    }

    /// The time.
    pub fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    /// Identifiers and randomness.
    pub fn ids(&self) -> &dyn Ids {
        &*self.0.ids
    }

    /// What each plan holds.
    pub fn plans(&self) -> &Plans {
        &self.0.plans
    }

    /// What a project's plan holds.
    pub fn plan_limits(&self, project: &Project) -> &Limits {
        self.0.plans.of(project.plan)
    }

    /// What the model costs, and what a project may spend a day.
    pub fn spending(&self) -> &Spending {
        &self.0.spending
    }

    /// The keys that were revoked or expired while the server runs, so that what they opened can be closed.
    pub fn ended_keys(&self) -> watch::Receiver<Arc<HashSet<KeyId>>> {
        self.0.ended.subscribe()
    }

    /// The built-in embedding model.
    pub fn embedder(&self) -> &Embedder {
        &self.0.embedder
    }

    /// The name of the model that writes answers, if there is one.
    pub fn model_name(&self) -> Option<&str> {
        self.0.model.as_deref().map(ChatModel::name)
    }

    /// The server that takes letters, if there is one.
    pub fn mail_server(&self) -> Option<String> {
        self.0.mail.as_ref().map(|mail| mail.mailer.server())
    }

    /// Where people may sign in with an account that they have elsewhere, if anywhere.
    pub fn oidc(&self) -> Option<&Oidc> {
        self.0.oidc.as_ref()
    }

    /// Says where people reach the server, without a slash at its end; only the first time counts.
    pub fn reached_at(&self, public_url: &str) {
        self.0.public_url.get_or_init(|| public_url.to_owned());
    }

    /// Where people reach the server, once that is known.
    pub fn public_url(&self) -> Option<&str> {
        self.0.public_url.get().map(String::as_str)
    }

    /// The tasks that shutdown waits for.
    pub fn tracker(&self) -> &TaskTracker {
        &self.0.tracker
    }

    /// Cancelled when the server begins to stop.
    pub fn stopping(&self) -> &CancellationToken {
        &self.0.stopping
    }

    /// Stops: tells every task, waits for them, then flushes the store.
    pub async fn close(&self) {
        self.0.stopping.cancel();
        self.0.tracker.close();
        self.0.tracker.wait().await;
        self.0.store.close().await;
    }
}

/// The secret that signs visitor tokens, made once per data file.
async fn installation_secret(parts: &Parts) -> Result<Secret, Error> {
    const NAME: &str = "token_secret";
    if let Some(known) = parts.store.reader().meta(NAME).await? {
        return Ok(Secret::new(known));
    }
    let fresh =
        botplot_core::key::Key::generate(botplot_core::key::Class::Secret, &*parts.ids).expose().to_owned();
    let kept = parts
        .store
        .write(move |tx| Box::pin(async move { Ok::<_, Error>(tx.meta_or_insert(NAME, &fresh).await?) }));
    Ok(Secret::new(kept.await?))
}
