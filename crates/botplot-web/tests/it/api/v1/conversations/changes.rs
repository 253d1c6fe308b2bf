//! `PATCH /api/v1/conversations/{id}`.

use botplot_core::conversation::{HandledBy, Proof};
use botplot_core::message::State;
use botplot_engine::conversations;
use botplot_testkit::app::TestApp;
use http::Method;
use serde_json::{Value, json};

use super::{NOBODY, begun, heard, patch, path, used, wait_behind, with_running_answer};

/// Status, who answers, the flag and the name, as a reply shows them.
fn standing(it: &Value) -> (&str, &str, bool, Option<&str>) {
    let word = |name: &str| it[name].as_str().expect("a word");
    (
        word("status"),
        word("handled_by"),
        it["handoff_requested"].as_bool().expect("a flag"),
        it["agent"].as_str(),
    )
}

#[tokio::test]
async fn a_takeover_cuts_the_running_answer_and_silences_the_bot() {
    let (app, model, live, id) = with_running_answer("bob").await;
    let taken =
        patch(&app.owner(), &id, json!({ "handled_by": "human", "agent": "Ann" })).await.is(200).json();
    assert_eq!(standing(&taken), ("active", "human", false, Some("Ann")));
    let last = live.whole().await.last();
    assert_eq!(
        (&last["done"], &last["confidence"], &last["handledBy"]),
        (&json!(true), &Value::Null, &json!("human"))
    );
    model.wait_for_disconnects(1).await;
    let stored = app.messages(&id).await;
    assert_eq!((stored[1].state, stored[1].confidence), (State::Stopped, None));
    assert!(stored[1].content.starts_with("one two"), "{}", stored[1].content);
    let asked = app.owner().ask_in(&id, "bob", "And how much is it?").await.is(200);
    assert_eq!(asked.events().len(), 1, "{}", asked.text());
    let last = asked.last();
    assert_eq!((&last["confidence"], &last["messageId"]), (&Value::Null, &Value::Null));
    assert_eq!(model.requests(), 1, "the bot was asked while a person has the conversation");
    patch(&app.owner(), &id, json!({ "handled_by": "ai" })).await.is(200);
    let last = app.owner().ask_in(&id, "bob", "hi").await.is(200).last();
    assert!(last["confidence"].is_number() && last["handledBy"] == "ai", "{last}");
}

#[tokio::test]
async fn handing_back_and_closing_end_the_request_for_a_person() {
    let app = TestApp::start().await;
    let owner = app.owner();
    let id = app.widget().ask("bob", "Can I talk to a human?").await.is(200).conversation();
    assert!(app.conversation(&id).await.handoff_requested);
    let it = patch(&owner, &id, json!({ "handled_by": "human", "agent": "Ann" })).await.is(200).json();
    assert_eq!(standing(&it), ("active", "human", true, Some("Ann")));
    let it = patch(&owner, &id, json!({ "handled_by": "ai" })).await.is(200).json();
    assert_eq!(standing(&it), ("active", "ai", false, Some("Ann")));
    owner.ask_in(&id, "bob", "Can I talk to a human?").await.is(200);
    let it = patch(&owner, &id, json!({ "status": "closed" })).await.is(200).json();
    assert_eq!(standing(&it), ("closed", "ai", false, Some("Ann")));
    owner.ask_in(&id, "bob", "hi").await.is(200);
    assert_eq!(owner.get(&path(&id)).await.json()["status"], "active", "a new message reopens it");
}

#[tokio::test]
async fn a_client_may_send_the_whole_of_what_it_knows() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    let owner = app.owner();
    let all =
        json!({ "status": "active", "handled_by": "human", "agent": "Ann", "tags": [" vip ", "b", "vip"] });
    let it = patch(&owner, &id, all).await.is(200).json();
    assert_eq!((standing(&it), &it["tags"]), (("active", "human", false, Some("Ann")), &json!(["vip", "b"])));
    let it =
        patch(&owner, &id, json!({ "status": "closed", "handled_by": "human", "agent": "Ben", "tags": [] }));
    let it = it.await.is(200).json();
    assert_eq!((standing(&it), &it["tags"]), (("closed", "ai", false, Some("Ben")), &json!([])));
    let it = patch(&owner, &id, json!({ "handled_by": "human" })).await.is(200).json();
    assert_eq!(standing(&it), ("active", "human", false, None), "nobody has said who");
}

