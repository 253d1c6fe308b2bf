//! Promises about what people sign in with beside a password: second factors, and accounts at providers.

use botplot_core::account::{Account, Factor, Preferences};
use botplot_core::{AccountId, ProjectId, Secret};
use botplot_store::Error;
use uuid::Uuid;

use crate::rig::{NOW, Rig};

async fn add(rig: &Rig, email: &str) -> Account {
    let account = Account {
        id: AccountId(rig.id()),
        email: email.into(),
        confirmed: false,
        name: "Ann".into(),
        password: Some(Secret::new("$argon2id$")),
        factor: None,
        operator: false,
        preferences: Preferences::default(),
        created_at: NOW,
    };
    let added = account.clone();
    rig.write(move |tx| Box::pin(async move { tx.add_account(&added).await })).await;
    account
}

async fn set(rig: &Rig, account: AccountId, factor: Option<&Factor>) -> bool {
    let factor = factor.cloned();
    rig.write(move |tx| Box::pin(async move { tx.set_factor(account, factor.as_ref()).await })).await
}

pub(crate) async fn a_second_factor_is_set_spent_and_taken_away(rig: Rig) {
    let (ann, bob) = (add(&rig, "ann@example.com").await, add(&rig, "bob@example.com").await);
    assert_eq!(rig.read().find_factor(ann.id).await.unwrap(), None);
    let first = Factor { sealed: vec![1, 0, 255], step: 55_000_000, recovery: vec!["a".into(), "b".into()] };
    assert!(set(&rig, ann.id, Some(&first)).await);
    assert_eq!(rig.read().find_factor(ann.id).await.unwrap(), Some(first.clone()));
    assert_eq!(rig.read().find_account(ann.id).await.unwrap().unwrap().factor, Some(first.sealed.clone()));
    assert_eq!(rig.read().find_factor(bob.id).await.unwrap(), None, "another account has it, too");
    let id = ann.id;
    let spent = rig.write(move |tx| {
        Box::pin(async move {
            let mut factor = tx.lock_factor(id).await?.expect("it was set");
            (factor.step, factor.recovery) = (factor.step + 1, vec!["b".into()]);
            tx.set_factor(id, Some(&factor)).await?;
            Ok(factor)
        })
    });
    let spent = spent.await;
    assert_eq!(rig.read().find_factor(ann.id).await.unwrap(), Some(spent));
    assert!(set(&rig, ann.id, None).await);
    assert_eq!(rig.read().find_factor(ann.id).await.unwrap(), None);
    assert!(!set(&rig, AccountId(Uuid::max()), Some(&first)).await, "nobody has a second factor");
}

pub(crate) async fn a_subject_of_a_provider_is_one_account(rig: Rig) {
    let (ann, bob) = (add(&rig, "ann@example.com").await, add(&rig, "bob@example.com").await);
    let add = |issuer: &'static str, subject: &'static str, account: AccountId| {
        rig.store
            .write(move |tx| Box::pin(async move { tx.add_identity(issuer, subject, account, NOW).await }))
    };
    add("https://one.example", "1", ann.id).await.unwrap();
    add("https://two.example", "1", bob.id).await.unwrap();
    add("https://one.example", "2", ann.id).await.unwrap();
    let taken: Result<(), Error> = add("https://one.example", "1", bob.id).await;
    assert!(matches!(taken, Err(Error::Unique("identities"))), "{taken:?}");
    for (issuer, subject, account) in [
        ("https://one.example", "1", Some(ann.id)),
        ("https://one.example", "2", Some(ann.id)),
        ("https://two.example", "1", Some(bob.id)),
        ("https://two.example", "2", None),
    ] {
        let found = rig.read().find_identity(issuer, subject).await.unwrap();
        assert_eq!(found, account, "{subject} at {issuer}");
    }
}

pub(crate) async fn a_project_asks_for_a_second_factor(rig: Rig) {
    let other = rig.add_project("other").await.unwrap();
    let (ann, bob) = (add(&rig, "ann@example.com").await, add(&rig, "bob@example.com").await);
    let factor = Factor { sealed: vec![1], step: 0, recovery: vec![] };
    assert!(set(&rig, ann.id, Some(&factor)).await);
    let lacks = async |project, account| rig.read().lacks_factor(project, account).await.unwrap();
    let require = async |project, required| {
        rig.write(move |tx| Box::pin(async move { tx.require_factor(project, required).await })).await
    };
    assert!(!lacks(rig.project, bob.id).await);
    assert!(require(rig.project, true).await);
    assert!(lacks(rig.project, bob.id).await && !lacks(rig.project, ann.id).await);
    assert!(!lacks(other, bob.id).await, "another project asks for it, too");
    assert!(rig.read().find_project(rig.project).await.unwrap().unwrap().factor_required);
    assert!(!rig.read().find_project(other).await.unwrap().unwrap().factor_required);
    assert!(require(rig.project, false).await);
    assert!(!lacks(rig.project, bob.id).await);
    assert!(!require(ProjectId(Uuid::max()), true).await);
}

pub(crate) async fn an_address_is_confirmed_and_stays_so(rig: Rig) {
    let (ann, bob) = (add(&rig, "ann@example.com").await, add(&rig, "bob@example.com").await);
    let confirmed = Account { confirmed: true, ..ann.clone() };
    assert!(rig.write(move |tx| Box::pin(async move { tx.save_account(&confirmed).await })).await);
    let is_confirmed = async |id| rig.read().find_account(id).await.unwrap().unwrap().confirmed;
    assert!(is_confirmed(ann.id).await && !is_confirmed(bob.id).await);
}

pub(crate) async fn tries_are_counted_by_account_forgiven_and_forgotten(rig: Rig) {
    let (ann, bob) = (add(&rig, "ann@example.com").await.id, add(&rig, "bob@example.com").await.id);
    let count = async |account, second| {
        let at = NOW.plus_seconds(second);
        rig.write(move |tx| Box::pin(async move { tx.count_try(account, at).await })).await
    };
    for made in 1..=3 {
        assert_eq!(count(ann, made).await, (made, NOW.plus_seconds(1)));
    }
    assert_eq!(count(bob, 9).await, (1, NOW.plus_seconds(9)), "another account's count");
    for _ in 0..5 {
        rig.write(move |tx| Box::pin(async move { tx.forgive_try(ann).await })).await;
    }
    assert_eq!(count(ann, 9).await, (1, NOW.plus_seconds(1)), "more was forgiven than there was");
    let forget = async |second| {
        let at = NOW.plus_seconds(second);
        rig.write(move |tx| Box::pin(async move { tx.remove_tries_before(at).await })).await
    };
    assert_eq!((forget(0).await, forget(1).await, forget(1).await), (0, 1, 0));
    assert_eq!(count(ann, 20).await, (1, NOW.plus_seconds(20)));
    assert_eq!(count(bob, 20).await.0, 2);
}
