//! The chapters of the documentation, in the order of the published one; what it has no word of follows.

use utoipa::openapi::path::PathItem;
use utoipa::openapi::tag::Tag;
use utoipa::openapi::{OpenApi, Paths};

use super::walk::Operations as _;

/// What holds for every address: titles and texts.
pub(crate) const INTRODUCTION: &[(&str, &str)] = &[
    (
        "Authentication",
        "All API requests require an API key. You find your project's keys with `botplot key list`. Pass one as \
         `Authorization: Bearer YOUR_API_KEY`, or as `x-api-key: YOUR_API_KEY`.\n\nA publishable key (`bp_pub_…`) may \
         stand in a page: it opens the chat and the widget, nothing else. A secret key (`bp_sec_…`) opens everything \
         and belongs on your server: one that comes from a browser is refused.",
    ),
    (
        "Errors",
        "An error is `application/problem+json` (RFC 9457). Its `code` is stable and made for programs, `detail` is \
         made for people, `errors` names each field that breaks a rule. Every reply carries `X-Request-Id`. What does \
         not exist and what is not yours look alike: 404.",
    ),
    (
        "Lists",
        "Lists are newest first. `limit` is 20 unless you set it, and at most 100; more is served as 100. `total` \
         counts what the filter admits. Parameters of unknown names are ignored, unknown values are refused.",
    ),
    (
        "Rate limits",
        "A secret key may send 1,200 requests a minute, a publishable one 600, an address 60, a visitor 20 messages, \
         unless the operator sets other numbers. `RateLimit` in the replies says what is left; beyond it the answer is \
         429 with `Retry-After`. A plan's monthly message limit answers 402.",
    ),
];

/// Each chapter's tag and what it is about.
pub(crate) const CHAPTERS: &[(&str, &str)] = &[
    (
        "Chat",
        "Send a message and receive a streamed AI response. This is the same endpoint that the widget uses. \
         Available on all plans.",
    ),
    ("Widget", "What the chat widget in a page calls. You do not need it to use the widget."),
    ("Conversations", "Business plan only. The conversations of your project, whoever began them."),
    ("Messages", "Business plan only. What was said, and replies in the bot's place."),
    (
        "Sources",
        "Business plan only. What your bot knows: websites, pages, files, texts, questions and answers.",
    ),
    (
        "Webhooks",
        "Endpoints that BotPlot calls when something happens: Pro plan 3, Business plan 10. Managing them over the \
         API needs the Business plan.",
    ),
    ("Search", "Business plan only. What your bot would answer a question from."),
    ("Leads", "Business plan only. Contact details that visitors left."),
    ("Usage", "Business plan only. What was used this month, and what is left."),
    ("Project", "Business plan only. Your project's settings and its logo."),
    ("Visitors", "Business plan only. Export or erase all that one visitor left."),
    ("Keys", "Business plan only. Your project's API keys: make, name, rotate and revoke them."),
    (
        "OpenAI",
        "Business plan only. The same answers for clients of OpenAI's API: set its base URL to this server's `/v1`.",
    ),
    ("Operation", "For whoever runs the server. No key is needed."),
];

/// Puts the addresses into the order of their chapters and describes these.
pub(super) fn arrange(api: &mut OpenApi) {
    api.tags = Some(
        CHAPTERS
            .iter()
            .map(|(name, about)| Tag::builder().name(*name).description(Some(*about)).build())
            .collect(),
    );
    let mut all: Vec<(String, PathItem)> =
        std::mem::replace(&mut api.paths, Paths::new()).paths.into_iter().collect();
    // Whole lists before their entries, as one reads; otherwise as the router has them.
    all.sort_by_key(|(path, item)| (chapter_of(item), path.contains('{')));
    api.paths.paths.extend(all);
}

/// The place of an address's chapter; the last for one that has none, which a test forbids.
fn chapter_of(item: &PathItem) -> usize {
    let tag = item.each().first().and_then(|(_, operation)| operation.tags.clone()?.into_iter().next());
    let tag = tag.unwrap_or_default();
    CHAPTERS.iter().position(|(name, _)| *name == tag).unwrap_or(CHAPTERS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_stands_in_one_chapter_and_every_chapter_has_some() {
        let api = crate::router::documented().1;
        let mut used = Vec::new();
        for (method, path, operation) in super::super::operations(&api) {
            let tags = operation.tags.clone().unwrap_or_default();
            assert_eq!(tags.len(), 1, "{method} {path} has the tags {tags:?}");
            assert!(
                CHAPTERS.iter().any(|(name, _)| *name == tags[0]),
                "{method} {path}: no chapter `{}`",
                tags[0]
            );
            used.extend(tags);
        }
        for (name, _) in CHAPTERS {
            assert!(used.iter().any(|tag| tag == name), "`{name}` is empty");
        }
    }
}
