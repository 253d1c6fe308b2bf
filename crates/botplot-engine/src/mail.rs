//! How letters leave this server: the operator's mailer, the addresses that hear of every project, and how much one
//! project may send.

use botplot_core::project::Project;
use botplot_egress::mail::{Config, Mailer};

use crate::Error;

/// The operator's settings for letters, ready for use; cheap to clone.
#[derive(Clone)]
pub struct Mail {
    pub(crate) mailer: Mailer,
    /// Letters of one project an hour.
    pub(crate) per_hour: i64,
    operator: Vec<String>,
}

impl Mail {
    /// What the configuration says; `None` when no letters go out.
    pub fn open(config: &Config) -> Result<Option<Self>, Error> {
        let mailer = Mailer::open(config).map_err(|why| Error::Internal(why.into()))?;
        let (operator, per_hour) = (config.operator.clone(), i64::from(config.per_hour));
        Ok(mailer.map(|mailer| Self { mailer, per_hour, operator }))
    }

    /// Who hears of a project's notices, each once: whoever runs the server, and whom the project names.
    pub(crate) fn readers<'a>(&'a self, project: &'a Project) -> Vec<&'a str> {
        let mut readers: Vec<&str> = Vec::new();
        for one in self.operator.iter().chain(&project.settings.notices.emails) {
            if !readers.iter().any(|known| known.eq_ignore_ascii_case(one)) {
                readers.push(one);
            }
        }
        readers
    }
}
