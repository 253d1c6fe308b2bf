//! Promises about links that work once.

use botplot_core::account::{Account, Preferences, Role};
use botplot_core::link::{Kind, Link};
use botplot_core::{AccountId, LinkId, Timestamp};

use crate::rig::{NOW, Rig};

fn link(rig: &Rig, kind: Kind) -> Link {
    Link {
        id: LinkId(rig.id()),
        kind,
        project: None,
        account: None,
        email: None,
        mailed: false,
        role: None,
        created_at: NOW,
        expires_at: NOW.plus_seconds(60),
        used_at: None,
    }
}

fn invitation(rig: &Rig, email: &str) -> Link {
    let link = link(rig, Kind::Invitation);
    Link { project: Some(rig.project), email: Some(email.into()), role: Some(Role::Agent), ..link }
}

async fn add(rig: &Rig, link: &Link, hash: u8) {
    let link = link.clone();
    rig.write(move |tx| Box::pin(async move { tx.add_link(&link, &[hash; 32]).await })).await;
}

async fn account(rig: &Rig, email: &str) -> Account {
    let account = Account {
        id: AccountId(rig.id()),
        email: email.into(),
        confirmed: false,
        name: "Ann".into(),
        password: None,
        factor: None,
        operator: false,
        preferences: Preferences::default(),
        created_at: NOW,
    };
    let kept = account.clone();
    rig.write(move |tx| Box::pin(async move { tx.add_account(&kept).await })).await;
    account
}

async fn take(rig: &Rig, kind: Kind, hash: u8, now: Timestamp) -> Option<Link> {
    rig.write(move |tx| Box::pin(async move { tx.use_link(kind, &[hash; 32], now).await })).await
}

pub(crate) async fn a_link_is_used_once_by_its_own_kind_and_in_time(rig: Rig) {
    let invitation = invitation(&rig, "ann@example.com");
    add(&rig, &invitation, 1).await;
    assert_eq!(rig.read().find_link(Kind::Invitation, &[1; 32]).await.unwrap(), Some(invitation.clone()));
    assert_eq!(rig.read().find_link(Kind::Reset, &[1; 32]).await.unwrap(), None);
    assert_eq!(take(&rig, Kind::Reset, 1, NOW).await, None);
    assert_eq!(take(&rig, Kind::Invitation, 2, NOW).await, None);
    assert_eq!(take(&rig, Kind::Invitation, 1, NOW.plus_seconds(60)).await, None, "it has expired");
    let used = Link { used_at: Some(NOW), ..invitation };
    assert_eq!(take(&rig, Kind::Invitation, 1, NOW).await, Some(used.clone()));
    assert_eq!(take(&rig, Kind::Invitation, 1, NOW).await, None, "it was used");
    assert_eq!(rig.read().find_link(Kind::Invitation, &[1; 32]).await.unwrap(), Some(used));
}

pub(crate) async fn a_projects_open_invitations_are_listed_and_taken_back_by_it_alone(rig: Rig) {
    let other = rig.another().await;
    let links = [invitation(&rig, "a@example.com"), invitation(&rig, "b@example.com")];
    for (link, hash) in links.iter().zip(1..) {
        add(&rig, link, hash).await;
    }
    add(&other, &invitation(&other, "c@example.com"), 3).await;
    assert_eq!(rig.read().list_invitations(rig.project).await.unwrap(), links);
    let (foreign, own, id) = (other.project, rig.project, links[0].id);
    let remove = async |project| {
        rig.write(move |tx| Box::pin(async move { tx.remove_invitation(project, id).await })).await
    };
    assert!(!remove(foreign).await);
    assert!(remove(own).await && !remove(own).await);
    assert!(take(&rig, Kind::Invitation, 2, NOW).await.is_some());
    assert_eq!(rig.read().list_invitations(rig.project).await.unwrap(), []);
}

pub(crate) async fn open_links_of_a_kind_and_an_account_end_together(rig: Rig) {
    let (ann, bob) = (account(&rig, "ann@example.com").await, account(&rig, "bob@example.com").await);
    let of = |account: &Account, at| {
        let created_at = NOW.plus_seconds(at);
        Link { account: Some(account.id), created_at, ..link(&rig, Kind::Reset) }
    };
    let (first, second) = (of(&ann, 0), of(&ann, 1));
    add(&rig, &first, 1).await;
    add(&rig, &second, 2).await;
    add(&rig, &of(&bob, 0), 3).await;
    add(&rig, &link(&rig, Kind::Setup), 4).await;
    assert_eq!(rig.read().last_link(Kind::Reset, ann.id).await.unwrap(), Some(second));
    assert!(take(&rig, Kind::Reset, 1, NOW).await.is_some());
    let id = ann.id;
    let ended =
        rig.write(move |tx| Box::pin(async move { tx.remove_open_links(Kind::Reset, Some(id)).await })).await;
    assert_eq!(ended, 1);
    assert!(rig.read().find_link(Kind::Reset, &[1; 32]).await.unwrap().is_some(), "it was used before");
    assert_eq!(take(&rig, Kind::Reset, 2, NOW).await, None);
    assert!(take(&rig, Kind::Reset, 3, NOW).await.is_some());
    let ended =
        rig.write(move |tx| Box::pin(async move { tx.remove_open_links(Kind::Setup, None).await })).await;
    assert_eq!(ended, 1);
}

