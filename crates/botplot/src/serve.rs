//! `botplot serve`: from a configuration to a server that answers, and to its end.

mod greeting;
mod work;

use std::net::SocketAddr;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use botplot_engine::accounts::first;
use botplot_engine::{keys, nodes, setup};
use botplot_web::AppState;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::listen::{Door, bind};
use crate::shutdown::{Patience, Signals, stop};
use crate::{folder, open};

/// Runs the server until it is told to stop.
pub(crate) async fn run(config: Config) -> Result<ExitCode> {
    let mut signals = Signals::listen()?;
    // First, so that a port in use is told before anything is made.
    let listener = bind(&config.server).await?;
    let address = listener.local_addr().context("the address that was bound cannot be read")?;
    folder::make(&config.data)?;
    let work = work::Work::begin(&config.data, address)?;
    let engine = open::engine(&config).await?;
    if config.on_postgres() {
        nodes::join(&engine, folder::node_id(&config.data)?)
            .await
            .context("the other servers on the database cannot be joined")?;
    }
    work.settle(&engine).await?;
    let found = setup::first_run(&engine).await?;
    let secret_key = match &found.created {
        Some(created) => Some(folder::keep_secret_key(&config.data, created.secret.expose())?),
        None => None,
    };
    let base = base_url(&config, address);
    let metrics = botplot_web::metrics::install().context("figures cannot be counted")?;
    let patience = Patience::of(&config.server);
    let mut state = AppState::new(engine.clone(), &base, metrics.clone());
    state.drain = patience.rest;
    state.upload_bytes = config.server.upload_mb << 20;
    state.limit(&config.limits.rates());
    let door = Door::new(botplot_web::router(state.clone()), config.server.clone());
    state.set_ready(true);
    door.open_for(listener);
    tracing::info!(%address, data = %config.data.display(), "ready");

    let failed = CancellationToken::new();
    work.run(&engine, &failed);
    keys::watch(&engine);
    engine.tracker().spawn(botplot_web::metrics::keep_small(metrics, engine.stopping().clone()));
    let mail = engine.mail_server();
    let greeting = greeting::Greeting {
        base: &base,
        set_up: first::open(&engine).await?,
        demo_key: found.demo_key.as_deref(),
        secret_key: secret_key.as_deref(),
        mail: mail.as_deref(),
        model: engine.model_name(),
    };
    greeting.print();
    if engine.model_name().is_none() {
        let egress = config.egress.clone();
        engine.tracker().spawn(async move { greeting::offer_ollama(&egress).await });
    }

    let mut code = tokio::select! {
        name = signals.next() => {
            tracing::info!("{name}: stopping; running answers may end");
            ExitCode::SUCCESS
        }
        () = failed.cancelled() => ExitCode::FAILURE,
    };
    if stop(&state, &door, patience, &mut signals).await != ExitCode::SUCCESS {
        code = ExitCode::FAILURE;
    }
    Ok(code)
}

/// Where visitors reach the server, without a slash at its end.
fn base_url(config: &Config, address: SocketAddr) -> String {
    match &config.server.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        // Nobody can open `0.0.0.0`; on this machine the loopback leads to the same.
        None if address.ip().is_unspecified() => format!("http://127.0.0.1:{}", address.port()),
        None => format!("http://{address}"),
    }
}
