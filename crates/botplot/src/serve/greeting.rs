//! What the server prints when it is ready: where to try it, and a command that works as it stands.

use std::path::Path;

use crate::terminal::announce;

/// Prints where everything is.
pub(super) fn print(
    base: &str,
    demo_key: Option<&str>,
    secret_key: Option<&Path>,
    mail: Option<&str>,
    model: Option<&str>,
) {
    announce(format!("BotPlot {} listens on {base}", env!("CARGO_PKG_VERSION")));
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
