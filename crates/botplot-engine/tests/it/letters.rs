//! Letters and crashes: what was committed is sent, by whoever comes next.

use botplot_core::{RandomIds, Secret};
use botplot_egress::mail::Config;
use botplot_engine::{Engine, Mail, Parts, jobs, keys, projects, seal};
use botplot_store::Store;
use botplot_testkit::smtp_receiver::{Act, Encryption, SmtpReceiver};
use tempfile::TempDir;

use crate::rig::parts;

async fn open(folder: &TempDir, server: &SmtpReceiver, key: &Secret) -> Engine {
    let config = Config {
        host: Some(server.address().ip().to_string()),
        port: Some(server.address().port()),
        from: Some("bot@example.org".into()),
        operator: vec!["ops@example.net".into()],
        timeout_seconds: 5,
        ..Config::default()
    };
    let store = Store::open(&botplot_store::Config::default(), folder.path()).await.unwrap();
    let egress = botplot_egress::Client::new(&botplot_egress::Config::default()).unwrap();
    let mail = Mail::open(&config).unwrap();
    Engine::open(Parts { mail, ..parts(store, egress, key.clone()) }).await.unwrap()
}

/// Makes something happen that its owner should know.
async fn happen(engine: &Engine) {
    let project = projects::create(engine, "shop").await.unwrap().project;
    let keys = engine.reader().list_keys(project.id).await.unwrap();
    keys::flag(engine, &keys[0]).await.unwrap();
}

async fn none_left(engine: &Engine) {
    let looking = async {
        let mut pause = tokio::time::interval(std::time::Duration::from_millis(10));
        while !engine.reader().job_counts().await.unwrap().is_empty() {
            pause.tick().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), looking).await.expect("all letters are sent");
}

#[tokio::test]
async fn a_letter_that_was_committed_before_a_crash_is_sent_by_the_next_start() {
    let (folder, server) = (tempfile::tempdir().unwrap(), SmtpReceiver::start(Encryption::None).await);
    let key = seal::fresh_key(&RandomIds);
    let first = open(&folder, &server, &key).await;
    happen(&first).await;
    // Nobody tells it to stop: it is gone.
    drop(first);
    assert_eq!(server.reached("CONNECT"), 0);
    let second = open(&folder, &server, &key).await;
    jobs::start(&second);
    let letter = server.wait_for(1).await.remove(0);
    assert!(letter.header("subject").unwrap().ends_with("a secret key came from a browser"), "{letter:?}");
    none_left(&second).await;
    second.close().await;
    assert_eq!(server.letters().len(), 1);
}

#[tokio::test]
async fn a_letter_whose_sender_died_on_the_way_is_sent_at_once_by_the_next_start() {
    let (folder, server) = (tempfile::tempdir().unwrap(), SmtpReceiver::start(Encryption::None).await);
    let key = seal::fresh_key(&RandomIds);
    server.act(|step, n| if (step, n) == ("DATA", 0) { Act::Hang } else { Act::Go });
    let first = open(&folder, &server, &key).await;
    happen(&first).await;
    jobs::start(&first);
    server.wait_until("DATA", 1).await;
    let second = open(&folder, &server, &key).await;
    jobs::start(&second);
    server.wait_for(1).await;
    none_left(&second).await;
    first.close().await;
    second.close().await;
    assert_eq!(server.letters().len(), 1);
}

#[tokio::test]
async fn with_another_sealing_key_a_letter_is_given_up_and_told() {
    let (folder, server) = (tempfile::tempdir().unwrap(), SmtpReceiver::start(Encryption::None).await);
    let first = open(&folder, &server, &seal::fresh_key(&RandomIds)).await;
    happen(&first).await;
    drop(first);
    let second = open(&folder, &server, &seal::fresh_key(&RandomIds)).await;
    jobs::start(&second);
    none_left(&second).await;
    let project = second.reader().list_projects().await.unwrap()[0].id;
    let (notices, _) = second.reader().list_notices(project, 10, 0).await.unwrap();
    let told = notices.iter().find(|n| n.kind == botplot_core::notice::Kind::LetterFailed).unwrap();
    assert!(told.detail["reason"].as_str().unwrap().contains("`server.seal_key`"), "{told:?}");
    assert_eq!(server.reached("CONNECT"), 0);
    second.close().await;
}
