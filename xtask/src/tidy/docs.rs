//! Documents name only what is there: paths, crates, links; and the README leads to every guide.

use super::markdown::{Kind, anchor, items};
use super::{Fault, Project};

/// Names in the manner of a crate that are none.
const NOT_CRATES: &[&str] = &["botplot-data"];

/// Paths and crates in backticks that do not exist.
pub(super) fn faults_of_paths(project: &Project) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (file, text) in project.tree.ending(".md") {
        for item in items(text) {
            let Kind::Span(span) = item.kind else { continue };
            if span.starts_with("botplot-") && span.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
                if !NOT_CRATES.contains(&span) && !project.tree.has(&format!("crates/{span}")) {
                    faults.push(Fault::new(file, item.line, format!("there is no crate `{span}`")));
                }
            } else if let Some(path) = path_of(project, span)
                && !exists(project, file, path)
            {
                faults.push(Fault::new(file, item.line, format!("there is no `{path}`")));
            }
        }
    }
    faults
}

/// The part of the span that claims to be a path of this repository: up to its first placeholder.
fn path_of<'a>(project: &Project, span: &'a str) -> Option<&'a str> {
    if span.contains([' ', '(', '=', '"', '@', ',']) || span.contains("::") || span.contains("://") {
        return None;
    }
    let path = span.split_once(':').map_or(span, |(path, _)| path);
    let placeholder = path.find(['<', '*', '{', '…', '[', '$']);
    let path = placeholder.map_or(path, |at| path[..at].rsplit_once('/').map_or("", |(folder, _)| folder));
    let first = path.split('/').next()?;
    let is_ours = if path.contains('/') {
        !first.is_empty()
            && (project.tree.has(first)
                || project.tree.has(&format!("crates/botplot-{first}"))
                || span.ends_with(".rs"))
    } else {
        path.ends_with(".rs") || path == "Cargo.toml" || is_our_document(path)
    };
    // Two words with a slash between them, as in `docs/guides`, are a path; `/api/chat` is a route.
    (is_ours && !path.starts_with(['/', '.', '~']) || is_dotted(project, path)).then_some(path)
}

/// `.ci/run` and its like.
fn is_dotted(project: &Project, path: &str) -> bool {
    path.starts_with('.')
        && path.contains('/')
        && path.split('/').next().is_some_and(|first| project.tree.has(first))
}

/// README.md and its like.
fn is_our_document(name: &str) -> bool {
    name.strip_suffix(".md")
        .is_some_and(|stem| !stem.is_empty() && stem.bytes().all(|b| b.is_ascii_uppercase()))
}

/// Looks from the root, from the document's own folder, and among the crates, which are called by their short names.
fn exists(project: &Project, file: &str, path: &str) -> bool {
    let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
    project.tree.has(path)
        || project.tree.has(&format!("{folder}/{path}"))
        || project.tree.has(&format!("crates/{path}"))
        || project.tree.has(&format!("crates/botplot-{path}"))
        || (!path.contains('/') && project.tree.has_name(path))
}

/// Links within the repository that lead nowhere, and anchors without their heading.
pub(super) fn faults_of_links(project: &Project) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (file, text) in project.tree.ending(".md") {
        for item in items(text) {
            let Kind::Link(link) = item.kind else { continue };
            if link.contains("://") || link.starts_with("mailto:") || link.starts_with('/') {
                continue;
            }
            let (path, heading) =
                link.split_once('#').map_or((link, None), |(path, heading)| (path, Some(heading)));
            let target = if path.is_empty() { file.to_owned() } else { resolve(file, path) };
            let leads = project.tree.has(&target)
                && heading.is_none_or(|heading| {
                    project
                        .tree
                        .text(&target)
                        .is_none_or(|text| anchors(text).iter().any(|one| one == heading))
                });
            if !leads {
                faults.push(Fault::new(file, item.line, format!("the link `{link}` leads nowhere")));
            }
        }
    }
    faults
}

fn anchors(text: &str) -> Vec<String> {
    let headings = items(text).into_iter().filter_map(|item| match item.kind {
        Kind::Heading(heading) => Some(anchor(heading)),
        _ => None,
    });
    headings.collect()
}

/// The path that a link in `file` means, from the root.
fn resolve(file: &str, link: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// Guides that the README does not link to.
pub(super) fn faults_of_guides(project: &Project) -> Vec<Fault> {
    let readme = project.tree.text("README.md").unwrap_or_default();
    let linked: Vec<String> = items(readme)
        .into_iter()
        .filter_map(|item| match item.kind {
            Kind::Link(link) => Some(resolve("README.md", link.split('#').next().unwrap_or(link))),
            _ => None,
        })
        .collect();
    let guides = project.tree.ending(".md").filter(|(path, _)| path.starts_with("docs/guides/"));
    let hidden = guides.filter(|(path, _)| linked.iter().all(|link| link != path));
    hidden.map(|(path, _)| Fault::new(path, 0, "README.md has no link to this guide")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reasons(check: fn(&Project) -> Vec<Fault>, document: &str) -> Vec<String> {
        let files = [
            ("docs/a.md", document),
            ("docs/b.md", "# Some heading\n"),
            ("crates/botplot-llm/src/providers/openai.rs", ""),
            (".ci/run", ""),
        ];
        check(&Project::of(&files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_path_that_does_not_exist_is_found() {
        for gone in [
            "docs/gone.md",
            "llm/src/providers/gone.rs",
            "gone.rs",
            "GONE.md",
            "llm/src/gone/<name>.rs",
            ".ci/gone",
        ] {
            assert_eq!(reasons(faults_of_paths, &format!("see `{gone}`")).len(), 1, "{gone}");
        }
        assert_eq!(
            reasons(faults_of_paths, "`botplot-gone`"),
            ["docs/a.md:1: there is no crate `botplot-gone`"]
        );
    }

    #[test]
    fn what_exists_and_what_is_no_path_passes() {
        for fine in [
            "docs/b.md",
            "b.md",
            "docs/",
            "llm/src/providers/<name>.rs",
            "crates/botplot-llm/src/providers/*.rs",
            "openai.rs",
            "openai.rs:12",
            ".ci/run",
            "botplot-llm",
            "botplot-data",
            "/api/chat",
            "application/json",
            "handbook.md",
            "llm::providers",
            "https://example.com/docs/x",
        ] {
            assert_eq!(reasons(faults_of_paths, &format!("see `{fine}`")), [] as [String; 0], "{fine}");
        }
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        assert_eq!(
            reasons(faults_of_links, "[x](gone.md)"),
            ["docs/a.md:1: the link `gone.md` leads nowhere"]
        );
        assert_eq!(reasons(faults_of_links, "[x](b.md#no-heading)").len(), 1);
        for fine in ["b.md", "b.md#some-heading", "../.ci/run", "https://example.com/gone"] {
            assert_eq!(reasons(faults_of_links, &format!("[x]({fine})")), [] as [String; 0], "{fine}");
        }
    }

    #[test]
    fn a_guide_that_the_readme_does_not_name_is_found() {
        let guide = ("docs/guides/proxy.md", "# Proxies\n");
        let linked = [("README.md", "[proxies](docs/guides/proxy.md#tls)"), guide];
        assert_eq!(faults_of_guides(&Project::of(&linked)), []);
        assert_eq!(faults_of_guides(&Project::of(&[("README.md", "proxies"), guide])).len(), 1);
    }
}
