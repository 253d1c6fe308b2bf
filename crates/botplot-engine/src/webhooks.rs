//! Webhook endpoints: adding, changing, rotating secrets, sending once more; and the dispatcher that does the sending.

mod attempt;
mod dispatch;
mod rounds;

use botplot_core::delivery::{self, Delivery, Endpoint, Record, Secrets, Status, fit};
use botplot_core::event::{Event, Kind};
use botplot_core::notice::Entry;
use botplot_core::{AuditId, DeliveryId, EndpointId, ProjectId, Secret, Timestamp, signature};
use botplot_store::Tx;
use serde_json::{Map, Value, json};
use url::{ParseError, Url};

pub use dispatch::start;

use crate::outbox::{self, Body};
use crate::{Engine, Error};

/// Characters that an address may have.
pub const URL_LIMIT: usize = 2_000;
/// Characters that a description may have.
pub const DESCRIPTION_LIMIT: usize = 500;
/// The kind of a test event that names none.
pub const TEST: &str = "webhook.test";

/// An endpoint as its owner wants it.
#[derive(Debug)]
pub struct Wanted {
    /// Where events go.
    pub url: String,
    /// The owner's words about it.
    pub description: String,
    /// What it wants to hear of.
    pub events: Vec<Kind>,
    /// The owner's own secret, in place of a fresh one.
    pub secret: Option<Secret>,
}

/// What changes of an endpoint; what is `None` stays.
#[derive(Debug, Default)]
pub struct Change {
    /// Where events go.
    pub url: Option<String>,
    /// The owner's words about it.
    pub description: Option<String>,
    /// What it wants to hear of.
    pub events: Option<Vec<Kind>>,
    /// True to pause it, false to let it go on.
    pub paused: Option<bool>,
}

/// Why a text is no address of an endpoint, as far as its letters tell; `None` when it is one.
pub fn url_fault(text: &str) -> Option<String> {
    if text.chars().count() > URL_LIMIT {
        return Some(format!("must have at most {URL_LIMIT} characters"));
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Some("must not contain spaces or control characters".into());
    }
    let scheme = || Some("must begin with `https://` or `http://`".to_owned());
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(ParseError::RelativeUrlWithoutBase) => return scheme(),
        Err(why) => return Some(format!("is no address: {why}")),
    };
    match url {
        _ if !matches!(url.scheme(), "http" | "https") => scheme(),
        _ if !url.has_host() => Some("must name a host".into()),
        _ if !url.username().is_empty() || url.password().is_some() => {
            Some("must not hold a user name or password".into())
        }
        _ if url.fragment().is_some() => Some("must not have a fragment (`#…`)".into()),
        _ => None,
    }
}

/// Adds an endpoint; its secret is returned in clear once and never again.
pub async fn create(
    engine: &Engine,
    project: ProjectId,
    wanted: Wanted,
    actor: &str,
) -> Result<(Endpoint, Secret), Error> {
    admit(engine, &wanted.url).await?;
    let secret = wanted.secret.unwrap_or_else(|| signature::fresh_secret(engine.ids()));
    if let Some(why) = signature::secret_fault(secret.expose()) {
        return Err(Error::invalid("secret", why));
    }
    let (id, now) = (EndpointId(engine.ids().random()), engine.clock().now());
    let endpoint = Endpoint {
        id,
        project,
        url: wanted.url,
        description: wanted.description,
        events: wanted.events,
        status: Status::Active,
        reason: None,
        secrets: Secrets { primary: seal(engine, id, &secret), other: None },
        failing_since: None,
        created_at: now,
        updated_at: now,
    };
    let (kept, own) = (endpoint.clone(), engine.clone());
    let line = audit(engine, &endpoint, "endpoint.created", actor);
    let added = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let limit = room(tx, &own, project).await?;
            if tx.all_endpoints(project).await?.len() as i64 >= limit {
                return Err(full());
            }
            tx.add_endpoint(&kept).await?;
            tx.add_audit(&line).await?;
            Ok(())
        })
    });
    added.await?;
    Ok((endpoint, secret))
}

