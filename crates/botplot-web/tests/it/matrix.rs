//! Who may call what: every operation of the router's own description, called by everybody, on what is theirs, on
//! what is another's, and on what is not there. An operation without a line in the table fails.

mod table;
mod world;

use botplot_testkit::app::Reply;
use http::Method;
use serde_json::Value;

use table::{Body, Door, LINES, Line};
use world::{Caller, Owner, World};

/// What a caller has to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// The operation does its work: a status of the line's own.
    Served,
    /// No key, or one that does not count.
    Unauthorized,
    /// A key that opens other doors.
    OutOfScope,
    /// Nothing is there, as far as this caller can tell.
    Hidden,
}

/// Every operation of the description, as method and address.
fn described() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&botplot_web::openapi::text("https://x.example")).unwrap();
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "patch", "delete"] {
            if item.get(method).is_some() {
                all.push((method.to_uppercase(), path.clone()));
            }
        }
    }
    all
}

#[test]
fn every_operation_has_a_line_and_every_line_an_operation() {
    let described = described();
    for (method, path) in &described {
        let lines = LINES.iter().filter(|line| line.method == method && line.path == path).count();
        assert_eq!(lines, 1, "{method} {path} needs one line in the matrix's table");
    }
    for line in LINES {
        let known = described.iter().any(|(method, path)| line.method == method && line.path == path);
        assert!(known, "{} {} is no operation", line.method, line.path);
    }
}

/// What `caller` has to see of what belongs to `owner`; `None` is what is not there.
fn verdict(line: &Line, caller: Caller, owner: Option<Owner>) -> Verdict {
    let theirs = !line.names_something() || owner.is_some_and(|owner| caller.holds(owner, line.door));
    match (line.door, caller) {
        (Door::Open, _) => Verdict::Served,
        (_, Caller::Nobody | Caller::Revoked) => Verdict::Unauthorized,
        (Door::Owner, c) if !c.is_secret() => Verdict::OutOfScope,
        _ if theirs => Verdict::Served,
        _ => Verdict::Hidden,
    }
}

#[tokio::test]
async fn nobody_gets_at_what_is_not_theirs_and_cannot_even_tell_whether_it_is_there() {
    let world = World::new().await;
    let before = world.stored().await;
    let mut faults = Vec::new();
    for line in LINES.iter().filter(|line| line.door != Door::Open) {
        for caller in Caller::ALL {
            let mut hidden: Vec<(Option<Owner>, Reply)> = Vec::new();
            for owner in [Some(Owner::A), Some(Owner::B), None] {
                let verdict = verdict(line, caller, owner);
                if verdict == Verdict::Served || (owner != Some(Owner::A) && !line.names_something()) {
                    continue;
                }
                let reply = world.call(line, caller, owner).await;
                let what = format!("{} {} by {caller:?} on {owner:?}", line.method, line.path);
                if !is_refused(&reply, verdict) || world.leak(&reply, caller).is_some() {
                    faults.push(format!("{what}: not {verdict:?} but {} {}", reply.status, reply.text()));
                }
                hidden.push((owner, reply));
            }
            for (owner, reply) in &hidden {
                let (one, other) = (alike(&hidden[0].1), alike(reply));
                if one != other {
                    faults.push(format!(
                        "{} {} by {caller:?} tells {owner:?} from others:\n{one}\n{other}",
                        line.method, line.path
                    ));
                }
            }
        }
        // Limits are another test's matter.
        world.app.clock().advance(60);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(world.stored().await, before, "a refused call changed something");
}

fn is_refused(reply: &Reply, verdict: Verdict) -> bool {
    let (status, code) = match verdict {
        Verdict::Unauthorized => (401, "unauthorized"),
        Verdict::OutOfScope => (403, "insufficient_scope"),
        Verdict::Hidden | Verdict::Served => (404, "not_found"),
    };
    reply.status.as_u16() == status && reply.json()["code"] == code
}

/// Everything of a reply but its id, its time and what is left of the caller's limits.
fn alike(reply: &Reply) -> String {
    let id = reply.header("x-request-id").unwrap().to_owned();
    let passing = ["x-request-id", "date", "ratelimit", "ratelimit-policy"];
    let headers = reply.headers.iter().filter(|(name, _)| !passing.contains(&name.as_str()));
    format!("{} {:?} {}", reply.status, headers.collect::<Vec<_>>(), reply.text().replace(&id, ""))
}

#[tokio::test]
async fn whoever_may_is_served_and_sees_nothing_of_others() {
    let mut faults = Vec::new();
    for line in LINES {
        // Each is served in a world of its own, since many of them change it.
        let mut world = None;
        for caller in Caller::ALL {
            for owner in [Some(Owner::A), Some(Owner::B)] {
                let skipped = !line.names_something() && owner == Some(Owner::B);
                if skipped || verdict(line, caller, owner) != Verdict::Served {
                    continue;
                }
                if world.is_none() || line.method != "GET" {
                    world = Some(World::new().await);
                }
                let world = world.as_ref().unwrap();
                let what = format!("{} {} by {caller:?} on {owner:?}", line.method, line.path);
                let reply = world.call(line, caller, owner).await;
                let expected = line.served_to(caller);
                let leak = world.leak(&reply, caller);
                if !expected.contains(&reply.status.as_u16()) || leak.is_some() {
                    let text = String::from_utf8_lossy(&reply.body);
                    faults.push(format!(
                        "{what}: not {expected:?} but {} (leak: {leak:?}) {text:.400}",
                        reply.status
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn other_methods_and_types_of_body_are_told_what_is_right() {
    let world = World::new().await;
    for line in LINES {
        let path = world.address(line, Some(Owner::A));
        let allowed: Vec<_> =
            LINES.iter().filter(|other| other.path == line.path).map(|l| l.method).collect();
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::TRACE] {
            let is_head = method == Method::GET;
            if allowed.contains(&method.as_str()) {
                continue;
            }
            let reply = world.app.owner().send(method.clone(), &path, "").await.whole().await;
            reply.refuses(405, "method_not_allowed");
            let told: Vec<_> =
                reply.header("allow").expect("405 says what is right").split(',').map(str::trim).collect();
            for right in &allowed {
                assert!(told.contains(right), "{method} {path}: {told:?}");
            }
            assert!(!is_head || !told.contains(&"GET"), "{path}");
        }
        if matches!(line.body, Body::None) {
            continue;
        }
        let odd = world.actor(Caller::SecretA).with("content-type", "application/x-yaml");
        let reply = odd.send(line.method.parse().unwrap(), &path, "a: 1").await.whole().await;
        assert_eq!(reply.status.as_u16(), 415, "{} {path}: {}", line.method, reply.text());
        reply.refuses(415, "unsupported_media_type");
        world.app.clock().advance(60);
    }
}
