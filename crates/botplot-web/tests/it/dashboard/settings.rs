//! Settings: every tab takes what it shows, says what is wrong where it is wrong, and keeps roles apart.

mod general;
mod security;
mod webhooks;
mod widget;

use botplot_core::account::Role;
use botplot_testkit::app::{Actor, Reply, TestApp};

/// A text that must come out as text.
const HOSTILE: &str = "<script>alert(1)</script>";

/// The settings of the first project, as they are stored.
async fn stored(app: &TestApp) -> botplot_core::project::Settings {
    app.engine().reader().find_project(app.project().project.id).await.unwrap().unwrap().settings
}

/// Checks that a page of settings was sent back with this at one of its fields.
fn complains(reply: &Reply, why: &str) {
    assert_eq!(reply.status, 422, "{}", reply.text());
    assert!(reply.text().contains(why), "{why} is not in {}", reply.text());
}

/// Sends a form and checks that it leads to a page where it is said that this was done.
async fn saves(person: &Actor, path: &str, fields: &[(&str, &str)]) -> String {
    let reply = person.submit(path, fields).await.is(303);
    reply.header("location").unwrap().to_owned()
}

#[tokio::test]
async fn the_settings_lead_to_their_first_tab_and_every_tab_is_there() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let first = admin.get(&app.page("settings")).await.is(303);
    assert_eq!(first.header("location"), Some(app.page("settings/widget").as_str()));
    for tab in ["widget", "bot", "handoff", "lead-form", "security", "webhooks", "usage", "general"] {
        let page = admin.get(&app.page(&format!("settings/{tab}"))).await.is(200);
        let current = format!("href=\"{}\" aria-current=\"page\"", app.page(&format!("settings/{tab}")));
        assert!(page.text().contains(&current), "{tab}");
        assert!(!page.text().contains(" style=\"") && !page.text().contains(" onclick"), "{tab}");
    }
}

#[tokio::test]
async fn what_the_bot_is_told_is_saved_and_who_saved_it_stands_in_the_log() {
    let app = TestApp::start().await;
    let admin = app.member_at("ann@example.com", Role::Admin).await;
    let path = app.page("settings/bot");
    let fields = [("instructions", "Be\r\nkind"), ("refusal", HOSTILE), ("threshold", "0.35")];
    assert_eq!(saves(&admin, &path, &fields).await, path);
    let set = stored(&app).await;
    assert_eq!((set.instructions.as_str(), set.refusal.as_str(), set.threshold), ("Be\nkind", HOSTILE, 0.35));
    let page = admin.get(&path).await.is(200);
    assert!(page.text().contains("&lt;script&gt;alert(1)") && !page.text().contains(HOSTILE));
    assert!(page.text().contains("No model: "));
    let (log, _) = app.engine().reader().list_audit(app.project().project.id, 1, 0).await.unwrap();
    assert_eq!((log[0].action.as_str(), log[0].actor.as_str()), ("settings.changed", "ann@example.com"));
    assert_eq!(log[0].detail["changed"], serde_json::json!(["instructions", "refusal", "threshold"]));
}

#[tokio::test]
async fn what_cannot_be_is_refused_at_its_field_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let before = stored(&app).await;
    let fields = [("instructions", "typed just now"), ("refusal", " "), ("threshold", "much")];
    let reply = admin.submit(&app.page("settings/bot"), &fields).await;
    complains(&reply, "Words for “I do not know” must not be empty.");
    complains(&reply, "The confidence must be a number.");
    complains(&reply, "typed just now");
    assert_eq!(stored(&app).await, before);
}

#[tokio::test]
async fn a_question_is_tried_with_unsaved_settings_and_leaves_no_trace() {
    let app = TestApp::start().await;
    app.learn("Returns", "You can return any item within thirty days of its delivery.").await;
    let admin = app.member(Role::Admin).await;
    let path = app.page("settings/bot/test");
    let ask = |threshold: &'static str, refusal: &'static str| {
        let question = ("question", "Within how many days can I return an item?");
        let fields = [("instructions", ""), ("refusal", refusal), ("threshold", threshold), question];
        let (admin, path) = (admin.clone(), path.clone());
        async move { admin.submit(&path, &fields).await }
    };
    let page = ask("0.1", "No idea").await.is(200);
    assert!(page.text().contains("within thirty days") && page.text().contains("quoted from your documents"));
    assert!(page.text().contains("Confidence") && page.text().contains("<strong>Returns</strong>"));
    let strict = ask("1", "No idea <b>").await.is(200);
    assert!(strict.text().contains("No idea &lt;b&gt;") && strict.text().contains("does not know"));
    complains(&ask("2", "x").await, "must be a number from 0 to 1");
    let piece = admin.clone().with("hx-request", "true");
    let fields = [("refusal", "x"), ("threshold", "0.1"), ("question", "")];
    let empty = piece.submit(&path, &fields).await;
    complains(&empty, "question must not be empty");
    assert!(!empty.text().contains("<html"), "{}", empty.text());
    let (_, conversations) = app
        .engine()
        .reader()
        .list_conversations(app.project().project.id, &botplot_store::ConversationFilter::default(), 1, 0)
        .await
        .unwrap();
    assert_eq!(conversations, 0);
    assert_eq!(stored(&app).await, app.project().project.settings);
}

