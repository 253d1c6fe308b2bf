//! Who may depend on whom, and which crate is the only home of a library.

use super::{Fault, Project, list};

/// Each member of the workspace and the members that it may depend on. An absent member is a fault.
const ALLOWED: &[(&str, &[&str])] = &[
    ("botplot-core", &[]),
    ("botplot-embed", &[]),
    ("botplot-store", &["botplot-core"]),
    ("botplot-egress", &["botplot-core"]),
    ("botplot-search", &["botplot-core"]),
    ("botplot-ingest", &["botplot-core", "botplot-egress"]),
    ("botplot-llm", &["botplot-core", "botplot-egress", "botplot-embed"]),
    (
        "botplot-engine",
        &[
            "botplot-core",
            "botplot-store",
            "botplot-egress",
            "botplot-search",
            "botplot-ingest",
            "botplot-embed",
            "botplot-llm",
        ],
    ),
    ("botplot-web", &["botplot-core", "botplot-engine", "botplot-store"]),
    (
        "botplot",
        &[
            "botplot-core",
            "botplot-store",
            "botplot-egress",
            "botplot-search",
            "botplot-ingest",
            "botplot-embed",
            "botplot-llm",
            "botplot-engine",
            "botplot-web",
        ],
    ),
    // To visit every page that there is.
    (BROWSER_TESTS, &[TESTKIT, "botplot-web"]),
    ("xtask", &[]),
];

/// Seen by tests only, and itself free to see everything.
const TESTKIT: &str = "botplot-testkit";
/// Tests and nothing else: they may use the testkit and whatever library they need.
const BROWSER_TESTS: &str = "botplot-e2e";

/// What the tests, examples and benchmarks of a member may use beyond the table: to measure real ranking, one needs vectors.
const FOR_MEASURING: &[(&str, &str)] = &[("botplot-search", "botplot-embed")];

/// Libraries that only some members may use outside their tests, because an invariant hangs on it.
const HOMES: &[(&str, &[&str])] = &[
    ("sqlx", &["botplot-store"]),
    // `genai` is given the client that egress built, so llm has to name its type.
    ("reqwest", &["botplot-egress", "botplot-llm"]),
    ("genai", &["botplot-llm"]),
    // The binary's listeners serve the router that web builds.
    ("axum", &["botplot-web", "botplot"]),
    ("maud", &["botplot-web"]),
    ("clap", &["botplot"]),
];

/// Members that do no I/O and never wait, and the libraries that would let them.
const PURE: (&[&str], &[&str]) = (
    &["botplot-core", "botplot-search", "botplot-embed"],
    &["tokio", "futures-util", "hyper", "hyper-util", "reqwest", "sqlx", "axum", "tracing-subscriber"],
);

/// Dependencies between members that the table does not allow.
pub(super) fn faults(project: &Project) -> Vec<Fault> {
    let members: Vec<&str> = project.packages.iter().filter(|p| p.member).map(|p| p.name.as_str()).collect();
    let mut faults = Vec::new();
    for package in project.packages.iter().filter(|package| package.member && package.name != TESTKIT) {
        let name = package.name.as_str();
        let Some((_, allowed)) = ALLOWED.iter().find(|(member, _)| *member == name) else {
            faults.push(Fault::new(name, 0, "the table of who may depend on whom does not name this crate"));
            continue;
        };
        for dependency in package.dependencies.iter().filter(|one| members.contains(&one.name.as_str())) {
            let other = dependency.name.as_str();
            let for_tests = dependency.dev
                && (other == TESTKIT || other == name || FOR_MEASURING.contains(&(name, other)));
            if !for_tests && !allowed.contains(&other) {
                let may =
                    if allowed.is_empty() { "no member".to_owned() } else { list(allowed.iter().copied()) };
                faults.push(Fault::new(name, 0, format!("may not depend on `{other}`, but on {may}")));
            }
        }
    }
    faults
}

