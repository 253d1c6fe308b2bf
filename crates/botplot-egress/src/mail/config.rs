//! The `[mail]` section of the configuration: the server that takes letters, and what is wrong with its settings.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use botplot_core::Secret;
use botplot_core::letter::{MOST_ADDRESSES, address_fault};
use lettre::message::Mailbox;
use lettre::transport::smtp::client::Certificate;
use serde::Deserialize;

/// How letters go out; without a host none do.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The server that takes letters: a host name or address.
    pub host: Option<String>,
    /// Its port; unset: that of its security.
    pub port: Option<u16>,
    /// How the connection is kept from others' eyes; unset: TLS, except to this machine itself.
    pub security: Option<Security>,
    /// The name to sign in with.
    pub user: Option<String>,
    /// Its password.
    pub password: Option<Secret>,
    /// A file that holds that password.
    pub password_file: Option<PathBuf>,
    /// A file with the certificates, in PEM, of the only authorities that the server's certificate may be from.
    pub ca_file: Option<PathBuf>,
    /// The sender: an address, or a name and an address in angle brackets.
    pub from: Option<String>,
    /// Seconds that one letter may take.
    pub timeout_seconds: u64,
    /// Addresses that get the notices of all projects.
    pub operator: Vec<String>,
    /// Letters that one project may send an hour; what is more goes out later.
    pub per_hour: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: None,
            port: None,
            security: None,
            user: None,
            password: None,
            password_file: None,
            ca_file: None,
            from: None,
            timeout_seconds: 30,
            operator: Vec::new(),
            per_hour: 100,
        }
    }
}

/// How a connection is kept from others' eyes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after `STARTTLS`; a server without it gets nothing.
    Starttls,
    /// Not at all.
    None,
}

impl Security {
    /// Its word in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::Starttls => "starttls",
            Self::None => "none",
        }
    }
}

