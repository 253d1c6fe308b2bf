//! What the server prints when it is ready: where to try it, and a command that works as it stands.

use std::path::Path;

use botplot_core::Secret;
use botplot_core::link::Kind;

use crate::terminal::announce;

/// What there is to say.
pub(super) struct Greeting<'a> {
    /// Where the server is reached.
    pub(super) base: &'a str,
    /// The secret part of the link that makes the first account, while there is none.
    pub(super) set_up: Option<Secret>,
    /// The demo project's publishable key.
    pub(super) demo_key: Option<&'a str>,
    /// Where the first project's secret key was put.
    pub(super) secret_key: Option<&'a Path>,
    /// The mail server.
    pub(super) mail: Option<&'a str>,
    /// The model.
    pub(super) model: Option<&'a str>,
}

impl Greeting<'_> {
    /// Prints where everything is.
    pub(super) fn print(self) {
        let Self { base, set_up, demo_key, secret_key, mail, model } = self;
        announce(format!("BotPlot {} listens on {base}", env!("CARGO_PKG_VERSION")));
        announce("");
        match set_up {
            Some(token) => announce(format!("Set up: {}", Kind::Setup.address(base, token.expose()))),
            None => announce(format!("Dashboard: {base}/app")),
        }
        places(base, demo_key, secret_key);
        means(mail, model);
    }
}

fn places(base: &str, demo_key: Option<&str>, secret_key: Option<&Path>) {
    if let Some(key) = demo_key {
        announce("");
        announce("Try it in a browser, with a demo project that knows BotPlot's own guides:");
        announce(format!("  {base}/try/{key}"));
        announce("or in a terminal:");
        announce(format!("  {}", curl(base, key)));
    }
    if let Some(path) = secret_key {
        announce("");
        announce(format!(
            "The secret key of your first project is in `{}`, which only you can read.",
            path.display()
        ));
    }
}

fn means(mail: Option<&str>, model: Option<&str>) {
    announce("");
    match mail {
        Some(server) => announce(format!("E-mail goes out by way of `{server}`.")),
        None => announce("No e-mail goes out; `[mail]` in botplot.toml names a server that takes it."),
    }
    match model {
        Some(name) => announce(format!("Answers are written by `{name}`.")),
        None => announce(
            "Answers are quoted from the sources; `[llm]` in botplot.toml names a model that writes them.",
        ),
    }
}

/// A question to the demo project that works as it stands.
fn curl(base: &str, key: &str) -> String {
    format!(
        "curl -N {base}/api/chat -H 'x-api-key: {key}' -H 'Content-Type: application/json' \
         -d '{{\"message\": \"How do I make a backup?\", \"visitorId\": \"me\"}}'"
    )
}

/// Says so when an Ollama runs on this machine, and how it could write the answers.
pub(super) async fn offer_ollama(egress: &botplot_egress::Config) {
    let Ok(client) = botplot_egress::Client::new(egress) else { return };
    let Some(models) = botplot_llm::find_ollama(&client.operator_http()).await else { return };
    announce("");
    let Some(model) = models.first() else {
        announce("Ollama runs on this machine, without a model: `ollama pull llama3.2` fetches one.");
        return;
    };
    announce(
        "Ollama runs on this machine. To let it write the answers, put this into botplot.toml and start again:",
    );
    announce(format!("  [llm]\n  provider = \"ollama\"\n  model = \"{model}\""));
}
