//! Where a sign-in leads: to a page of this server and nowhere else.

/// `next` if it is a path of this server, else the dashboard. Browsers read `\` as `/` and pass over tabs and line
/// ends, so that only plain characters count.
pub(crate) fn local(next: &str) -> &str {
    let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && next.starts_with('/') && !next.starts_with("//") { next } else { "/app" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_server_are_followed() {
        for good in ["/app", "/app/x/inbox?tag=a&b=%20#c", "/"] {
            assert_eq!(local(good), good);
        }
        for bad in [
            "",
            "app",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "\\/evil.example",
            " //evil.example",
            "javascript:alert(1)",
            "/a b",
            "/\u{fc}",
        ] {
            assert_eq!(local(bad), "/app", "{bad:?}");
        }
    }
}
