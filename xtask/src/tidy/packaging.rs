//! The Dockerfile copies what there is, and runs as a user of its own with one volume.

use super::{Fault, Project};

const DOCKERFILE: &str = "packaging/Dockerfile";

/// What would break a build of the image, which no machine of ours can try, or weaken it.
pub(super) fn faults(project: &Project) -> Vec<Fault> {
    let Some(text) = project.tree.text(DOCKERFILE) else {
        return vec![Fault::new(DOCKERFILE, 0, "there is no such file")];
    };
    let ignored: Vec<&str> = project
        .tree
        .text(".dockerignore")
        .unwrap_or_default()
        .lines()
        .map(|line| line.trim_matches('/'))
        .collect();
    let mut faults = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for path in copied(line) {
            if !project.tree.has(path) {
                faults.push(Fault::new(DOCKERFILE, at + 1, format!("copies `{path}`, which does not exist")));
            } else if ignored.contains(&path) {
                faults.push(Fault::new(
                    DOCKERFILE,
                    at + 1,
                    format!("copies `{path}`, which .dockerignore leaves out"),
                ));
            }
        }
    }
    let lines_with = |word: &str| text.lines().filter(|line| line.starts_with(word)).collect::<Vec<_>>();
    if lines_with("VOLUME ") != ["VOLUME [\"/data\"]"] {
        faults.push(Fault::new(DOCKERFILE, 0, "has to have one volume, `/data`"));
    }
    let user = lines_with("USER ").last().map_or("", |line| line.trim_start_matches("USER "));
    if !user.starts_with(|c: char| ('1'..='9').contains(&c)) {
        faults.push(Fault::new(DOCKERFILE, 0, "has to run as a user of a fixed number that is not root's"));
    }
    faults
}

/// What a `COPY` takes from the build's folder.
fn copied(line: &str) -> Vec<&str> {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    if words.first() != Some(&"COPY") || words.iter().any(|word| word.starts_with("--from=")) {
        return Vec::new();
    }
    words.pop();
    words.retain(|word| *word != "COPY" && !word.starts_with("--") && *word != ".");
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(dockerfile: &str) -> Vec<String> {
        let files = [
            (DOCKERFILE, dockerfile),
            (".dockerignore", "/target\nsecret"),
            ("crates/a.rs", ""),
            ("secret/b", ""),
        ];
        faults(&Project::of(&files)).into_iter().map(|fault| fault.why).collect()
    }

    #[test]
    fn a_sound_file_has_no_fault() {
        let text = "FROM x AS build\nCOPY crates crates\nFROM y\nCOPY --from=build /a /b\nUSER 10001:10001\nVOLUME [\"/data\"]\n";
        assert_eq!(reasons(text), [] as [String; 0]);
    }

    #[test]
    fn each_fault_is_found() {
        let text = "COPY gone crates ./\nCOPY --chown=1 secret .\nUSER root\nVOLUME [\"/data\"]\nVOLUME [\"/more\"]\n";
        assert_eq!(
            reasons(text),
            [
                "copies `gone`, which does not exist",
                "copies `secret`, which .dockerignore leaves out",
                "has to have one volume, `/data`",
                "has to run as a user of a fixed number that is not root's",
            ]
        );
        assert_eq!(faults(&Project::of(&[])).len(), 1);
    }
}
