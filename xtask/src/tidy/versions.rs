//! One Rust version, said everywhere alike, and a lock file whose packages all come from crates.io.

use super::{Fault, Project};

/// How a lock file writes crates.io; any other source is a mirror's or a repository's.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Places that say another Rust version than the workspace, and packages from elsewhere.
pub(super) fn faults(project: &Project) -> Vec<Fault> {
    let mut faults = lock_faults(project);
    let Some(version) = project.tree.text("Cargo.toml").and_then(rust_version) else {
        faults.push(Fault::new("Cargo.toml", 0, "`[workspace.package]` has no `rust-version`"));
        return faults;
    };
    for package in project.packages.iter().filter(|package| package.member) {
        if package.rust_version.as_deref() != Some(version) {
            let name = package.name.as_str();
            faults.push(Fault::new(name, 0, "its manifest lacks `rust-version.workspace = true`"));
        }
    }
    for (file, before) in [("README.md", "Rust "), ("packaging/Dockerfile", "FROM rust:")] {
        let Some(text) = project.tree.text(file) else {
            faults.push(Fault::new(file, 0, "there is no such file"));
            continue;
        };
        if !text.contains(&format!("{before}{version}")) {
            faults.push(Fault::new(
                file,
                0,
                format!("does not say `{before}{version}`, the workspace's Rust version"),
            ));
        }
    }
    faults
}

fn rust_version(manifest: &str) -> Option<&str> {
    manifest.lines().find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"'))
}

fn lock_faults(project: &Project) -> Vec<Fault> {
    let Some(lock) = project.tree.text("Cargo.lock") else {
        return vec![Fault::new("Cargo.lock", 0, "there is no such file: it has to be committed")];
    };
    let lines = lock.lines().enumerate();
    let sources =
        lines.filter_map(|(at, line)| Some((at + 1, line.strip_prefix("source = \"")?.strip_suffix('"')?)));
    sources
        .filter(|(_, source)| *source != REGISTRY)
        .map(|(line, source)| Fault::new("Cargo.lock", line, format!("`{source}` is not crates.io")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::metadata::Package;
    use super::*;

    const MANIFEST: (&str, &str) = ("Cargo.toml", "[workspace.package]\nrust-version = \"1.95\"\n");

    #[test]
    fn one_version_everywhere_is_no_fault() {
        let mut project = Project::of(&[
            MANIFEST,
            ("Cargo.lock", "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n"),
            ("README.md", "Needs Rust 1.95 or later."),
            ("packaging/Dockerfile", "FROM rust:1.95-bookworm AS build"),
        ]);
        let rust_version = Some("1.95".to_owned());
        project.packages.push(Package { member: true, rust_version, ..Package::default() });
        assert_eq!(faults(&project), []);
    }

    #[test]
    fn another_version_or_another_source_is_found() {
        let mut project = Project::of(&[
            MANIFEST,
            ("Cargo.lock", "[[package]]\nsource = \"sparse+https://mirror.example/\"\n"),
            ("README.md", "Needs Rust 1.80."),
            ("packaging/Dockerfile", "FROM rust:1.80"),
        ]);
        project.packages.push(Package { member: true, ..Package::default() });
        let files: Vec<_> = faults(&project).into_iter().map(|fault| (fault.file, fault.line)).collect();
        assert_eq!(
            files,
            [
                ("Cargo.lock".to_owned(), 2),
                (String::new(), 0),
                ("README.md".to_owned(), 0),
                ("packaging/Dockerfile".to_owned(), 0)
            ]
        );
    }

    #[test]
    fn a_missing_lock_file_is_found() {
        assert!(faults(&Project::of(&[MANIFEST])).iter().any(|fault| fault.file == "Cargo.lock"));
    }
}
