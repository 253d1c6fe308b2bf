//! The words of letters that carry such links, and of those that tell of them.

use crate::account::Role;
use crate::letter::{Letter, one_line};

/// Characters of a name within a letter.
const NAME: usize = 60;

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

/// The letter to an address that somebody wants for their account.
pub fn new_address(old: &str, address: &str) -> Letter {
    Letter {
        subject: "Confirm your address for BotPlot".into(),
        text: format!(
            "The account {old} wants to use this address from now on.\n\
             If that is your account, open this link and sign in. It works once, within a day:\n\n{address}\n\n\
             If it is not, you need not do anything: without you nothing changes.\n"
        ),
    }
}

/// The letter to an account's present address while another one is wanted; `base` is the server's address.
pub fn address_wanted(new: &str, base: &str) -> Letter {
    Letter {
        subject: "Another address for your BotPlot account".into(),
        text: format!(
            "Somebody, most likely you, asked to change the address of your account to {new}.\n\
             Until it is confirmed there, nothing changes.\n\n\
             If it was not you, somebody knows your password. Set a new one: that stops the change and signs \
             everybody else out:\n\n{base}/reset\n\n\
             To keep your password and only stop the change, choose \"Cancel\" in your account:\n\n{base}/account\n"
        ),
    }
}

/// The letter to somebody whose address another account asked for.
pub fn taken_address() -> Letter {
    Letter {
        subject: "Your address was asked for by another account".into(),
        text: "Another account of this BotPlot server asked to use your address. You have an account with it, so the \
               other one cannot have it, and nothing changes.\n\n\
               If it was you: sign in with this address and its own password, or take another address for the other \
               account.\n"
            .into(),
    }
}

/// The letter to the address that an account had before.
pub fn address_changed(new: &str) -> Letter {
    Letter {
        subject: "Your BotPlot account has another address now".into(),
        text: format!(
            "The address of your account was changed to {new}, which was confirmed there.\n\
             Letters go there from now on, and it is what you sign in with.\n\n\
             If it was not you, tell whoever runs the server.\n"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_within_letters_stay_on_their_line() {
        let letter =
            invitation("Ann\r\nBcc: x@example.com", "A\nB", Role::Agent, "https://b.example/invite/x");
        assert_eq!(letter.subject, "Ann Bcc: x@example.com invites you to \"A B\"");
        assert!(letter.text.contains("\n\nhttps://b.example/invite/x\n\n"));
    }
}
