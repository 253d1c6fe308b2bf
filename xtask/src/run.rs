//! Runs other programs from the repository's root, and measures them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask stands in the repository's root").to_owned()
}

/// Whether this runs in CI: then `Cargo.lock` may not change and nothing is compiled incrementally.
pub(crate) fn in_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value != "false")
}

/// The cargo that started this program, with `arguments`, in the repository's root.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root());
    if in_ci() {
        command.env("CARGO_INCREMENTAL", "0");
    }
    command
}

/// `--locked` in CI, where a stale `Cargo.lock` is a fault, and nothing elsewhere.
pub(crate) fn locked() -> Option<&'static str> {
    in_ci().then_some("--locked")
}

/// Shows the command and runs it; an exit code other than 0 is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let line = line_of(command);
    eprintln!("$ {line}");
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed: {status}");
    }
    Ok(())
}

/// Runs the command and returns what it printed; an exit code other than 0 is an error.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let line = line_of(command);
    let output = command.output().with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` printed no UTF-8"))
}

/// Whether `name` is a program in `PATH`.
pub(crate) fn in_path(name: &str) -> bool {
    let Some(path) = std::env::var_os("PATH") else { return false };
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

fn line_of(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// What some work cost.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    /// Time on the wall.
    pub(crate) wall: Duration,
    /// CPU time of this program and of every child that has ended; zero where `/proc` does not tell.
    pub(crate) cpu: Duration,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{:7.1} s wall {:7.1} s cpu", self.wall.as_secs_f64(), self.cpu.as_secs_f64())
    }
}

/// Does the work and says what it cost.
#[expect(clippy::disallowed_methods, reason = "it measures: no clock of the domain is meant")]
pub(crate) fn measure<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let (start, cpu) = (std::time::Instant::now(), cpu_time());
    let outcome = work();
    (outcome, Cost { wall: start.elapsed(), cpu: cpu_time().saturating_sub(cpu) })
}

fn cpu_time() -> Duration {
    std::fs::read_to_string("/proc/self/stat").ok().and_then(|stat| cpu_of(&stat)).unwrap_or_default()
}

/// User and system time, own and of children, from the text of `/proc/self/stat`.
fn cpu_of(stat: &str) -> Option<Duration> {
    // The program's name stands in brackets and may hold spaces; the times are the 12th to 15th words after it.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks =
        fields.split_whitespace().skip(11).take(4).map(str::parse::<u64>).sum::<Result<u64, _>>().ok()?;
    // Linux tells user space of 100 ticks a second on every platform.
    Some(Duration::from_millis(ticks * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_the_sum_of_the_four_times() {
        let stat = "7 (a b) c) S 1 7 7 0 -1 4194304 1 2 3 4 100 20 3000 400 20 0 1 0 5";
        assert_eq!(cpu_of(stat), Some(Duration::from_millis(35_200)));
        assert_eq!(cpu_of("7 (a) S 1"), Some(Duration::ZERO), "a short line holds no times");
        assert_eq!(cpu_of("no brackets"), None);
    }

    #[test]
    fn an_exit_code_is_an_error_that_names_the_command() {
        let error = run(Command::new("false").arg("one")).unwrap_err().to_string();
        assert!(error.contains("`false one` failed"), "{error}");
        let error = read(Command::new("botplot-is-no-such-program").arg("one")).unwrap_err().to_string();
        assert!(error.contains("cannot start"), "{error}");
    }
}
