//! What a transaction can do about people: accounts, their work in the inbox, and what they teach.

use botplot_core::account::{Account, Factor, Member, Role, SignIn};
use botplot_core::link::{Kind as LinkKind, Link};
use botplot_core::project::Project;
use botplot_core::question::{Question, Run};
use botplot_core::{
    AccountId, ConversationId, LinkId, MessageId, ProjectId, QuestionId, ReplyId, SignInId, Timestamp,
};
use serde_json::Value;

use super::{Conn, Tx};
use crate::backend::{postgres, sqlite};
use crate::{Error, NoteRow, ReplyRow};

methods! {
    mod accounts {
        /// Adds an account; `Unique("accounts.email")` when there is one of this address.
        fn add_account(account: &Account) -> ();
        /// Writes an account's present state; false when it is gone.
        fn save_account(account: &Account) -> bool;
        /// Finds an account; until the transaction ends nobody else changes it.
        fn lock_account(account: AccountId) -> Option<Account>;
        /// Finds an account by its address, which is in lower case.
        fn find_account_of(email: &str) -> Option<Account>;
        /// How many accounts there are.
        fn count_accounts() -> i64;
        /// An account's second factor, if it has one; until the transaction ends nobody else changes it.
        fn lock_factor(account: AccountId) -> Option<Factor>;
        /// Gives an account a second factor, or takes it away; false when the account is gone.
        fn set_factor(account: AccountId, factor: Option<&Factor>) -> bool;
    }
    mod tries {
        /// Counts a try at an account's second factor; returns how many there are, and since when.
        fn count_try(account: AccountId, now: Timestamp) -> (i64, Timestamp);
        /// Takes a try back that was right.
        fn forgive_try(account: AccountId) -> ();
        /// Forgets the tries of accounts whose first was at this time or before; returns of how many accounts.
        fn remove_tries_before(at: Timestamp) -> i64;
    }
    mod identities {
        /// Notes who an account is at a provider; `Unique("identities")` when that is somebody already.
        fn add_identity(issuer: &str, subject: &str, account: AccountId, now: Timestamp) -> ();
        /// Whose account a provider's subject is.
        fn find_identity(issuer: &str, subject: &str) -> Option<AccountId>;
    }
    mod members {
        /// The projects that an account has a part in, oldest first.
        fn projects_of(account: AccountId) -> Vec<(Project, Role)>;
        /// Gives an account this role in a project.
        fn set_member(project: ProjectId, account: AccountId, role: Role, now: Timestamp) -> ();
        /// Takes an account out of a project; false when it had no part in it.
        fn remove_member(project: ProjectId, account: AccountId) -> bool;
        /// A project's people, the first one first.
        fn list_members(project: ProjectId) -> Vec<Member>;
        /// What an account may do in a project; `None` when it has no part in it.
        fn find_role(project: ProjectId, account: AccountId) -> Option<Role>;
    }
    mod sign_ins {
        /// Adds a browser that is signed in; `hash` is the SHA-256 of what it holds.
        fn add_sign_in(sign_in: &SignIn, hash: &[u8]) -> ();
        /// Notes that a browser was seen, and how long it stays signed in.
        fn touch_sign_in(sign_in: SignInId, now: Timestamp, until: Timestamp) -> ();
        /// Signs one browser out; false when it was not an account's.
        fn remove_sign_in(account: AccountId, sign_in: SignInId) -> bool;
        /// Signs all of an account's browsers out, but for one; returns how many.
        fn remove_sign_ins_but(account: AccountId, kept: Option<SignInId>) -> i64;
        /// Forgets what expired before; returns how many.
        fn remove_sign_ins_before(at: Timestamp) -> i64;
    }
    mod links {
        /// Adds a link; `hash` is the SHA-256 of its secret part.
        fn add_link(link: &Link, hash: &[u8]) -> ();
        /// Uses a link up and returns it; `None` when it is not there, was used or has expired. Of several at the same
        /// time one gets it.
        fn use_link(kind: LinkKind, hash: &[u8], now: Timestamp) -> Option<Link>;
        /// Uses up all invitations to an address that still work, of any project, and returns them.
        fn use_invitations_to(email: &str, now: Timestamp) -> Vec<Link>;
        /// A project's invitations that nobody has taken, expired ones included, oldest first.
        fn list_invitations(project: ProjectId) -> Vec<Link>;
        /// Takes an invitation back; false when it is gone or somebody has taken it.
        fn remove_invitation(project: ProjectId, link: LinkId) -> bool;
        /// Takes back the links of a kind that were not used, an account's own or those that belong to nobody; returns
        /// how many.
        fn remove_open_links(kind: LinkKind, account: Option<AccountId>) -> i64;
        /// The newest link of a kind that was made for an account, whatever it is good for.
        fn last_link(kind: LinkKind, account: AccountId) -> Option<Link>;
        /// Ends an account's links of a kind as if they were used, so that they are remembered; returns how many.
        fn end_links(kind: LinkKind, account: AccountId, now: Timestamp) -> i64;
        /// Forgets the links that expired before; returns how many.
        fn remove_links_before(at: Timestamp) -> i64;
    }
    mod waiting {
        /// Notes that a visitor waits for a person, unless they do already.
        fn note_waiting(project: ProjectId, conversation: ConversationId, since: Timestamp) -> ();
        /// Notes that a visitor waits no more: somebody took care, or the conversation is over.
        fn end_waiting(project: ProjectId, conversation: ConversationId) -> ();
        /// Takes it on to tell the team of a visitor who waits since `since`; false when another node has, or it is over.
        fn claim_alert(project: ProjectId, conversation: ConversationId, since: Timestamp, now: Timestamp) -> bool;
        /// Notes that a person wrote something that the visitor's page has not heard, unless something waits already.
        fn note_reply(project: ProjectId, conversation: ConversationId, at: Timestamp) -> ();
        /// Notes the place up to which the visitor's page has heard; it never goes back.
        fn note_heard(project: ProjectId, conversation: ConversationId, place: i64) -> ();
        /// Since when a reply waits for its visitor, and the events since then that their page has not heard.
        fn since_reply(project: ProjectId, conversation: ConversationId) -> Option<(Timestamp, Vec<Value>)>;
        /// Notes that what waits since `since` waits no more, as a letter went out at `mailed` or none will; false when it
        /// does not.
        fn end_reply(project: ProjectId, conversation: ConversationId, since: Timestamp, mailed: Option<Timestamp>) -> bool;
        /// Notes that an address, in lower case, wants no letters about a project's replies.
        fn add_unsubscribed(project: ProjectId, email: &str, now: Timestamp) -> ();
        /// True when an address wants no letters about a project's replies.
        fn is_unsubscribed(project: ProjectId, email: &str) -> bool;
    }
    mod inbox {
        /// In whose care a conversation is.
        fn find_assignee(project: ProjectId, conversation: ConversationId) -> Option<AccountId>;
        /// Gives a conversation into somebody's care, or nobody's; false when it is gone.
        fn set_assignee(project: ProjectId, conversation: ConversationId, account: Option<AccountId>) -> bool;
    }
    mod reads {
        /// Notes that an account has read so many of a conversation's messages; false when it had read as many before.
        fn note_read(project: ProjectId, account: AccountId, conversation: ConversationId, messages: i64) -> bool;
    }
    mod notes {
        /// Adds what somebody wrote about a conversation.
        fn add_note(project: ProjectId, conversation: ConversationId, note: &NoteRow) -> ();
    }
    mod replies {
        /// Adds a canned reply; `Unique("replies.project_id, replies.name")` or its like when the name is taken.
        fn add_reply(project: ProjectId, reply: &ReplyRow, now: Timestamp) -> ();
        /// Writes a canned reply's present values; false when it is gone.
        fn save_reply(project: ProjectId, reply: &ReplyRow) -> bool;
        /// Removes a canned reply; false when it was gone.
        fn remove_reply(project: ProjectId, reply: ReplyId) -> bool;
        /// How many canned replies a project has.
        fn count_replies(project: ProjectId) -> i64;
    }
    mod gaps {
        /// Notes that somebody looked into these answers; those that were looked into before stay. Returns how many.
        fn review_messages(project: ProjectId, messages: &[MessageId], now: Timestamp) -> i64;
    }
    mod questions {
        /// Adds a question to a project's set.
        fn add_question(question: &Question) -> ();
        /// Removes a question; false when it was gone.
        fn remove_question(project: ProjectId, question: QuestionId) -> bool;
        /// How many questions a project's set has.
        fn count_questions(project: ProjectId) -> i64;
        /// Adds a run; the project's `keep` newest stay.
        fn add_run(run: &Run, keep: i64) -> ();
    }
}
