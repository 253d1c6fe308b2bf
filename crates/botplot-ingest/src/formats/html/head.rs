//! What a page says about itself: title, canonical address, language, robots rules, links.

use std::collections::HashSet;

use dom_query::{Document as Dom, NodeRef};
use url::Url;

use crate::document::Block;
use crate::language;

const MAX_LINKS: usize = 5000;
const MAX_TITLE: usize = 200;
const MAX_HEADINGS: usize = 20;
const SEPARATORS: &[&str] = &[" | ", " - ", " – ", " — ", " · ", " :: ", " » ", " • "];

/// What was found outside of the main content.
#[derive(Debug, Default)]
pub(super) struct Head {
    title: String,
    og_title: String,
    site_name: String,
    host: String,
    headings: Vec<Heading>,
    has_main: bool,
    pub(super) canonical: Option<String>,
    pub(super) language: Option<&'static str>,
    pub(super) noindex: bool,
    pub(super) refresh: Option<Url>,
    pub(super) links: Vec<Url>,
}

/// A first-level heading of the page.
#[derive(Debug)]
struct Heading {
    text: String,
    /// Whether it stands in the main part of the page.
    in_main: bool,
    /// Whether it is a link, as a logo is.
    linked: bool,
}

impl Heading {
    fn read(node: &NodeRef<'_>) -> Self {
        let main = |up: NodeRef<'_>| up.has_name("main") || up.has_name("article");
        Self {
            text: line(&node.text()),
            in_main: node.ancestors_it(None).any(main),
            linked: node
                .first_element_child()
                .is_some_and(|child| child.has_name("a") && child.has_attr("href")),
        }
    }
}

/// Reads all of it in one pass over the page; without `url`, relative addresses lead nowhere.
pub(super) fn read(dom: &Dom, url: Option<&Url>) -> Head {
    let mut head = Head::default();
    let mut nofollow = false;
    let mut links: Vec<String> = Vec::new();
    let mut base = url.cloned();
    let mut seen_base = false;
    for node in dom.root().descendants_it() {
        let Some(name) = node.node_name() else { continue };
        match &*name {
            "html" => head.language = attr(&node, "lang").and_then(|tag| language::from_tag(&tag)),
            "title" if head.title.is_empty() => head.title = line(&node.text()),
            "main" => head.has_main = true,
            "h1" if head.headings.len() < MAX_HEADINGS => head.headings.push(Heading::read(&node)),
            "meta" => nofollow |= head.meta(&node, base.as_ref()),
            "link" if has_word(attr(&node, "rel"), "canonical") => {
                head.canonical =
                    attr(&node, "href").and_then(|href| absolute(&href, base.as_ref())).map(String::from);
            }
            "base" if !seen_base => {
                seen_base = true;
                base = attr(&node, "href").and_then(|href| absolute(&href, base.as_ref())).or(base);
            }
            "a" if !has_word(attr(&node, "rel"), "nofollow") && links.len() < MAX_LINKS => {
                links.extend(attr(&node, "href"));
            }
            _ => {}
        }
    }
    head.host = url.and_then(Url::host_str).unwrap_or_default().trim_start_matches("www.").to_string();
    if !nofollow {
        let mut seen = HashSet::new();
        let targets = links.iter().filter_map(|href| absolute(href, base.as_ref()));
        head.links = targets.filter(|target| seen.insert(target.clone())).collect();
    }
    head
}

impl Head {
    /// Takes in one `<meta>`; true when it says `nofollow`.
    fn meta(&mut self, node: &NodeRef<'_>, base: Option<&Url>) -> bool {
        let content = attr(node, "content").unwrap_or_default();
        let name =
            attr(node, "name").or_else(|| attr(node, "property")).unwrap_or_default().to_ascii_lowercase();
        match name.as_str() {
            "og:title" => self.og_title = line(&content),
            "og:site_name" | "application-name" if self.site_name.is_empty() => {
                self.site_name = line(&content);
            }
            "robots" | "botplot" => {
                let (noindex, nofollow) = robots_rules(&content);
                self.noindex |= noindex;
                return nofollow;
            }
            _ => {}
        }
        if attr(node, "http-equiv").is_some_and(|equiv| equiv.eq_ignore_ascii_case("refresh")) {
            self.refresh = refresh(&content, base);
        }
        false
    }

    /// The page's title: its own part of `<title>`, or the heading that says the same.
    pub(super) fn title(&self, blocks: &[Block]) -> Option<String> {
        let declared = if self.og_title.is_empty() { &self.title } else { &self.og_title };
        let in_text = blocks.iter().find_map(|block| match block {
            Block::Heading { text, level: 1 | 2, .. } => Some(text),
            _ => None,
        });
        if declared.is_empty() {
            let mut first =
                self.headings.iter().map(|h| &h.text).filter(|text| !text.is_empty()).chain(in_text);
            return first.next().map(|title| cut(title));
        }
        // A heading that stands within the title is the title without the site's name; at the title's end it
        // may be the name itself, which some sites put into a heading above every page.
        let lower = declared.to_lowercase();
        let fits = |heading: &&Heading| {
            !heading.text.is_empty()
                && !self.is_site(&heading.text)
                && heading.text.len() * 4 >= declared.len()
        };
        let begins = |heading: &&Heading| lower.starts_with(&heading.text.to_lowercase());
        let ends = |heading: &&Heading| {
            let placed = if self.has_main { heading.in_main } else { !heading.linked };
            placed && lower.contains(&heading.text.to_lowercase())
        };
        let mut headings = self.headings.iter().filter(fits);
        if let Some(heading) = headings.clone().find(begins).or_else(|| headings.find(ends)) {
            return Some(cut(&heading.text));
        }
        Some(cut(self.without_site(declared)))
    }

