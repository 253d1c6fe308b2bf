//! From file, environment and flags to one configuration, each value with the place it came from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::Config;
use super::fault::{Faults, Source};
use super::settings::{SECTIONS, Setting, nearest};

/// The file that is read from the working directory.
const FILE: &str = "botplot.toml";
const PREFIX: &str = "BOTPLOT__";

/// What the command line says about the configuration.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    /// `--config`.
    pub(crate) config: Option<PathBuf>,
    /// `--data`.
    pub(crate) data: Option<PathBuf>,
    /// `--listen`.
    pub(crate) listen: Option<String>,
}

/// A setting that was given.
#[derive(Clone)]
pub(crate) struct Given {
    /// Its whole name.
    pub(crate) key: String,
    /// Its value as TOML; a variable's text may be meant as a string or as TOML.
    value: Value,
    /// Where it stands.
    pub(crate) source: Source,
}

#[derive(Clone)]
enum Value {
    Toml(String),
    Text(String),
}

impl Given {
    /// The value as TOML, a secret's as three dots.
    pub(crate) fn shown(&self) -> String {
        if Setting::named(&self.key).is_none_or(Setting::is_secret) {
            return "…".to_owned();
        }
        match &self.value {
            Value::Toml(text) => text.clone(),
            Value::Text(text) => quoted(text),
        }
    }
}

impl fmt::Debug for Given {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {} ({})", self.key, self.shown(), self.source)
    }
}

/// All that was given, the stronger places last.
pub(super) fn read(flags: &Flags) -> (Vec<Given>, Faults) {
    let mut faults = Faults::default();
    let mut given = Vec::new();
    let named = flags.config.as_deref();
    match std::fs::read_to_string(named.unwrap_or(Path::new(FILE))) {
        Ok(text) => {
            from_file(
                &named.map_or(FILE.into(), |p| p.display().to_string()),
                &text,
                &mut given,
                &mut faults,
            );
        }
        Err(why) if named.is_none() && why.kind() == ErrorKind::NotFound => {}
        Err(why) => {
            let name = named.map_or(FILE.into(), |p| p.display().to_string());
            let source = if named.is_some() { Source::Flag("--config") } else { Source::Nowhere };
            faults.add(source, format!("`{name}` cannot be read: {why}"));
        }
    }
    from_variables(std::env::vars_os(), &mut given, &mut faults);
    let flag = |key: &str, text: String, name| Given {
        key: key.to_owned(),
        value: Value::Text(text),
        source: Source::Flag(name),
    };
    given.extend(flags.data.as_ref().map(|d| flag("data", d.display().to_string(), "--data")));
    given.extend(flags.listen.as_ref().map(|l| flag("server.listen", l.clone(), "--listen")));
    (given, faults)
}

fn from_file(name: &str, text: &str, given: &mut Vec<Given>, faults: &mut Faults) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (table, broken) = DeTable::parse_recoverable(text);
    for fault in &broken {
        let at = fault.span().map_or(0, |span| span.start.min(text.len()));
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let column = text[start..at].chars().count() + 1;
        let why = format!("column {column}: {}; complete the line or take it out", fault.message());
        faults.add(Source::File { name: name.to_owned(), line: line_of(text, at) }, why);
    }
    if broken.is_empty() {
        let file = File { name, text };
        file.walk(table.get_ref(), "", given, faults);
    }
}

struct File<'a> {
    name: &'a str,
    text: &'a str,
}

impl File<'_> {
    fn walk(&self, table: &DeTable<'_>, above: &str, given: &mut Vec<Given>, faults: &mut Faults) {
        for (key, value) in table {
            let name = key.get_ref();
            let path = if above.is_empty() { name.to_string() } else { format!("{above}.{name}") };
            let source =
                Source::File { name: self.name.to_owned(), line: line_of(self.text, key.span().start) };
            let is_section = SECTIONS.iter().any(|(section, _)| *section == path);
            match value.get_ref() {
                DeValue::Table(inner) if is_section => self.walk(inner, &path, given, faults),
                _ if is_section => {
                    let todo =
                        format!("`{path}` is a section: write `[{path}]`, and its settings below that");
                    faults.add(source, todo);
                }
                _ if Setting::named(&path).is_some() => {
                    let value = Value::Toml(self.text[value.span()].to_owned());
                    given.push(Given { key: path, value, source });
                }
                _ => faults.add(source, unknown(&path)),
            }
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn from_variables(
    variables: impl Iterator<Item = (OsString, OsString)>,
    given: &mut Vec<Given>,
    faults: &mut Faults,
) {
    let mut ours: Vec<_> = variables
        .filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            let rest = name.strip_prefix(PREFIX)?;
            Some((name.clone(), rest.to_lowercase().replace("__", "."), value))
        })
        // Containers are often started with variables that are there and empty.
        .filter(|(_, _, value)| !value.is_empty())
        .collect();
    ours.sort();
    for (name, key, value) in ours {
        let source = Source::Variable(name);
        match value.into_string() {
            Err(_) => faults.add(source, "is not text in UTF-8"),
            Ok(_) if Setting::named(&key).is_none() => faults.add(source, unknown_variable(&key)),
            Ok(text) => given.push(Given { key, value: Value::Text(text), source }),
        }
    }
}

