//! What the tests need on the machine besides Rust, how it is found, and which Debian package brings it.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::{in_path, run};

struct Tool {
    /// Its name for a person.
    name: &'static str,
    /// What the tests do with it.
    why: &'static str,
    /// The Debian package.
    package: &'static str,
    is_there: fn() -> bool,
}

const TOOLS: &[Tool] = &[
    Tool {
        name: "PostgreSQL's server programs",
        why: "the store's contract runs on a real PostgreSQL too",
        package: "postgresql",
        is_there: || in_path("initdb") || in_postgres_folder("/usr/lib/postgresql"),
    },
    Tool {
        name: "qemu-x86_64",
        why: "the embedding has to give the same vectors on processors that this one is not",
        package: "qemu-user",
        // It runs programs for x86-64, and only such a machine compiles them.
        is_there: || !cfg!(target_arch = "x86_64") || in_path("qemu-x86_64"),
    },
    Tool {
        name: "Chromium",
        why: "the widget is tried in a real browser",
        package: "chromium",
        is_there: || ["chromium", "chromium-browser", "google-chrome"].into_iter().any(in_path),
    },
];

/// Debian keeps the server programs of each version out of `PATH`.
fn in_postgres_folder(folder: &str) -> bool {
    let Ok(versions) = std::fs::read_dir(folder) else { return false };
    versions.flatten().any(|version| version.path().join("bin/initdb").is_file())
}

/// Installs what is missing, where this program may, and otherwise says what to install.
pub(crate) fn provide() -> Result<()> {
    let missing: Vec<&Tool> = TOOLS.iter().filter(|tool| !(tool.is_there)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for tool in &missing {
        eprintln!("missing: {} ({})", tool.name, tool.why);
    }
    let packages: Vec<&str> = missing.iter().map(|tool| tool.package).collect();
    if !in_path("apt-get") {
        bail!("install them with this system's packages: Debian calls them {}", packages.join(" "));
    }
    if !is_root() {
        bail!("run `sudo apt-get install --no-install-recommends {}`, then this again", packages.join(" "));
    }
    install(&packages)?;
    if let Some(tool) = missing.iter().find(|tool| !(tool.is_there)()) {
        bail!("the package `{}` is installed, but {} is still not found", tool.package, tool.name);
    }
    Ok(())
}

/// Tries twice: an archive that is being updated fails now and then.
fn install(packages: &[&str]) -> Result<()> {
    let once = || {
        run(&mut apt_get(&["update"]))?;
        run(apt_get(&["install", "--yes", "--no-install-recommends"]).args(packages))
    };
    once().or_else(|error| {
        eprintln!("{error:#}: trying once more");
        once()
    })
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command
        .args(["--quiet", "-o", "DPkg::Lock::Timeout=120"])
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    command.stdin(std::process::Stdio::null());
    command
}

fn is_root() -> bool {
    owner_of(Path::new("/proc/self")).is_ok_and(|owner| owner == 0)
}

#[cfg(unix)]
fn owner_of(path: &Path) -> Result<u32> {
    use std::os::unix::fs::MetadataExt;
    Ok(path.metadata().with_context(|| format!("cannot read `{}`", path.display()))?.uid())
}

#[cfg(not(unix))]
fn owner_of(_: &Path) -> Result<u32> {
    bail!("there are no owners here")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_programs_are_found_in_debians_folder() {
        let folder = std::env::temp_dir().join(format!("botplot-xtask-{}", std::process::id()));
        let name = folder.to_str().unwrap();
        assert!(!in_postgres_folder(name), "there is no such folder yet");
        std::fs::create_dir_all(folder.join("15/bin")).unwrap();
        assert!(!in_postgres_folder(name), "there is no program in it yet");
        std::fs::write(folder.join("15/bin/initdb"), "").unwrap();
        assert!(in_postgres_folder(name));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
