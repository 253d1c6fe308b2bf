//! Commands and flags named in documents, the Dockerfile and the systemd unit exist.

use super::cli::Cli;
use super::markdown::{Kind, items};
use super::{Fault, Project};
use crate::{COMMANDS, programs};

/// Commands that do not exist.
pub(super) fn faults(project: &Project) -> Vec<Fault> {
    let cli = Cli::of(project);
    let mut faults = Vec::new();
    for (file, text) in project.tree.texts() {
        let lines: Vec<(usize, String)> = if file.ends_with(".md") {
            items(text)
                .into_iter()
                .filter_map(|item| Some((item.line, code_of(&item.kind)?.to_owned())))
                .collect()
        } else if file.ends_with("Dockerfile") {
            numbered(text).filter_map(|(at, line)| Some((at, exec_form(line)?))).collect()
        } else if file.ends_with(".service") {
            numbered(text)
                .filter_map(|(at, line)| Some((at, line.strip_prefix("ExecStart=")?.to_owned())))
                .collect()
        } else {
            continue;
        };
        for (line, code) in lines {
            faults.extend(reasons(&cli, &code).into_iter().map(|why| Fault::new(file, line, why)));
        }
    }
    faults
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line))
}

fn code_of<'a>(kind: &Kind<'a>) -> Option<&'a str> {
    match kind {
        Kind::Span(text) | Kind::Fenced { text, .. } => Some(text),
        _ => None,
    }
}

/// The words of `ENTRYPOINT ["…", "…"]` or `CMD`, where a flag may stand without its command.
fn exec_form(line: &str) -> Option<String> {
    let (_, array) = line.split_once(" [").filter(|(word, _)| matches!(*word, "ENTRYPOINT" | "CMD"))?;
    let words: Vec<&str> = array.split('"').skip(1).step_by(2).collect();
    Some(if line.starts_with("CMD") { format!("botplot {}", words.join(" ")) } else { words.join(" ") })
}

/// What is wrong with the commands of a line.
fn reasons(cli: &Cli, line: &str) -> Vec<String> {
    let mut reasons = Vec::new();
    for part in line.split(" | ").flat_map(|part| part.split("&&")).flat_map(|part| part.split("; ")) {
        let words: Vec<&str> = part.split_whitespace().take_while(|word| !word.starts_with('#')).collect();
        if let Some(at) = words.windows(2).position(|pair| pair == ["cargo", "xtask"]) {
            reasons.extend(of_xtask(&words[at + 2..]));
        }
        if let Some(at) = start_of_botplot(&words) {
            reasons.extend(of_botplot(cli, &words[at..]));
        }
    }
    reasons
}

/// Where the arguments of `botplot` begin: after the program as a command, in a container, or under `cargo run --`.
fn start_of_botplot(words: &[&str]) -> Option<usize> {
    let first =
        words.iter().position(|word| !matches!(*word, "$" | "sudo" | "env") && !is_assignment(word))?;
    let is_program = |word: &str| word == "botplot" || word.ends_with("/botplot");
    if is_program(words[first]) {
        return Some(first + 1);
    }
    match (words[first], words.get(first + 1)) {
        ("docker" | "podman", Some(&("run" | "exec"))) => {
            words.iter().position(|word| is_program(word)).map(|at| at + 1)
        }
        ("cargo", Some(&"run")) if !words.contains(&"--example") => {
            words.iter().position(|word| *word == "--").map(|at| at + 1)
        }
        _ => None,
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
}

fn of_xtask(words: &[&str]) -> Vec<String> {
    let mut reasons = Vec::new();
    let Some(names) = words.first().filter(|word| is_literal(word)) else { return reasons };
    for name in names.split('|') {
        if COMMANDS.iter().all(|command| command.name != name) {
            reasons.push(format!("there is no `cargo xtask {name}`"));
        }
        let program = words.get(1).filter(|word| is_literal(word) && !word.starts_with('-'));
        if let (Some(kind), Some(program)) = (programs::kind_of(name), program)
            && programs::find(kind, program).is_none()
        {
            reasons.push(format!("there is no `cargo xtask {name} {program}`"));
        }
    }
    reasons
}

fn of_botplot(cli: &Cli, words: &[&str]) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut plain = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(flag) = word.trim_matches(['[', ']']).strip_prefix("--").filter(|flag| !flag.is_empty())
        else {
            plain.push(*word);
            continue;
        };
        let name = flag.split(['=', '|']).next().unwrap_or(flag);
        match cli.flags.get(name) {
            None => reasons.push(format!("`botplot` has no flag `--{name}`")),
            Some(true) if !flag.contains('=') => drop(words.next()),
            Some(_) => {}
        }
    }
    let Some(names) = plain.first().filter(|word| is_literal(word) && **word != "help") else {
        return reasons;
    };
    for name in names.split('|') {
        let Some(below) = cli.commands.get(name) else {
            reasons.push(format!("there is no `botplot {name}`"));
            continue;
        };
        let second = plain.get(1).filter(|word| !below.is_empty() && is_literal(word));
        for second in second.into_iter().flat_map(|word| word.split('|')) {
            if below.iter().all(|one| one != second) {
                reasons.push(format!("there is no `botplot {name} {second}`"));
            }
        }
    }
    reasons
}

