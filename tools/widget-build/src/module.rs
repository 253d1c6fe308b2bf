//! Reads the modules, and finds what each imports, exports, declares and uses.
#![allow(clippy::case_sensitive_file_extension_comparisons, reason = "these are names of our own files")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use oxc::allocator::Allocator;
use oxc::ast::ast::{Declaration, ImportDeclaration, ImportDeclarationSpecifier, Program, Statement};
use oxc::diagnostics::OxcDiagnostic;
use oxc::parser::Parser;
use oxc::semantic::SemanticBuilder;
use oxc::span::{GetSpan, SourceType, Span};

use crate::refuse;

/// The module that the script begins with.
const ENTRY: &str = "w.ts";

/// One module, without its imports and the word `export`.
pub(crate) struct Module {
    /// The file's name.
    pub(crate) name: String,
    /// Its text, in which imports, `export` and ambient declarations are blank, so that every line stays where it was.
    pub(crate) text: String,
    /// Files that it imports, in order; and from which line, and which names.
    pub(crate) imports: Vec<Import>,
    /// Names that it declares at its top, with their lines.
    pub(crate) declared: BTreeMap<String, usize>,
    /// Those of them that others may import.
    pub(crate) exported: BTreeSet<String>,
    /// Names that it uses and neither declares nor imports: the browser's.
    pub(crate) foreign: BTreeSet<String>,
}

/// One import.
pub(crate) struct Import {
    /// The file's name.
    pub(crate) from: String,
    /// Line of the import.
    pub(crate) line: usize,
    /// What is imported.
    pub(crate) names: Vec<String>,
}

/// Every module of the folder, each after those that it imports, as a browser would run them.
pub(crate) fn read_all(folder: &Path) -> Result<Vec<Module>> {
    let mut found = BTreeMap::new();
    let mut faults = Vec::new();
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read `{}`", folder.display()))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.ends_with(".ts") && !name.ends_with(".d.ts") {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("cannot read `{}`", path.display()))?;
            match read(&name, &text) {
                Ok(module) => drop(found.insert(name, module)),
                Err(more) => faults.extend(more),
            }
        }
    }
    refuse(faults)?;
    let (mut ordered, mut faults) = (Vec::new(), Vec::new());
    place(ENTRY, &mut found, &mut ordered, &mut faults);
    faults.extend(found.keys().map(|name| format!("widget/src/{name}: no module imports it")));
    refuse(faults)?;
    Ok(ordered)
}

/// Moves the module behind those that it imports; one that is being placed already is left, as browsers do.
fn place(
    name: &str,
    found: &mut BTreeMap<String, Module>,
    ordered: &mut Vec<Module>,
    faults: &mut Vec<String>,
) {
    let Some(module) = found.remove(name) else {
        if name == ENTRY {
            faults.push(format!("widget/src/{ENTRY}: there is no such file"));
        }
        return;
    };
    for import in &module.imports {
        place(&import.from, found, ordered, faults);
    }
    ordered.push(module);
}

/// Line of a place, counted from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}

/// A fault of the parser with file and line.
fn fault(name: &str, text: &str, found: &OxcDiagnostic) -> String {
    let line = found.labels.first().map_or(1, |label| line_of(text, label.offset() as usize));
    format!("widget/src/{name}:{line}: {found}")
}

/// Takes a module apart, or says what is wrong with it.
pub(crate) fn read(name: &str, text: &str) -> Result<Module, Vec<String>> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, SourceType::ts()).parse();
    if !parsed.diagnostics.is_empty() {
        return Err(parsed.diagnostics.iter().map(|found| fault(name, text, found)).collect());
    }
    let built = SemanticBuilder::new_compiler().build(&parsed.program);
    if !built.diagnostics.is_empty() {
        return Err(built.diagnostics.iter().map(|found| fault(name, text, found)).collect());
    }
    let mut shape = Shape {
        name,
        text,
        blanks: Vec::new(),
        imports: Vec::new(),
        exported: Vec::new(),
        faults: Vec::new(),
    };
    shape.read(&parsed.program);
    if !shape.faults.is_empty() {
        return Err(shape.faults);
    }
    let scoping = built.semantic.scoping();
    let is_blank =
        |span: Span| shape.blanks.iter().any(|blank| blank.start <= span.start && span.end <= blank.end);
    let bindings = scoping.get_bindings(scoping.root_scope_id()).iter();
    let declared: BTreeMap<String, usize> = bindings
        .map(|(name, symbol)| (name.to_string(), scoping.symbol_span(*symbol)))
        .filter(|(_, span)| !is_blank(*span))
        .map(|(name, span)| (name, line_of(text, span.start as usize)))
        .collect();
    let foreign = scoping.root_unresolved_references().keys().map(ToString::to_string).collect();
    let exported = declared
        .keys()
        .filter(|name| shape.exported.iter().any(|span| declares(&parsed.program, *span, name)))
        .cloned()
        .collect();
    Ok(Module {
        name: name.to_owned(),
        text: without(text, &shape.blanks),
        imports: shape.imports,
        declared,
        exported,
        foreign,
    })
}

