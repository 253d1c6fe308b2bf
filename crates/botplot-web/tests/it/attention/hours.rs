//! Office hours: what a visitor reads outside them, and when the team is told.

use botplot_core::project::Settings;
use botplot_core::{Clock as _, Timestamp};
use serde_json::json;

use super::Rig;

/// Sets hours that begin in so many minutes and last for 30, today or tomorrow, by UTC; on the minute.
fn open_in(settings: &mut Settings, now: Timestamp, minutes: i64) {
    let clock = |at: Timestamp| at.rfc3339()[11..16].to_owned();
    let from = now.plus_seconds(minutes * 60);
    let span = format!("{}-{}", clock(from), clock(from.plus_seconds(30 * 60)));
    settings.hours.week = vec![vec![span]; 7];
    settings.hours.message = "We are back {opens}.".into();
}

#[tokio::test]
async fn outside_the_hours_a_visitor_reads_when_people_are_back() {
    let rig = Rig::start().await;
    let now = rig.app.clock().now();
    rig.app.set(|settings| open_in(settings, now, 120)).await;
    let said = rig.ask_for_person().await["message"].as_str().unwrap().to_owned();
    let from = &now.plus_seconds(7_200).rfc3339()[11..16];
    assert!(said.starts_with("We are back ") && said.contains(from) && said.ends_with(" (UTC)."), "{said}");
    let path = format!("/widget/config?key={}", rig.app.project().publishable.expose());
    assert_eq!(rig.app.stranger().get(&path).await.is(200).json()["closed"], json!(said));
    let answered = rig.bob.ask_in(&rig.id, "bob", "hi").await.is(200);
    assert_eq!(answered.last()["handledBy"], "ai");
    assert!(!answered.answer().is_empty(), "the bot goes on answering");
    rig.app.set(|settings| open_in(settings, now, -5)).await;
    let built_in = Settings::default().handoff.message;
    assert_eq!(rig.ask_for_person().await["message"], built_in.as_str());
    assert_eq!(rig.app.stranger().get(&path).await.json().get("closed"), None);
}

#[tokio::test]
async fn a_silent_bot_goes_on_while_nobody_can_come() {
    let rig = Rig::start().await;
    let now = rig.app.clock().now();
    rig.app
        .set(|settings| {
            open_in(settings, now, 120);
            settings.handoff.silent = true;
        })
        .await;
    rig.ask_for_person().await;
    assert!(!rig.bob.ask_in(&rig.id, "bob", "hi").await.is(200).answer().is_empty());
    rig.app.set(|settings| settings.handoff.silent = true).await;
    assert_eq!(rig.bob.ask_in(&rig.id, "bob", "hi").await.is(200).answer(), "");
}

#[tokio::test]
async fn the_team_is_told_of_who_came_at_night_once_the_hours_have_begun() {
    let rig = Rig::start().await;
    let now = rig.app.clock().now();
    rig.app
        .set(|settings| {
            open_in(settings, now, 60);
            settings.alerts.emails = vec!["ann@example.com".into()];
        })
        .await;
    rig.ask_for_person().await;
    rig.later(3_600).await;
    assert_eq!(rig.letters().await.len(), 0, "they have only just begun");
    rig.later(6 * 60).await;
    assert_eq!(rig.letters().await.len(), 1);
}
