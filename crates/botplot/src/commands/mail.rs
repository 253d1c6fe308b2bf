//! `botplot mail`: whether letters arrive.

use anyhow::{Context as _, Result, bail};
use botplot_core::letter::{address_fault, trial};
use botplot_core::{Clock as _, Ids as _, RandomIds, SystemClock};
use botplot_egress::mail::{Mailer, Outgoing};

use crate::cli::MailCommand;
use crate::config::Config;
use crate::terminal::say;

/// Runs `mail test`.
pub(super) async fn run(config: &Config, command: &MailCommand) -> Result<()> {
    let MailCommand::Test { address } = command;
    if let Some(fault) = address_fault(address) {
        bail!("`{}` {fault}", address.escape_debug());
    }
    let mailer = Mailer::open(&config.mail)?;
    let mailer =
        mailer.context("no mail server is set: name one as `mail.host`, and a sender as `mail.from`")?;
    let (letter, now) = (trial(&mailer.server()), SystemClock.now());
    let id = RandomIds.ordered(now).to_string();
    let outgoing = Outgoing {
        to: address,
        subject: &letter.subject,
        text: &letter.text,
        id: &id,
        written_at: now,
        unsubscribe: None,
    };
    mailer.send(&outgoing).await?;
    say(format!("`{}` has taken a letter from `{}` to `{address}`", mailer.server(), mailer.sender()));
    Ok(())
}