pub(crate) async fn links_that_end_are_remembered_as_used(rig: Rig) {
    let (ann, bob) = (account(&rig, "ann@example.com").await, account(&rig, "bob@example.com").await);
    let of = |account: &Account, kind, at| {
        let created_at = NOW.plus_seconds(at);
        let email = Some("new@example.com".into());
        Link { account: Some(account.id), email, mailed: true, created_at, ..link(&rig, kind) }
    };
    let (first, second) = (of(&ann, Kind::Email, 0), of(&ann, Kind::Email, 1));
    let all = [&first, &second, &of(&ann, Kind::Reset, 2), &of(&bob, Kind::Email, 0)];
    for (link, hash) in all.into_iter().zip(1..) {
        add(&rig, link, hash).await;
    }
    assert_eq!(rig.read().last_link(Kind::Email, ann.id).await.unwrap(), Some(second.clone()));
    let (id, at) = (ann.id, NOW.plus_seconds(9));
    assert!(take(&rig, Kind::Email, 1, NOW).await.is_some());
    let end = || rig.write(move |tx| Box::pin(async move { tx.end_links(Kind::Email, id, at).await }));
    assert_eq!((end().await, end().await), (1, 0));
    let ended = Link { used_at: Some(at), ..second };
    assert_eq!(rig.read().last_link(Kind::Email, ann.id).await.unwrap(), Some(ended));
    let used = rig.read().find_link(Kind::Email, &[1; 32]).await.unwrap().unwrap();
    assert_eq!(used.used_at, Some(NOW), "when it was used is not forgotten");
    assert_eq!(take(&rig, Kind::Email, 2, NOW).await, None);
    assert!(take(&rig, Kind::Reset, 3, NOW).await.is_some(), "another kind ended, too");
    assert!(take(&rig, Kind::Email, 4, NOW).await.is_some(), "somebody else's ended, too");
}

pub(crate) async fn links_are_forgotten_by_when_they_expired(rig: Rig) {
    add(&rig, &invitation(&rig, "a@example.com"), 1).await;
    let forget = async |at: Timestamp| {
        rig.write(move |tx| Box::pin(async move { tx.remove_links_before(at).await })).await
    };
    assert_eq!(forget(NOW.plus_seconds(59)).await, 0);
    assert_eq!(forget(NOW.plus_seconds(60)).await, 1);
}

pub(crate) async fn all_accounts_are_listed_oldest_first(rig: Rig) {
    let (ann, bob) = (account(&rig, "ann@example.com").await, account(&rig, "bob@example.com").await);
    let listed = rig.read().list_accounts().await.unwrap();
    assert_eq!(listed.iter().map(|account| account.id).collect::<Vec<_>>(), [ann.id, bob.id]);
}

pub(crate) async fn all_invitations_to_an_address_that_still_work_are_used_together(rig: Rig) {
    let other = rig.add_project("other").await.unwrap();
    let open = invitation(&rig, "ann@example.com");
    let elsewhere = Link { project: Some(other), ..invitation(&rig, "ann@example.com") };
    let expired = Link { expires_at: NOW, ..invitation(&rig, "ann@example.com") };
    let reset = Link { email: Some("ann@example.com".into()), ..link(&rig, Kind::Reset) };
    let all = [&open, &elsewhere, &expired, &reset, &invitation(&rig, "bob@example.com")];
    for (link, hash) in all.into_iter().zip(1..) {
        add(&rig, link, hash).await;
    }
    let take =
        || rig.write(|tx| Box::pin(async move { tx.use_invitations_to("ann@example.com", NOW).await }));
    let mut used: Vec<_> =
        take().await.into_iter().map(|link| (link.id, link.project, link.used_at)).collect();
    used.sort();
    let expected = [&open, &elsewhere].map(|link| (link.id, link.project, Some(NOW)));
    assert_eq!(used, expected);
    assert!(take().await.is_empty(), "they were used twice");
}
