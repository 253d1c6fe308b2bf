//! Links that work once: they let in the first owner, whom a team invites, and who has lost a password.

use crate::account::Role;
use crate::conversation::words;
use crate::letter::{Letter, one_line};
use crate::{AccountId, LinkId, ProjectId, Timestamp};

/// Characters of a name within a letter.
const NAME: usize = 60;

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Makes the first account.
    Setup,
    /// Makes somebody a member of a project.
    Invitation,
    /// Sets a new password.
    Reset,
}

words!(Kind { Setup = "setup", Invitation = "invitation", Reset = "reset" });

impl Kind {
    /// Seconds that a link is good for.
    pub fn life(self) -> i64 {
        match self {
            Self::Setup => 24 * 3600,
            Self::Invitation => 7 * 24 * 3600,
            Self::Reset => 3600,
        }
    }

    /// The address that such a link has on the server `base`.
    pub fn address(self, base: &str, token: &str) -> String {
        let place = match self {
            Self::Setup => "setup",
            Self::Invitation => "invite",
            Self::Reset => "reset",
        };
        format!("{base}/{place}/{token}")
    }
}

/// A link, without its secret part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its id, which opens nothing.
    pub id: LinkId,
    /// What it is for.
    pub kind: Kind,
    /// The project that an invitation is to.
    pub project: Option<ProjectId>,
    /// Whose password is to be set.
    pub account: Option<AccountId>,
    /// The address that is invited.
    pub email: Option<String>,
    /// The role that is offered.
    pub role: Option<Role>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

/// What a link is good for at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It works, once.
    Open,
    /// It has worked.
    Used,
    /// It was not used in time.
    Expired,
}

impl Link {
    /// What it is good for at `now`.
    pub fn state(&self, now: Timestamp) -> State {
        match self.used_at {
            Some(_) => State::Used,
            None if now >= self.expires_at => State::Expired,
            None => State::Open,
        }
    }
}

/// The letter that invites somebody.
pub fn invitation(by: &str, project: &str, role: Role, address: &str) -> Letter {
    let (by, project) = (one_line(by, NAME), one_line(project, NAME));
    Letter {
        subject: format!("{by} invites you to \"{project}\""),
        text: format!(
            "{by} invites you to answer visitors of \"{project}\" together, in BotPlot.\n\
             Your role would be {}: {}\n\n\
             This link takes you there. It works once, within seven days:\n\n{address}\n\n\
             If you did not expect this, you need not do anything.\n",
            role.as_str(),
            role.doc()
        ),
    }
}

/// The letter that lets somebody set a new password.
pub fn reset(address: &str) -> Letter {
    Letter {
        subject: "A new password for BotPlot".into(),
        text: format!(
            "Somebody, most likely you, asked for a new password for your account.\n\
             This link lets you set one. It works once, within an hour:\n\n{address}\n\n\
             If it was not you, you need not do anything: your password stays as it is.\n"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_link_works_until_it_is_used_or_its_time_is_up() {
        let made = Timestamp(0);
        let link = Link {
            id: LinkId(Uuid::nil()),
            kind: Kind::Reset,
            project: None,
            account: None,
            email: None,
            role: None,
            created_at: made,
            expires_at: made.plus_seconds(Kind::Reset.life()),
            used_at: None,
        };
        assert_eq!(link.state(made.plus_seconds(3599)), State::Open);
        assert_eq!(link.state(made.plus_seconds(3600)), State::Expired);
        let used = Link { used_at: Some(made), ..link };
        assert_eq!((used.state(made), used.state(made.plus_seconds(9999))), (State::Used, State::Used));
    }

    #[test]
    fn names_within_letters_stay_on_their_line() {
        let letter =
            invitation("Ann\r\nBcc: x@example.com", "A\nB", Role::Agent, "https://b.example/invite/x");
        assert_eq!(letter.subject, "Ann Bcc: x@example.com invites you to \"A B\"");
        assert!(letter.text.contains("\n\nhttps://b.example/invite/x\n\n"));
    }
}