fn unknown(key: &str) -> String {
    match nearest(key) {
        Some(near) => format!("there is no setting `{key}`; did you mean `{near}`?"),
        None => format!("there is no setting `{key}`"),
    }
}

fn unknown_variable(key: &str) -> String {
    match nearest(key) {
        Some(near) if Setting::named(near).is_some() => {
            let variable = near.to_uppercase().replace('.', "__");
            format!("there is no setting `{key}`; did you mean `{PREFIX}{variable}`?")
        }
        _ => format!("there is no setting `{key}`"),
    }
}

/// One configuration of all that is well, and where each of its values came from.
pub(super) fn compose(given: Vec<Given>, faults: &mut Faults) -> (Config, Vec<Given>) {
    let mut last = BTreeMap::new();
    for one in given {
        match typed(&one) {
            Ok(line) => {
                last.insert(one.key.clone(), (line, one));
            }
            Err(why) => faults.add(one.source, why),
        }
    }
    let text: String = last.values().map(|(line, _)| line.as_str()).collect();
    let config = toml::from_str(&text).unwrap_or_else(|why| {
        faults.add(Source::Nowhere, why.message());
        Config::default()
    });
    (config, last.into_values().map(|(_, one)| one).collect())
}

/// The setting as a line of TOML of the right kind, or why its value cannot be that.
fn typed(given: &Given) -> Result<String, String> {
    let line = |value: &str| format!("{} = {value}\n", given.key);
    let read = |line: String| match toml::from_str::<Config>(&line) {
        Ok(_) => Ok(line),
        Err(why) => Err(why.message().to_owned()),
    };
    let fault = match &given.value {
        Value::Toml(text) => match read(line(text)) {
            Ok(line) => return Ok(line),
            Err(why) => why,
        },
        Value::Text(text) => match (read(line(&quoted(text))), read(line(text))) {
            (Ok(line), _) | (Err(_), Ok(line)) => return Ok(line),
            (Err(why), Err(_)) => why,
        },
    };
    let setting = Setting::named(&given.key);
    let takes = format!("`{}` {}", given.key, setting.map_or("takes another value", |s| s.takes));
    let says_more = !["invalid type", "invalid value", "unknown variant", "unknown field"]
        .iter()
        .any(|k| fault.starts_with(k));
    let may_say = !setting.is_none_or(Setting::is_secret);
    Err(if says_more && may_say { format!("{takes}: {fault}") } else { takes })
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, variables: &[(&str, &str)], flags: &[(&str, &str)]) -> (Config, Vec<String>) {
        let (mut given, mut faults) = (Vec::new(), Faults::default());
        from_file(FILE, file, &mut given, &mut faults);
        from_variables(variables.iter().map(|(n, v)| (n.into(), v.into())), &mut given, &mut faults);
        given.extend(flags.iter().map(|(key, text)| Given {
            key: (*key).to_owned(),
            value: Value::Text((*text).to_owned()),
            source: Source::Flag("--flag"),
        }));
        let (config, given) = compose(given, &mut faults);
        super::super::check::check(&config, &given, &mut faults);
        (config, faults.lines())
    }

    #[test]
    fn a_later_place_wins_over_an_earlier_one() {
        let file = "data = 'a'\n[server]\nlisten = '1.1.1.1:1'\n[log]\nformat = 'json'\n";
        let variables = [("BOTPLOT__SERVER__LISTEN", "2.2.2.2:2"), ("BOTPLOT__DATA", "b")];
        let (config, faults) = load(file, &variables, &[("data", "c")]);
        assert_eq!(faults, [] as [&str; 0]);
        assert_eq!((config.data.to_str(), config.server.listen.as_str()), (Some("c"), "2.2.2.2:2"));
        assert_eq!(config.log.format, crate::config::Format::Json);
    }

    #[test]
    fn variables_are_text_or_toml_as_the_setting_needs() {
        let variables = [
            ("BOTPLOT__EGRESS__ALLOW", r#"["10.1.2.3", "wiki.internal"]"#),
            ("BOTPLOT__LLM__RETRIES", "3"),
            ("BOTPLOT__LLM__PROVIDER", "ollama"),
            ("BOTPLOT__LLM__MODEL", "7"),
            ("BOTPLOT__LLM__FALLBACK__PROVIDER", ""),
            ("HOME", "/root"),
        ];
        let (config, faults) = load("", &variables, &[]);
        assert_eq!(faults, [] as [&str; 0]);
        assert_eq!((config.egress.allow.len(), config.llm.retries), (2, 3));
        assert_eq!(config.llm.model.as_deref(), Some("7"));
        assert!(config.llm.fallback.is_none());
    }

    #[test]
    fn all_faults_come_at_once_each_with_its_place() {
        let file = "dta = 'x'\n\n[server]\nlisten = 8080\nheader_seconds = 0\ntrusted_proxies = ['proxy']\n[llm]\nprovider = 'opanai'\nlog = 1\n";
        let variables = [("BOTPLOT__ENGINE__PASAGES", "3"), ("BOTPLOT__LOG__LEVEL", "loud")];
        let (_, faults) = load(file, &variables, &[("server.listen", "here")]);
        let expected = [
            "botplot.toml:1: there is no setting `dta`; did you mean `data`?",
            "botplot.toml:9: there is no setting `llm.log`",
            "BOTPLOT__ENGINE__PASAGES: there is no setting `engine.pasages`; did you mean `BOTPLOT__ENGINE__PASSAGES`?",
            "botplot.toml:4: `server.listen` takes text in quotes",
            "botplot.toml:6: `server.trusted_proxies` takes a list of addresses and ranges",
            "--flag: `server.listen` takes an address and a port such as `127.0.0.1:8080`, not `here`",
            "botplot.toml:5: `server.header_seconds` takes a number from 1 to 3600, not `0`",
            "botplot.toml:8: `llm.provider` is `opanai`, but must be one of",
            "BOTPLOT__LOG__LEVEL: `log.level` takes",
        ];
        for one in expected {
            assert!(faults.iter().any(|f| f.starts_with(one)), "{one} not in {faults:#?}");
        }
        assert_eq!(faults.len(), expected.len(), "{faults:#?}");
    }

    #[test]
    fn a_half_written_file_names_line_and_column() {
        let (_, faults) = load("data = 'x'\n[server\nlisten = '1.1.1.1:1'\n", &[], &[]);
        assert!(faults[0].starts_with("botplot.toml:2: column 8: "), "{faults:?}");
        let (_, faults) = load("[llm]\nmodel = \n", &[], &[]);
        assert!(faults[0].starts_with("botplot.toml:2: column 9: "), "{faults:?}");
        let (_, faults) = load("llm = 'openai'\n", &[], &[]);
        assert!(faults[0].contains("`llm` is a section: write `[llm]`"), "{faults:?}");
    }

    #[test]
    fn no_fault_and_no_debug_output_shows_a_secret() {
        for file in [
            "[llm]\napi_key = \"sk-canary",
            "[llm]\napi_key = sk-canary\n",
            "[llm]\napi_key = ['sk-canary']\n",
            "[llm]\napi_key = 'sk-canary ü'\nprovider = 'openai'\n",
            "[database]\nurl = 'mysql://u:sk-canary@h/d'\n",
            "[database]\nurl = { a = 'sk-canary' }\n",
        ] {
            let (config, faults) = load(file, &[("BOTPLOT__LLM__FALLBACK__API_KEY", "sk-canary")], &[]);
            assert!(!faults.is_empty(), "{file}");
            assert!(!format!("{faults:?}{config:?}").contains("canary"), "{faults:?}");
        }
        let (mut given, mut faults) = (Vec::new(), Faults::default());
        from_file(FILE, "[llm]\napi_key = 'sk-canary'", &mut given, &mut faults);
        assert_eq!(format!("{given:?}"), "[llm.api_key = … (botplot.toml:2)]");
    }
}
