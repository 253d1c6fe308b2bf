//! The real binary as a child process on a free loopback port, and what it costs.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::Instant;

use crate::client;

/// A running `botplot serve`; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// Time from its start to its first ready answer.
    pub ready_after: Duration,
}

/// A command of the release binary that was built beside the running example, on the given data folder.
pub fn command(data: &Path) -> Command {
    let mut command = Command::new(binary());
    // A stray `botplot.toml` of the working directory must not change what is measured.
    command.arg("--data").arg(data).current_dir(std::env::temp_dir());
    command
}

/// The `botplot` binary of the same build as the running example or test.
pub fn binary() -> PathBuf {
    let mut folder = std::env::current_exe().expect("a running program has a path");
    while folder.pop() {
        let candidate = folder.join("botplot");
        if candidate.is_file() {
            return candidate;
        }
    }
    panic!("build the server first: cargo build --release --package botplot");
}

/// A program that measures asks more from one address than visitors do.
const UNLIMITED: [(&str, &str); 4] = [
    ("BOTPLOT__LIMITS__VISITOR_PER_MINUTE", "0"),
    ("BOTPLOT__LIMITS__ADDRESS_PER_MINUTE", "0"),
    ("BOTPLOT__LIMITS__PUBLISHABLE_KEY_PER_MINUTE", "0"),
    ("BOTPLOT__LIMITS__SECRET_KEY_PER_MINUTE", "0"),
];

impl Server {
    /// Starts a server without rate limits on `data` with further environment variables, and waits until it is ready.
    pub async fn start(data: &Path, variables: &[(&str, String)]) -> io::Result<Self> {
        Self::start_with(command(data), variables).await
    }

    /// As [`Server::start`], from a prepared command.
    pub async fn start_with(command: Command, variables: &[(&str, String)]) -> io::Result<Self> {
        Self::start_at(free_address()?, command, variables).await
    }

    /// As [`Server::start_with`], listening there: where a page expects the server again after a crash.
    pub async fn start_at(
        address: SocketAddr,
        command: Command,
        variables: &[(&str, String)],
    ) -> io::Result<Self> {
        let loud = std::env::args().any(|a| a == "--loud");
        let log = if loud { Stdio::inherit() } else { Stdio::null() };
        Self::start_printing(address, command, variables, Stdio::null(), log).await
    }

    /// As [`Server::start_at`]; what it prints goes there, and what it logs to `log`.
    pub async fn start_printing(
        address: SocketAddr,
        mut command: Command,
        variables: &[(&str, String)],
        to: Stdio,
        log: Stdio,
    ) -> io::Result<Self> {
        let start = Instant::now();
        let child = command
            .args(["serve", "--listen", &address.to_string()])
            .envs(UNLIMITED)
            .envs(variables.iter().map(|(k, v)| (k, v)))
            .stdin(Stdio::null())
            .stdout(to)
            .stderr(log)
            .spawn()?;
        let mut server = Self { child, address, ready_after: Duration::ZERO };
        while !server.is_ready().await {
            if let Some(status) = server.child.try_wait()? {
                return Err(io::Error::other(format!(
                    "the server ended with {status}; run with --loud to see why"
                )));
            }
            if start.elapsed() > Duration::from_mins(1) {
                return Err(io::Error::other("the server was not ready within a minute"));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        server.ready_after = start.elapsed();
        Ok(server)
    }

    async fn is_ready(&self) -> bool {
        client::request(self.address, "GET /readyz HTTP/1.1\r\n", "").await.is_ok_and(|r| r.status == 200)
    }

    /// Processor seconds that the server has used, all its threads together.
    pub fn cpu_seconds(&self) -> f64 {
        cpu_seconds(self.child.id())
    }

    /// Mebibytes of the server in memory: all, and those that are not shared with its file.
    pub fn memory_mib(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find(|l| l.starts_with(name));
            line.and_then(|l| l.split_whitespace().nth(1))
                .and_then(|n| n.parse::<f64>().ok())
                .unwrap_or(f64::NAN)
                / 1024.0
        };
        (field("VmRSS:"), field("RssAnon:"))
    }

    /// Ends it as a crash does.
    pub fn kill(mut self) -> io::Result<()> {
        self.child.kill()?;
        self.child.wait().map(|_| ())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Already ended is as good as killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Processor seconds that a process has used, by Linux's `/proc/PID/stat` with its 100 ticks a second.
pub fn cpu_seconds(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: f64 =
        after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// A loopback address that was free a moment ago.
pub fn free_address() -> io::Result<SocketAddr> {
    std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()
}

/// Runs a command to its end and gives what it printed; a failure carries what it said.
pub fn output(command: &mut Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(io::Error::other(format!("{command:?} ended with {}: {said}", output.status)))
}

/// A fresh project: its publishable key, as `botplot project create` gives it.
pub fn project(data: &Path, name: &str) -> io::Result<String> {
    let printed = output(command(data).args(["project", "create", name, "--json"]))?;
    let json: serde_json::Value = serde_json::from_str(&printed).map_err(io::Error::other)?;
    let key = json.get("publishable_key").and_then(|k| k.as_str());
    key.map(str::to_owned).ok_or_else(|| io::Error::other(format!("no key in {printed}")))
}

/// Minimum, median and maximum of some figures, to be printed.
pub fn spread(mut figures: Vec<f64>) -> (f64, f64, f64) {
    figures.sort_by(f64::total_cmp);
    let at = |share: usize| figures.get((figures.len().max(1) - 1) * share / 2).copied().unwrap_or(f64::NAN);
    (at(0), at(1), at(2))
}
