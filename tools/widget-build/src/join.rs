//! Joins the modules in one function, and finds what would go wrong where modules share one scope.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::module::{Module, line_of};
use crate::refuse;

/// The one script, still in TypeScript.
pub(crate) struct Joined {
    /// Its text.
    pub(crate) text: String,
    /// Where each module begins, and its name.
    starts: Vec<(usize, String)>,
}

impl Joined {
    /// File and line of a place in the text.
    pub(crate) fn place(&self, offset: usize) -> String {
        match self.starts.iter().rfind(|(start, _)| *start <= offset) {
            Some((start, name)) => {
                format!("widget/src/{name}:{}", line_of(&self.text[*start..], offset - start))
            }
            None => "widget/src/w.ts".to_owned(),
        }
    }
}

/// Puts the modules in one function, behind the style sheet as `CSS`.
pub(crate) fn join(modules: &[Module], style: &str) -> Result<Joined> {
    refuse(faults(modules))?;
    let mut text = format!("(() => {{ \"use strict\"; const CSS: string = {};\n", quoted(style));
    let mut starts = Vec::new();
    for module in modules {
        starts.push((text.len(), module.name.clone()));
        text.push_str(&module.text);
        text.push_str("\n;");
    }
    text.push_str("})();\n");
    Ok(Joined { text, starts })
}

/// A JavaScript string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn faults(modules: &[Module]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut owners: BTreeMap<&str, &Module> = BTreeMap::new();
    for module in modules {
        for (name, line) in &module.declared {
            let here = format!("widget/src/{}:{line}", module.name);
            match owners.insert(name, module) {
                _ if name == "CSS" => faults.push(format!("{here}: `CSS` is the style sheet: write `declare const CSS: string`")),
                Some(other) => faults.push(format!(
                    "{here}: `{name}` is declared in widget/src/{}:{} too, and all modules become one function",
                    other.name, other.declared[name]
                )),
                None => {}
            }
        }
    }
    for module in modules {
        for name in &module.foreign {
            if let Some(owner) = owners.get(name.as_str()) {
                faults.push(format!(
                    "widget/src/{}: `{name}` is the browser's here, but widget/src/{}:{} declares one: import it or rename that",
                    module.name, owner.name, owner.declared[name]
                ));
            }
        }
        for import in &module.imports {
            let here = format!("widget/src/{}:{}", module.name, import.line);
            let Some(from) = modules.iter().find(|other| other.name == import.from) else {
                faults.push(format!("{here}: there is no widget/src/{}", import.from));
                continue;
            };
            for name in import.names.iter().filter(|name| !from.exported.contains(*name)) {
                faults.push(format!("{here}: widget/src/{} exports no `{name}`", import.from));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::module::read;

    fn join_all(modules: &[(&str, &str)]) -> Result<Joined> {
        let modules: Vec<_> = modules.iter().map(|(name, text)| read(name, text).ok().unwrap()).collect();
        join(&modules, "a{b:\"c\"}")
    }

    fn fault(modules: &[(&str, &str)]) -> String {
        join_all(modules).err().unwrap().to_string()
    }

    #[test]
    fn a_name_belongs_to_one_module() {
        let both = [("a.ts", "\nconst a = 1;"), ("b.ts", "const a = 2;")];
        assert!(fault(&both).starts_with("widget/src/b.ts:1: `a` is declared in widget/src/a.ts:2 too"));
        assert!(fault(&[("a.ts", "const CSS = 1")]).contains("declare const CSS"));
    }

    #[test]
    fn a_name_of_the_browser_is_not_taken_by_another_module() {
        let both = [("a.ts", "export const open = 1;"), ("b.ts", "open('x');")];
        assert!(fault(&both).starts_with(
            "widget/src/b.ts: `open` is the browser's here, but widget/src/a.ts:1 declares one"
        ));
        assert!(join_all(&[both[0], ("b.ts", "import { open } from './a.ts'; open;")]).is_ok());
    }

    #[test]
    fn what_is_imported_is_there() {
        assert!(
            fault(&[("b.ts", "\nimport { a } from './a.ts'")])
                .contains("widget/src/b.ts:2: there is no widget/src/a.ts")
        );
        let both = [("a.ts", "const a = 1"), ("b.ts", "import { a } from './a.ts'")];
        assert!(fault(&both).contains("widget/src/b.ts:1: widget/src/a.ts exports no `a`"));
    }

    #[test]
    fn a_place_is_found_again() {
        let joined = join_all(&[("a.ts", "const a = 1;\n"), ("b.ts", "const b = 1;\nconst c = 2;")]).unwrap();
        assert_eq!(joined.place(joined.text.find("const c").unwrap()), "widget/src/b.ts:2");
        assert!(joined.text.contains("const CSS: string = \"a{b:\\\"c\\\"}\";"));
    }
}
