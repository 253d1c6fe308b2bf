//! Nothing committed knows the machine that it was written on: no absolute path of it, no host of a package mirror.

use super::{Fault, Project};

/// Folders of the machines that this project is built on.
const FOLDERS: &[&str] = &["/work/", "/root/", "/.cargo/registry/"];

/// Labels in the name of a host that serves packages.
const MIRRORS: &[&str] = &[
    "mirror",
    "mirrors",
    "artifactory",
    "nexus",
    "devpi",
    "verdaccio",
    "pypi",
    "pythonhosted",
    "crates",
    "npmjs",
    "registry",
];

/// This folder plants the faults that it looks for.
const OUTSIDE: &str = "xtask/src/tidy/";

/// Lines that name such a place.
pub(super) fn faults(project: &Project) -> Vec<Fault> {
    let mut faults = Vec::new();
    let files = project.tree.texts().filter(|(path, _)| !path.starts_with(OUTSIDE) && *path != "Cargo.lock");
    for (path, text) in files {
        for (at, line) in text.lines().enumerate() {
            if let Some(folder) = FOLDERS.iter().find(|folder| names_folder(line, folder)) {
                faults.push(Fault::new(path, at + 1, format!("`{folder}` is a folder of one machine")));
            }
            if let Some(host) = hosts(line).find(|host| serves_packages(host)) {
                faults.push(Fault::new(
                    path,
                    at + 1,
                    format!("`{host}` serves packages: name the package instead"),
                ));
            }
        }
    }
    faults
}

/// Whether the folder stands at the beginning of a path, not within one or within an address.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        folder.starts_with("/.") || !before.is_some_and(|c| c.is_alphanumeric() || "./-_}>~$".contains(c))
    })
}

fn hosts(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("://").map(|(at, _)| {
        let rest = &line[at + 3..];
        let end =
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(rest.len());
        &rest[..end]
    })
}

fn serves_packages(host: &str) -> bool {
    host.contains('.') && host.split('.').any(|label| MIRRORS.contains(&label))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(line: &str) -> usize {
        faults(&Project::of(&[("docs/a.md", line)])).len()
    }

    #[test]
    fn a_path_of_this_machine_is_found() {
        assert_eq!(count("run `/work/main/target/release/botplot`"), 1);
        assert_eq!(count("open(\"/root/x\")"), 1);
        assert_eq!(count("https://example.com/work/hours and ../work/hours and $HOME/work/x"), 0);
    }

    #[test]
    fn a_host_of_packages_is_found() {
        assert_eq!(count("pip install --index-url https://pypi.example.com/simple"), 1);
        assert_eq!(count("registry = \"sparse+https://mirror.example.org/index/\""), 1);
        assert_eq!(count("https://example.com/registry, and crates.io as a name"), 0);
    }
}
