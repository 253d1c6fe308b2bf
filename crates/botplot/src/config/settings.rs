//! Every setting: its name, default and meaning. One list serves the commented default, the check of names, and
//! what is said of a value of the wrong kind.

/// One setting.
pub(crate) struct Setting {
    /// Its whole name, such as `server.listen`.
    pub(crate) key: &'static str,
    /// What it takes, as the end of a sentence.
    pub(crate) takes: &'static str,
    /// The default as TOML; none when it is unset by default.
    pub(crate) default: Option<&'static str>,
    /// A value to show where there is no default, as TOML.
    pub(crate) example: &'static str,
    /// What it means.
    pub(crate) about: &'static str,
}

impl Setting {
    /// Whether its value must not be shown.
    pub(crate) fn is_secret(&self) -> bool {
        self.key.ends_with("api_key")
            || ["database.url", "mail.password", "oidc.client_secret", "server.seal_key"].contains(&self.key)
    }

    /// Finds a setting by its whole name.
    pub(crate) fn named(key: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }
}

/// The sections, in the order in which they are shown, each with its meaning.
pub(crate) const SECTIONS: &[(&str, &str)] = &[
    ("server", "How the server listens."),
    ("database", "Where the data are: in one file of the data folder, or in PostgreSQL."),
    ("llm", "The model that writes answers. Without one they are quoted from the sources."),
    ("llm.fallback", "The model to ask when the first one fails before its first word."),
    ("egress", "Connections that BotPlot makes."),
    ("mail", "E-mail that BotPlot sends, such as notices to owners. Without a host none is sent."),
    (
        "oidc",
        "A provider of OpenID Connect whose accounts people may sign in with. Without an issuer there is none.",
    ),
    ("engine", "Search and background work."),
    (
        "plans",
        "What projects may use. A self-hosted server needs none of this: its projects are on the largest plan.",
    ),
    ("plans.free", "The smallest plan."),
    ("plans.pro", "The middle plan."),
    ("plans.business", "The largest plan."),
    ("limits", "How often callers may call, and what a project's answers may cost."),
    ("log", "Logs, which go to the standard error stream."),
];

const TEXT: &str = "takes text in quotes";
const NUMBER: &str = "takes a whole number";
const DECIMAL: &str = "takes a number";
const YES_OR_NO: &str = "takes true or false";
const FILE: &str = "takes the path of a file, in quotes";

/// A setting with a default.
const fn set(key: &'static str, takes: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting { key, takes, default: Some(default), example: default, about }
}

/// A setting that is unset by default.
const fn unset(
    key: &'static str,
    takes: &'static str,
    example: &'static str,
    about: &'static str,
) -> Setting {
    Setting { key, takes, default: None, example, about }
}

const USER_AGENT: &str = concat!(
    "\"BotPlot/",
    env!("CARGO_PKG_VERSION_MAJOR"),
    ".",
    env!("CARGO_PKG_VERSION_MINOR"),
    " (+",
    env!("CARGO_PKG_REPOSITORY"),
    ")\""
);