type Fault = (&'static str, String);

impl Config {
    /// How the connection is kept from others' eyes: what is set, or else what fits port and host.
    pub fn security(&self) -> Security {
        match (self.security, self.port) {
            (Some(set), _) => set,
            (None, Some(465)) => Security::Tls,
            (None, _) if self.is_loopback() => Security::None,
            (None, _) => Security::Starttls,
        }
    }

    /// The port that is connected to.
    pub fn port(&self) -> u16 {
        let usual = match self.security() {
            Security::Tls => 465,
            Security::Starttls => 587,
            Security::None => 25,
        };
        self.port.unwrap_or(usual)
    }

    /// Every setting that cannot work, with what it takes.
    pub fn faults(&self) -> Vec<Fault> {
        let range = |name, value: u64, most| {
            let sound = (1..=most).contains(&value);
            (!sound).then(|| (name, format!("takes a number from 1 to {most}, not `{value}`")))
        };
        let mut faults: Vec<Fault> = self.operator_fault().into_iter().collect();
        faults.extend(range("timeout_seconds", self.timeout_seconds, 300));
        faults.extend(range("per_hour", self.per_hour.into(), 1_000_000));
        match &self.host {
            Some(host) => {
                faults.extend(host_fault(host).map(|why| ("host", why)));
                faults.extend(self.server_faults());
            }
            None => faults.extend(self.homeless().map(|key| {
                (key, "is of no use without `mail.host`, the server that takes letters".to_owned())
            })),
        }
        faults
    }

    fn operator_fault(&self) -> Option<Fault> {
        if self.operator.len() > MOST_ADDRESSES {
            return Some(("operator", format!("takes at most {MOST_ADDRESSES} addresses")));
        }
        let mut faults = self.operator.iter().filter_map(|one| Some((one, address_fault(one)?)));
        faults.next().map(|(one, why)| ("operator", format!("has `{}`, which {why}", one.escape_debug())))
    }

    fn server_faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.port == Some(0) {
            faults.push(("port", "takes a number from 1 to 65535, not `0`".to_owned()));
        }
        faults.extend(self.sender().err().map(|why| ("from", why)));
        faults.extend(self.authorities().err().map(|why| ("ca_file", why)));
        let has_password = self.password.is_some() || self.password_file.is_some();
        match (&self.user, has_password) {
            (Some(_), false) => faults.push(("user", "has no `mail.password`: set both or neither".into())),
            (None, true) => faults.push(("password", "has no `mail.user`: set both or neither".into())),
            _ => {}
        }
        if self.password.is_some() && self.password_file.is_some() {
            faults.push(("password", "and `mail.password_file` are both set: keep one of them".into()));
        } else {
            faults.extend(self.secret().err().map(|why| ("password_file", why)));
        }
        if has_password && self.security() == Security::None && !self.is_loopback() {
            let why =
                "is `none`, so that everybody on the way could read the password: take `starttls` or `tls`";
            faults.push(("security", why.into()));
        }
        faults
    }

    /// A setting that means that letters are wanted.
    fn homeless(&self) -> Option<&'static str> {
        let set = [
            ("operator", !self.operator.is_empty()),
            ("port", self.port.is_some()),
            ("security", self.security.is_some()),
            ("user", self.user.is_some()),
            ("password", self.password.is_some()),
            ("password_file", self.password_file.is_some()),
            ("ca_file", self.ca_file.is_some()),
            ("from", self.from.is_some()),
        ];
        set.into_iter().find(|(_, is_set)| *is_set).map(|(key, _)| key)
    }

    fn is_loopback(&self) -> bool {
        let host = self.host.as_deref().unwrap_or_default();
        host.eq_ignore_ascii_case("localhost")
            || host.parse().is_ok_and(|ip: IpAddr| ip.to_canonical().is_loopback())
    }

    /// The sender, or what is wrong with it.
    pub(super) fn sender(&self) -> Result<Mailbox, String> {
        let takes = "takes an address such as `bot@example.com` or `BotPlot <bot@example.com>`";
        let Some(text) = &self.from else { return Err(format!("is missing: it {takes}")) };
        if text.contains(char::is_control) {
            return Err(takes.to_owned());
        }
        let sender: Mailbox = text.parse().map_err(|_| format!("{takes}, not `{text}`"))?;
        match address_fault(sender.email.as_ref()) {
            Some(_) => Err(format!("{takes}, not `{text}`")),
            None => Ok(sender),
        }
    }

    /// The password, from wherever it stands.
    pub(super) fn secret(&self) -> Result<Option<Secret>, String> {
        let Some(path) = &self.password_file else { return Ok(self.password.clone()) };
        let text = read(path)?;
        if text.trim().is_empty() {
            return Err(format!("names `{}`, which is empty", path.display()));
        }
        Ok(Some(Secret::new(text.trim())))
    }

    /// The authorities of `ca_file`; none when there is no such file.
    pub(super) fn authorities(&self) -> Result<Vec<Certificate>, String> {
        let Some(path) = &self.ca_file else { return Ok(Vec::new()) };
        let text = read(path)?;
        let none = || format!("names `{}`, which holds no certificate in PEM", path.display());
        if !text.contains("-----BEGIN CERTIFICATE-----") {
            return Err(none());
        }
        Certificate::from_pem(text.as_bytes()).map(|one| vec![one]).map_err(|_| none())
    }
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path)
        .map_err(|why| format!("names `{}`, which cannot be read: {why}", path.display()))
}

