//! A working directory of its own, commands in it, and servers that end with the test.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Lines};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// The last line of what a server prints when it is ready.
const LAST_LINE: &str = "Answers are ";

/// A working directory that vanishes with the test.
pub(crate) struct Home {
    folder: TempDir,
}

/// What a command did.
pub(crate) struct Ran {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// What it printed until it was ready.
    pub(crate) greeting: String,
    log: PathBuf,
    _out: Lines<BufReader<ChildStdout>>,
}

impl Home {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A path in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A command that is not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_botplot"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&mut self.command(arguments))
    }

    /// Starts a server on a free port and waits until it is ready.
    pub(crate) fn serve(&self, variables: &[(&str, &str)]) -> Server {
        self.serve_with(&["serve", "--listen", "127.0.0.1:0"], variables)
    }

    /// The same with these arguments.
    pub(crate) fn serve_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Server {
        let log = self.path("server.log");
        let mut child = self
            .command(arguments)
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(File::options().create(true).append(true).open(&log).unwrap())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut greeting = String::new();
        for line in out.by_ref() {
            greeting.push_str(&line.unwrap());
            greeting.push('\n');
            if greeting.lines().last().unwrap().starts_with(LAST_LINE) {
                break;
            }
        }
        let said = fs::read_to_string(&log).unwrap();
        assert!(greeting.contains(LAST_LINE), "the server ended before it was ready:\n{greeting}{said}");
        let line = greeting.lines().next().unwrap();
        let address = line.rsplit_once("http://").unwrap().1.parse().unwrap();
        Server { child, address, greeting, log, _out: out }
    }
}

impl Ran {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        let done = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { status: done.status, out: text(done.stdout), err: text(done.stderr) }
    }

    /// The output of a command that must have gone well.
    pub(crate) fn well(self) -> String {
        assert!(self.status.success(), "it failed ({}):\n{}{}", self.status, self.out, self.err);
        self.out
    }

    /// The output of a command that must have gone well, as JSON.
    pub(crate) fn json(self) -> Value {
        let out = self.well();
        serde_json::from_str(&out).unwrap_or_else(|why| panic!("{why}: {out}"))
    }

    /// What a command said that must have failed with 1, in a sentence and without a panic.
    pub(crate) fn fault(self) -> String {
        assert_eq!(self.status.code(), Some(1), "{}{}", self.out, self.err);
        assert!(self.err.starts_with("error: ") && !self.err.contains("panicked"), "{}", self.err);
        self.err
    }
}

impl Server {
    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for its end; returns its exit code.
    pub(crate) fn wait(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Everything that it has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// The demo project's publishable key, as the greeting shows it.
    pub(crate) fn demo_key(&self) -> String {
        let (_, rest) = self.greeting.split_once("/try/").unwrap();
        rest.lines().next().unwrap().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended is as good as killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The checkout that this test belongs to.
pub(crate) fn checkout() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
