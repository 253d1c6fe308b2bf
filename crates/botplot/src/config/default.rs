//! The commented default configuration, made from the list of settings.

use std::fmt::Write as _;

use super::settings::{SECTIONS, SETTINGS, Setting};

const HEAD: &str = "\
# BotPlot's configuration. Every line here is a comment: take the `#` away from what you change.
# A value that is shown is the default, unless the line says that it is an example.
# BotPlot reads `botplot.toml` in the folder in which it is started, or the file that `--config` names.
# Environment variables named BOTPLOT__SECTION__KEY go before this file, and flags before those.
";

/// The text of `botplot config default`.
pub(crate) fn commented() -> String {
    let mut out = String::from(HEAD);
    for setting in of("") {
        show(&mut out, setting);
    }
    for (section, about) in SECTIONS {
        let _ = write!(out, "\n# {about}\n[{section}]\n");
        // An empty table of its own would be a model without a provider.
        if *section == "llm.fallback" {
            out.truncate(out.len() - "[llm.fallback]\n".len());
            out.push_str("# [llm.fallback]\n");
        }
        for setting in of(section) {
            show(&mut out, setting);
        }
    }
    out
}

/// The settings of one section, those outside of any for the empty name.
fn of(section: &str) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |s| s.key.rsplit_once('.').map_or("", |(before, _)| before) == section)
}

fn show(out: &mut String, setting: &Setting) {
    let name = setting.key.rsplit('.').next().unwrap_or_default();
    let unset = if setting.default.is_none() { " Unset by default; an example:" } else { "" };
    let _ = write!(out, "\n# {}{unset}\n# {name} = {}\n", setting.about, setting.example);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_committed_default_is_current() {
        let committed = include_str!("../../../../botplot.default.toml");
        assert!(
            committed == commented(),
            "run `botplot config default > botplot.default.toml` and commit it"
        );
    }

    #[test]
    fn the_commented_default_reads_as_the_default() {
        let read: Config = toml::from_str(&commented()).unwrap();
        assert_eq!(format!("{read:?}"), format!("{:?}", Config::default()));
    }

    #[test]
    fn every_line_can_be_used_without_its_comment_sign() {
        let opened: String = commented()
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest)
                    if rest.starts_with('[')
                        || rest.split_once(" = ").is_some_and(|(k, _)| !k.contains(' ')) =>
                {
                    format!("{rest}\n")
                }
                _ => format!("{line}\n"),
            })
            .collect();
        let read: Config = toml::from_str(&opened).unwrap();
        assert_eq!(read.llm.fallback.and_then(|f| f.model).as_deref(), Some("llama3.2"));
    }
}
