//! Who may continue whose conversation. Whatever does not belong is not found, always in the same words.

use botplot_testkit::app::{Actor, Reply, TestApp};
use serde_json::{Value, json};

/// What a stranger to a conversation sees, without what differs between any two requests.
fn unfound(reply: &Reply) -> Value {
    let mut problem = reply.refuses(404, "not_found");
    problem["request_id"] = json!("");
    problem
}

/// A conversation of one visitor begun without a token, and one begun with the token shown by `caller`.
struct Begun {
    bare: String,
    guarded: String,
    caller: Actor,
}

async fn begin(app: &TestApp, visitor: &str) -> Begun {
    let bare = app.widget().ask(visitor, "hi").await.is(200).conversation();
    let session = app.widget().post("/widget/session", json!({ "visitorId": visitor })).await.is(200);
    let caller = app.widget().showing(&session);
    let guarded = caller.ask(visitor, "hi").await.is(200).conversation();
    Begun { bare, guarded, caller }
}

#[tokio::test]
async fn the_matrix_of_callers_and_conversations() {
    let app = TestApp::start().await;
    let bob = begin(&app, "bob").await;
    let (bob_elsewhere, eve) = (begin(&app, "bob").await.caller, begin(&app, "eve").await.caller);
    let other = app.another_project("other").await;
    let widget = app.widget();
    // Caller, the visitor they name, whether the bare and the token's conversation are open to them.
    let rows: Vec<(&str, Actor, &str, bool, bool)> = vec![
        ("bob without a token", widget.clone(), "bob", true, false),
        ("bob with the session's token", bob.caller.clone(), "bob", true, true),
        ("bob with another session's token", bob_elsewhere, "bob", true, false),
        ("eve without a token", widget.clone(), "eve", false, false),
        ("eve with her own token", eve, "eve", false, false),
        ("the owner for bob", app.owner(), "bob", true, true),
        ("the owner for eve", app.owner(), "eve", false, false),
        ("another project's page", app.holder_of(&other.publishable), "bob", false, false),
        ("another project's owner", app.holder_of(&other.secret), "bob", false, false),
    ];
    let nobody = widget.ask_in("7b3c7b0e-1111-4222-8333-444455556666", "bob", "hi").await;
    for (who, actor, visitor, opens_bare, opens_guarded) in rows {
        for (conversation, open) in [(&bob.bare, opens_bare), (&bob.guarded, opens_guarded)] {
            let reply = actor.ask_in(conversation, visitor, "hi").await;
            if open {
                assert_eq!(reply.is(200).conversation(), *conversation, "{who}");
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
