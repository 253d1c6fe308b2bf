//! Endpoints that were sound when they were set and are not any more when they are used.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use botplot_core::delivery::{Attempt, Exchange, State};
use botplot_core::notice::Kind;
use botplot_core::{DeliveryId, EndpointId, ProjectId, Secret, signature};
use botplot_egress::{Client, Looking, Lookup};
use botplot_engine::{Engine, Error, projects, seal, webhooks};
use botplot_store::Store;
use botplot_testkit::webhook_receiver::WebhookReceiver;
use tempfile::TempDir;

use crate::rig;

/// Names that lead to the open internet until they turn inwards.
#[derive(Default)]
struct Names(AtomicBool);

impl Lookup for Names {
    fn addresses(&self, _: &str) -> Looking {
        let inwards = self.0.load(Ordering::SeqCst);
        let address: IpAddr = if inwards { [10, 0, 0, 7] } else { [1, 1, 1, 1] }.into();
        Box::pin(async move { Ok(vec![address]) })
    }
}

/// An engine that sends webhooks, also to the loopback.
async fn open(folder: &TempDir, names: &Arc<Names>, key: &Secret) -> (Engine, Store) {
    let store = Store::open(&botplot_store::Config::default(), folder.path()).await.unwrap();
    let allow = vec!["127.0.0.0/8".to_owned().try_into().unwrap()];
    let egress = botplot_egress::Config { allow, ..botplot_egress::Config::default() };
    let lookup: Arc<dyn Lookup> = names.clone();
    let egress = Client::with_lookup(&egress, &lookup).unwrap();
    let parts = rig::parts(store.clone(), egress, key.clone());
    let engine = Engine::open(parts).await.unwrap();
    webhooks::start(&engine);
    (engine, store)
}

async fn add(engine: &Engine, project: ProjectId, url: &str) -> Result<(EndpointId, Secret), Error> {
    let (url, description) = (url.to_owned(), String::new());
    let wanted = webhooks::Wanted { url, description, events: Vec::new(), secret: None };
    let made = webhooks::create(engine, project, wanted, "test").await;
    made.map(|(endpoint, secret)| (endpoint.id, secret))
}

/// The newest attempt of a delivery, once there are so many.
async fn tried(engine: &Engine, project: ProjectId, it: DeliveryId, attempts: usize) -> (Attempt, Exchange) {
    let looking = async {
        let mut pause = tokio::time::interval(Duration::from_millis(10));
        loop {
            let all = engine.reader().list_attempts(project, it).await.unwrap();
            if all.len() >= attempts {
                return all[0].clone();
            }
            pause.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), looking).await.expect("it is tried in time")
}

fn verifies(receiver: &WebhookReceiver, secret: &Secret) {
    let came = receiver.received().pop().unwrap();
    let signed = signature::documented(secret, &came.body);
    assert_eq!(came.header("x-botplot-signature"), Some(signed.as_str()));
}

async fn unsigned_notices(engine: &Engine, project: ProjectId) -> usize {
    let (notices, _) = engine.reader().list_notices(project, 100, 0).await.unwrap();
    notices.iter().filter(|notice| notice.kind == Kind::EndpointUnsigned).count()
}

#[tokio::test]
async fn a_name_that_turns_inwards_after_it_was_set_is_refused_when_it_is_used() {
    let (folder, names) = (tempfile::tempdir().unwrap(), Arc::new(Names::default()));
    let (engine, _) = open(&folder, &names, &rig::key()).await;
    let project = projects::create(&engine, "shop").await.unwrap().project.id;
    let (endpoint, _) = add(&engine, project, "https://hooks.example/in").await.unwrap();
    names.0.store(true, Ordering::SeqCst);
    let it = webhooks::test(&engine, project, endpoint, None).await.unwrap();
    let (attempt, exchange) = tried(&engine, project, it.id, 1).await;
    let error = attempt.error.unwrap();
    assert!(error.contains("is refused") && error.contains("`10.0.0.7`, a private address"), "{error}");
    assert_eq!(exchange, Exchange::default(), "nothing was sent");
    assert!(attempt.next_at.is_some(), "it is tried again, since names change");
    let refused = add(&engine, project, "https://hooks.example/in").await;
    assert!(
        matches!(refused, Err(Error::Invalid { field, .. }) if field == "url"),
        "a private address was taken"
    );
    engine.close().await;
}

