//! Analytics: figures of turns that the test has made, each of them checked.

use botplot_core::Clock as _;
use botplot_core::account::Role;
use botplot_testkit::app::TestApp;
use serde_json::json;

use crate::{QUESTION, SHIPPING};

/// What nothing that the project has learnt answers.
const UNKNOWN: &str = "Which year did Columbus marry?";
const DAY: i64 = 24 * 3600;

/// Moves the clock to the next Monday, so many seconds after midnight of UTC.
fn monday(app: &TestApp, seconds: i64) {
    let now = app.clock().now().0 / 1_000_000;
    // The first of January 1970 was a Thursday.
    let since_monday = (now + 3 * DAY).rem_euclid(7 * DAY);
    app.clock().advance(7 * DAY - since_monday + seconds);
}

/// On a Monday at 10:05 four conversations of three visitors, on the Tuesday after it at 23:50 one more.
async fn busy() -> TestApp {
    let app = TestApp::start().await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    app.learn("Zebras", "Zebras graze in savannas and have stripes.").await;
    monday(&app, 10 * 3600 + 300);
    let helped = app.widget().ask("v-1", QUESTION).await.is(200);
    let answer = app.messages(&helped.conversation()).await.remove(1);
    let body = json!({ "messageId": answer.id, "rating": "up" });
    app.widget().showing(&helped).post("/api/chat/feedback", body).await.is(200);
    let refused = app.widget().ask("v-2", UNKNOWN).await.is(200);
    let answer = app.messages(&refused.conversation()).await.remove(1);
    assert!(answer.outcome.unwrap().refused, "{}", refused.text());
    let person = app.widget().ask("v-3", QUESTION).await.is(200);
    app.take_over(&person.conversation()).await;
    app.clock().advance(DAY + 13 * 3600 + 45 * 60);
    app.widget().ask("v-1", "  how long does STANDARD shipping take").await.is(200);
    app
}

async fn table(app: &TestApp, name: &str, period: &str) -> Vec<String> {
    let viewer = app.member(Role::Viewer).await;
    let file = viewer.get(&app.page(&format!("analytics.csv?table={name}&{period}"))).await.is(200);
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = file.text().strip_prefix('\u{feff}').expect("it begins with a mark");
    text.split_terminator("\r\n").map(str::to_owned).collect()
}

#[tokio::test]
async fn where_nothing_happened_the_page_says_what_to_do() {
    let app = TestApp::start().await;
    let page = app.member(Role::Owner).await.get(&app.page("analytics")).await.is(200);
    let text = page.text();
    assert!(text.contains("Nobody has asked anything in this time") && !text.contains("<figure"), "{text}");
    assert!(text.contains("answers used") && text.contains("has no limit"), "{text}");
}

#[tokio::test]
async fn every_total_is_right_and_compared_with_the_period_before() {
    let app = busy().await;
    let expected = [
        "Figure,Period,Period before",
        "Conversations,4,0",
        "Visitors,3,0",
        "Resolved by the bot,2,0",
        "\"Resolved by the bot, %\",50,",
        "With a person,1,0",
        "Visitors' messages,4,0",
        "Answered,3,0",
        "Refused,1,0",
        "Rated up,1,0",
        "Rated down,0,0",
    ];
    assert_eq!(table(&app, "totals", "days=7").await[..11], expected);
    app.clock().advance(7 * DAY);
    let later = table(&app, "totals", "days=7").await;
    assert_eq!((later[1].as_str(), later[2].as_str()), ("Conversations,0,4", "Visitors,0,3"));
    assert_eq!(later[4], "\"Resolved by the bot, %\",,50");
    let page = app.member(Role::Viewer).await.get(&app.page("analytics?days=7")).await.is(200);
    assert!(page.text().contains("▼ 100 %"), "{}", page.text());
}