/// Changes an endpoint. One that was paused or disabled goes on where it stopped.
pub async fn change(
    engine: &Engine,
    project: ProjectId,
    endpoint: EndpointId,
    change: Change,
    actor: &str,
) -> Result<Endpoint, Error> {
    if let Some(url) = &change.url {
        admit(engine, url).await?;
    }
    let (own, actor) = (engine.clone(), actor.to_owned());
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let limit = room(tx, &own, project).await?;
            let mut it = tx.lock_endpoint(project, endpoint).await?.ok_or(Error::NotFound)?;
            let resumed = change.paused == Some(false) && it.status != Status::Active;
            if resumed {
                let all = tx.all_endpoints(project).await?;
                if all.iter().filter(|e| e.status == Status::Active).count() as i64 >= limit {
                    return Err(full());
                }
            }
            apply(&mut it, change, own.clock().now());
            tx.save_endpoint(&it).await?;
            tx.add_audit(&audit(&own, &it, "endpoint.changed", &actor)).await?;
            Ok(it)
        })
    });
    let changed = write.await?;
    engine.0.outbox.wake();
    Ok(changed)
}

fn apply(it: &mut Endpoint, change: Change, now: Timestamp) {
    it.url = change.url.unwrap_or_else(|| std::mem::take(&mut it.url));
    it.description = change.description.unwrap_or_else(|| std::mem::take(&mut it.description));
    it.events = change.events.unwrap_or_else(|| std::mem::take(&mut it.events));
    match change.paused {
        Some(true) => (it.status, it.reason) = (Status::Paused, None),
        Some(false) => (it.status, it.reason, it.failing_since) = (Status::Active, None, None),
        None => {}
    }
    it.updated_at = now;
}

/// Removes an endpoint with its deliveries.
pub async fn remove(
    engine: &Engine,
    project: ProjectId,
    endpoint: EndpointId,
    actor: &str,
) -> Result<(), Error> {
    let (own, actor) = (engine.clone(), actor.to_owned());
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let it = tx.lock_endpoint(project, endpoint).await?.ok_or(Error::NotFound)?;
            tx.remove_endpoint(project, endpoint).await?;
            tx.add_audit(&audit(&own, &it, "endpoint.removed", &actor)).await?;
            Ok(())
        })
    });
    write.await
}

/// Begins to replace an endpoint's secret; the next one is returned in clear once. Both sign for a day, then the next
/// one alone. A secret that cannot be opened any more signs nothing, and is replaced at once.
pub async fn rotate(
    engine: &Engine,
    project: ProjectId,
    endpoint: EndpointId,
    own_secret: Option<Secret>,
    actor: &str,
) -> Result<(Endpoint, Secret), Error> {
    let secret = own_secret.unwrap_or_else(|| signature::fresh_secret(engine.ids()));
    if let Some(why) = signature::secret_fault(secret.expose()) {
        return Err(Error::invalid("secret", why));
    }
    let (sealed, own) = (seal(engine, endpoint, &secret), engine.clone());
    let changed = change_secrets(engine, project, endpoint, actor, move |secrets, now| {
        let signs = secrets.at(now).first().is_some_and(|present| open(&own, endpoint, present).is_some());
        Ok(if signs { secrets.rotated(sealed, now) } else { Secrets { primary: sealed, other: None } })
    });
    Ok((changed.await?, secret))
}

/// Makes the next secret the primary one before its day is over; `Conflict` when none is waiting.
pub async fn switch(
    engine: &Engine,
    project: ProjectId,
    endpoint: EndpointId,
    actor: &str,
) -> Result<Endpoint, Error> {
    change_secrets(engine, project, endpoint, actor, |secrets, now| {
        secrets.switched(now).ok_or(Error::Conflict("no_next_secret"))
    })
    .await
}

