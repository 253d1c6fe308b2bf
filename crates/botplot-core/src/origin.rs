//! Which web origins may use a project's publishable key.

use url::Url;

/// True when `allowed` is empty or names `origin`, exactly or as `*.host`; both are parsed, never compared as strings.
pub fn admits(allowed: &[String], origin: &str) -> bool {
    if allowed.is_empty() {
        return true;
    }
    let Some(origin) = parse(origin) else { return false };
    allowed.iter().any(|rule| matches(rule, &origin))
}

/// Why `rule` cannot stand in an allow-list, as the end of a sentence that starts with it, or `None` when it can.
pub fn fault(rule: &str) -> Option<&'static str> {
    match rule.strip_prefix("*.") {
        Some(host) if parse(&format!("https://{host}")).is_some_and(|u| u.port().is_none()) => None,
        Some(_) => Some("must have nothing but a host name after `*.`"),
        None if parse(rule).is_some() => None,
        None => Some("must be an origin such as `https://example.com` or `*.example.com`"),
    }
}

/// The rule as a source in a content security policy; none for what could not stand in an allow-list.
pub fn source(rule: &str) -> Option<String> {
    let source = match rule.strip_prefix("*.") {
        Some(host) => format!("*.{}", parse(&format!("https://{host}"))?.host_str()?),
        None => parse(rule)?.origin().ascii_serialization(),
    };
    // A host may hold characters that end a source in a policy.
    let plain = |c: char| c.is_ascii_alphanumeric() || "*.-:/[]_".contains(c);
    source.chars().all(plain).then_some(source)
}

fn parse(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    plain.then_some(url)
}

fn matches(rule: &str, origin: &Url) -> bool {
    if let Some(parent) = rule.strip_prefix("*.") {
        let Some(parent) = parse(&format!("https://{parent}")) else { return false };
        let (Some(host), Some(parent)) = (origin.host_str(), parent.host_str()) else { return false };
        return host.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.') && rest.len() > 1);
    }
    parse(rule).is_some_and(|rule| rule.origin() == origin.origin())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rules: &[&str], origin: &str, expected: bool) {
        let rules: Vec<String> = rules.iter().map(|r| (*r).to_owned()).collect();
        assert_eq!(admits(&rules, origin), expected, "{rules:?} and {origin}");
    }

    #[test]
    fn an_empty_list_admits_everyone() {
        check(&[], "https://anything.example", true);
        check(&[], "null", true);
    }

    #[test]
    fn origins_are_compared_by_their_parts() {
        let exact = &["https://shop.example"];
        check(exact, "https://shop.example", true);
        check(exact, "https://SHOP.example:443", true);
        check(exact, "http://shop.example", false);
        check(exact, "https://shop.example:8443", false);
        check(exact, "https://shop.example.evil.example", false);
        check(exact, "https://shop.example@evil.example", false);
        check(exact, "null", false);
    }

    #[test]
    fn a_wildcard_admits_subdomains_and_nothing_else() {
        let wild = &["*.shop.example"];
        check(wild, "https://www.shop.example", true);
        check(wild, "https://a.b.shop.example:444", true);
        check(wild, "https://shop.example", false);
        check(wild, "https://evilshop.example", false);
    }

    #[test]
    fn a_rule_is_a_source_of_a_policy_or_none() {
        let check =
            |rule: &str, expected: Option<&str>| assert_eq!(source(rule).as_deref(), expected, "{rule}");
        check("https://Shop.example:443/", Some("https://shop.example"));
        check("http://localhost:3000", Some("http://localhost:3000"));
        check("http://[::1]:80", Some("http://[::1]"));
        check("https://bücher.example", Some("https://xn--bcher-kva.example"));
        check("*.Shop.example", Some("*.shop.example"));
        for bad in
            ["", "*", "null", "https://a;b", "https://a,b.example", "https://a'b.example", "*.a;script-src *"]
        {
            check(bad, None);
        }
    }

    #[test]
    fn faulty_rules_are_named() {
        assert!(fault("https://ok.example").is_none() && fault("*.ok.example").is_none());
        for bad in ["ok.example", "*.", "*", "https://a.example/path", "ftp://a.example", "*.a.example:8080"]
        {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