#[tokio::test]
async fn days_and_hours_are_those_of_who_looks() {
    let app = busy().await;
    let utc = table(&app, "days", "days=7").await;
    assert_eq!(utc.len(), 1 + 7);
    assert!(utc[6].ends_with(",3,1,1,3,2,1,1,0") && utc[7].ends_with(",1,1,0,1,1,0,0,0"), "{utc:?}");
    assert!(utc[1..6].iter().all(|day| day.ends_with(",0,0,0,0,0,0,0,0")), "{utc:?}");
    let tokyo = table(&app, "days", "days=7&zone=Asia/Tokyo").await;
    // There it is Wednesday already.
    assert!(tokyo[5].ends_with(",3,1,1,3,2,1,1,0") && tokyo[7].ends_with(",1,1,0,1,1,0,0,0"), "{tokyo:?}");
    let hours = table(&app, "hours", "days=7").await;
    assert_eq!((hours[11].as_str(), hours[24].as_str()), ("10:00,3,0,0,0,0,0,0", "23:00,0,1,0,0,0,0,0"));
    let hours = table(&app, "hours", "days=7&zone=Asia/Kathmandu").await;
    assert_eq!((hours[16].as_str(), hours[6].as_str()), ("15:00,3,0,0,0,0,0,0", "05:00,0,0,1,0,0,0,0"));
}

#[tokio::test]
async fn questions_are_counted_whatever_their_case_and_sources_by_the_answers_that_cite_them() {
    let app = busy().await;
    let questions = table(&app, "questions", "days=7").await;
    assert_eq!(questions[1..], ["how long does STANDARD shipping take,3", &format!("{UNKNOWN},1")]);
    assert_eq!(table(&app, "sources", "days=7").await[1..], ["Shipping,3"]);
    let unused = table(&app, "unused", "days=7").await;
    assert!(unused.len() == 2 && unused[1].starts_with("Zebras,"), "{unused:?}");
}

#[tokio::test]
async fn a_page_shows_the_figures_and_a_table_behind_each_chart() {
    let app = busy().await;
    let page =
        app.member(Role::Viewer).await.get(&app.page("analytics?days=7&zone=Europe/Berlin")).await.is(200);
    let text = page.text();
    assert!(
        text.contains("Europe/Berlin") && text.contains("aria-label=\"Conversations by day, 4 in all\""),
        "{text}"
    );
    assert_eq!((text.matches("role=\"img\"").count(), text.matches("<details>").count()), (3, 3));
    assert!(text.contains("When visitors write, most on Monday at 11:00 (3)"), "{text}");
    assert!(text.contains("1 answered") || text.contains("3 answered, 1 refused"), "{text}");
    assert!(!text.contains("style="), "no style but in the sheets");
    for name in ["days", "hours", "questions", "sources", "unused", "totals"] {
        let file = format!("analytics.csv?table={name}&amp;days=7&amp;zone=Europe/Berlin");
        assert!(text.contains(&file), "{name}");
    }
}

#[tokio::test]
async fn dates_that_cannot_be_are_said_and_unknown_tables_are_not_there() {
    let app = TestApp::start().await;
    let viewer = app.member(Role::Viewer).await;
    let page = viewer.get(&app.page("analytics?from=2026-02-30&to=%3Cb%3E")).await.is(200);
    assert!(
        page.text().contains("“2026-02-30” is no date") && !page.text().contains("<b>"),
        "{}",
        page.text()
    );
    assert_eq!(viewer.get(&app.page("analytics.csv?table=days&from=x")).await.status, 400);
    assert_eq!(viewer.get(&app.page("analytics.csv?table=nonsense")).await.status, 404);
    assert_eq!(viewer.get(&app.page("analytics.csv")).await.status, 404);
    let page = viewer.get(&app.page("analytics?zone=Nowhere/Land")).await.is(200);
    assert!(page.text().contains("those of UTC"), "{}", page.text());
}

#[tokio::test]
async fn the_plan_is_shown_with_what_is_used_of_it() {
    let app = TestApp::limited(4, None).await;
    app.learn(SHIPPING.0, SHIPPING.1).await;
    app.widget().ask("v-1", QUESTION).await.is(200);
    let page = app.member(Role::Viewer).await.get(&app.page("analytics")).await.is(200);
    assert!(page.text().contains("<strong>1</strong> of 4 answers used, 25 %"), "{}", page.text());
    assert!(page.text().contains("<meter"));
}

#[tokio::test]
async fn figures_of_another_project_are_not_counted() {
    let app = busy().await;
    let other = app.another_project("second").await;
    let owner = app.member_at("both@example.com", Role::Owner).await;
    let account = app.engine().reader().find_account_of("both@example.com").await.unwrap().unwrap();
    let set = botplot_engine::accounts::set_role(app.engine(), other.project.id, account.id, Role::Owner);
    set.await.unwrap();
    let page = owner.get(&format!("/app/{}/analytics", other.project.id)).await.is(200);
    assert!(page.text().contains("Nobody has asked anything in this time"), "{}", page.text());
}