/// Not a placeholder such as `<name>`, `NAME` or `…`.
fn is_literal(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'|' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cli() -> Cli {
        let commands = [("serve", &[][..]), ("project", &["create", "list"]), ("ask", &[])];
        let flags = [("data", true), ("json", false), ("listen", true)];
        Cli {
            commands: commands
                .map(|(name, below)| (name.to_owned(), below.iter().map(|&b| b.to_owned()).collect()))
                .into(),
            flags: flags.map(|(name, value)| (name.to_owned(), value)).into(),
        }
    }

    #[test]
    fn commands_that_do_not_exist_are_found() {
        for (line, reason) in [
            ("cargo xtask nonsense", "there is no `cargo xtask nonsense`"),
            ("cargo xtask bench nonsense", "there is no `cargo xtask bench nonsense`"),
            ("botplot sevre --data x", "there is no `botplot sevre`"),
            ("$ botplot project remove NAME", "there is no `botplot project remove`"),
            ("cargo run --release -- sevre", "there is no `botplot sevre`"),
            ("./target/release/botplot serve --lisen 1", "`botplot` has no flag `--lisen`"),
            ("docker run -v a:/data botplot sevre", "there is no `botplot sevre`"),
            ("cd x && botplot --data d sevre", "there is no `botplot sevre`"),
            ("BOTPLOT__LLM__MODEL=x botplot sevre", "there is no `botplot sevre`"),
        ] {
            assert_eq!(reasons(&cli(), line), [reason], "{line}");
        }
    }

    #[test]
    fn commands_that_exist_and_other_text_pass() {
        for line in [
            "cargo xtask test",
            "cargo xtask ci|test",
            "cargo xtask <command>",
            "cargo xtask bench <name>",
            "botplot",
            "botplot --data d serve --listen 127.0.0.1:8080 # as a sevre",
            "botplot ask \"how do I …\" --json | less",
            "botplot project create NAME [--json]",
            "botplot project|ask …",
            "cargo run --example bench -- nonsense",
            "git clone https://example.com/botplot botplot",
            "docker build -t botplot .",
            "systemctl status botplot",
        ] {
            assert_eq!(reasons(&cli(), line), [] as [String; 0], "{line}");
        }
    }

    #[test]
    fn documents_dockerfiles_and_units_are_read() {
        let files = [
            ("README.md", "Run it:\n```sh\nbotplot sevre\n```\nor `botplot srve`."),
            ("packaging/Dockerfile", "FROM x\nENTRYPOINT [\"/usr/local/bin/botplot\"]\nCMD [\"sevre\"]\n"),
            ("packaging/botplot.service", "[Service]\nExecStart=/usr/local/bin/botplot sevre\n"),
        ];
        let lines: Vec<_> =
            faults(&Project::of(&files)).into_iter().map(|fault| (fault.file, fault.line)).collect();
        let expected = [
            ("README.md", 3),
            ("README.md", 5),
            ("packaging/Dockerfile", 3),
            ("packaging/botplot.service", 2),
        ];
        assert_eq!(lines, expected.map(|(file, line)| (file.to_owned(), line)));
    }
}
