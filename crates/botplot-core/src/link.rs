//! Links that work once: they let in the first owner, whom a team invites, and who has lost a password, and they
//! confirm addresses.

mod letters;

use crate::account::Role;
use crate::conversation::words;
use crate::{AccountId, LinkId, ProjectId, Timestamp};

pub use letters::{address_changed, address_wanted, invitation, new_address, reset, taken_address};

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Makes the first account.
    Setup,
    /// Makes somebody a member of a project.
    Invitation,
    /// Sets a new password.
    Reset,
    /// Confirms an address, and puts it in the place of the account's own.
    Email,
}

words!(Kind { Setup = "setup", Invitation = "invitation", Reset = "reset", Email = "email" });

impl Kind {
    /// Seconds that a link is good for.
    pub fn life(self) -> i64 {
        match self {
            Self::Setup | Self::Email => 24 * 3600,
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
            Self::Email => "confirm-email",
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
    /// Whose password is to be set, or whose address is to be confirmed.
    pub account: Option<AccountId>,
    /// The address that is invited, or to be confirmed.
    pub email: Option<String>,
    /// True when a letter alone carries it, so that whoever has it reads what comes to the address.
    pub mailed: bool,
    /// The role that is offered.
    pub role: Option<Role>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was used, or something else took its place.
    pub used_at: Option<Timestamp>,
}

/// What a link is good for at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It works, once.
    Open,
    /// It has worked, or something else took its place.
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
            mailed: false,
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
}