#[tokio::test]
async fn a_damaged_secret_is_told_once_signs_nothing_and_can_be_replaced() {
    let (folder, names) = (tempfile::tempdir().unwrap(), Arc::new(Names::default()));
    let (engine, store) = open(&folder, &names, &rig::key()).await;
    let project = projects::create(&engine, "shop").await.unwrap().project.id;
    let receiver = WebhookReceiver::start().await;
    let (endpoint, _) = add(&engine, project, &receiver.url()).await.unwrap();
    let mut broken = engine.reader().find_endpoint(project, endpoint).await.unwrap().unwrap();
    broken.secrets.primary[30] ^= 1;
    let write = store.write(move |tx| Box::pin(async move { tx.save_endpoint(&broken).await }));
    let saved: Result<bool, botplot_store::Error> = write.await;
    assert!(saved.unwrap());

    let it = webhooks::test(&engine, project, endpoint, None).await.unwrap();
    let other = webhooks::test(&engine, project, endpoint, None).await.unwrap();
    tried(&engine, project, other.id, 1).await;
    let (attempt, exchange) = tried(&engine, project, it.id, 1).await;
    let error = attempt.error.unwrap();
    assert!(error.starts_with("its secret cannot be opened") && error.contains("`rotate-secret`"), "{error}");
    assert_eq!((attempt.status_code, exchange), (None, Exchange::default()));
    assert_eq!(unsigned_notices(&engine, project).await, 1, "its owner is told, and once");
    assert!(receiver.received().is_empty(), "something was sent unsigned");

    let (endpoint, secret) = webhooks::rotate(&engine, project, endpoint, None, "test").await.unwrap();
    assert_eq!(endpoint.secrets.other, None, "the old one has nothing left to sign");
    webhooks::replay(&engine, project, endpoint.id, it.id).await.unwrap();
    assert_eq!(tried(&engine, project, it.id, 2).await.0.status_code, Some(200));
    verifies(&receiver, &secret);
    engine.close().await;
}

#[tokio::test]
async fn while_one_secret_replaces_the_other_a_damaged_second_one_stops_nothing() {
    let (folder, names) = (tempfile::tempdir().unwrap(), Arc::new(Names::default()));
    let (engine, store) = open(&folder, &names, &rig::key()).await;
    let project = projects::create(&engine, "shop").await.unwrap().project.id;
    let receiver = WebhookReceiver::start().await;
    let (endpoint, secret) = add(&engine, project, &receiver.url()).await.unwrap();
    let (mut broken, _) = webhooks::rotate(&engine, project, endpoint, None, "test").await.unwrap();
    broken.secrets.other.as_mut().unwrap().sealed.clear();
    let write = store.write(move |tx| Box::pin(async move { tx.save_endpoint(&broken).await }));
    let saved: Result<bool, botplot_store::Error> = write.await;
    assert!(saved.unwrap());
    let it = webhooks::test(&engine, project, endpoint, None).await.unwrap();
    assert_eq!(tried(&engine, project, it.id, 1).await.0.status_code, Some(200));
    verifies(&receiver, &secret);
    engine.close().await;
}

#[tokio::test]
async fn a_lost_seal_key_loses_no_webhook_and_its_return_lets_them_go_on() {
    let (folder, names) = (tempfile::tempdir().unwrap(), Arc::new(Names::default()));
    let receiver = WebhookReceiver::start().await;
    let (engine, _) = open(&folder, &names, &rig::key()).await;
    let project = projects::create(&engine, "shop").await.unwrap().project.id;
    let (endpoint, secret) = add(&engine, project, &receiver.url()).await.unwrap();
    engine.close().await;

    let (engine, _) = open(&folder, &names, &seal::fresh_key(&botplot_core::RandomIds)).await;
    let it = webhooks::test(&engine, project, endpoint, None).await.unwrap();
    let (attempt, _) = tried(&engine, project, it.id, 1).await;
    assert!(
        attempt.error.unwrap().contains("`server.seal_key` is not the one"),
        "its owner is told what to do"
    );
    assert_eq!(unsigned_notices(&engine, project).await, 1);
    engine.close().await;

    let (engine, _) = open(&folder, &names, &rig::key()).await;
    let (attempt, _) = tried(&engine, project, it.id, 2).await;
    assert_eq!((attempt.status_code, attempt.number), (Some(200), 2), "it went on by itself");
    verifies(&receiver, &secret);
    let (found, _) = engine.reader().find_delivery(project, endpoint, it.id).await.unwrap().unwrap();
    assert_eq!(found.state, State::Delivered);
    engine.close().await;
}