#[tokio::test]
async fn what_is_not_named_stays_and_what_is_null_too() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    let owner = app.owner();
    patch(&owner, &id, json!({ "handled_by": "human", "agent": "Ann", "tags": ["vip"] })).await.is(200);
    let before = owner.get(&path(&id)).await.is(200).json();
    let heard_before = heard(&app, &id).await;
    app.clock().advance(60);
    for body in [
        json!({}),
        json!({ "unknown": 1 }),
        json!({ "status": null, "handled_by": null, "agent": null, "tags": null }),
        json!({ "status": "active", "handled_by": "human", "tags": ["vip"] }),
    ] {
        assert_eq!(patch(&owner, &id, body).await.is(200).json(), before);
    }
    assert_eq!(heard(&app, &id).await, heard_before, "the page heard of a change that was none");
    let it = patch(&owner, &id, json!({ "tags": ["b"] })).await.is(200).json();
    assert_ne!(it["updated_at"], before["updated_at"]);
    assert_eq!(heard(&app, &id).await, heard_before, "tags are the owner's own");
}

#[tokio::test]
async fn the_visitors_page_hears_of_each_change_once() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    let owner = app.owner();
    let status = |status: &str, by: &str, agent: Value| json!({ "type": "status", "status": status, "handledBy": by, "handoffRequested": false, "agent": agent });
    for body in [
        json!({ "handled_by": "human", "agent": "Ann" }),
        json!({ "handled_by": "human", "agent": "Ann" }),
        json!({ "agent": "Ben" }),
        json!({ "handled_by": "ai" }),
        json!({ "status": "closed" }),
        json!({ "status": "closed" }),
        json!({ "status": "active" }),
        json!({ "status": "archived" }),
        json!({ "status": "archived" }),
    ] {
        patch(&owner, &id, body).await.is(200);
    }
    let expected = [
        status("active", "human", json!("Ann")),
        status("active", "human", json!("Ben")),
        status("active", "ai", json!("Ben")),
        status("closed", "ai", json!("Ben")),
        status("active", "ai", json!("Ben")),
        status("archived", "ai", json!("Ben")),
    ];
    assert_eq!(heard(&app, &id).await, expected);
}

#[tokio::test]
async fn an_archived_conversation_is_final_but_for_its_labels() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    let owner = app.owner();
    patch(&owner, &id, json!({ "status": "archived" })).await.is(200);
    for body in [
        json!({ "status": "active" }),
        json!({ "status": "closed" }),
        json!({ "handled_by": "human" }),
        json!({ "handled_by": "ai", "tags": ["x"] }),
    ] {
        patch(&owner, &id, body).await.refuses(409, "conversation_archived");
    }
    owner
        .post(&format!("{}/messages", path(&id)), json!({ "content": "hi" }))
        .await
        .refuses(409, "conversation_archived");
    owner
        .post(&format!("{}/typing", path(&id)), json!({ "typing": true }))
        .await
        .refuses(409, "conversation_archived");
    let it = patch(&owner, &id, json!({ "status": "archived", "handled_by": "ai", "tags": ["old"] }))
        .await
        .is(200)
        .json();
    assert_eq!((standing(&it), &it["tags"]), (("archived", "ai", false, None), &json!(["old"])));
    assert_eq!(app.messages(&id).await.len(), 2);
}

#[tokio::test]
async fn archiving_and_taking_over_end_the_answers_that_wait() {
    for change in [json!({ "status": "archived" }), json!({ "handled_by": "human" })] {
        let (app, model, live, id) = with_running_answer("bob").await;
        let waiting = wait_behind(&app, &id).await;
        patch(&app.owner(), &id, change.clone()).await.is(200);
        assert_eq!(live.whole().await.last()["done"], true);
        for one in waiting {
            let reply = one.whole().await;
            assert_eq!((reply.answer(), &reply.last()["done"]), (String::new(), &json!(true)), "{change}");
        }
        assert_eq!(model.requests(), 1, "a waiting answer was begun after {change}");
        let it = app.owner().get(&path(&id)).await.is(200).json();
        assert_eq!((&it["message_count"], app.messages(&id).await[1].state), (&json!(5), State::Stopped));
        assert_eq!(used(&app).await, 1, "only what was said counts");
    }
}

