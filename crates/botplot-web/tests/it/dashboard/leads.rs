//! Leads: contact details that visitors left.

use botplot_core::account::Role;
use botplot_testkit::app::TestApp;
use serde_json::json;

use crate::QUESTION;

/// Somebody asks something and leaves these details; gives the conversation.
async fn leave(app: &TestApp, visitor: &str, info: serde_json::Value) -> String {
    let body = json!({ "message": QUESTION, "visitorId": visitor, "visitor_info": info });
    app.widget().post("/api/chat", body).await.is(200).conversation()
}

async fn lead_id(app: &TestApp) -> String {
    let all = app.owner().get("/api/v1/leads").await.json();
    all["leads"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn nobody_has_left_anything_and_the_page_says_what_to_do() {
    let app = TestApp::start().await;
    let page = app.member(Role::Viewer).await.get(&app.page("leads")).await.is(200);
    assert!(page.text().contains("The widget asks visitors for their contact details"), "{}", page.text());
    app.set(|settings| settings.lead_form.when.clear()).await;
    let page = app.member(Role::Admin).await.get(&app.page("leads")).await.is(200);
    assert!(page.text().contains("Nobody has left contact details yet"), "{}", page.text());
    assert!(page.text().contains("Set up the lead form") && !page.text().contains("leads.csv"));
    let page = app.member(Role::Viewer).await.get(&app.page("leads")).await.is(200);
    assert!(!page.text().contains("Set up the lead form"));
}

#[tokio::test]
async fn leads_are_listed_newest_first_with_their_conversation_and_what_was_agreed_to() {
    let app = TestApp::start().await;
    let first =
        leave(&app, "v-1", json!({ "name": "Ann", "email": "ann@example.com", "plan": "gold" })).await;
    app.clock().advance(60);
    let second = leave(&app, "v-2", json!({ "name": "<b>Bob</b>", "phone": "+49 30" })).await;
    let path = "/api/chat/lead";
    let body = json!({ "visitorId": "v-3", "conversationId": "", "visitor_info": {} });
    assert!(app.widget().post(path, body).await.status.is_client_error());
    app.clock().advance(60);
    let asked = app.widget().ask("v-3", QUESTION).await.is(200);
    let info = json!({ "email": "eve@example.com", "consent": "You may write to me." });
    let body = json!({ "visitorId": "v-3", "conversationId": asked.conversation(), "visitor_info": info });
    app.widget().showing(&asked).post(path, body).await.is(200);
    let page = app.member(Role::Viewer).await.get(&app.page("leads")).await.is(200);
    let text = page.text();
    let places = ["eve@example.com", "&lt;b&gt;Bob&lt;/b&gt;", "Ann"].map(|name| text.find(name).unwrap());
    assert!(places.is_sorted(), "{text}");
    for conversation in [&first, &second, &asked.conversation()] {
        assert!(text.contains(&format!("href=\"{}\"", app.page(&format!("inbox/{conversation}")))), "{text}");
    }
    assert!(text.contains("mailto:ann@example.com") && text.contains("tel:%2B49%2030"), "{text}");
    assert!(text.contains("<dt>plan</dt><dd>gold</dd>") && text.contains("You may write to me."), "{text}");
    assert_eq!(text.matches("not recorded").count(), 2);
    assert!(!text.contains("leads.csv") && !text.contains("/erase"), "a viewer takes nothing away: {text}");
}

#[tokio::test]
async fn consent_is_kept_with_the_time_of_the_click() {
    let app = TestApp::start().await;
    let info = json!({ "name": "Ann", "consent": "You may call me." });
    let before = botplot_core::Clock::now(app.clock());
    leave(&app, "v-1", info.clone()).await;
    let first = app.engine().reader().leads_of(app.project().project.id, "v-1").await.unwrap();
    let agreed = first[0].consented_at.unwrap();
    assert!(agreed >= before && first[0].consent() == Some("You may call me."));
    app.clock().advance(3600);
    leave(&app, "v-1", info).await;
    let again = app.engine().reader().leads_of(app.project().project.id, "v-1").await.unwrap();
    assert_eq!((again.len(), again[0].consented_at), (1, Some(agreed)));
}

#[tokio::test]
async fn a_search_looks_through_name_address_number_and_details() {
    let app = TestApp::start().await;
    leave(&app, "v-1", json!({ "name": "Ann Arbor", "email": "ann@example.com", "plan": "100% gold" })).await;
    leave(&app, "v-2", json!({ "name": "Jürgen", "phone": "+49 30 1234" })).await;
    let viewer = app.member(Role::Viewer).await;
    let found = async |words: &str| {
        let page = viewer.get(&app.page(&format!("leads?q={words}"))).await.is(200);
        (page.text().contains("Ann Arbor"), page.text().contains("Jürgen"))
    };
    for (words, expected) in [
        ("ARBOR", (true, false)),
        ("ann+gold", (true, false)),
        ("ann+1234", (false, false)),
        ("1234", (false, true)),
        ("J%C3%BCrgen", (false, true)),
        ("100%25", (true, false)),
        ("10_%25", (false, false)),
        ("", (true, true)),
        ("%27+OR+1=1", (false, false)),
    ] {
        assert_eq!(found(words).await, expected, "{words}");
    }
    let page = viewer.get(&app.page("leads?q=nobody")).await.is(200);
    assert!(page.text().contains("No lead has these words"), "{}", page.text());
}

#[tokio::test]
async fn the_list_has_pages() {
    let app = TestApp::start().await;
    for n in 0..27 {
        app.clock().advance(1);
        leave(&app, &format!("v-{n}"), json!({ "name": format!("Visitor no. {n}.") })).await;
    }
    let viewer = app.member(Role::Viewer).await;
    let first = viewer.get(&app.page("leads?q=visitor")).await.is(200);
    assert!(first.text().contains("Visitor no. 26.") && !first.text().contains("Visitor no. 1."));
    assert!(first.text().contains("leads?q=visitor&amp;offset=25"), "{}", first.text());
    let second = viewer.get(&app.page("leads?q=visitor&offset=25")).await.is(200);
    assert!(second.text().contains("Visitor no. 1.") && !second.text().contains("Visitor no. 2."));
    assert_eq!(viewer.get(&app.page("leads?offset=x")).await.status, 400);
}

#[tokio::test]
async fn an_export_opens_in_a_spreadsheet_runs_nothing_and_is_in_the_audit_log() {
    let app = TestApp::start().await;
    let told = json!({
        "name": "=HYPERLINK(\"http://evil.example\")", "email": "ann@example.com", "phone": "+49 30",
        "note": "a, \"b\"", "consent": "@yes"
    });
    leave(&app, "v-1", told).await;
    app.clock().advance(1);
    leave(&app, "-2", json!({ "name": "Bob" })).await;
    let agent = app.member_at("agent@example.com", Role::Agent).await;
    let file = agent.get(&app.page("leads.csv")).await.is(200);
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(file.header("content-disposition").unwrap().starts_with("attachment; filename=\"leads-"));
    let text = file.text().strip_prefix('\u{feff}').expect("it begins with a mark");
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(lines[0].starts_with("left_at,name,email,phone,details,agreed_to,agreed_at,visitor_id,"));
    assert!(lines[1].contains(",Bob,,,,,,'-2,"), "{text}");
    let hyperlink = "\"'=HYPERLINK(\"\"http://evil.example\"\")\",ann@example.com,'+49 30,";
    assert!(lines[2].contains(hyperlink) && lines[2].contains("\"note: a, \"\"b\"\"\",'@yes,20"), "{text}");
    let audit = app.owner().get("/api/v1/audit").await.json();
    let line = &audit["entries"][0];
    assert_eq!(
        (&line["action"], &line["actor"], &line["detail"]["leads"]),
        (&json!("leads.exported"), &json!("agent@example.com"), &json!(2)),
        "{audit}"
    );
    let file = agent.get(&app.page("leads.csv?q=bob")).await.is(200);
    assert_eq!(file.text().matches("\r\n").count(), 2, "{}", file.text());
}

#[tokio::test]
async fn an_export_of_many_leads_has_each_once() {
    let app = TestApp::start().await;
    let body = |n: usize| json!({ "name": format!("Visitor {n}") });
    let conversation: botplot_core::ConversationId = leave(&app, "v", body(0)).await.parse().unwrap();
    let project = app.project().project.id;
    let known = app.engine().reader().leads_of(project, "v").await.unwrap().remove(0);
    let store = app.store().clone();
    let write = store.write(move |tx| {
        Box::pin(async move {
            for n in 1..1203_u128 {
                let id = botplot_core::LeadId(uuid::Uuid::from_u128(n));
                // Three in each instant.
                let at = known.created_at.plus_seconds(-((n / 3) as i64));
                let lead = botplot_core::lead::Lead { id, created_at: at, conversation, ..known.clone() };
                tx.add_lead(&botplot_core::lead::Lead { visitor_id: format!("v{n}."), ..lead }).await?;
            }
            Ok::<_, botplot_store::Error>(())
        })
    });
    write.await.unwrap();
    let file = app.member(Role::Owner).await.get(&app.page("leads.csv")).await.is(200);
    assert_eq!(file.text().matches("\r\n").count(), 1 + 1203);
    assert!((1..1203).all(|n| file.text().matches(&format!(",v{n}.,")).count() == 1));
}

#[tokio::test]
async fn all_that_a_visitor_left_is_erased_and_nothing_of_others() {
    let app = TestApp::start().await;
    leave(&app, "v-1", json!({ "name": "Ann" })).await;
    app.clock().advance(1);
    let gone = leave(&app, "v-2", json!({ "name": "Bob" })).await;
    let lead = lead_id(&app).await;
    let admin = app.member_at("admin@example.com", Role::Admin).await;
    let page = admin.get(&app.page("leads")).await.is(200);
    assert!(page.text().contains(&format!("leads/{lead}/erase")) && page.text().contains("data-sure"));
    let path = app.page(&format!("leads/{lead}/erase"));
    let reply = admin.submit(&path, &[]).await.is(303);
    assert_eq!(reply.header("location"), Some(app.page("leads").as_str()));
    let page = admin.get(&app.page("leads")).await.is(200);
    assert!(page.text().contains("Ann") && !page.text().contains("Bob"), "{}", page.text());
    assert_eq!(app.owner().get(&format!("/api/v1/conversations/{gone}")).await.status, 404);
    let line = &app.owner().get("/api/v1/audit").await.json()["entries"][0];
    assert_eq!((&line["action"], &line["actor"]), (&json!("visitor.erased"), &json!("admin@example.com")));
    assert_eq!(admin.submit(&path, &[]).await.status, 404);
}

#[tokio::test]
async fn another_projects_lead_is_not_found() {
    let app = TestApp::start().await;
    leave(&app, "v-1", json!({ "name": "Ann" })).await;
    let lead = lead_id(&app).await;
    let other = app.another_project("second").await;
    let owner = app.member_at("both@example.com", Role::Owner).await;
    let account = app.engine().reader().find_account_of("both@example.com").await.unwrap().unwrap();
    let set = botplot_engine::accounts::set_role(app.engine(), other.project.id, account.id, Role::Owner);
    set.await.unwrap();
    let reply = owner.submit(&format!("/app/{}/leads/{lead}/erase", other.project.id), &[]).await;
    assert_eq!(reply.status, 404);
    let page = owner.get(&format!("/app/{}/leads", other.project.id)).await.is(200);
    assert!(!page.text().contains("Ann"));
    let file = owner.get(&format!("/app/{}/leads.csv", other.project.id)).await.is(200);
    assert!(!file.text().contains("Ann"));
}
