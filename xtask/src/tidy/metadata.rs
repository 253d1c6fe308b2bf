//! What `cargo metadata` tells about the packages.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run;

/// A package of the workspace, or one that it uses on this platform.
#[derive(Debug, Clone, Default)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Whether it is a member of this workspace.
    pub(crate) member: bool,
    /// Its licence as an SPDX expression.
    pub(crate) licence: Option<String>,
    /// The Rust version that it asks for.
    pub(crate) rust_version: Option<String>,
    /// What its manifest names.
    pub(crate) dependencies: Vec<Dependency>,
}

/// A dependency that a manifest names.
#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    /// The package's name.
    pub(crate) name: String,
    /// Whether only tests, examples and benchmarks see it.
    pub(crate) dev: bool,
}

/// Reads the packages; fails where `Cargo.lock` is absent or stale.
pub(crate) fn read() -> Result<Vec<Package>> {
    let version = run::read(std::process::Command::new("rustc").arg("-vV"))?;
    let host =
        version.lines().find_map(|line| line.strip_prefix("host: ")).context("`rustc -vV` names no host")?;
    let arguments = ["metadata", "--format-version", "1", "--locked", "--filter-platform", host];
    let text = run::read(&mut run::cargo(arguments))?;
    parse(&serde_json::from_str(&text)?).context("`cargo metadata` printed something unexpected")
}

fn parse(metadata: &Value) -> Option<Vec<Package>> {
    let members = metadata["workspace_members"].as_array()?;
    let used: Vec<&Value> = metadata["resolve"]["nodes"].as_array()?.iter().map(|node| &node["id"]).collect();
    let packages = metadata["packages"].as_array()?.iter().filter(|package| used.contains(&&package["id"]));
    packages.map(|package| package_of(package, members.contains(&package["id"]))).collect()
}

fn package_of(package: &Value, member: bool) -> Option<Package> {
    let text = |key: &str| package[key].as_str().map(str::to_owned);
    let dependencies = package["dependencies"].as_array()?.iter();
    Some(Package {
        name: text("name")?,
        member,
        licence: text("license"),
        rust_version: text("rust_version"),
        dependencies: dependencies
            .map(|one| Some(Dependency { name: one["name"].as_str()?.to_owned(), dev: one["kind"] == "dev" }))
            .collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_read_with_their_dependencies() {
        let text = r#"{"workspace_members": ["a"], "resolve": {"nodes": [{"id": "a"}, {"id": "b"}]}, "packages": [
            {"id": "a", "name": "alpha", "license": null, "rust_version": "1.95",
             "dependencies": [{"name": "beta", "kind": null}, {"name": "gamma", "kind": "dev"}]},
            {"id": "b", "name": "beta", "license": "MIT", "rust_version": null, "dependencies": []},
            {"id": "c", "name": "unused", "license": "GPL-3.0", "rust_version": null, "dependencies": []}]}"#;
        let packages = parse(&serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!(
            packages.iter().map(|p| (p.name.as_str(), p.member)).collect::<Vec<_>>(),
            [("alpha", true), ("beta", false)]
        );
        assert_eq!(packages[0].dependencies.iter().map(|d| d.dev).collect::<Vec<_>>(), [false, true]);
        assert_eq!(packages[1].licence.as_deref(), Some("MIT"));
    }
}