fn host_fault(host: &str) -> Option<String> {
    let is_name =
        matches!(url::Host::parse(host), Ok(url::Host::Domain(name)) if name.eq_ignore_ascii_case(host));
    let sound = host.parse::<IpAddr>().is_ok() || is_name;
    (!sound).then(|| {
        format!(
            "takes a host name or an address such as `smtp.example.com`, without a port, not `{}`",
            host.escape_debug()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(json: &str) -> Config {
        serde_json::from_str(json).unwrap()
    }

    fn faulty(json: &str) -> Vec<&'static str> {
        config(json).faults().into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn security_and_port_follow_from_each_other_and_from_the_host() {
        let chosen = |json: &str| {
            let it = config(json);
            (it.security(), it.port())
        };
        assert_eq!(chosen(r#"{"host":"smtp.example.com"}"#), (Security::Starttls, 587));
        assert_eq!(chosen(r#"{"host":"smtp.example.com","port":465}"#), (Security::Tls, 465));
        assert_eq!(chosen(r#"{"host":"smtp.example.com","port":25}"#), (Security::Starttls, 25));
        assert_eq!(chosen(r#"{"host":"smtp.example.com","security":"tls"}"#), (Security::Tls, 465));
        for own in ["localhost", "127.0.0.1", "::1", "::ffff:127.0.0.1", "LOCALHOST"] {
            assert_eq!(chosen(&format!(r#"{{"host":"{own}"}}"#)), (Security::None, 25), "{own}");
        }
        for other in ["localhost.example.com", "10.0.0.1", "127.0.0.1.example.com"] {
            assert_eq!(chosen(&format!(r#"{{"host":"{other}"}}"#)).0, Security::Starttls, "{other}");
        }
    }

    #[test]
    fn nothing_set_and_all_set_are_both_in_order() {
        assert_eq!(Config::default().faults(), []);
        let all = r#"{"host":"smtp.example.com","port":587,"security":"starttls","user":"bot","password":"x",
            "from":"Bot <bot@example.com>","timeout_seconds":5,"operator":["ops@example.com"],"per_hour":10}"#;
        assert_eq!(config(all).faults(), []);
        assert_eq!(config(r#"{"host":"10.0.0.9","security":"none","from":"bot@example.com"}"#).faults(), []);
        assert_eq!(
            config(r#"{"host":"::1","from":"bot@example.com","user":"u","password":"p"}"#).faults(),
            []
        );
    }

    #[test]
    fn every_fault_is_named() {
        let with = |more: &str| format!(r#"{{"host":"smtp.example.com","from":"bot@example.com"{more}}}"#);
        for host in [
            "",
            "smtp://smtp.example.com",
            "smtp.example.com:587",
            "a b",
            "[::1]",
            "x@y",
            "a\\nb",
            "bücher.example",
        ] {
            let json = format!(r#"{{"host":"{host}","from":"bot@example.com"}}"#);
            assert_eq!(faulty(&json), ["host"], "{host}");
        }
        for from in [
            "",
            "bot",
            "Bot <bot@example>",
            "bot@example.com, eve@example.com",
            "a\\r\\nBcc: x@y.example",
            "Bot\\r\\n <bot@example.com>",
        ] {
            assert_eq!(
                faulty(&format!(r#"{{"host":"smtp.example.com","from":"{from}"}}"#)),
                ["from"],
                "{from}"
            );
        }
        assert_eq!(faulty(r#"{"host":"smtp.example.com"}"#), ["from"]);
        assert_eq!(faulty(&with(r#","port":0"#)), ["port"]);
        assert_eq!(faulty(&with(r#","user":"u""#)), ["user"]);
        assert_eq!(faulty(&with(r#","password":"p""#)), ["password"]);
        assert_eq!(faulty(&with(r#","user":"u","password":"p","password_file":"x""#)), ["password"]);
        assert_eq!(faulty(&with(r#","user":"u","password_file":"/nowhere/x""#)), ["password_file"]);
        assert_eq!(faulty(&with(r#","ca_file":"/nowhere/x""#)), ["ca_file"]);
        assert_eq!(faulty(&with(r#","user":"u","password":"p","security":"none""#)), ["security"]);
        assert_eq!(faulty(&with(r#","timeout_seconds":0,"per_hour":0"#)), ["timeout_seconds", "per_hour"]);
        assert_eq!(faulty(&with(r#","operator":["ops@example.com","nobody"]"#)), ["operator"]);
        let many = [r#""ops@example.com""#; 11].join(",");
        assert_eq!(faulty(&with(&format!(r#","operator":[{many}]"#))), ["operator"]);
        for alone in [
            r#"{"user":"u"}"#,
            r#"{"password_file":"f"}"#,
            r#"{"operator":["ops@example.com"]}"#,
            r#"{"port":25}"#,
        ] {
            assert!(config(alone).faults()[0].1.contains("without `mail.host`"), "{alone}");
        }
    }

    #[test]
    fn no_debug_output_shows_the_password() {
        let shown = format!("{:?}", config(r#"{"host":"h.example","user":"u","password":"canary"}"#));
        assert!(!shown.contains("canary"), "{shown}");
    }
}
