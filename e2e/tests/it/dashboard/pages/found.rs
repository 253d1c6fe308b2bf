//! An example of every page in the table of routes, found as people find them: by what leads there.

use std::collections::BTreeMap;

use botplot_e2e::{Page, Stage};
use botplot_web::dashboard::{Access, table};
use serde_json::json;

use super::Visit;
use super::shop::Links;

/// Addresses that browsers are led away from, and those of pieces, files and live channels. They stand here one by one,
/// so that a page is never among them by mistake.
const NO_PAGES: [&str; 14] = [
    "/app",
    "/app/{project}/analytics.csv",
    "/app/{project}/improve/questions/state",
    "/app/{project}/inbox/live",
    "/app/{project}/knowledge/list",
    "/app/{project}/knowledge/sources/{source}/state",
    "/app/{project}/leads.csv",
    "/app/{project}/settings",
    "/app/{project}/settings/general/visitor.json",
    "/app/{project}/settings/widget/colour",
    "/app/{project}/settings/widget/preview",
    "/app/{project}/start",
    "/app/{project}/start/progress",
    "/app/{project}/start/seen",
];

/// What the same pages show when they are asked for something.
const VARIANTS: &[&str] = &[
    "analytics?from=2020-01-01&to=2020-02-01",
    "analytics?days=7",
    "audit?offset=1",
    "inbox?view=archived",
    "inbox?view=all&q=basket",
    "knowledge/add?kind=qa",
    "knowledge/add?kind=text",
    "knowledge/add?kind=files",
    "knowledge/test?q=What+does+a+basket+cost%3F",
    "leads?q=bob",
    "leads?q=nobody-at-all",
    "improve?days=90",
    "settings/general?visitor=v-1",
];

/// Every page for somebody who is signed in and may do everything.
pub(super) async fn visits(stage: &Stage, page: &Page) -> Vec<Visit> {
    let patterns: Vec<&str> = table()
        .into_iter()
        .filter(|(method, _, access)| method.as_str() == "GET" && *access != Access::Open)
        .map(|(_, path, _)| path)
        .collect();
    let project = stage.bot.app("").await;
    let id = project.rsplit('/').nth(1).unwrap_or_default().to_owned();
    let found = page.js(&format!("({FIND})({}, {})", json!(patterns), json!(id))).await;
    let mut found: BTreeMap<String, String> =
        serde_json::from_value(found["pages"].clone()).expect("it finds addresses");
    found.insert("/confirm-email/{token}".to_owned(), stage.bot.logged_link("/confirm-email/").await);
    let missing: Vec<&str> = patterns
        .iter()
        .copied()
        .filter(|pattern| !NO_PAGES.contains(pattern) && !found.contains_key(*pattern))
        .collect();
    assert!(missing.is_empty(), "no page of the busy shop leads to {missing:#?}, or it is no page");
    for pattern in NO_PAGES {
        assert_eq!(found.remove(pattern), None, "`{pattern}` is a page and has to be looked at");
    }
    let variants = VARIANTS.iter().map(|rest| format!("/app/{id}/{rest}"));
    found.into_values().chain(variants).map(Visit::to).collect()
}

/// Every page for those who are not signed in, with the links that were sent in place of the table's `{token}`.
pub(super) async fn open_pages(page: &Page, links: &Links) -> Vec<Visit> {
    let mut visits = Vec::new();
    for (method, pattern, access) in table() {
        if method.as_str() != "GET" || access != Access::Open {
            continue;
        }
        match pattern {
            // Used up, and looked at before; the one after the password; those of a provider that is not set up.
            "/setup/{token}" | "/sign-in/code" | "/sign-in/oidc" | "/sign-in/oidc/callback" => {}
            "/invite/{token}" => visits.push(Visit::to(&links.invitation)),
            "/reset/{token}" => visits.push(Visit::to(&links.reset)),
            plain if !plain.contains('{') => visits.push(Visit::to(plain)),
            other => page.fail(&format!("there is no example of `{other}`")).await,
        }
    }
    visits
}

/// Follows the links of pages, beginning with where one is and the addresses that need no id but the project's; says
/// which of them are whole pages at their own address.
const FIND: &str = r"async (patterns, project) => {
    const read = patterns.map((pattern) => ({
        pattern,
        ids: (pattern.match(/{/g) ?? []).length,
        is: new RegExp('^' + pattern.replaceAll('.', '\\.').replace('{project}', project).replace(/{[a-z]+}/g, '[^/]+') + '$'),
    })).sort((a, b) => a.ids - b.ids);
    const pages = {}, tried = new Set(), counts = {};
    const queue = [location.pathname + location.search];
    queue.push(...read.filter(({ pattern }) => !pattern.replace('{project}', '').includes('{')).map(({ pattern }) => pattern.replace('{project}', project)));
    for (let path; (path = queue.shift()); ) {
        const at = path.split('?')[0], known = read.find(({ is }) => is.test(at));
        if (!known || tried.has(at)) continue;
        tried.add(at);
        counts[known.pattern] = (counts[known.pattern] ?? 0) + 1;
        if (counts[known.pattern] > 6) continue;
        const stop = new AbortController();
        const reply = await fetch(path, { signal: stop.signal });
        const kind = reply.headers.get('content-type') ?? '';
        const text = reply.ok && !reply.redirected && kind.startsWith('text/html') ? await reply.text() : '';
        stop.abort();
        // The preview of the widget stands in a frame of a page that is visited.
        if (!text.startsWith('<!DOCTYPE') || at.endsWith('/preview')) continue;
        pages[known.pattern] ??= path;
        for (const link of new DOMParser().parseFromString(text, 'text/html').querySelectorAll('a[href]')) {
            const to = new URL(link.getAttribute('href'), location.origin + path);
            if (to.origin == location.origin) queue.push(to.pathname + to.search);
        }
    }
    return { pages };
}";