#[tokio::test]
async fn every_faulty_field_is_named_and_nothing_is_changed() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    let owner = app.owner();
    let long = |n: usize| "x".repeat(n);
    for (body, faulty) in [
        (json!({ "status": "open" }), &["status"][..]),
        (json!({ "status": 1 }), &["status"]),
        (json!({ "handled_by": "bot" }), &["handled_by"]),
        (json!({ "handled_by": true, "status": [] }), &["handled_by", "status"]),
        (json!({ "agent": "" }), &["agent"]),
        (json!({ "agent": " " }), &["agent"]),
        (json!({ "agent": long(101) }), &["agent"]),
        (json!({ "agent": "A\nB" }), &["agent"]),
        (json!({ "agent": "A\u{0}" }), &["agent"]),
        (json!({ "agent": { "name": "Ann" } }), &["agent"]),
        (json!({ "tags": "vip" }), &["tags"]),
        (json!({ "tags": { "0": "vip" } }), &["tags"]),
        (json!({ "tags": ["ok", "", 5, long(51), "\t"] }), &["tags.1", "tags.2", "tags.3", "tags.4"]),
        (json!({ "tags": (0..21).map(|n| n.to_string()).collect::<Vec<_>>() }), &["tags"]),
        (json!({ "status": "closed", "tags": [null] }), &["tags.0"]),
    ] {
        patch(&owner, &id, body).await.blames(faulty);
    }
    assert_eq!(app.conversation(&id).await.status.as_str(), "active");
    // Told before anything is looked up.
    patch(&owner, NOBODY, json!({ "status": "open" })).await.blames(&["status"]);
    let tags: Vec<_> = (0..20).map(|n| format!("{n}{}", "ü".repeat(48))).collect();
    patch(&owner, &id, json!({ "tags": tags, "agent": "é".repeat(100) })).await.is(200);
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    let typed = |media: &str| app.owner().with("content-type", media);
    let send = async |actor: botplot_testkit::app::Actor, body: &'static str| {
        actor.send(Method::PATCH, &path(&id), body).await.whole().await
    };
    send(app.owner(), "{}").await.refuses(415, "unsupported_media_type");
    send(typed("text/plain"), "{}").await.refuses(415, "unsupported_media_type");
    for broken in ["", "{", "[]", "null", "\"closed\"", "{\"status\":\"closed\"}}", "{'status':'closed'}"] {
        send(typed("application/json"), broken).await.refuses(400, "invalid_request");
    }
    assert_eq!(app.conversation(&id).await.status.as_str(), "active");
}

#[tokio::test]
async fn asking_for_a_person_is_told_once_until_one_has_come_and_gone() {
    let app = TestApp::start().await;
    let id = begun(&app).await;
    let (project, conversation) = (app.project().project.clone(), id.parse().unwrap());
    let asked = async |visitor: Option<&'static str>, proof: Proof| {
        conversations::request_handoff(app.engine(), &project, conversation, visitor, &proof, None).await
    };
    assert!(asked(None, Proof::Bare).await.is_err() && asked(Some("eve"), Proof::SecretKey).await.is_err());
    for _ in 0..3 {
        let it = asked(Some("bob"), Proof::SecretKey).await.unwrap();
        assert!(it.handoff_requested && it.handled_by == HandledBy::Ai);
    }
    assert_eq!(heard(&app, &id).await.len(), 1);
    patch(&app.owner(), &id, json!({ "handled_by": "human" })).await.is(200);
    asked(None, Proof::SecretKey).await.unwrap();
    assert_eq!(heard(&app, &id).await.len(), 2, "a person who is there was asked for");
    let closed =
        conversations::close_by_visitor(app.engine(), project.id, conversation, None, &Proof::SecretKey);
    assert!(!closed.await.unwrap().handoff_requested);
    // A request is as good as a message: it opens the conversation again.
    assert_eq!(asked(None, Proof::SecretKey).await.unwrap().status.as_str(), "active");
    patch(&app.owner(), &id, json!({ "status": "archived" })).await.is(200);
    assert!(asked(None, Proof::SecretKey).await.is_err());
}