#[tokio::test]
async fn handoff_alerts_and_hours_are_saved_together() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let path = app.page("settings/handoff");
    let sound = [
        ("handoff.silent", "on"),
        ("handoff.message", "Hold on"),
        ("alerts.after_minutes", "3"),
        ("alerts.emails", "ann@example.com\r\n\r\nbob@example.com"),
        ("alerts.webhook_url", ""),
        ("visitor_mail.after_minutes", "15"),
        ("hours.zone", "Europe/Berlin"),
        ("hours.message", "Back {opens}"),
        ("hours.week.0.0.from", "09:00"),
        ("hours.week.0.0.to", "12:00"),
        ("hours.week.0.1.from", "13:00"),
        ("hours.week.0.1.to", "17:30"),
    ];
    saves(&admin, &path, &sound).await;
    let set = stored(&app).await;
    assert_eq!((set.handoff.enabled, set.handoff.silent), (false, true), "a box that is not ticked is off");
    assert_eq!(set.alerts.emails, ["ann@example.com", "bob@example.com"]);
    assert_eq!((set.visitor_mail.enabled, set.visitor_mail.after_minutes), (false, 15));
    assert_eq!(
        (set.hours.zone.as_str(), set.hours.week[0].join(" ")),
        ("Europe/Berlin", "09:00-12:00 13:00-17:30".into())
    );
    let page = admin.get(&path).await.is(200);
    assert!(page.text().contains("name=\"hours.week.0.1.to\" value=\"17:30\""), "{}", page.text());
    let faulty = [
        ("alerts.after_minutes", "5"),
        ("alerts.emails", "ann@example.com\nnobody"),
        ("visitor_mail.after_minutes", "5"),
        ("hours.zone", "Mars/Olympus"),
        ("hours.message", "x"),
        ("hours.week.6.0.from", "09:00"),
    ];
    let reply = admin.submit(&path, &faulty).await;
    complains(&reply, "Alert by e-mail in line 2 ");
    complains(&reply, "Time zone must be the name of a time zone");
    complains(&reply, "Sunday must be spans");
    assert_eq!(stored(&app).await.hours.zone, "Europe/Berlin");
}

#[tokio::test]
async fn the_lead_form_asks_for_what_is_ticked() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let path = app.page("settings/lead-form");
    let fields = [
        ("lead_form.when", "before"),
        ("lead_form.when", "limit"),
        ("lead_form.fields", "email"),
        ("lead_form.title", "Leave your address"),
        ("lead_form.consent", ""),
    ];
    saves(&admin, &path, &fields).await;
    let form = stored(&app).await.lead_form;
    assert_eq!(
        (form.when, form.fields),
        (vec!["before".to_owned(), "limit".into()], vec!["email".to_owned()])
    );
    let page = admin.get(&path).await.is(200);
    let ticked = |word: &str| page.text().contains(&format!("value=\"{word}\" type=\"checkbox\" checked"));
    assert!(ticked("before") && ticked("email") && !ticked("handoff") && !ticked("phone"));
    let reply = admin.submit(&path, &[("lead_form.when", "always"), ("lead_form.title", "kept")]).await;
    complains(&reply, "When it is shown takes `before`");
    complains(&reply, "kept");
}

#[tokio::test]
async fn usage_is_shown_with_its_limits_and_retention_is_set() {
    let app = TestApp::limited(10, None).await;
    app.learn("Returns", "You can return any item within thirty days of its delivery.").await;
    app.widget().ask("bob", "Within how many days can I return an item?").await.is(200);
    let admin = app.member(Role::Admin).await;
    let path = app.page("settings/usage");
    let page = admin.get(&path).await.is(200);
    assert!(
        page.text().contains("<meter aria-label=\"Answers this month\" min=\"0\" max=\"10\""),
        "{}",
        page.text()
    );
    assert!(page.text().contains("value=\"1\">1 of 10</meter>"), "{}", page.text());
    let fields = [
        ("idle_days", "2"),
        ("retention_days", "90"),
        ("daily_spend", "1,5"),
        ("notices.emails", "ann@example.com"),
    ];
    saves(&admin, &path, &fields).await;
    let set = stored(&app).await;
    assert_eq!((set.idle_days, set.retention_days, set.daily_spend), (2, 90, 1.5));
    assert_eq!(set.notices.emails, ["ann@example.com"]);
    let faulty = [("idle_days", "soon"), ("retention_days", "-1"), ("daily_spend", "0")];
    let reply = admin.submit(&path, &faulty).await;
    complains(&reply, "Close after must be a whole number of at least 0.");
    complains(&reply, "Delete after must be a whole number of at least 0.");
    complains(&reply, "value=\"soon\"");
}