async fn change_secrets(
    engine: &Engine,
    project: ProjectId,
    endpoint: EndpointId,
    actor: &str,
    change: impl FnOnce(&Secrets, Timestamp) -> Result<Secrets, Error> + Send + 'static,
) -> Result<Endpoint, Error> {
    let (own, actor) = (engine.clone(), actor.to_owned());
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let mut it = tx.lock_endpoint(project, endpoint).await?.ok_or(Error::NotFound)?;
            let now = own.clock().now();
            it.secrets = change(&it.secrets, now)?;
            it.updated_at = now;
            tx.save_endpoint(&it).await?;
            tx.add_audit(&audit(&own, &it, "endpoint.secret_rotated", &actor)).await?;
            Ok(it)
        })
    });
    write.await
}

/// Sends a delivery once more, on a schedule from its start. One that is under way just now is left to it.
pub async fn replay(
    engine: &Engine,
    project: ProjectId,
    endpoint: EndpointId,
    delivery: DeliveryId,
) -> Result<Delivery, Error> {
    must_be_active(engine, project, endpoint).await?;
    let now = engine.clock().now();
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move { Ok::<_, Error>(tx.replay_delivery(project, endpoint, delivery, now).await?) })
    });
    write.await?;
    engine.0.outbox.wake();
    let found = engine.reader().find_delivery(project, endpoint, delivery).await?;
    found.map(|(it, _)| it).ok_or(Error::NotFound)
}

/// Sends all that failed of events since `since` once more, given up or waiting for its next attempt; says how much that
/// is.
pub async fn replay_since(
    engine: &Engine,
    project: ProjectId,
    endpoint: EndpointId,
    since: Timestamp,
) -> Result<i64, Error> {
    must_be_active(engine, project, endpoint).await?;
    let now = engine.clock().now();
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move { Ok::<_, Error>(tx.replay_failed(project, endpoint, since, now).await?) })
    });
    let replayed = write.await?;
    engine.0.outbox.wake();
    Ok(replayed)
}

/// Sends a test event: an example of `kind`, or one that only says that it is a test.
pub async fn test(
    engine: &Engine,
    project: ProjectId,
    endpoint: EndpointId,
    kind: Option<Kind>,
) -> Result<Delivery, Error> {
    must_be_active(engine, project, endpoint).await?;
    let now = engine.clock().now();
    let id = engine.0.outbox.event_id(engine.ids(), now);
    let word = kind.map_or(TEST, Kind::as_str);
    let data = kind.map_or_else(|| json!({ "endpoint_id": endpoint }), |k| Event::sample(k).payload());
    let timestamp = now.rfc3339_millis();
    let body = Body { event: word, data, timestamp, id, project_id: project, test: true };
    let record = Record {
        id,
        project,
        kind: word.to_owned(),
        visitor_id: None,
        conversation: None,
        body: outbox::bytes(&body)?,
        created_at: now,
    };
    let delivery = outbox::first_delivery(engine, &record, endpoint);
    let kept = delivery.clone();
    let write = engine.0.store.write(move |tx| {
        Box::pin(async move {
            tx.lock_endpoint(project, endpoint).await?.ok_or(Error::NotFound)?;
            tx.add_event(&record).await?;
            tx.add_delivery(&kept).await?;
            Ok::<_, Error>(())
        })
    });
    write.await?;
    engine.0.outbox.wake();
    Ok(delivery)
}

/// Pauses the newest endpoints that a plan with room for `limit` has no room for, and lets those go on that were
/// paused so and now have room.
pub(crate) async fn apply_plan(tx: &mut Tx, project: ProjectId, limit: i64) -> Result<(), Error> {
    let all = tx.all_endpoints(project).await?;
    for (id, status) in fit(&all, limit) {
        let Some(mut it) = tx.lock_endpoint(project, id).await? else { continue };
        it.status = status;
        it.reason = (status == Status::Paused).then(|| delivery::NO_ROOM.to_owned());
        tx.save_endpoint(&it).await?;
    }
    Ok(())
}

