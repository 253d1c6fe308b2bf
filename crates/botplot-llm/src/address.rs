//! `llm.base_url`: what people paste, made into what the adapters expect.

use url::Url;

use crate::{Dialect, Provider};

/// Query parameters that would put a key into every log line of every proxy on the way.
const KEY_PARAMETERS: [&str; 6] = ["key", "api_key", "api-key", "apikey", "token", "access_token"];

/// The address up to the endpoint's own path, with a final slash: `https://host/v1/`.
///
/// `http://host`, `http://host/`, `http://host/v1`, `http://host/v1/` and the whole endpoint
/// `http://host/v1/chat/completions` come out alike. A path without a version gets the dialect's own
/// (`/proxy` becomes `/proxy/v1/`), unless the whole endpoint was given, which is taken at its word.
///
/// # Errors
/// What is wrong with it, as the end of a sentence that begins with the setting's name.
pub(crate) fn base(text: &str, provider: &Provider) -> Result<String, String> {
    let example = provider.base_url.unwrap_or("http://127.0.0.1:8000/v1");
    let mut url = Url::parse(text.trim())
        .map_err(|why| format!("`{text}` is no web address ({why}); write it like `{example}`"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(format!("must begin with `http://` or `https://`, like `{example}`"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password: a key belongs in `api_key`".into());
    }
    if url.query_pairs().any(|(name, _)| KEY_PARAMETERS.contains(&name.to_ascii_lowercase().as_str())) {
        return Err("must not hold a key in its query: it belongs in `api_key`".into());
    }
    if url.fragment().is_some() {
        return Err("must not hold a `#`".into());
    }
    if url.query().is_some() && provider.dialect != Dialect::OpenAi {
        return Err("must not hold a `?` for this provider".into());
    }
    let path = path(url.path().trim_end_matches('/'), provider.dialect);
    url.set_path(&path);
    Ok(url.into())
}

/// The path that an adapter appends its endpoint to.
fn path(given: &str, dialect: Dialect) -> String {
    let endpoints: &[&str] = match dialect {
        Dialect::OpenAi => &["/chat/completions", "/models"],
        Dialect::Anthropic => &["/messages", "/models"],
        Dialect::Gemini => &["/models"],
        // Ollama's adapter begins at the root; `/v1` is its OpenAI-compatible side.
        Dialect::Ollama => &["/api/chat", "/api/tags", "/api", "/v1/chat/completions", "/v1"],
    };
    if let Some(before) = endpoints.iter().find_map(|end| given.strip_suffix(end)) {
        return format!("{before}/");
    }
    let version = match dialect {
        Dialect::OpenAi | Dialect::Anthropic => "v1/",
        Dialect::Gemini => "v1beta/",
        Dialect::Ollama => "",
    };
    if given.split('/').any(is_version) || given.contains("/deployments/") {
        return format!("{given}/");
    }
    format!("{given}/{version}")
}

/// Whether a path segment names a version, such as `v1`, `v4` or `v1beta`.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(provider: &str, text: &str) -> Result<String, String> {
        base(text, Provider::named(provider).unwrap())
    }

    #[test]
    fn an_address_works_with_and_without_version_slash_and_endpoint() {
        for text in [
            "http://h:1",
            "http://h:1/",
            "http://h:1/v1",
            " http://h:1/v1// ",
            "http://h:1/v1/chat/completions",
        ] {
            assert_eq!(of("openai_compatible", text).unwrap(), "http://h:1/v1/", "{text}");
        }
        for text in ["http://h", "http://h/v1/", "http://h/v1/messages"] {
            assert_eq!(of("anthropic", text).unwrap(), "http://h/v1/", "{text}");
        }
        for text in ["http://h", "http://h/v1beta", "http://h/v1beta/models/"] {
            assert_eq!(of("gemini", text).unwrap(), "http://h/v1beta/", "{text}");
        }
        for text in ["http://h:11434", "http://h:11434/v1", "http://h:11434/api/", "http://h:11434/api/chat"]
        {
            assert_eq!(of("ollama", text).unwrap(), "http://h:11434/", "{text}");
        }
    }

    #[test]
    fn other_versions_proxies_and_queries_are_left_as_they_are() {
        let cases = [
            ("https://h/api/paas/v4", "https://h/api/paas/v4/"),
            ("https://h/v1beta/openai", "https://h/v1beta/openai/"),
            ("https://h/openai/deployments/d?api-version=1", "https://h/openai/deployments/d/?api-version=1"),
            ("https://h/proxy", "https://h/proxy/v1/"),
            ("https://h/inference/chat/completions", "https://h/inference/"),
        ];
        for (text, expected) in cases {
            assert_eq!(of("openai_compatible", text).unwrap(), expected);
        }
    }

    #[test]
    fn every_default_address_stays_what_it_is() {
        for provider in crate::PROVIDERS {
            let Some(url) = provider.base_url else { continue };
            assert_eq!(base(url, provider).unwrap(), url);
            assert_eq!(base(url.trim_end_matches('/'), provider).unwrap(), url);
        }
    }

    #[test]
    fn what_cannot_work_is_said_plainly() {
        for (text, part) in [
            ("localhost:8000", "must begin with `http://`"),
            ("127.0.0.1:8000", "is no web address"),
            ("http://u:p@h/", "user name or password"),
            ("http://h/v1?key=abc", "key in its query"),
            ("http://h/v1#x", "`#`"),
        ] {
            let fault = of("openai_compatible", text).unwrap_err();
            assert!(fault.contains(part), "{text}: {fault}");
        }
    }
}
