//! The `[oidc]` section of the configuration: the provider whose accounts people may sign in with, and what is wrong
//! with its settings.

use std::path::PathBuf;

use botplot_core::Secret;
use serde::Deserialize;
use url::{Host, Url};

/// Where people may sign in with an account that they have elsewhere; without an issuer nowhere.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The provider's address; its discovery document stands below it.
    pub issuer: Option<String>,
    /// What the provider calls this server.
    pub client_id: Option<String>,
    /// What this server proves that with; none for a public client.
    pub client_secret: Option<Secret>,
    /// A file that holds that secret.
    pub client_secret_file: Option<PathBuf>,
    /// What the provider is called on the button.
    pub name: String,
    /// Whoever has a verified address in one of these domains gets an account.
    pub domains: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            issuer: None,
            client_id: None,
            client_secret: None,
            client_secret_file: None,
            name: "single sign-on".to_owned(),
            domains: Vec::new(),
        }
    }
}

type Fault = (&'static str, String);

impl Config {
    /// Every setting that cannot work, with what it takes.
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        match &self.issuer {
            Some(issuer) => {
                faults.extend(issuer_fault(issuer).map(|why| ("issuer", why)));
                if self.client_id.as_ref().is_none_or(|id| id.trim().is_empty()) {
                    faults.push(("client_id", "is needed with `oidc.issuer`".to_owned()));
                }
            }
            None => {
                faults.extend(self.homeless().map(|key| {
                    (key, "is of no use without `oidc.issuer`, the provider's address".to_owned())
                }));
            }
        }
        if self.name.trim().is_empty() || self.name.chars().count() > 40 {
            faults.push(("name", "takes 1 to 40 characters".to_owned()));
        }
        if let Some(bad) = self.domains.iter().find(|domain| !is_domain(domain)) {
            let why = format!("has `{}`, but takes domains such as `example.com`", bad.escape_debug());
            faults.push(("domains", why));
        }
        faults.extend(self.secret().err());
        faults
    }

    fn homeless(&self) -> Option<&'static str> {
        [
            ("client_id", self.client_id.is_some()),
            ("client_secret", self.client_secret.is_some()),
            ("client_secret_file", self.client_secret_file.is_some()),
            ("domains", !self.domains.is_empty()),
        ]
        .into_iter()
        .find_map(|(key, is_set)| is_set.then_some(key))
    }

    /// The secret, read from its file if that is where it stands.
    pub(super) fn secret(&self) -> Result<Option<Secret>, Fault> {
        let Some(path) = &self.client_secret_file else { return Ok(self.client_secret.clone()) };
        if self.client_secret.is_some() {
            let why = "and `oidc.client_secret_file` are both set: keep one of them";
            return Err(("client_secret", why.to_owned()));
        }
        let fault = |why: String| ("client_secret_file", format!("names `{}`, which {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|why| fault(format!("cannot be read: {why}")))?;
        match text.trim() {
            "" => Err(fault("is empty".to_owned())),
            text => Ok(Some(Secret::new(text))),
        }
    }

    /// True when somebody with this address gets an account unasked.
    pub(super) fn admits(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        self.domains.iter().any(|known| known.eq_ignore_ascii_case(domain))
    }
}

fn issuer_fault(issuer: &str) -> Option<String> {
    let Ok(url) = Url::parse(issuer) else {
        return Some(format!("takes an address such as `https://accounts.example.com`, not `{issuer}`"));
    };
    if !is_safe(&url) {
        return Some("takes an `https://` address: the provider's word is trusted because of TLS".to_owned());
    }
    (url.query().is_some() || url.fragment().is_some())
        .then(|| "takes an address without `?` and `#`".to_owned())
}

fn is_domain(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    text.contains('.') && text.chars().all(is_letter) && !text.starts_with('.') && !text.ends_with('.')
}

/// True where nobody between here and there can change what is said: over TLS, or on this machine itself.
pub(super) fn is_safe(url: &Url) -> bool {
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || url.scheme() == "http" && is_here
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> Config {
        Config {
            issuer: Some("https://accounts.example.com".into()),
            client_id: Some("botplot".into()),
            ..Config::default()
        }
    }

    fn faulty(change: impl FnOnce(&mut Config)) -> Vec<&'static str> {
        let mut config = sound();
        change(&mut config);
        config.faults().into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn what_cannot_work_is_named() {
        assert_eq!(Config::default().faults(), []);
        assert_eq!(faulty(|_| ()), [] as [&str; 0]);
        assert_eq!(faulty(|c| c.issuer = Some("http://127.0.0.1:9000/x".into())), [] as [&str; 0]);
        for issuer in ["accounts.example.com", "http://accounts.example.com", "https://a.example/?x=1"] {
            assert_eq!(faulty(|c| c.issuer = Some(issuer.into())), ["issuer"], "{issuer}");
        }
        assert_eq!(faulty(|c| c.client_id = None), ["client_id"]);
        assert_eq!(faulty(|c| c.issuer = None), ["client_id"]);
        assert_eq!(faulty(|c| c.name = " ".into()), ["name"]);
        for domain in ["", "example", "@example.com", ".example.com", "*.example.com"] {
            assert_eq!(faulty(|c| c.domains = vec![domain.into()]), ["domains"], "{domain}");
        }
        let twice = |c: &mut Config| {
            c.client_secret = Some(Secret::new("x"));
            c.client_secret_file = Some("/nonexistent".into());
        };
        assert_eq!(faulty(twice), ["client_secret"]);
        assert_eq!(faulty(|c| c.client_secret_file = Some("/nonexistent".into())), ["client_secret_file"]);
    }

    #[test]
    fn a_domain_admits_its_own_addresses_only() {
        let config = Config { domains: vec!["Example.com".into()], ..sound() };
        assert!(config.admits("ann@example.com"));
        for other in ["ann@notexample.com", "ann@sub.example.com", "example.com@evil.example", "example.com"]
        {
            assert!(!config.admits(other), "{other}");
        }
        assert!(!sound().admits("ann@example.com"));
    }
}