/// Libraries used outside their homes.
pub(super) fn faults_of_homes(project: &Project) -> Vec<Fault> {
    let mut faults = Vec::new();
    let shipped = |name: &str| name != TESTKIT && name != BROWSER_TESTS;
    for package in project.packages.iter().filter(|package| package.member && shipped(&package.name)) {
        let name = package.name.as_str();
        for dependency in package.dependencies.iter().filter(|dependency| !dependency.dev) {
            let library = dependency.name.as_str();
            let homes = HOMES.iter().find(|(one, _)| *one == library).map(|(_, homes)| *homes);
            if let Some(homes) = homes.filter(|homes| !homes.contains(&name)) {
                faults.push(Fault::new(
                    name,
                    0,
                    format!("uses `{library}`, which is for {}", list(homes.iter().copied())),
                ));
            }
            if PURE.0.contains(&name) && PURE.1.contains(&library) {
                faults.push(Fault::new(
                    name,
                    0,
                    format!("uses `{library}`, but does no I/O and never waits"),
                ));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::super::metadata::{Dependency, Package};
    use super::*;

    fn project(packages: &[(&str, &[(&str, bool)])]) -> Project {
        let mut project = Project::of(&[]);
        for (name, dependencies) in packages {
            project.packages.push(Package {
                name: (*name).to_owned(),
                member: true,
                dependencies: dependencies
                    .iter()
                    .map(|(name, dev)| Dependency { name: (*name).to_owned(), dev: *dev })
                    .collect(),
                ..Package::default()
            });
        }
        project
    }

    fn reasons(faults: &[Fault]) -> Vec<String> {
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_dependency_against_the_arrows_is_found() {
        let project = project(&[
            ("botplot-core", &[]),
            ("botplot-store", &[("botplot-core", false), ("serde", false)]),
            ("botplot-web", &[("botplot-core", false), ("botplot-llm", false)]),
            ("botplot-llm", &[("botplot-store", true)]),
        ]);
        assert_eq!(
            reasons(&faults(&project)),
            [
                "botplot-web: may not depend on `botplot-llm`, but on `botplot-core`, `botplot-engine`, `botplot-store`",
                "botplot-llm: may not depend on `botplot-store`, but on `botplot-core`, `botplot-egress`, `botplot-embed`",
            ]
        );
    }

    #[test]
    fn the_testkit_is_for_tests_only() {
        let kit: (&str, &[(&str, bool)]) = ("botplot-testkit", &[("botplot-web", false)]);
        let packages = [("botplot-web", &[("botplot-testkit", true)][..]), kit];
        assert_eq!(faults(&project(&packages)), []);
        let packages = [("botplot-web", &[("botplot-testkit", false)][..]), kit];
        assert_eq!(faults(&project(&packages)).len(), 1);
    }

    #[test]
    fn what_is_for_measuring_is_not_for_the_library() {
        let measuring = |dev| {
            let packages = [("botplot-search", &[("botplot-embed", dev)][..]), ("botplot-embed", &[])];
            faults(&project(&packages)).len()
        };
        assert_eq!((measuring(true), measuring(false)), (0, 1));
    }

    #[test]
    fn a_crate_that_the_table_does_not_name_is_found() {
        assert_eq!(faults(&project(&[("botplot-extra", &[])])).len(), 1);
    }

    #[test]
    fn a_library_outside_its_home_is_found_but_not_in_tests() {
        let project = project(&[
            ("botplot-engine", &[("sqlx", false), ("reqwest", true)]),
            ("botplot-store", &[("sqlx", false)]),
            ("botplot-search", &[("tokio", false)]),
        ]);
        assert_eq!(
            reasons(&faults_of_homes(&project)),
            [
                "botplot-engine: uses `sqlx`, which is for `botplot-store`",
                "botplot-search: uses `tokio`, but does no I/O and never waits",
            ]
        );
    }
}
