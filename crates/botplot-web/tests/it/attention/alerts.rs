//! The team hears of visitors for whom nobody looks.

use botplot_core::account::Role;
use botplot_testkit::webhook_receiver::{Answer, WebhookReceiver};
use serde_json::json;

use super::{Rig, attention};

const ANN: &str = "ann@example.com";

async fn alerted(rig: &Rig) {
    rig.app.set(|settings| settings.alerts.emails = vec![ANN.into()]).await;
}

#[tokio::test]
async fn a_visitor_for_whom_nobody_looks_is_told_of_once() {
    let rig = Rig::start().await;
    alerted(&rig).await;
    rig.ask_for_person().await;
    rig.later(4 * 60).await;
    assert_eq!(rig.letters().await.len(), 0, "nobody is late yet");
    for _ in 0..3 {
        rig.later(61).await;
        rig.ask_for_person().await;
    }
    let letters = rig.letters().await;
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].to, [ANN]);
    assert_eq!(letters[0].header("subject").unwrap(), "[BotPlot] first: a visitor is waiting");
    let text = letters[0].text();
    let place = format!("https://chat.example/app/{}/inbox/{}", rig.app.project().project.id, rig.id);
    for part in ["Bob has been waiting for a person since", "\"Is anybody there?\"", &place] {
        assert!(text.contains(part), "{part} not in {text}");
    }
}

#[tokio::test]
async fn of_a_visitor_whom_somebody_takes_care_of_nobody_is_told() {
    for care in ["take over", "reply", "close"] {
        let rig = Rig::start().await;
        alerted(&rig).await;
        rig.ask_for_person().await;
        match care {
            "take over" => rig.change(json!({ "handled_by": "human", "agent": "Ann" })).await,
            "reply" => rig.reply("I am here.").await,
            _ => rig.change(json!({ "status": "closed" })).await,
        }
        rig.app
            .set(|settings| {
                settings.alerts.emails = vec![ANN.into()];
                settings.visitor_mail.enabled = false;
            })
            .await;
        rig.later(3_600).await;
        assert_eq!(rig.letters().await.len(), 0, "{care}");
    }
}

#[tokio::test]
async fn who_writes_to_a_person_in_vain_is_told_of_each_time_anew() {
    let rig = Rig::start().await;
    rig.app
        .set(|settings| {
            settings.alerts.emails = vec![ANN.into()];
            settings.visitor_mail.enabled = false;
        })
        .await;
    rig.change(json!({ "handled_by": "human", "agent": "Ann" })).await;
    for round in 1..=2 {
        rig.later(3_600).await;
        assert_eq!(rig.letters().await.len(), round - 1, "nobody has written");
        rig.bob.ask_in(&rig.id, "bob", "Ann?").await.is(200);
        rig.later(301).await;
        rig.later(301).await;
        let letters = rig.letters().await;
        assert_eq!(letters.len(), round);
        assert!(
            letters[round - 1].text().contains("waiting for a reply of Ann"),
            "{}",
            letters[round - 1].text()
        );
        rig.reply("Here I am.").await;
    }
}

#[tokio::test]
async fn without_named_addresses_all_who_may_reply_hear_of_it() {
    let rig = Rig::start().await;
    for (email, role) in [("agent@example.com", Role::Agent), ("admin@example.com", Role::Admin)] {
        rig.app.member_at(email, role).await;
    }
    rig.app.member_at("viewer@example.com", Role::Viewer).await;
    rig.ask_for_person().await;
    rig.later(301).await;
    let mut readers: Vec<_> = rig.letters().await.into_iter().flat_map(|letter| letter.to).collect();
    readers.sort();
    assert_eq!(readers, ["admin@example.com", "agent@example.com"]);
}

#[tokio::test]
async fn a_chat_of_the_teams_hears_of_it_too_and_again_when_it_did_not_answer() {
    let rig = Rig::start().await;
    let receiver = WebhookReceiver::start().await;
    receiver.answer(|_, n| Answer::status(if n == 0 { 500 } else { 200 }));
    let url = receiver.url();
    rig.app.set(|settings| settings.alerts.webhook_url = url).await;
    rig.ask_for_person().await;
    rig.later(301).await;
    receiver.wait_for(1).await;
    rig.waits().await;
    rig.app.clock().advance(60);
    let heard = receiver.wait_for(2).await;
    let text = heard[1].json()["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("first: Bob has been waiting for a person since "), "{text}");
    assert!(text.ends_with(&format!("/inbox/{}", rig.id)), "{text}");
    assert_eq!(heard[0].json(), heard[1].json());
    assert_eq!(rig.letters().await.len(), 0, "nobody has an address");
}

#[tokio::test]
async fn who_wants_no_alerts_gets_none() {
    let rig = Rig::start().await;
    rig.app
        .set(|settings| {
            settings.alerts.emails = vec![ANN.into()];
            settings.alerts.after_minutes = 0;
        })
        .await;
    rig.ask_for_person().await;
    rig.later(86_400).await;
    assert_eq!(rig.letters().await.len(), 0);
    attention::look(rig.app.engine()).await.unwrap();
}
