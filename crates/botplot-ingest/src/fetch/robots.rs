//! `robots.txt`: what a site allows, how fast, and where its sitemaps are.

use std::time::Duration;

use botplot_egress::{Client, Error, GetLimits, Policy, ROBOT};
use texting_robots::Robot;
use url::Url;

use crate::document::Unreadable;
use crate::formats::unwinding;

const MAX_BYTES: usize = 512 << 10;
const MAX_DELAY: f32 = 5.0;
const MAX_SITEMAPS: usize = 20;

/// The rules of one site.
pub(super) struct Robots {
    rules: Option<Robot>,
    /// Why nothing may be fetched, when the rules can't be known.
    closed: Option<String>,
}

impl Robots {
    /// Fetches the rules of the site of `page`. As RFC 9309 says: no file allows everything, a file that
    /// can't be had for now forbids everything.
    pub(super) async fn load(client: &Client, page: &Url, timeout: Duration) -> Self {
        let mut url = page.clone();
        url.set_path("/robots.txt");
        url.set_query(None);
        let limits = GetLimits { max_bytes: MAX_BYTES, timeout, validators: None };
        match client.get(Policy::Tenant, &url, &limits).await {
            Ok(answer) => Self::parse(&answer.body),
            Err(Error::Status { status, .. }) if status < 500 && status != 429 => {
                Self { rules: None, closed: None }
            }
            Err(Error::Status { status, .. }) => Self::shut(format!(
                "the site's `robots.txt` answered with status {status}, which forbids everything for now"
            )),
            Err(other) => Self::shut(other.to_string()),
        }
    }

    fn parse(body: &[u8]) -> Self {
        let parsed = unwinding(|| Robot::new(ROBOT, body).map_err(|e| Unreadable::new(e.to_string())));
        match parsed {
            Ok(rules) => Self { rules: Some(rules), closed: None },
            Err(why) => Self::shut(format!("the site's `robots.txt` can't be understood ({why})")),
        }
    }

    fn shut(why: String) -> Self {
        Self { rules: None, closed: Some(why) }
    }

    /// Why nothing at all may be fetched for now.
    pub(super) fn closed(&self) -> Option<String> {
        self.closed.clone()
    }

    /// Why `url` may not be fetched, or `None` when it may.
    pub(super) fn forbids(&self, url: &Url) -> Option<String> {
        let allowed = self.rules.as_ref().is_none_or(|rules| rules.allowed(url.as_str()));
        (!allowed).then(|| "the site's `robots.txt` forbids it".to_string())
    }

    /// The pause between two requests that the site asks for, at most five seconds.
    pub(super) fn delay(&self) -> Duration {
        let asked = self.rules.as_ref().and_then(|rules| rules.delay).unwrap_or(0.0);
        if asked > 0.0 { Duration::from_secs_f32(asked.min(MAX_DELAY)) } else { Duration::ZERO }
    }

    /// The sitemaps that it names.
    pub(super) fn sitemaps(&self) -> Vec<Url> {
        let named = self.rules.iter().flat_map(|rules| &rules.sitemaps);
        named.filter_map(|text| Url::parse(text.trim()).ok()).take(MAX_SITEMAPS).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(robots: &str, path: &str) -> bool {
        Robots::parse(robots.as_bytes())
            .forbids(&Url::parse("https://a.example").unwrap().join(path).unwrap())
            .is_none()
    }

    #[test]
    fn rules_for_all_and_for_us_are_obeyed() {
        let all = "User-agent: *\nDisallow: /private\nAllow: /private/open\nDisallow: /*.php$\n";
        assert!(allowed(all, "/") && allowed(all, "/private/open/x") && allowed(all, "/x.php?y"));
        assert!(!allowed(all, "/private/x") && !allowed(all, "/a/x.php"));
        let ours = "User-agent: BotPlot\nDisallow: /\n\nUser-agent: *\nAllow: /\n";
        assert!(!allowed(ours, "/a"));
        assert!(allowed("User-agent: *\nDisallow:\n", "/a"));
        assert!(allowed("<!DOCTYPE html><p>not found", "/a"));
    }

    #[test]
    fn the_delay_is_kept_within_bounds() {
        let delay =
            |text: &str| Robots::parse(format!("User-agent: *\nCrawl-delay: {text}\n").as_bytes()).delay();
        assert_eq!(delay("2"), Duration::from_secs(2));
        assert_eq!(delay("3600"), Duration::from_secs(5));
        assert_eq!(delay("-1"), Duration::ZERO);
        assert_eq!(delay("NaN"), Duration::ZERO);
    }

    #[test]
    fn hostile_rules_end() {
        let stars = format!("User-agent: *\nDisallow: /{}$\n", "a*".repeat(2000));
        Robots::parse(stars.as_bytes())
            .forbids(&Url::parse(&format!("https://a.example/{}", "a".repeat(2000))).unwrap());
        let many = format!("User-agent: *\n{}", "Disallow: /x*y\n".repeat(20_000));
        assert!(!allowed(&many, "/x/y"));
    }
}
