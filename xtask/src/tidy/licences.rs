//! Licences and banned packages: `deny.toml` is the list, read here too, so that no further tool has to be there.

use super::{Fault, Project};

/// Packages whose licence `deny.toml` does not allow, or that it bans.
pub(super) fn faults(project: &Project) -> Vec<Fault> {
    let Some(rules) = project.tree.text("deny.toml") else {
        return vec![Fault::new("deny.toml", 0, "there is no such file")];
    };
    let allowed = strings_of(rules, "[licenses]", "allow");
    let banned = strings_of(rules, "[bans]", "deny");
    let mut faults = Vec::new();
    for package in &project.packages {
        if banned.contains(&package.name.as_str()) {
            faults.push(Fault::new("Cargo.lock", 0, format!("`{}` is banned by deny.toml", package.name)));
        }
        let licence = package.licence.as_deref().unwrap_or("none");
        if !is_allowed(licence, &allowed) {
            let why =
                format!("`{}` has the licence `{licence}`, which deny.toml does not allow", package.name);
            faults.push(Fault::new("Cargo.lock", 0, why));
        }
    }
    faults
}

/// The strings of the array `key` in the table `table`.
fn strings_of<'a>(toml: &'a str, table: &str, key: &str) -> Vec<&'a str> {
    let lines = toml.lines().map(str::trim);
    let inside = lines.skip_while(|line| *line != table).skip(1).take_while(|line| !line.starts_with('['));
    let array = inside.skip_while(|line| !line.starts_with(&format!("{key} = ["))).map(|line| {
        // No licence and no package has a `#` in its name.
        line.split('#').next().unwrap_or_default()
    });
    let mut strings = Vec::new();
    for line in array {
        strings.extend(line.split('"').skip(1).step_by(2));
        if line.trim_end().ends_with(']') {
            break;
        }
    }
    strings
}

/// Whether an SPDX expression can be satisfied by the allowed licences alone.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed };
    reader.any() && reader.words.is_empty()
}

struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [&'a str],
}

impl Reader<'_> {
    fn next_is(&mut self, word: &str) -> bool {
        let is = self.words.first() == Some(&word);
        if is {
            self.words = &self.words[1..];
        }
        is
    }

    fn any(&mut self) -> bool {
        let mut satisfied = self.all();
        while self.next_is("OR") {
            satisfied |= self.all();
        }
        satisfied
    }

    fn all(&mut self) -> bool {
        let mut satisfied = self.one();
        while self.next_is("AND") {
            satisfied &= self.one();
        }
        satisfied
    }

    fn one(&mut self) -> bool {
        if self.next_is("(") {
            let satisfied = self.any();
            return self.next_is(")") && satisfied;
        }
        let Some((&licence, rest)) = self.words.split_first() else { return false };
        self.words = rest;
        if self.next_is("WITH") {
            let exception = self.words.first().copied().unwrap_or_default();
            self.words = self.words.get(1..).unwrap_or_default();
            return self.allowed.contains(&format!("{licence} WITH {exception}").as_str());
        }
        self.allowed.contains(&licence)
    }
}

#[cfg(test)]
mod tests {
    use super::super::metadata::Package;
    use super::*;

    const RULES: (&str, &str) = (
        "deny.toml",
        "[licenses]\nallow = [\n  \"MIT\", # short\n  \"Apache-2.0\",\n]\nother = [\"GPL-3.0\"]\n[bans]\ndeny = [\"openssl-sys\"]\n",
    );

    fn project(name: &str, licence: Option<&str>) -> Project {
        let mut project = Project::of(&[RULES]);
        let licence = licence.map(str::to_owned);
        project.packages.push(Package { name: name.to_owned(), licence, ..Package::default() });
        project
    }

    #[test]
    fn only_listed_licences_pass() {
        assert_eq!(faults(&project("serde", Some("MIT OR Apache-2.0"))), []);
        assert_eq!(faults(&project("serde", Some("GPL-3.0"))).len(), 1);
        assert_eq!(faults(&project("serde", None)).len(), 1, "no licence is no permission");
    }

    #[test]
    fn a_banned_package_is_found() {
        assert_eq!(faults(&project("openssl-sys", Some("MIT"))).len(), 1);
    }

    #[test]
    fn expressions_are_read_with_their_operators() {
        let allowed = ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"];
        for yes in [
            "MIT",
            "MIT/GPL-3.0",
            "GPL-3.0 OR MIT",
            "(GPL-3.0 OR MIT) AND Apache-2.0",
            "Apache-2.0 WITH LLVM-exception OR X",
        ] {
            assert!(is_allowed(yes, &allowed), "{yes}");
        }
        for no in
            ["", "GPL-3.0", "MIT AND GPL-3.0", "MIT WITH Bison", "(MIT", "MIT GPL-3.0", "MIT AND (X OR Y)"]
        {
            assert!(!is_allowed(no, &allowed), "{no}");
        }
    }
}
