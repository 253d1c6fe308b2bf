//! From one TypeScript text to the smallest script that does the same: types out, constants in, names short.

use std::path::Path;

use anyhow::{Context, Result};
use oxc::allocator::Allocator;
use oxc::codegen::{Codegen, CodegenOptions};
use oxc::diagnostics::OxcDiagnostic;
use oxc::minifier::{
    CompressOptions, MangleOptions, ManglePropertiesOptions, Minifier, MinifierOptions, TreeShakeOptions,
};
use oxc::parser::Parser;
use oxc::semantic::{Scoping, SemanticBuilder};
use oxc::span::SourceType;
use oxc::transformer::{TransformOptions, Transformer};

use crate::join::Joined;
use crate::refuse;

/// Names of properties that are ours alone and may become short ones.
const OWN_PROPERTIES: &str = "[a-z]_$";

/// The script in one line, with a line break at its end.
pub(crate) fn minify(joined: &Joined) -> Result<String> {
    let allocator = Allocator::default();
    // What asks for its own address is loaded as a module; the first script is none, for the tag that pages have.
    let source = SourceType::ts().with_script(!joined.text.contains("import.meta"));
    let parsed = Parser::new(&allocator, &joined.text, source).parse();
    refuse_all(joined, &parsed.diagnostics)?;
    let mut program = parsed.program;
    let scoping = {
        let built = SemanticBuilder::new_compiler().with_enum_eval(true).build(&program);
        refuse_all(joined, &built.diagnostics)?;
        built.semantic.into_scoping()
    };
    let transformed = Transformer::new(&allocator, Path::new("w.ts"), &TransformOptions::default())
        .build_with_scoping(scoping, &mut program);
    refuse_all(joined, &transformed.diagnostics)?;
    let own = ManglePropertiesOptions::from_pattern(OWN_PROPERTIES)
        .map_err(anyhow::Error::msg)
        .context("the pattern of own properties is faulty")?;
    let minified = Minifier::new(MinifierOptions {
        mangle: Some(MangleOptions::default()),
        mangle_properties: Some(own),
        compress: Some(compress()),
    })
    .minify(&allocator, &mut program);
    let scoping: Option<Scoping> = minified.scoping;
    let printed = Codegen::new().with_options(CodegenOptions::minify()).with_scoping(scoping).build(&program);
    Ok(format!("{}\n", printed.code.trim_end()))
}

/// The browser's own objects have no getters that do more than read.
fn compress() -> CompressOptions {
    CompressOptions {
        treeshake: TreeShakeOptions { unknown_global_side_effects: false, ..TreeShakeOptions::default() },
        ..CompressOptions::smallest()
    }
}

fn refuse_all<'d>(joined: &Joined, found: impl IntoIterator<Item = &'d OxcDiagnostic>) -> Result<()> {
    let faults = found.into_iter().map(|one| {
        let offset = one.labels.first().map_or(0, |label| label.offset() as usize);
        format!("{}: {one}", joined.place(offset))
    });
    refuse(faults.collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{join, module};

    fn script(modules: &[(&str, &str)]) -> String {
        let modules: Vec<_> =
            modules.iter().map(|(name, text)| module::read(name, text).ok().unwrap()).collect();
        minify(&join::join(&modules, "a{b:c}").unwrap()).unwrap()
    }

    #[test]
    fn constants_of_another_module_become_their_values() {
        let words = "export const OPEN = 0, CLOSE = 1;\nexport const english = ['Open', 'Close'];";
        let main = "import { CLOSE, OPEN, english } from './words.ts';\nlet words: string[] = english;\nconsole.log(words[CLOSE], words[OPEN], words[OPEN]);\nconst unused = 1;\nonload = () => { words = []; };";
        let code = script(&[("words.ts", words), ("w.ts", main)]);
        assert!(code.contains("[1]") && code.matches("[0]").count() == 2, "{code}");
        assert!(!code.contains("OPEN") && !code.contains("unused") && !code.contains(": string"), "{code}");
        assert!(code.starts_with("(()=>{\"use strict\";") && code.ends_with("})();\n"), "{code}");
    }

    #[test]
    fn names_become_short_but_those_of_others_stay() {
        let main = "declare const CSS: string;\nconst state = { panel_: 1, title: 2 };\nonclick = () => { state.panel_++; state.title++; new CSSStyleSheet().replaceSync(CSS); };";
        let code = script(&[("w.ts", main)]);
        assert!(!code.contains("panel_") && !code.contains("state"), "{code}");
        assert!(code.contains("title") && code.contains("replaceSync(`a{b:c}`)"), "{code}");
    }

    #[test]
    fn types_are_gone() {
        let main = "interface A { b?: string }\ntype B = A & { c: 1 };\ndeclare global { interface Window { x: 1 } }\nconst f = <T extends A>(a: T, b = a as B, c?: number): a is T => { console.log(a!, b!, c satisfies unknown); return true; };\nonclick = () => f({});\n";
        let code = script(&[("w.ts", main)]);
        for word in ["interface", "extends", "satisfies", " as ", "global", "Window"] {
            assert!(!code.contains(word), "{word}: {code}");
        }
    }
}
