//! The committed programs that measure a figure or try the server's promises: one line of [`PROGRAMS`] each.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::run::{cargo, in_path, locked, root, run};

/// What a program is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// `cargo xtask bench`: it prints a figure.
    Bench,
    /// `cargo xtask check`: it passes or fails.
    Check,
}

use Kind::{Bench, Check};

/// A program that anyone can run. It is given the arguments that follow its name.
pub(crate) struct Program {
    kind: Kind,
    name: &'static str,
    doc: &'static str,
    /// An example of a crate, which is run in release, or a script in Python (`.py`) or bash (`.sh`).
    path: &'static str,
}

/// Every program.
const PROGRAMS: &[Program] = &[
    program(Bench, "ranking", "how good the search is", "crates/botplot-search/examples/eval/main.rs"),
    program(Bench, "embed", "CPU of vectors", "crates/botplot-embed/examples/bench.rs"),
    program(Bench, "search", "CPU of searching and indexing", "crates/botplot-search/examples/speed.rs"),
    program(Bench, "store", "turns a second", "crates/botplot-store/examples/turns.rs"),
    program(Bench, "figures", "analytics of 500,000 messages", "crates/botplot-store/examples/figures.rs"),
    program(Bench, "listing", "pages of 100,000 conversations", "crates/botplot-store/examples/listing.rs"),
    program(
        Bench,
        "llm",
        "what our own part adds to a model",
        "crates/botplot-llm/examples/streamed_turn.rs",
    ),
    program(Bench, "start", "time until ready, idle memory", "crates/botplot-testkit/examples/start.rs"),
    program(Bench, "chat", "first token and CPU of a turn", "crates/botplot-testkit/examples/chat.rs"),
    program(
        Bench,
        "ingest",
        "time until 408 articles are found",
        "crates/botplot-testkit/examples/ingest.rs",
    ),
    program(
        Bench,
        "inbox",
        "the inbox's pages with 10,000 conversations",
        "crates/botplot-testkit/examples/inbox/main.rs",
    ),
    program(Bench, "crawl", "a website of 300 pages, twice", "crates/botplot-testkit/examples/crawl_site.rs"),
    program(Bench, "widget", "first paint, and long tasks while it streams", "e2e/examples/widget/main.rs"),
    program(Check, "crash", "kill it; nothing is lost", "crates/botplot-testkit/examples/crash.rs"),
    program(
        Check,
        "quota",
        "2,000 chats at once, and kills: exactly the plan's answers",
        "crates/botplot-testkit/examples/quota.rs",
    ),
    program(
        Check,
        "webhooks",
        "hanging endpoints, ten kills, then two nodes: none lost",
        "crates/botplot-testkit/examples/webhooks/main.rs",
    ),
    program(
        Check,
        "signatures",
        "webhooks verified by the official library",
        "crates/botplot-testkit/examples/signatures.rs",
    ),
    program(
        Check,
        "inboxes",
        "200 open inboxes, 50 chats a second: nothing lost",
        "crates/botplot-testkit/examples/inboxes.rs",
    ),
    program(Check, "resume", "cut streams at every event", "crates/botplot-testkit/examples/resume.rs"),
    program(
        Check,
        "clients",
        "OpenAI's clients, Node's fetch, a page in Chromium",
        "crates/botplot-testkit/examples/clients.rs",
    ),
    program(
        Check,
        "schema",
        "thousands of requests after its description",
        "crates/botplot-testkit/examples/schema.rs",
    ),
    program(
        Check,
        "powerloss",
        "cut its power; nothing is lost",
        "crates/botplot-testkit/examples/powerloss/main.rs",
    ),
];

const fn program(kind: Kind, name: &'static str, doc: &'static str, path: &'static str) -> Program {
    Program { kind, name, doc, path }
}

/// `cargo xtask bench <name> [arguments]`.
pub(crate) fn bench(arguments: &[String]) -> Result<()> {
    start(Bench, arguments)
}

/// `cargo xtask check <name> [arguments]`.
pub(crate) fn check(arguments: &[String]) -> Result<()> {
    start(Check, arguments)
}

/// The kind that a command of xtask starts.
pub(crate) fn kind_of(command: &str) -> Option<Kind> {
    match command {
        "bench" => Some(Bench),
        "check" => Some(Check),
        _ => None,
    }
}

/// The program of this name.
pub(crate) fn find(kind: Kind, name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|program| program.kind == kind && program.name == name)
}

fn start(kind: Kind, arguments: &[String]) -> Result<()> {
    let Some((name, rest)) = arguments.split_first() else {
        for program in PROGRAMS.iter().filter(|program| program.kind == kind) {
            println!("  {:<12}{}", program.name, program.doc);
        }
        return Ok(());
    };
    let Some(program) = find(kind, name) else {
        bail!("there is no `{name}`: without a name, all are listed");
    };
    if starts_server(program.path) {
        run(cargo(["build", "--release", "--package", "botplot"]).args(locked()))?;
    }
    if let Some((package, example)) = example_of(program.path) {
        let arguments = ["run", "--release", "--package", package, "--example", example];
        return run(cargo(arguments).args(locked()).arg("--").args(rest));
    }
    let interpreter = interpreter_of(program.path);
    if !in_path(interpreter) {
        bail!("`{}` needs {interpreter}: install the package `{interpreter}`", program.path);
    }
    run(Command::new(interpreter).current_dir(root()).arg(program.path).args(rest))
}

/// What measures the server from outside starts `target/release/botplot`; the testkit and all scripts do.
fn starts_server(path: &str) -> bool {
    example_of(path).is_none_or(|(package, _)| package == "botplot-testkit")
}

/// Package and name of the example that has its source at this path.
fn example_of(path: &str) -> Option<(&str, &str)> {
    let (folder, example) = path.split_once("/examples/")?;
    let package = folder.strip_prefix("crates/").unwrap_or("botplot-e2e");
    Some((package, example.strip_suffix("/main.rs").or(example.strip_suffix(".rs"))?))
}

fn interpreter_of(path: &str) -> &'static str {
    if Path::new(path).extension().is_some_and(|end| end == "py") { "python3" } else { "bash" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_is_there() {
        for program in PROGRAMS {
            assert!(root().join(program.path).is_file(), "{}: no `{}`", program.name, program.path);
        }
    }

    #[test]
    fn the_path_says_how_a_program_is_run() {
        assert_eq!(example_of("crates/a/examples/b.rs"), Some(("a", "b")));
        assert_eq!(example_of("crates/a/examples/b/main.rs"), Some(("a", "b")));
        assert_eq!(example_of("e2e/examples/c/main.rs"), Some(("botplot-e2e", "c")));
        assert_eq!(example_of("eval/x.py"), None);
        assert_eq!((interpreter_of("eval/x.py"), interpreter_of("eval/x.sh")), ("python3", "bash"));
        assert!(starts_server("eval/x.sh") && starts_server("crates/botplot-testkit/examples/chat.rs"));
        assert!(!starts_server("crates/botplot-search/examples/eval.rs"));
    }

    #[test]
    fn an_unknown_program_is_refused() {
        let error = bench(&["nonsense".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("no `nonsense`"), "{error}");
    }
}