    /// Takes the site's name from the end (or the start) of a title, when it clearly is one.
    fn without_site<'t>(&self, title: &'t str) -> &'t str {
        for separator in SEPARATORS {
            if let Some((own, _)) = title.rsplit_once(separator).filter(|(_, site)| self.is_site(site)) {
                return own.trim();
            }
            if let Some((_, own)) = title.split_once(separator).filter(|(site, _)| self.is_site(site)) {
                return own.trim();
            }
        }
        title
    }

    fn is_site(&self, name: &str) -> bool {
        let plain =
            |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        let name = plain(name);
        let domain = self.host.rsplit_once('.').map_or(self.host.as_str(), |(rest, _)| rest);
        let domain = plain(domain.rsplit('.').next().unwrap_or_default());
        // A heading outside of the main part that is the same text is the site's, too.
        let above = |heading: &Heading| self.has_main && !heading.in_main && plain(&heading.text) == name;
        let known = [plain(&self.site_name), domain, plain(&self.host)];
        !name.is_empty() && (known.contains(&name) || self.headings.iter().any(above))
    }
}

/// Whether a robots directive says `noindex` and `nofollow`.
pub(crate) fn robots_rules(content: &str) -> (bool, bool) {
    let lower = content.to_ascii_lowercase();
    let says = |word: &str| lower.split([',', ' ', ':']).any(|part| part.trim() == word);
    (says("noindex") || says("none"), says("nofollow") || says("none"))
}

fn refresh(content: &str, base: Option<&Url>) -> Option<Url> {
    let (delay, rest) = content.split_once([';', ','])?;
    if delay.trim().parse::<f32>().ok()? > 10.0 {
        return None;
    }
    let rest = rest.trim();
    let target = if rest.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("url")) {
        rest[3..].trim_start().strip_prefix('=')?
    } else {
        rest
    };
    absolute(target.trim().trim_matches(['"', '\'']), base)
}

fn absolute(href: &str, base: Option<&Url>) -> Option<Url> {
    let mut url = match base {
        Some(base) => base.join(href.trim()).ok()?,
        None => Url::parse(href.trim()).ok()?,
    };
    url.set_fragment(None);
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn attr(node: &NodeRef<'_>, name: &str) -> Option<String> {
    node.attr(name).map(|value| value.trim().to_string()).filter(|value| !value.is_empty())
}

fn has_word(value: Option<String>, word: &str) -> bool {
    value.is_some_and(|value| value.split_ascii_whitespace().any(|w| w.eq_ignore_ascii_case(word)))
}

fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn cut(title: &str) -> String {
    title.chars().take(MAX_TITLE).collect::<String>().trim().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(html: &str) -> Head {
        read(&Dom::from(html), Some(&Url::parse("https://www.acme.com/help/a").unwrap()))
    }

    #[test]
    fn the_sites_name_is_taken_off_where_it_clearly_is_one() {
        for (html, title) in [
            ("<title>Returns | Acme</title>", "Returns"),
            ("<title>Acme – Returns</title>", "Returns"),
            (
                "<title>Returns - Acme Support</title><meta property=og:site_name content='Acme Support'>",
                "Returns",
            ),
            ("<title>Plans - Free or Pro</title>", "Plans - Free or Pro"),
            ("<title>How to return - Help Center</title><h1>How to return</h1>", "How to return"),
            ("<title>Acme</title><h1>Returns</h1>", "Acme"),
            (
                "<title>Ownership - The Book</title><h1>The Book</h1><main><h1>Ownership</h1></main>",
                "Ownership",
            ),
            ("<title>Ownership - The Book</title><h1>The Book</h1><main><h2>Rules</h2></main>", "Ownership"),
            ("<title>The Book - Ownership</title><main><h1>Ownership</h1></main>", "Ownership"),
            ("<title>Ownership: The Book</title><h1><a href=/>The Book</a></h1>", "Ownership: The Book"),
            ("<title> </title><h1>Returns</h1>", "Returns"),
            ("<meta property=og:title content='Returns'><title>x</title>", "Returns"),
        ] {
            assert_eq!(head(html).title(&[]).as_deref(), Some(title), "{html}");
        }
        assert_eq!(head("<p>text").title(&[]), None);
    }

    #[test]
    fn links_are_absolute_once_each_and_without_fragments() {
        let head = head(
            "<base href=/docs/><a href='b#part'>b</a><a href=b>b</a><a href='/c?x=1&amp;y=2'>c</a>\
             <a href=mailto:a@b.c>m</a><a href=javascript:x()>j</a><a rel='nofollow noopener' href=/login>l</a><a>none</a>",
        );
        let links: Vec<&str> = head.links.iter().map(Url::as_str).collect();
        assert_eq!(links, ["https://www.acme.com/docs/b", "https://www.acme.com/c?x=1&y=2"]);
    }

    #[test]
    fn robots_rules_canonical_refresh_and_language_are_read() {
        let page = head(
            "<html lang=de-AT><meta name=robots content='noindex, nofollow'><link rel=canonical href=/a>\
             <meta http-equiv=Refresh content=\"0; URL='/next'\"><a href=/x>x</a>",
        );
        assert!(page.noindex && page.links.is_empty());
        assert_eq!(page.canonical.as_deref(), Some("https://www.acme.com/a"));
        assert_eq!(page.refresh.unwrap().as_str(), "https://www.acme.com/next");
        assert_eq!(page.language, Some("de"));
        assert!(head("<meta http-equiv=refresh content='300; url=/'>").refresh.is_none());
        assert_eq!(robots_rules("none"), (true, true));
        assert_eq!(robots_rules("index,follow,max-snippet:-1"), (false, false));
        assert_eq!(robots_rules("botplot: noindex"), (true, false));
    }
}