/// Whether the exported statement at this place declares the name.
fn declares(program: &Program<'_>, span: Span, name: &str) -> bool {
    let mut names = Vec::new();
    for statement in &program.body {
        let Statement::ExportDeclaration(export) = statement else { continue };
        if export.span != span {
            continue;
        }
        match &export.declaration {
            Declaration::VariableDeclaration(variables) => {
                for variable in &variables.declarations {
                    names.extend(variable.id.get_binding_identifiers().iter().map(|id| id.name.as_str()));
                }
            }
            other => names.extend(other.id().map(|id| id.name.as_str())),
        }
    }
    names.contains(&name)
}

/// What stands at the top of a module.
struct Shape<'t> {
    name: &'t str,
    text: &'t str,
    /// What has to go.
    blanks: Vec<Span>,
    imports: Vec<Import>,
    /// Places of the exported declarations.
    exported: Vec<Span>,
    faults: Vec<String>,
}

impl Shape<'_> {
    fn read(&mut self, program: &Program<'_>) {
        for statement in &program.body {
            match statement {
                Statement::ImportDeclaration(import) => self.import(import),
                Statement::ExportDeclaration(export) => {
                    let span = export.declaration.span();
                    let end = if export.declaration.declare() { span.end } else { span.start };
                    self.blanks.push(Span::new(export.span.start, end));
                    self.exported.push(export.span);
                }
                other if other.is_module_declaration() => {
                    self.fault(other.span(), "only `export` before a declaration is known here");
                }
                other => {
                    if other
                        .as_declaration()
                        .is_some_and(|it| it.declare() || matches!(it, Declaration::TSGlobalDeclaration(_)))
                    {
                        self.blanks.push(other.span());
                    }
                }
            }
        }
    }

    fn import(&mut self, import: &ImportDeclaration<'_>) {
        self.blanks.push(import.span);
        let Some(from) = import
            .source
            .value
            .as_str()
            .strip_prefix("./")
            .filter(|from| from.ends_with(".ts") && !from.contains('/'))
        else {
            return self.fault(import.span, "only `./NAME.ts` can be imported: there are no packages");
        };
        let mut names = Vec::new();
        for specifier in import.specifiers.iter().flatten() {
            match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(one) if one.imported.name() == one.local.name => {
                    names.push(one.local.name.to_string());
                }
                other => self.fault(
                    other.span(),
                    "only `import { name }` is known here, without `as`, `*` or a default",
                ),
            }
        }
        self.imports.push(Import {
            from: from.to_owned(),
            line: line_of(self.text, import.span.start as usize),
            names,
        });
    }

    fn fault(&mut self, span: Span, why: &str) {
        let line = line_of(self.text, span.start as usize);
        self.faults.push(format!("widget/src/{}:{line}: {why}", self.name));
    }
}

/// The text with these places blank; line breaks stay.
fn without(text: &str, blanks: &[Span]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for blank in blanks {
        for byte in &mut bytes[blank.start as usize..blank.end as usize] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    String::from_utf8(bytes).expect("a span begins and ends between characters")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_module_is_taken_apart() {
        let text = "import { a } from './a.ts';\nexport const b = a + open,\n  c = 1;\ndeclare const CSS: string;\nfunction d() { return CSS; }\nexport interface E { d: typeof d }\n";
        let module = read("b.ts", text).unwrap();
        assert_eq!(module.declared.keys().collect::<Vec<_>>(), ["E", "b", "c", "d"]);
        assert_eq!(module.declared["c"], 3);
        assert_eq!(module.exported.iter().collect::<Vec<_>>(), ["E", "b", "c"]);
        assert_eq!(module.foreign.iter().collect::<Vec<_>>(), ["open"]);
        assert_eq!((module.imports[0].from.as_str(), module.imports[0].line), ("a.ts", 1));
        assert_eq!(module.imports[0].names, ["a"]);
        assert!(
            !module.text.contains("import")
                && !module.text.contains("export")
                && !module.text.contains("declare")
        );
        assert_eq!(module.text.lines().count(), text.lines().count());
    }

    #[test]
    fn what_is_imported_comes_first_even_in_a_circle() {
        let folder = std::env::temp_dir().join(format!("widget-build-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let put = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
        put("w.ts", "import { b } from './b.ts';\nimport { a } from './a.ts';\nb; a;");
        put("a.ts", "import { b } from './b.ts';\nexport const a = () => b;");
        put("b.ts", "import { a } from './a.ts';\nexport const b = () => a;");
        let names: Vec<_> = read_all(&folder).unwrap().into_iter().map(|module| module.name).collect();
        assert_eq!(names, ["a.ts", "b.ts", "w.ts"]);
        put("c.ts", "");
        assert_eq!(read_all(&folder).err().unwrap().to_string(), "widget/src/c.ts: no module imports it");
        std::fs::remove_file(folder.join("w.ts")).unwrap();
        assert!(
            read_all(&folder).err().unwrap().to_string().contains("widget/src/w.ts: there is no such file")
        );
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_fault_names_file_and_line() {
        let fault = |text: &str| read("b.ts", text).err().unwrap().join("\n");
        assert!(fault("let a = 1;\nlet = ;").starts_with("widget/src/b.ts:2: "));
        assert!(
            fault("let a = 1;\n\nlet a = 2;")
                .starts_with("widget/src/b.ts:1: Identifier `a` has already been declared")
        );
        assert!(fault("\nexport default 1").starts_with("widget/src/b.ts:2: only `export` before"));
        assert!(fault("import { a as b } from './a.ts'").contains("without `as`"));
        assert!(fault("import { a } from 'a'").contains("no packages"));
    }
}