/// Refuses an address that cannot be an endpoint's, or that a request would be refused to.
async fn admit(engine: &Engine, text: &str) -> Result<(), Error> {
    if let Some(why) = url_fault(text) {
        return Err(Error::invalid("url", why));
    }
    let Ok(url) = Url::parse(text) else { return Err(Error::invalid("url", "is no address")) };
    match engine.0.egress.vet(&url).await {
        Err(botplot_egress::Error::Refused { why, .. }) => {
            Err(Error::invalid("url", format!("is refused: {why}")))
        }
        Err(other) => Err(Error::invalid("url", other.to_string())),
        Ok(()) => Ok(()),
    }
}

async fn must_be_active(engine: &Engine, project: ProjectId, endpoint: EndpointId) -> Result<(), Error> {
    let it = engine.reader().find_endpoint(project, endpoint).await?.ok_or(Error::NotFound)?;
    if it.status == Status::Active { Ok(()) } else { Err(Error::Conflict("endpoint_not_active")) }
}

/// How many endpoints the project's plan has room for; nobody else changes the project until the transaction ends.
async fn room(tx: &mut Tx, engine: &Engine, project: ProjectId) -> Result<i64, Error> {
    let project = tx.find_project(project).await?.ok_or(Error::NotFound)?;
    Ok(engine.plan_limits(&project).endpoints)
}

fn full() -> Error {
    Error::Forbidden("endpoint_limit_reached")
}

/// The place that an endpoint's secrets are sealed for.
fn place(endpoint: EndpointId) -> String {
    format!("endpoints.secret|{endpoint}")
}

fn seal(engine: &Engine, endpoint: EndpointId, secret: &Secret) -> Vec<u8> {
    engine.0.seal.seal(engine.ids(), &place(endpoint), secret.expose().as_bytes())
}

/// The secrets that sign now, the primary one first; `None` when that one is damaged, or sealed with another key.
fn secrets(engine: &Engine, endpoint: &Endpoint) -> Option<Vec<Secret>> {
    let sealed = endpoint.secrets.at(engine.clock().now());
    let (primary, others) = sealed.split_first()?;
    let primary = open(engine, endpoint.id, primary)?;
    let others = others.iter().filter_map(|other| open(engine, endpoint.id, other));
    Some(std::iter::once(primary).chain(others).collect())
}

fn open(engine: &Engine, endpoint: EndpointId, sealed: &[u8]) -> Option<Secret> {
    let plain = engine.0.seal.open(&place(endpoint), sealed)?;
    String::from_utf8(plain).ok().map(Secret::new)
}

fn audit(engine: &Engine, endpoint: &Endpoint, action: &str, actor: &str) -> Entry {
    let now = engine.clock().now();
    // Addresses may carry secrets in their path or query.
    let host = Url::parse(&endpoint.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    Entry {
        id: AuditId(engine.ids().ordered(now)),
        project: endpoint.project,
        action: action.to_owned(),
        actor: actor.to_owned(),
        subject: endpoint.id.to_string(),
        detail: Map::from_iter([
            ("host".to_owned(), host.map_or(Value::Null, Value::from)),
            ("status".to_owned(), endpoint.status.as_str().into()),
        ]),
        created_at: now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_by_their_letters() {
        let long = format!("https://example.com/{}", "a".repeat(URL_LIMIT));
        for bad in [
            "",
            "example.com/hook",
            "//example.com",
            "ftp://example.com/",
            "mailto:a@example.com",
            "https://",
            "https://user@example.com/",
            "https://:pw@example.com/",
            "https://example.com/#part",
            "https://example.com/#",
            "https://exa mple.com/",
            " https://example.com/",
            "https://example.com/\n",
            "https://example.com:99999/",
            "https://[::1/",
            "javascript:alert(1)",
            &long,
        ] {
            assert!(url_fault(bad).is_some(), "{bad}");
        }
        for good in ["https://example.com", "http://example.com:8080/a?b=c", "https://bücher.example/ä"] {
            assert_eq!(url_fault(good), None, "{good}");
        }
    }
}
