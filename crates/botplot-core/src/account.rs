//! Accounts: people who work with BotPlot, and what each may do in a project.

use crate::conversation::words;
use crate::{AccountId, ProjectId, Secret, SignInId, Timestamp, letter};

/// Characters that a person's name may have.
pub const NAME_LIMIT: usize = 100;
/// Characters that a password has at least.
pub const PASSWORD_LEAST: usize = 10;
/// Characters that a password may have: more would only make hashing slow.
pub const PASSWORD_MOST: usize = 200;

/// What somebody may do in a project. Each may all that those below may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads everything but secrets.
    Viewer,
    /// Talks to visitors, too.
    Agent,
    /// Changes knowledge and settings, and invites people, too.
    Admin,
    /// Everything: keys, plan, owners, and the project's end.
    Owner,
}

words!(Role { Viewer = "viewer", Agent = "agent", Admin = "admin", Owner = "owner" });

impl Role {
    /// All roles, the lowest first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Agent, Self::Admin, Self::Owner];

    /// What the role is for, as a sentence.
    pub fn doc(self) -> &'static str {
        match self {
            Self::Viewer => "Reads conversations, leads and figures.",
            Self::Agent => "Talks to visitors, too.",
            Self::Admin => "Changes knowledge and settings and invites people, too.",
            Self::Owner => "May do everything, up to removing the project.",
        }
    }

    /// True when somebody with this role may give, change or take away the role `other`.
    pub fn may_appoint(self, other: Self) -> bool {
        self == Self::Owner || self == Self::Admin && other < Self::Admin
    }
}

/// A person who works with BotPlot.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Where letters reach the person; lower case, unique.
    pub email: String,
    /// True once the person has proved that they read the letters to this address.
    pub confirmed: bool,
    /// What visitors and colleagues read.
    pub name: String,
    /// The password as Argon2 writes it; none for those who only sign in elsewhere.
    pub password: Option<Secret>,
    /// The sealed secret of the second factor, if there is one.
    pub factor: Option<Vec<u8>>,
    /// True for those who may make projects.
    pub operator: bool,
    /// What the person chose for themselves.
    pub preferences: Preferences,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A second factor as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// The sealed secret.
    pub sealed: Vec<u8>,
    /// The last step of time whose code was taken; codes of it and of earlier ones are not taken again.
    pub step: i64,
    /// SHA-256, in hexadecimal, of the recovery codes that were not used yet.
    pub recovery: Vec<String>,
}

/// What a person chose for themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Whether a message makes a sound.
    pub sound: bool,
    /// Whether the browser shows notifications.
    pub notifications: bool,
    /// The project that was open last.
    pub project: Option<ProjectId>,
}

/// One of a project's people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// True when they need a second factor to sign in.
    pub has_factor: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// When a browser of theirs was last seen.
    pub seen_at: Option<Timestamp>,
}

/// One browser in which somebody is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Its id, which opens nothing.
    pub id: SignInId,
    /// Who.
    pub account: AccountId,
    /// What the browser calls itself.
    pub browser: String,
    /// Where it came from.
    pub address: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last seen, to some minutes.
    pub seen_at: Timestamp,
    /// When it ends unless it is seen again.
    pub expires_at: Timestamp,
}

/// An address as accounts have it: trimmed and in lower case, or the rule that it breaks.
pub fn clean_email(text: &str) -> Result<String, &'static str> {
    let email = text.trim().to_lowercase();
    if email.is_empty() {
        return Err("must not be empty");
    }
    letter::address_fault(&email).map_or(Ok(email), Err)
}

/// A person's name, trimmed, or the rule that it breaks.
pub fn clean_name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    match name.chars().count() {
        0 => Err("must not be empty"),
        n if n > NAME_LIMIT => Err("must have at most 100 characters"),
        _ if name.chars().any(char::is_control) => Err("must not contain control characters"),
        _ => Ok(name.to_owned()),
    }
}

/// Why `password` cannot be one, or `None` when it can. Long ones are what helps; other rules only annoy
/// (NIST SP 800-63B, 3.1.1.2).
pub fn password_fault(password: &str, email: &str) -> Option<&'static str> {
    let count = password.chars().count();
    let local = email.split('@').next().unwrap_or_default();
    let lower = password.to_lowercase();
    match count {
        n if n < PASSWORD_LEAST => Some("must have at least 10 characters"),
        n if n > PASSWORD_MOST => Some("must have at most 200 characters"),
        _ if password.chars().all(|c| password.starts_with(c)) => Some("is one character over and over"),
        _ if COMMON.contains(&lower.as_str()) => Some("is among the first that anybody would try"),
        _ if lower == email || lower == local => Some("must not be your address"),
        _ => None,
    }
}

/// Of the most frequent passwords in public leaks, those of at least ten characters.
const COMMON: &[&str] = &[
    "1234567890",
    "0123456789",
    "0987654321",
    "9876543210",
    "12345678910",
    "123456789a",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "abcdefghij",
    "administrator",
    "changeme123",
    "iloveyou123",
    "letmein123",
    "passw0rd123",
    "password12",
    "password123",
    "password1234",
    "password12345",
    "passwordpassword",
    "qwerty12345",
    "qwerty123456",
    "qwertyuiop",
    "qwertyuiop123",
    "welcome123",
    "welcome1234",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_a_ladder() {
        assert!(Role::ALL.is_sorted());
        assert!(Role::ALL.iter().all(|role| Role::parse(role.as_str()) == Some(*role)));
    }

    #[test]
    fn only_owners_appoint_those_who_could_appoint_others() {
        for role in Role::ALL {
            assert!(Role::Owner.may_appoint(role));
            assert_eq!(Role::Admin.may_appoint(role), role < Role::Admin, "{role:?}");
            assert!(!Role::Agent.may_appoint(role) && !Role::Viewer.may_appoint(role));
        }
    }

    #[test]
    fn addresses_are_told_apart_without_their_case() {
        assert_eq!(clean_email("  Ann@Example.COM "), Ok("ann@example.com".into()));
        for bad in ["", "ann", "ann@", "a b@example.com", "ann@example.com\r\nBcc: x@example.com"] {
            assert!(clean_email(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn passwords_are_long_and_not_the_first_to_try() {
        let check = |password: &str| password_fault(password, "longlocalpart@example.com");
        assert_eq!(check("correct horse battery"), None);
        assert_eq!(check("ein paßwort"), None);
        for bad in ["", "short", "aaaaaaaaaaaa", "Password123", "longlocalpart", &"ab".repeat(101)] {
            assert!(check(bad).is_some(), "{bad}");
        }
    }
}
