//! The words that tell the team of a visitor who waits for a person, by letter and in a chat of theirs.

use super::{FOREIGN, Letter, NAME, moment, one_line};
use crate::{ProjectId, Timestamp};

/// The word for alerts in the list of jobs.
pub const JOB: &str = "post_alert";

/// A visitor waits, and nobody has looked.
#[derive(Clone, Debug)]
pub struct Alert<'a> {
    /// The project's id, and its name.
    pub project: (ProjectId, &'a str),
    /// The visitor's name, if they gave one.
    pub visitor: Option<&'a str>,
    /// The person who has the conversation; none when one was asked for.
    pub agent: Option<&'a str>,
    /// Since when the visitor waits.
    pub since: Timestamp,
    /// What the visitor wrote last.
    pub said: Option<&'a str>,
    /// Where the conversation is.
    pub address: &'a str,
}

impl Alert<'_> {
    /// The letter to one of the team.
    pub fn letter(&self) -> Letter {
        let (id, project) = (self.project.0, one_line(self.project.1, NAME));
        let said = self.said.map(|said| format!("\"{}\"\n\n", one_line(said, FOREIGN))).unwrap_or_default();
        let text = format!(
            "{} since {}, and nobody has looked.\n\n{said}The conversation:\n\n    {}\n\n-- \n\
             You get this because you reply to visitors of the project \"{project}\" ({id}), or because your address \
             stands under `alerts.emails` of its settings.\nIt goes out after `alerts.after_minutes`.\n",
            self.what(),
            moment(self.since),
            self.address
        );
        Letter { subject: format!("[BotPlot] {project}: a visitor is waiting"), text }
    }

    /// One message for a chat such as Slack.
    pub fn message(&self) -> String {
        let project = escaped(&one_line(self.project.1, NAME));
        let (what, since) = (escaped(&self.what()), moment(self.since));
        format!("{project}: {what} since {since}, and nobody has looked.\n{}", escaped(self.address))
    }

    fn what(&self) -> String {
        let visitor = self.visitor.map(|name| one_line(name, NAME)).filter(|name| !name.is_empty());
        let visitor = visitor.unwrap_or_else(|| "A visitor".to_owned());
        match self.agent {
            Some(agent) => format!("{visitor} has been waiting for a reply of {}", one_line(agent, NAME)),
            None => format!("{visitor} has been waiting for a person"),
        }
    }
}

/// What a chat such as Slack shows as it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ALERT: Alert<'_> = Alert {
        project: (ProjectId(Uuid::nil()), "Ann's\nshop"),
        visitor: Some("<!channel> Bob\r\nBcc: eve@example.com"),
        agent: None,
        since: Timestamp(1_700_000_000_000_000),
        said: Some("Is anybody\nthere?"),
        address: "https://chat.example/app/1/inbox/2",
    };

    #[test]
    fn a_letter_says_who_waits_since_when_and_where() {
        let letter = ALERT.letter();
        assert_eq!(letter.subject, "[BotPlot] Ann's shop: a visitor is waiting");
        for part in [
            "Bob Bcc: eve@example.com has been waiting for a person since 2023-11-14 22:13 UTC",
            "\"Is anybody there?\"\n",
            "    https://chat.example/app/1/inbox/2\n",
            "`alerts.emails`",
        ] {
            assert!(letter.text.contains(part), "{part} not in {}", letter.text);
        }
        let nameless = Alert { visitor: Some(" "), agent: Some("Ann"), said: None, ..ALERT }.letter();
        assert!(nameless.text.starts_with("A visitor has been waiting for a reply of Ann since"));
    }

    #[test]
    fn a_message_calls_nobody_but_its_channel() {
        let message = ALERT.message();
        assert!(message.starts_with("Ann's shop: &lt;!channel&gt; Bob Bcc"), "{message}");
        assert!(message.ends_with("\nhttps://chat.example/app/1/inbox/2"), "{message}");
        assert_eq!(message.lines().count(), 2);
    }
}
