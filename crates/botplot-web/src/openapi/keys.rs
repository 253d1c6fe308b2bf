//! How a caller proves who they are, in the words of the description.

use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, OpenApi};

use super::walk::{Operations as _, schemes};

const SECRET: &str = "secret_key";
const SECRET_HEADER: &str = "secret_key_header";
const PUBLISHABLE: &str = "publishable_key";
const PUBLISHABLE_BEARER: &str = "publishable_key_bearer";

/// Adds the schemes, and to each operation the other header that it takes the same key in.
pub(super) fn add(api: &mut OpenApi) {
    let components = api.components.get_or_insert_with(Components::new);
    components.add_security_scheme(SECRET, bearer("A secret key, `bp_sec_…`."));
    components.add_security_scheme(SECRET_HEADER, header("A secret key, `bp_sec_…`."));
    components.add_security_scheme(PUBLISHABLE, header("A publishable key, `bp_pub_…`."));
    components.add_security_scheme(PUBLISHABLE_BEARER, bearer("A publishable key, `bp_pub_…`."));
    for item in api.paths.paths.values_mut() {
        for (_, operation) in item.each_mut() {
            let named = schemes(operation);
            let takes = |name: &str| named.iter().any(|scheme| scheme == name);
            let mut all = Vec::new();
            if takes(PUBLISHABLE) {
                all.extend([PUBLISHABLE, PUBLISHABLE_BEARER]);
            }
            if takes(SECRET) {
                all.extend([SECRET, SECRET_HEADER]);
            }
            let none: [&str; 0] = [];
            operation.security =
                Some(all.into_iter().map(|name| SecurityRequirement::new(name, none)).collect());
        }
    }
}

/// True when the operation takes a publishable key.
pub(super) fn is_public(named: &[String]) -> bool {
    named.iter().any(|name| name == PUBLISHABLE)
}

fn bearer(about: &str) -> SecurityScheme {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.description = Some(about.to_owned());
    SecurityScheme::Http(scheme)
}

fn header(about: &str) -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("x-api-key", about)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scheme_that_is_named_is_one_of_ours() {
        let api = crate::router::documented().1;
        for (method, path, operation) in super::super::operations(&api) {
            for name in schemes(operation) {
                assert!([SECRET, PUBLISHABLE].contains(&name.as_str()), "{method} {path} asks for `{name}`");
            }
            let is_v1 = path.starts_with("/api/v1/") || path.starts_with("/v1/");
            assert_eq!(is_v1, schemes(operation) == [SECRET], "{method} {path}: {:?}", schemes(operation));
        }
    }
}
