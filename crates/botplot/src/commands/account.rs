//! `botplot account`: the people who sign in, and the way back in for who cannot.

use anyhow::{Context as _, Result, bail};
use botplot_engine::accounts::{factor, resets};
use serde_json::json;

use crate::cli::AccountCommand;
use crate::config::Config;
use crate::open;
use crate::terminal::{say, say_json, table};

/// Runs `account list` or `account reset`.
pub(super) async fn run(config: &Config, command: &AccountCommand) -> Result<()> {
    match command {
        AccountCommand::List { json } => list(config, *json).await,
        AccountCommand::Reset { email, second_factor: false } => reset(config, email).await,
        AccountCommand::Reset { email, second_factor: true } => take_factor_away(config, email).await,
    }
}

async fn list(config: &Config, json: bool) -> Result<()> {
    let engine = open::existing(config).await?;
    let accounts = engine.reader().list_accounts().await;
    engine.close().await;
    let accounts = accounts?;
    if json {
        let each = accounts.iter().map(|account| {
            let (made, factor) = (account.created_at.rfc3339(), account.factor.is_some());
            json!({
                "id": account.id, "email": account.email, "name": account.name, "operator": account.operator,
                "second_factor": factor, "created_at": made,
            })
        });
        say_json(&each.collect());
        return Ok(());
    }
    if accounts.is_empty() {
        say("there is no account yet: the server prints the address that makes one when it starts");
        return Ok(());
    }
    let mut rows =
        vec![["E-MAIL", "NAME", "MAY MAKE PROJECTS", "SECOND FACTOR", "MADE"].map(str::to_owned).to_vec()];
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    rows.extend(accounts.into_iter().map(|account| {
        let (operator, factor) = (yes(account.operator), yes(account.factor.is_some()));
        vec![account.email, account.name, operator, factor, account.created_at.rfc3339()]
    }));
    say(table(&rows));
    Ok(())
}

async fn reset(config: &Config, email: &str) -> Result<()> {
    let engine = open::existing(config).await?;
    let link = resets::make_link(&engine, email, &base(config)).await;
    engine.close().await;
    let missing =
        || format!("no account has the address `{}`; `botplot account list` shows all", email.escape_debug());
    let link = link?.with_context(missing)?;
    say("this link sets a new password; it works once, within an hour:");
    say(link);
    Ok(())
}

async fn take_factor_away(config: &Config, email: &str) -> Result<()> {
    let engine = open::existing(config).await?;
    let taken = factor::take_away(&engine, email).await;
    engine.close().await;
    if !taken? {
        bail!(
            "no account with a second factor has the address `{}`; `botplot account list` shows all",
            email.escape_debug()
        );
    }
    say("the second factor is off: the password alone lets them in now");
    Ok(())
}

/// Where a running server is reached.
fn base(config: &Config) -> String {
    match &config.server.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => format!("http://{}", config.server.listen.replace("0.0.0.0:", "127.0.0.1:")),
    }
}
