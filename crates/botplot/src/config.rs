//! The configuration as a whole: each crate's own section, read from defaults, file, environment and flags.

mod check;
mod default;
mod fault;
mod layers;
mod limits;
mod log;
mod plans;
mod server;
mod settings;

use std::path::PathBuf;

use botplot_core::Secret;
use botplot_engine::Spending;
use serde::Deserialize;

pub(crate) use default::commented;
pub(crate) use fault::Faults;
pub(crate) use layers::{Flags, Given};
pub(crate) use limits::Limits;
pub(crate) use log::{Format, Log};
pub(crate) use plans::Plans;
pub(crate) use server::Server;

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// The data folder.
    pub(crate) data: PathBuf,
    /// Listening.
    pub(crate) server: Server,
    /// Where the rows are.
    pub(crate) database: Database,
    /// The model that writes answers.
    pub(crate) llm: botplot_llm::Config,
    /// Outgoing connections.
    pub(crate) egress: botplot_egress::Config,
    /// How letters go out.
    pub(crate) mail: botplot_egress::mail::Config,
    /// Where people may sign in with an account that they have elsewhere.
    pub(crate) oidc: botplot_engine::accounts::oidc::Config,
    /// Search and background work.
    pub(crate) engine: botplot_engine::Config,
    /// What each plan holds.
    pub(crate) plans: Plans,
    /// How often callers may call, and what a project may spend.
    pub(crate) limits: Limits,
    /// Logs.
    pub(crate) log: Log,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("./botplot-data"),
            server: Server::default(),
            database: Database::default(),
            llm: botplot_llm::Config::default(),
            egress: botplot_egress::Config::default(),
            mail: botplot_egress::mail::Config::default(),
            oidc: botplot_engine::accounts::oidc::Config::default(),
            engine: botplot_engine::Config::default(),
            plans: Plans::default(),
            limits: Limits::default(),
            log: Log::default(),
        }
    }
}

/// The `[database]` section.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Database {
    /// A PostgreSQL address; none means the data file in the data folder.
    pub(crate) url: Option<Secret>,
    /// A file that holds that address.
    pub(crate) url_file: Option<PathBuf>,
    /// Connections to PostgreSQL at most.
    pub(crate) connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        let store = botplot_store::Config::default();
        Self { url: store.url, url_file: None, connections: store.connections }
    }
}

impl Config {
    /// Reads all four places; every fault is reported at once.
    pub(crate) fn load(flags: &Flags) -> Result<Loaded, Faults> {
        let (given, mut faults) = layers::read(flags);
        let (config, given) = layers::compose(given, &mut faults);
        check::check(&config, &given, &mut faults);
        if faults.is_empty() { Ok(Loaded { config, given }) } else { Err(faults) }
    }

    /// The store's settings, the address read from its file if that is where it stands.
    pub(crate) fn store(&self) -> anyhow::Result<botplot_store::Config> {
        let url = match &self.database.url_file {
            Some(path) => {
                Some(check::read_secret(path).map_err(|why| anyhow::anyhow!("`database.url_file` {why}"))?)
            }
            None => self.database.url.clone(),
        };
        Ok(botplot_store::Config { url, connections: self.database.connections })
    }

    /// What the model costs, and what a project may spend a day.
    pub(crate) fn spending(&self) -> Spending {
        Spending {
            input_price: self.llm.input_price,
            output_price: self.llm.output_price,
            daily: self.limits.daily_spend,
        }
    }

    /// The key under which secrets are kept, if one is set.
    pub(crate) fn seal_key(&self) -> anyhow::Result<Option<Secret>> {
        match &self.server.seal_key_file {
            Some(path) => {
                let key = check::read_secret(path)
                    .map_err(|why| anyhow::anyhow!("`server.seal_key_file` {why}"))?;
                Ok(Some(key))
            }
            None => Ok(self.server.seal_key.clone()),
        }
    }

    /// True when the rows are in PostgreSQL.
    pub(crate) fn on_postgres(&self) -> bool {
        self.database.url.is_some() || self.database.url_file.is_some()
    }
}

/// A configuration without faults, and what was set to something.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The whole.
    pub(crate) config: Config,
    /// The settings that were given, each from its last place.
    pub(crate) given: Vec<Given>,
}
