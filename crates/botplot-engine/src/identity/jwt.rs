//! JWTs of visitors' identities: HS256, signed with the project's secret, good for an hour at most.
//!
//! Written over the HMAC that the rest of BotPlot uses: the one library for it (`jsonwebtoken` 11) offers either
//! aws-lc, which `deny.toml` bans, or RSA and three curves, with RUSTSEC-2023-0071 among them, to reach the same HMAC.
//! What a token says of its own algorithm never chooses one: anything but HS256 is refused before a key is touched.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use botplot_core::{Secret, Timestamp};
use hmac::Mac as _;
use serde_json::{Map, Value};

/// Seconds that two clocks may differ by.
const LEEWAY: i64 = 60;
/// Seconds that a token may live.
const LIFE: i64 = 3600;

/// Until when `text` vouches for `id`; `None` when it is forged, too old, too long-lived, or says somebody else.
pub(super) fn verify(text: &str, id: &str, secret: &Secret, now: Timestamp) -> Option<Timestamp> {
    let (signed, tag) = text.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header = object(header)?;
    // `crit` asks for rules that we do not know (RFC 7515, 4.1.11).
    if header.get("alg").and_then(Value::as_str) != Some("HS256") || header.contains_key("crit") {
        return None;
    }
    let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
    super::mac(secret, signed.as_bytes()).verify_slice(&tag).ok()?;
    let claims = object(claims)?;
    (subject(&claims)? == id).then_some(())?;
    life(&claims, now)
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Whom the token is about: `sub`, or what other chat tools call it. Numbers are ids, too.
fn subject(claims: &Map<String, Value>) -> Option<String> {
    let claim = ["sub", "user_id", "id"].into_iter().find_map(|name| claims.get(name))?;
    match claim {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// When the token ends, if it is alive now and its life is no longer than allowed.
fn life(claims: &Map<String, Value>, now: Timestamp) -> Option<Timestamp> {
    let ends = instant(claims.get("exp")?)?;
    let begins = claims.get("nbf").map_or(Some(now), instant)?;
    let made = claims.get("iat").map_or(Some(now.min(ends)), instant)?;
    let alive = now < ends.plus_seconds(LEEWAY) && begins <= now.plus_seconds(LEEWAY);
    let short = ends <= now.plus_seconds(LIFE + LEEWAY) && ends <= made.plus_seconds(LIFE + LEEWAY);
    let sound = made <= now.plus_seconds(LEEWAY) && made <= ends;
    (alive && short && sound).then(|| ends.plus_seconds(LEEWAY))
}

/// Seconds since 1970, fractions allowed (RFC 7519, 2: `NumericDate`).
fn instant(claim: &Value) -> Option<Timestamp> {
    let seconds = claim.as_f64()?;
    // Past the year 9999 nothing is a date, and the microseconds would no longer fit.
    (0.0..253_402_300_800.0).contains(&seconds).then_some(Timestamp((seconds * 1e6) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp(1_736_937_000_000_000);

    fn seconds(from_now: i64) -> i64 {
        NOW.plus_seconds(from_now).0 / 1_000_000
    }

    fn signed(header: &Value, claims: &Value, secret: &str) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let tag = super::super::mac(&Secret::new(secret), text.as_bytes()).finalize().into_bytes();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    fn check(claims: &Value) -> Option<i64> {
        let text = signed(&json!({ "alg": "HS256", "typ": "JWT" }), claims, "s");
        verify(&text, "bob", &Secret::new("s"), NOW).map(|until| until.seconds_since(NOW))
    }

    #[test]
    fn the_example_of_rfc_7515_is_read() {
        // Appendix A.1, whose key is not text: the parts are checked one by one.
        let key = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
        let text = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
                    .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
                    .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let (signed, tag) = text.rsplit_once('.').unwrap();
        let mut mac = <hmac::Hmac<sha2::Sha256> as hmac::KeyInit>::new_from_slice(
            &URL_SAFE_NO_PAD.decode(key).unwrap(),
        )
        .unwrap();
        mac.update(signed.as_bytes());
        mac.verify_slice(&URL_SAFE_NO_PAD.decode(tag).unwrap()).unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        assert_eq!(object(header).unwrap()["alg"], "HS256");
        assert_eq!(instant(&object(claims).unwrap()["exp"]), Some(Timestamp(1_300_819_380_000_000)));
    }

    #[test]
    fn a_token_counts_until_it_expires() {
        assert_eq!(check(&json!({ "sub": "bob", "exp": seconds(600) })), Some(660));
        let whole = json!({ "sub": "bob", "exp": seconds(3600), "iat": seconds(0), "nbf": seconds(0) });
        assert_eq!(check(&whole), Some(3660));
        assert_eq!(check(&json!({ "user_id": "bob", "exp": seconds(600) as f64 + 0.5 })), Some(660));
        assert_eq!(check(&json!({ "id": "bob", "exp": seconds(-30) })), Some(30));
        let text = signed(&json!({ "alg": "HS256" }), &json!({ "sub": 42, "exp": seconds(60) }), "s");
        assert!(verify(&text, "42", &Secret::new("s"), NOW).is_some());
    }

    #[test]
    fn clocks_and_lives_out_of_bounds_are_refused() {
        for bad in [
            json!({ "sub": "bob" }),
            json!({ "sub": "bob", "exp": null }),
            json!({ "sub": "bob", "exp": "1736938000" }),
            json!({ "sub": "bob", "exp": seconds(-60) }),
            json!({ "sub": "bob", "exp": seconds(-3600) }),
            json!({ "sub": "bob", "exp": seconds(3661) }),
            json!({ "sub": "bob", "exp": seconds(2 * 3600) }),
            json!({ "sub": "bob", "exp": 1e300 }),
            json!({ "sub": "bob", "exp": u64::MAX }),
            json!({ "sub": "bob", "exp": -1 }),
            json!({ "sub": "bob", "exp": seconds(600), "nbf": seconds(61) }),
            json!({ "sub": "bob", "exp": seconds(600), "nbf": "now" }),
            json!({ "sub": "bob", "exp": seconds(600), "iat": seconds(61) }),
            json!({ "sub": "bob", "exp": seconds(600), "iat": seconds(-3600) }),
            json!({ "sub": "bob", "exp": seconds(600), "iat": 0 }),
            json!({ "sub": "bob", "exp": seconds(-30), "iat": seconds(0) }),
        ] {
            assert_eq!(check(&bad), None, "{bad}");
        }
    }

    #[test]
    fn a_token_about_somebody_else_is_refused() {
        for bad in [
            json!({ "exp": seconds(600) }),
            json!({ "sub": "eve", "exp": seconds(600) }),
            json!({ "sub": "eve", "user_id": "bob", "id": "bob", "exp": seconds(600) }),
            json!({ "sub": ["bob"], "exp": seconds(600) }),
            json!({ "sub": "Bob", "exp": seconds(600) }),
            json!({ "sub": "bob ", "exp": seconds(600) }),
            json!({ "sub": null, "id": "bob", "exp": seconds(600) }),
        ] {
            assert_eq!(check(&bad), None, "{bad}");
        }
    }

    #[test]
    fn no_other_algorithm_and_no_changed_text_is_taken() {
        let claims = json!({ "sub": "bob", "exp": seconds(600) });
        let taken = |text: &str| verify(text, "bob", &Secret::new("s"), NOW).is_some();
        let good = signed(&json!({ "alg": "HS256" }), &claims, "s");
        assert!(taken(&good));
        for header in [
            json!({ "alg": "none" }),
            json!({ "alg": "hs256" }),
            json!({ "alg": "HS512" }),
            json!({ "alg": "HS384" }),
            json!({ "alg": "RS256" }),
            json!({ "alg": ["HS256"] }),
            json!({}),
            json!({ "alg": "HS256", "crit": ["b64"], "b64": false }),
        ] {
            assert!(!taken(&signed(&header, &claims, "s")), "{header}");
        }
        assert!(!taken(&signed(&json!({ "alg": "HS256" }), &claims, "t")), "another secret was taken");
        assert!(!taken(&signed(&json!({ "alg": "HS256" }), &claims, "")), "no secret was taken");
        let (text, _) = good.rsplit_once('.').unwrap();
        for bad in
            ["", ".", "..", "a.b.c", text, &format!("{text}."), &format!("{good}="), &format!("{good}.x")]
        {
            assert!(!taken(bad), "{bad}");
        }
        for i in 0..good.len() {
            let mut bytes = good.clone().into_bytes();
            bytes[i] = if bytes[i] == b'A' { b'B' } else { b'A' };
            assert!(!taken(&String::from_utf8(bytes).unwrap()), "a change at {i} went unnoticed");
        }
    }
}
