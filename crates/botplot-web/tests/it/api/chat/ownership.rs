//! Who may continue whose conversation. Whatever does not belong is not found, always in the same words.

use botplot_testkit::app::{Actor, Reply, TestApp};
use serde_json::{Value, json};

/// What a stranger to a conversation sees, without what differs between any two requests.
fn unfound(reply: &Reply) -> Value {
    let mut problem = reply.refuses(404, "not_found");
    problem["request_id"] = json!("");
    problem
}

/// A conversation begun with a token, and one begun without.
async fn two_conversations(app: &TestApp, visitor: &str) -> (Reply, Reply) {
    let bare = app.widget().ask(visitor, "hi").await.is(200);
    let session = app.widget().post("/widget/session", json!({ "visitorId": visitor })).await.is(200);
    let begun = app.widget().showing(&session).ask(visitor, "hi").await.is(200);
    // The begun one's reply has no token of its own: it goes on with the session's.
    assert_eq!(begun.header("x-visitor-token"), None);
    (bare, Reply { headers: [session.headers, begun.headers].into_iter().flatten_heads(), ..begun })
}

trait FlattenHeads {
    fn flatten_heads(self) -> http::HeaderMap;
}

impl<I: Iterator<Item = http::HeaderMap>> FlattenHeads for I {
    fn flatten_heads(self) -> http::HeaderMap {
        self.fold(http::HeaderMap::new(), |mut all, next| {
            all.extend(next);
            all
        })
    }
}

#[tokio::test]
async fn the_matrix_of_callers_and_conversations() {
    let app = TestApp::start().await;
    let (bare, begun) = two_conversations(&app, "bob").await;
    let (_, bobs_other) = two_conversations(&app, "bob").await;
    let (_, eves) = two_conversations(&app, "eve").await;
    let other = app.another_project("other").await;
    let widget = app.widget();
    // Caller, the visitor they name, whether the bare and the token's conversation are open to them.
    let rows: Vec<(&str, Actor, &str, bool, bool)> = vec![
        ("bob without a token", widget.clone(), "bob", true, false),
        ("bob with the session's token", widget.clone().showing(&begun), "bob", true, true),
        ("bob with another session's token", widget.clone().showing(&bobs_other), "bob", true, false),
        ("eve without a token", widget.clone(), "eve", false, false),
        ("eve with her own token", widget.clone().showing(&eves), "eve", false, false),
        ("the owner for bob", app.owner(), "bob", true, true),
        ("the owner for eve", app.owner(), "eve", false, false),
        ("another project's page", app.holder_of(&other.publishable), "bob", false, false),
        ("another project's owner", app.holder_of(&other.secret), "bob", false, false),
    ];
    let nobody = widget.ask_in("7b3c7b0e-1111-4222-8333-444455556666", "bob", "hi").await;
    for (who, actor, visitor, opens_bare, opens_begun) in rows {
        for (conversation, open) in [(&bare, opens_bare), (&begun, opens_begun)] {
            let reply = actor.ask_in(&conversation.conversation(), visitor, "hi").await;
            if open {
                assert_eq!(reply.is(200).conversation(), conversation.conversation(), "{who}");
            } else {
                assert_eq!(unfound(&reply), unfound(&nobody), "{who}");
            }
        }
    }
}

#[tokio::test]
async fn malformed_ids_are_as_unknown_as_unknown_ones() {
    let app = TestApp::start().await;
    let nobody = app.widget().ask_in("7b3c7b0e-1111-4222-8333-444455556666", "bob", "hi").await;
    for id in
        ["", "x", "550e8400e29b41d4a716446655440000", "../../etc/passwd", "' OR 1=1 --", &"9".repeat(9000)]
    {
        let reply = app.widget().ask_in(id, "bob", "hi").await;
        assert_eq!(unfound(&reply), unfound(&nobody), "{id}");
    }
}

#[tokio::test]
async fn an_archived_conversation_takes_no_more_messages() {
    let app = TestApp::start().await;
    let begun = app.widget().ask("bob", "hi").await.is(200);
    app.archive(&begun.conversation()).await;
    for actor in [app.widget(), app.owner()] {
        let reply = actor.ask_in(&begun.conversation(), "bob", "hi").await;
        reply.refuses(409, "conversation_archived");
    }
    assert_eq!(app.messages(&begun.conversation()).await.len(), 2);
    let stranger = app.widget().ask_in(&begun.conversation(), "eve", "hi").await;
    stranger.refuses(404, "not_found");
}