/// Every setting, by sections in the order of [`SECTIONS`].
pub(crate) const SETTINGS: &[Setting] = &[
    set(
        "data",
        "takes the path of a folder, in quotes",
        "\"./botplot-data\"",
        "The data folder, as `--data`.",
    ),
    set("server.listen", TEXT, "\"127.0.0.1:8080\"", "Address and port to listen on, as `--listen`."),
    unset(
        "server.public_url",
        "takes an address in quotes, such as \"https://bot.example.com\"",
        "\"https://bot.example.com\"",
        "Where visitors reach the server, if not at the address it listens on.",
    ),
    set(
        "server.trusted_proxies",
        "takes a list of addresses and ranges, such as [\"10.0.0.2\"]",
        "[]",
        "Your reverse proxies: their `X-Forwarded-For` is believed, and the limit per address does not concern them.",
    ),
    set(
        "server.connections_per_address",
        NUMBER,
        "256",
        "Connections that one address may hold; 0 is no limit.",
    ),
    set(
        "server.connections",
        NUMBER,
        "0",
        "Connections in all; 0 takes what the limit on open files leaves room for.",
    ),
    set(
        "server.first_byte_seconds",
        NUMBER,
        "10",
        "Seconds until a new connection must have sent its first byte.",
    ),
    set("server.header_seconds", NUMBER, "10", "Seconds until the headers of a request must be there."),
    set(
        "server.shutdown_seconds",
        NUMBER,
        "25",
        "Seconds that a shutdown may take; running answers get most of them.",
    ),
    unset(
        "server.seal_key",
        TEXT,
        "\"…\"",
        "The key under which secrets are kept, if not `DATA/seal-key`: 32 bytes in base64. Several nodes need the same.",
    ),
    unset("server.seal_key_file", FILE, "\"/run/secrets/botplot-seal-key\"", "A file that holds that key."),
    set("server.upload_mb", NUMBER, "50", "Mebibytes that an uploaded file may have."),
    unset(
        "database.url",
        TEXT,
        "\"postgres://botplot:PASSWORD@db.internal/botplot\"",
        "A PostgreSQL address instead of the built-in data file.",
    ),
    unset("database.url_file", FILE, "\"/run/secrets/botplot-database\"", "A file that holds that address."),
    set("database.connections", NUMBER, "10", "Connections to PostgreSQL at most."),
    unset("llm.provider", TEXT, "\"openai\"", "Who serves the model; the guide on models has the list."),
    unset("llm.model", TEXT, "\"gpt-5-mini\"", "The model, as its provider writes it."),
    unset(
        "llm.base_url",
        TEXT,
        "\"http://127.0.0.1:8000/v1\"",
        "Another server that speaks the provider's language.",
    ),
    unset("llm.api_key", TEXT, "\"…\"", "The provider's key."),
    unset("llm.api_key_file", FILE, "\"/run/secrets/llm\"", "A file that holds the key."),
    unset(
        "llm.max_tokens",
        NUMBER,
        "1000",
        "The longest answer in tokens; the model's own limit when unset.",
    ),
    unset(
        "llm.temperature",
        DECIMAL,
        "0.2",
        "How freely words are chosen, 0 to 2; the model's default when unset.",
    ),
    set("llm.idle_seconds", NUMBER, "60", "Seconds of silence after which a stream counts as broken."),
    set(
        "llm.retries",
        NUMBER,
        "2",
        "How often a request that failed before its first word is tried again, 0 to 5.",
    ),
    set(
        "llm.input_price",
        DECIMAL,
        "0.0",
        "Price of a million tokens that the model reads, in your currency; for `limits.daily_spend`.",
    ),
    set("llm.output_price", DECIMAL, "0.0", "Price of a million tokens that it writes."),
    unset("llm.fallback.provider", TEXT, "\"ollama\"", "Who serves the second model."),
    unset("llm.fallback.model", TEXT, "\"llama3.2\"", "The second model."),
    unset("llm.fallback.base_url", TEXT, "\"http://127.0.0.1:11434\"", "Its server, if not the usual one."),
    unset("llm.fallback.api_key", TEXT, "\"…\"", "Its key."),
    unset("llm.fallback.api_key_file", FILE, "\"/run/secrets/llm-fallback\"", "A file that holds its key."),
    unset("llm.fallback.max_tokens", NUMBER, "1000", "Its longest answer in tokens."),
    unset("llm.fallback.temperature", DECIMAL, "0.2", "How freely it chooses words, 0 to 2."),
    set(
        "egress.allow",
        "takes a list of addresses, ranges and host names, such as [\"10.1.2.3\", \"wiki.internal\"]",
        "[]",
        "Private addresses, ranges and host names that sources and webhooks may reach.",
    ),
    set("egress.user_agent", TEXT, USER_AGENT, "What BotPlot calls itself when it fetches pages."),
    set(
        "egress.idle_seconds",
        NUMBER,
        "60",
        "Seconds of silence after which a model's stream counts as broken.",
    ),
    unset("mail.host", TEXT, "\"smtp.example.com\"", "The server that takes letters."),
    unset(
        "mail.port",
        NUMBER,
        "587",
        "Its port; 465 with `tls`, 587 with `starttls`, 25 with `none` when unset.",
    ),
    unset(
        "mail.security",
        "takes \"tls\", \"starttls\" or \"none\"",
        "\"starttls\"",
        "`tls`, `starttls` or `none`. When unset: `tls` on port 465, `none` to this machine itself, else `starttls`.",
    ),
    unset("mail.user", TEXT, "\"bot@example.com\"", "The name to sign in with."),
    unset("mail.password", TEXT, "\"…\"", "Its password."),
    unset("mail.password_file", FILE, "\"/run/secrets/mail\"", "A file that holds that password."),
    unset(
        "mail.ca_file",
        FILE,
        "\"/etc/ssl/our-authority.pem\"",
        "A file with the certificates, in PEM, of the only authorities that the server's certificate may be from.",
    ),
    unset(
        "mail.from",
        TEXT,
        "\"BotPlot <bot@example.com>\"",
        "The sender: an address, or a name and an address in angle brackets.",
    ),
    set("mail.timeout_seconds", NUMBER, "30", "Seconds that one letter may take, 1 to 300."),
    set(
        "mail.operator",
        "takes a list of addresses, such as [\"ops@example.com\"]",
        "[]",
        "Your own addresses: they get the notices of all projects, at most 10.",
    ),
    set(
        "mail.per_hour",
        NUMBER,
        "100",
        "Letters that one project may send an hour; what is more goes out later.",
    ),
    unset(
        "oidc.issuer",
        "takes an address in quotes, such as \"https://accounts.example.com\"",
        "\"https://accounts.example.com\"",
        "The provider's address; its discovery document stands below it.",
    ),
    unset("oidc.client_id", TEXT, "\"botplot\"", "What the provider calls this server."),
    unset(
        "oidc.client_secret",
        TEXT,
        "\"…\"",
        "What this server proves that with; none for a public client.",
    ),
    unset("oidc.client_secret_file", FILE, "\"/run/secrets/oidc\"", "A file that holds that secret."),
    set("oidc.name", TEXT, "\"single sign-on\"", "What the provider is called on the button."),
    set(
        "oidc.domains",
        "takes a list of domains, such as [\"example.com\"]",
        "[]",
        "Whoever has a verified address in one of these domains gets an account; others need one, or an invitation.",
    ),
    set(
        "engine.index_memory_mb",
        NUMBER,
        "512",
        "Mebibytes that all search indexes in memory may take together.",
    ),
    set(
        "engine.indexing_threads",
        NUMBER,
        "0",
        "Threads that make vectors of new knowledge; 0 is one per processor.",
    ),
    set("engine.jobs_at_once", NUMBER, "4", "Sources that are read at once."),
    set("engine.passages", NUMBER, "8", "Passages that a model gets to answer from."),
    set("plans.default", TEXT, "\"business\"", "The plan of a new project: `free`, `pro` or `business`."),
    set("plans.free.messages", NUMBER, "100", "Answers a month, UTC; 0 is no limit."),
    set("plans.free.endpoints", NUMBER, "0", "Webhook endpoints of one project."),
    set("plans.free.api", YES_OR_NO, "false", "Whether `/api/v1` and `/v1` are open."),
    set("plans.pro.messages", NUMBER, "2000", "Answers a month, UTC; 0 is no limit."),
    set("plans.pro.endpoints", NUMBER, "3", "Webhook endpoints of one project."),
    set("plans.pro.api", YES_OR_NO, "false", "Whether `/api/v1` and `/v1` are open."),
    set("plans.business.messages", NUMBER, "0", "Answers a month, UTC; 0 is no limit."),
    set("plans.business.endpoints", NUMBER, "10", "Webhook endpoints of one project."),
    set("plans.business.api", YES_OR_NO, "true", "Whether `/api/v1` and `/v1` are open."),
    set(
        "limits.visitor_per_minute",
        NUMBER,
        "20",
        "Messages a minute that one visitor may send; 0 is no limit, as for the next three.",
    ),
    set(
        "limits.address_per_minute",
        NUMBER,
        "60",
        "Requests a minute from one address, with a publishable key or without a valid one.",
    ),
    set("limits.publishable_key_per_minute", NUMBER, "600", "Requests a minute with one publishable key."),
    set("limits.secret_key_per_minute", NUMBER, "1200", "Requests a minute with one secret key."),
    set(
        "limits.daily_spend",
        DECIMAL,
        "0.0",
        "What one project's answers may cost a day, UTC; beyond it they are quoted. 0 is no cap.",
    ),
    set(
        "log.format",
        "takes \"pretty\" or \"json\"",
        "\"pretty\"",
        "`pretty` for people or `json` for machines.",
    ),
    set(
        "log.level",
        TEXT,
        "\"info\"",
        "The least that is written: `error`, `warn`, `info`, `debug` or `trace`.",
    ),
];

