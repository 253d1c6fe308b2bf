//! Who is asking: a person, and their part in the project that the address names. The gate puts both into the
//! request; handlers take them out.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use botplot_core::ProjectId;
use botplot_core::account::{Account, Role, SignIn};
use botplot_core::project::Project;

use crate::{ApiError, AppState, Code};

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    /// Who.
    pub(crate) account: Account,
    /// In which browser.
    pub(crate) sign_in: SignIn,
    /// What the last action has to say on the next page.
    pub(crate) said: Option<String>,
}

/// Somebody's part in a project.
#[derive(Clone)]
pub(crate) struct Seat {
    /// Who.
    pub(crate) person: Person,
    /// What they may do.
    pub(crate) role: Role,
    /// The project.
    pub(crate) project: Project,
    /// The other projects that they may open, by name.
    pub(crate) others: Vec<(ProjectId, String)>,
    /// Conversations in which a visitor waits for a person.
    pub(crate) waiting: i64,
}

impl Seat {
    /// A person's part in a project; `None` when they have none.
    pub(crate) async fn find(
        state: &AppState,
        person: Person,
        wanted: ProjectId,
    ) -> Result<Option<Self>, ApiError> {
        let mut projects = state.engine.reader().projects_of(person.account.id).await?;
        let Some(place) = projects.iter().position(|(project, _)| project.id == wanted) else {
            return Ok(None);
        };
        let (project, role) = projects.remove(place);
        let others = projects.into_iter().map(|(project, _)| (project.id, project.name)).collect();
        let waiting = state.engine.reader().count_waiting(project.id).await?;
        Ok(Some(Self { person, role, project, others, waiting }))
    }

    /// True when the project asks its people for a second factor and this one has none. Whoever has one gave a code of it
    /// in this browser: each sign-in asks for it, after another provider's as well, and setting it up ends the sign-ins
    /// of before.
    pub(crate) fn lacks_factor(&self) -> bool {
        self.project.factor_required && self.person.account.factor.is_none()
    }

    /// A person's part in the project that they opened last, as the frame of their own pages; none where it is shut to
    /// them.
    pub(crate) async fn last(state: &AppState, person: &Person) -> Result<Option<Self>, ApiError> {
        match person.account.preferences.project {
            Some(project) => {
                let seat = Self::find(state, person.clone(), project).await?;
                Ok(seat.filter(|seat| !seat.lacks_factor()))
            }
            None => Ok(None),
        }
    }

    /// The project's id.
    pub(crate) fn id(&self) -> ProjectId {
        self.project.id
    }

    /// Who stands in the audit log.
    pub(crate) fn actor(&self) -> String {
        self.person.account.email.clone()
    }

    /// True when the person's role is `role` or above.
    pub(crate) fn may(&self, role: Role) -> bool {
        self.role >= role
    }

    /// An address within the project, such as `/app/…/inbox` for `inbox`.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/app/{}/{rest}", self.project.id)
    }
}

impl FromRequestParts<AppState> for Person {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| ApiError::new(Code::SignedOut))
    }
}

impl FromRequestParts<AppState> for Seat {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| ApiError::new(Code::SignedOut))
    }
}

/// Somebody who may be signed in.
pub(crate) struct Visitor(pub(crate) Option<Person>);

impl FromRequestParts<AppState> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.extensions.get::<Person>().cloned()))
    }
}
