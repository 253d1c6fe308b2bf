//! Visitors who have left before a person replied: what was written since goes to the address that they left, once.

use botplot_core::conversation::Conversation;
use botplot_core::letter::replies::Replies;
use botplot_core::letter::{address_fault, stop};
use botplot_core::message::Role;
use botplot_core::project::Project;
use botplot_core::{ConversationId, Timestamp, origin};
use botplot_store::Tx;
use serde_json::Value;
use url::Url;

use super::BATCH;
use crate::letters::{self, Posted};
use crate::{Engine, Error};

/// Seconds between two letters about one conversation.
const APART: i64 = 600;
/// Seconds after which a reply is too old for a letter, as when letters were switched on only now.
const TOO_OLD: i64 = 86_400;
/// Replies that one letter brings.
const MOST_REPLIES: usize = 20;
/// The newest messages among which the visitor's last page is looked for.
const NEWEST: i64 = 50;

/// What one letter needs to know beside its conversation.
struct Occasion {
    project: Project,
    /// Where this server is reached.
    address: String,
    /// Replies of this time and earlier have waited long enough.
    before: Timestamp,
    /// The page that the visitor was on.
    page: Option<String>,
}

/// Writes to all who have been away for long enough.
pub(super) async fn look(engine: &Engine, project: &Project, address: &str) -> Result<(), Error> {
    let set = project.settings.visitor_mail;
    if !set.enabled || engine.0.mail.is_none() {
        return Ok(());
    }
    let now = engine.clock().now();
    let before = now.plus_seconds(-60 * i64::from(set.after_minutes));
    let waiting = engine.reader().unread_replies(project.id, before, now.plus_seconds(-APART), BATCH);
    for id in waiting.await? {
        if engine.stopping().is_cancelled() {
            break;
        }
        let page = last_page(engine, project, id).await?;
        let occasion = Occasion { project: project.clone(), address: address.to_owned(), before, page };
        if write(engine, occasion, id).await? {
            tracing::info!(project.id = %project.id, conversation.id = %id, "a visitor who was away got a letter");
        }
    }
    Ok(())
}

/// Writes to one; false when there is nobody or nothing to write to.
async fn write(engine: &Engine, occasion: Occasion, id: ConversationId) -> Result<bool, Error> {
    let own = engine.clone();
    let written = engine.0.store.write(move |tx| {
        Box::pin(async move {
            let project = occasion.project.id;
            // From here on nobody else takes it on, and no page of the visitor's hears more.
            let Some(it) = tx.find_conversation(project, id).await? else { return Ok::<_, Error>(false) };
            let Some((since, events)) = tx.since_reply(project, id).await? else { return Ok(false) };
            if since > occasion.before {
                return Ok(false);
            }
            let now = own.clock().now();
            let said: Vec<_> = events.iter().filter_map(reply).take(MOST_REPLIES).collect();
            let to =
                reader(tx, &it).await?.filter(|_| !said.is_empty() && now.seconds_since(since) < TOO_OLD);
            tx.end_reply(project, id, since, to.is_some().then_some(now)).await?;
            if let Some(to) = &to {
                letters::post(tx, &own, project, &occasion.letter(&own, to, &said)).await?;
            }
            Ok(to.is_some())
        })
    });
    let written = written.await?;
    engine.0.job_added.notify_waiters();
    Ok(written)
}

/// The address that the visitor left in this conversation or, in the same browser, in another one; none when it cannot
/// be written to, or wants no letters.
async fn reader(tx: &mut Tx, it: &Conversation) -> Result<Option<String>, Error> {
    let mut email = it.visitor_info.text("email").map(str::to_owned);
    if email.as_ref().is_none_or(|email| email.trim().is_empty()) && it.session.is_some() {
        // Anybody can use a visitor's id, but not their session.
        let leads = tx.leads_of(it.project, &it.visitor_id).await?;
        email = leads.into_iter().rev().filter(|lead| lead.session == it.session).find_map(|lead| lead.email);
    }
    let Some(email) = email.map(|email| email.trim().to_owned()) else { return Ok(None) };
    let is_wanted =
        address_fault(&email).is_none() && !tx.is_unsubscribed(it.project, &email.to_lowercase()).await?;
    Ok(is_wanted.then_some(email))
}

/// Who wrote, and what, where an event tells of a person's reply.
fn reply(event: &Value) -> Option<(String, String)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let is_reply = event["type"] == "message" && event["role"] == "assistant";
    is_reply.then(|| Some((text(&event["author"]["name"])?, text(&event["content"])?))).flatten()
}

/// The page on which the visitor wrote last, if a letter may lead there.
async fn last_page(engine: &Engine, project: &Project, id: ConversationId) -> Result<Option<String>, Error> {
    let newest = engine.reader().list_messages(project.id, id, NEWEST).await?;
    let own = newest.iter().rev().filter(|message| message.role == Role::User);
    let mut urls = own.filter_map(|message| message.context.get("url")?.as_str());
    Ok(urls.next().and_then(|url| safe_page(url, &project.settings.origins)))
}

/// The address as a letter may show it: of the web, and of the project's own sites where these are named, since
/// whoever has the publishable key can say that they are on any page.
fn safe_page(url: &str, origins: &[String]) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
    let is_plain = url.username().is_empty() && url.password().is_none();
    let is_ours = origin::admits(origins, &url.origin().ascii_serialization());
    (is_web && is_plain && is_ours).then(|| url.to_string())
}

impl Occasion {
    fn letter(&self, engine: &Engine, to: &str, said: &[(String, String)]) -> Posted {
        let token = stop::token(&engine.0.token_secret, self.project.id, &to.to_lowercase());
        let stop = format!("{}/stop-letters/{token}", self.address);
        let replies = Replies { project: &self.project.name, said, page: self.page.as_deref(), stop: &stop };
        let letter = replies.letter();
        Posted { to: to.to_owned(), subject: letter.subject, text: letter.text, unsubscribe: Some(stop) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_letter_leads_to_pages_of_the_web_and_of_the_projects_own_sites() {
        let check = |url, origins: &[&str], expected: Option<&str>| {
            let origins: Vec<_> = origins.iter().map(|o| (*o).to_owned()).collect();
            assert_eq!(safe_page(url, &origins).as_deref(), expected, "{url} {origins:?}");
        };
        check("https://shop.example/a?b=1#c", &[], Some("https://shop.example/a?b=1#c"));
        check("http://shop.example", &["https://shop.example"], None);
        check("https://www.shop.example/", &["*.shop.example"], Some("https://www.shop.example/"));
        check("https://evil.example/", &["https://shop.example"], None);
        for bad in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "shop.example",
            "https://shop.example@evil.example/",
        ] {
            check(bad, &[], None);
        }
        check("https://shop.example/\n-- \nx", &[], Some("https://shop.example/--%20x"));
    }

    #[test]
    fn only_what_people_wrote_is_brought() {
        let said =
            json!({ "type": "message", "role": "assistant", "content": "Hi", "author": { "name": "Ann" } });
        assert_eq!(reply(&said), Some(("Ann".into(), "Hi".into())));
        for other in [
            json!({ "type": "status", "agent": "Ann" }),
            json!({ "type": "message", "role": "assistant", "content": "Hi", "author": null }),
            json!({ "type": "message", "role": "user", "content": "Hi", "author": { "name": "Ann" } }),
        ] {
            assert_eq!(reply(&other), None, "{other}");
        }
    }
}