/// The name of a setting or section that is most like `key`, if one is near.
pub(crate) fn nearest(key: &str) -> Option<&'static str> {
    let names = SETTINGS.iter().map(|s| s.key).chain(SECTIONS.iter().map(|(name, _)| *name));
    // A right key in a wrong section is nearer than it looks.
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let likeness = |name: &str| {
        let whole = strsim::normalized_damerau_levenshtein(name, key);
        if last(name) == last(key) { whole.max(0.7) } else { whole }
    };
    let best = names.map(|name| (likeness(name), name)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 >= 0.6).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::Config;

    /// What serde says there is: the names in "expected one of …".
    fn fields(section: &str) -> BTreeSet<String> {
        let text = if section.is_empty() { "zzz = 1".to_owned() } else { format!("{section}.zzz = 1") };
        let fault = toml::from_str::<Config>(&text).unwrap_err().message().to_owned();
        let (_, names) = fault.split_once("expected").unwrap();
        names.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn the_list_names_exactly_the_settings_that_are_read() {
        let below = |section: &str| {
            let keys = SETTINGS.iter().map(|s| s.key).chain(SECTIONS.iter().map(|(name, _)| *name));
            let own = keys.filter_map(|key| match (section, key.rsplit_once('.')) {
                ("", None) => Some(key),
                (_, Some((before, last))) if before == section => Some(last),
                _ => None,
            });
            own.map(str::to_owned).collect::<BTreeSet<_>>()
        };
        for section in SECTIONS.iter().map(|(name, _)| *name).chain([""]) {
            assert_eq!(below(section), fields(section), "in `{section}`");
        }
    }

    #[test]
    fn the_defaults_of_the_list_are_the_defaults_of_the_program() {
        let text: String =
            SETTINGS.iter().filter_map(|s| Some(format!("{} = {}\n", s.key, s.default?))).collect();
        let listed: Config = toml::from_str(&text).unwrap();
        assert_eq!(format!("{listed:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn every_example_is_of_the_right_kind() {
        for setting in SETTINGS {
            let text = format!("{} = {}", setting.key, setting.example);
            assert!(toml::from_str::<Config>(&text).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_misspelt_name_has_a_nearest_one() {
        assert_eq!(nearest("llm.modle"), Some("llm.model"));
        assert_eq!(nearest("sever.listen"), Some("server.listen"));
        assert_eq!(nearest("listen"), Some("server.listen"));
        assert_eq!(nearest("dtabase"), Some("database"));
        assert_eq!(nearest("zebra.crossing"), None);
    }
}
