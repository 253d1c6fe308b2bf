//! What frames a page instead of being its content: menus, banners, forms, hidden parts.

use dom_query::{Document as Dom, NodeRef};

use super::blocks::letters;

/// A form with more letters is a page inside a form, as some servers write it.
const FORM_LETTERS: usize = 400;
/// A consent banner or a row of breadcrumbs has fewer letters.
const BANNER_LETTERS: usize = 1500;
/// Parts judged by their amount of text, in all: each costs a walk through it.
const MAX_WEIGHED: usize = 200;

const ROLES: &[&str] = &[
    "navigation",
    "banner",
    "contentinfo",
    "complementary",
    "search",
    "dialog",
    "alertdialog",
    "menu",
    "menubar",
];
const MENUS: &[&str] = &["breadcrumb", "breadcrumbs", "skip", "noprint", "sidebar", "navbar", "pagination"];
const CONSENT: &[&str] =
    &["cookie", "cookies", "consent", "gdpr", "onetrust", "cookiebanner", "cookieconsent"];

/// Takes the frame out of a page.
pub(super) fn remove(dom: &Dom) {
    let mut weighed = 0;
    let mut found = Vec::new();
    let mut at = dom.body();
    // Nothing below a part that goes has to be looked at.
    while let Some(node) = at {
        let goes = is_frame(&node, &mut weighed);
        if goes {
            found.push(node);
        }
        at = next(&node, !goes);
    }
    for node in found {
        node.remove_from_parent();
    }
}

/// The next node in reading order.
fn next<'a>(node: &NodeRef<'a>, inside: bool) -> Option<NodeRef<'a>> {
    if let Some(child) = node.first_child().filter(|_| inside) {
        return Some(child);
    }
    let mut up = *node;
    loop {
        if let Some(sibling) = up.next_sibling() {
            return Some(sibling);
        }
        up = up.parent()?;
    }
}

fn is_frame(node: &NodeRef<'_>, weighed: &mut usize) -> bool {
    let Some(element) = node.element_ref() else { return false };
    let name = &*element.name.local;
    let mut small = |limit: usize| {
        *weighed += 1;
        *weighed <= MAX_WEIGHED && letters(node) < limit
    };
    match name {
        "nav" | "footer" | "aside" | "button" | "dialog" | "label" | "search" | "del" => return true,
        "form" => return small(FORM_LETTERS),
        "body" | "main" | "article" => return false,
        _ if element.attrs.is_empty() => return false,
        _ => {}
    }
    let role = element.attr("role").is_some_and(|role| ROLES.contains(&role.trim()));
    let hidden =
        element.attr("aria-hidden").is_some_and(|value| &*value == "true") || element.has_attr("hidden");
    if role || hidden {
        return true;
    }
    let marks = [element.attr("class"), element.attr("id")];
    let marked = |words: &[&str]| {
        marks.iter().flatten().any(|mark| {
            mark.split(|c: char| !c.is_ascii_alphanumeric())
                .any(|part| words.iter().any(|word| word.eq_ignore_ascii_case(part)))
        })
    };
    let menu = matches!(name, "div" | "ul" | "ol" | "p" | "a" | "section") && marked(MENUS);
    // A page about cookies has the word in its marks, too, but more text or nothing to press.
    let presses = || node.descendants_it().any(|inner| inner.has_name("button") || inner.has_name("a"));
    (menu || (marked(CONSENT) && presses())) && small(BANNER_LETTERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expect: &str) {
        let dom = Dom::from(format!("<body>{html}"));
        remove(&dom);
        assert_eq!(dom.body().expect("a parsed page has a body").text().trim(), expect, "{html}");
    }

    #[test]
    fn each_part_of_a_frame_is_taken_out() {
        for part in [
            "<nav>x</nav>",
            "<footer>x</footer>",
            "<aside>x</aside>",
            "<button>x</button>",
            "<dialog>x</dialog>",
            "<div role=navigation>x</div>",
            "<div role=banner>x</div>",
            "<p hidden>x</p>",
            "<p aria-hidden=true>x</p>",
            "<ul class='my-breadcrumbs'><li>x</ul>",
            "<div id=cookie-bar>x <a href=/>more</a></div>",
            "<form><label>x</label></form>",
            "<div class=sidebar>x</div>",
            "<del>x</del>",
        ] {
            check(&format!("before {part}"), "before");
        }
    }

    #[test]
    fn what_only_looks_like_a_frame_stays() {
        check("<p aria-hidden=false>x</p>", "x");
        check("<div class=navigate>x</div>", "x");
        check("<div class=cookies>How we bake cookies</div>", "How we bake cookies");
        check(&format!("<form><p>{}</p></form>", "a".repeat(500)), &"a".repeat(500));
    }
}
