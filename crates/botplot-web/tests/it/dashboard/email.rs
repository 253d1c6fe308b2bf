//! Another address for an account: a wish until it is confirmed.

use botplot_core::account::{Account, Role};
use botplot_engine::accounts::{first, invitations};
use botplot_testkit::app::{Actor, PASSWORD, Reply, TestApp};
use botplot_testkit::smtp_receiver::{Encryption, Letter, SmtpReceiver};

use super::sign_in::{browser, made_link, reset_link, sign_in};
use crate::logs::Notes;

const ANN: &str = "ann@example.com";
const NEW: &str = "new@example.com";
const BASE: &str = "https://chat.example";

async fn ask(by: &Actor, email: &str) -> Reply {
    by.submit("/account/email", &[("email", email), ("email_password", PASSWORD)]).await
}

/// The path of the link in a text.
fn link(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("https://chat.example/confirm-email/")?;
    Some(format!("/confirm-email/{}", &rest[..40]))
}

/// The path of the link in the newest letter that has one, once so many letters came.
async fn newest(mail: &SmtpReceiver, count: usize) -> String {
    let letters = mail.wait_for(count).await;
    letters.iter().rev().find_map(|letter| link(&letter.text())).expect("a letter has a link")
}

fn letter_to<'a>(letters: &'a [Letter], email: &str) -> &'a Letter {
    let found = letters.iter().rev().find(|letter| letter.to == [email]);
    found.unwrap_or_else(|| panic!("no letter to {email}"))
}

async fn account(app: &TestApp, email: &str) -> Option<Account> {
    app.engine().reader().find_account_of(email).await.unwrap()
}

async fn is_confirmed(app: &TestApp, email: &str) -> bool {
    account(app, email).await.expect("it is there").confirmed
}

/// Actions of the audit log, newest first.
async fn log(app: &TestApp) -> Vec<String> {
    let (lines, _) = app.engine().reader().list_audit(app.project().project.id, 100, 0).await.unwrap();
    lines.into_iter().map(|line| line.action).collect()
}

/// The sentence that a reply leaves for the next page.
fn said(reply: &Reply) -> String {
    let cookie = reply.header("set-cookie").expect("it says something").to_owned();
    let hex = cookie.strip_prefix("botplot-said=").unwrap().split(';').next().unwrap();
    let bytes = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    String::from_utf8(bytes.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()).unwrap()
}

#[tokio::test]
async fn an_address_changes_once_its_letter_is_confirmed_by_its_own_account() {
    let mail = SmtpReceiver::start(Encryption::None).await;
    let app = TestApp::with_mail(&mail, &[], 100).await;
    let (ann, bob) = (app.member_at(ANN, Role::Agent).await, app.member(Role::Owner).await);
    let reset = made_link(&app, ANN).await;
    assert_eq!(
        said(&ask(&ann, " New@example.com").await.is(303)),
        "A link is on its way to new@example.com."
    );
    let letters = mail.wait_for(2).await;
    let path = link(&letter_to(&letters, NEW).text()).expect("the new address gets the link");
    let warning = letter_to(&letters, ANN).text();
    assert!(link(&warning).is_none() && warning.contains(NEW), "{warning}");
    assert!(warning.contains("/reset") && warning.contains("/account"), "{warning}");
    let page = ann.get("/account").await.is(200);
    assert!(page.text().contains("Waiting for confirmation of <strong>new@example.com"), "{}", page.text());
    // Opening the link changes nothing, whoever does it.
    for _ in 0..2 {
        assert!(ann.get(&path).await.is(200).text().contains("Confirm new@example.com"));
    }
    let asked = browser(&app).get(&path).await.is(303);
    assert!(asked.header("location").unwrap().starts_with("/sign-in?next=%2Fconfirm-email%2F"));
    browser(&app).submit(&path, &[]).await.is(401);
    assert!(bob.get(&path).await.is(410).text().contains("whether it is for this account"));
    bob.submit(&path, &[]).await.is(410);
    sign_in(&browser(&app), ANN, PASSWORD, "").await.is(303);
    sign_in(&browser(&app), NEW, PASSWORD, "").await.is(401);
    assert_eq!(said(&ann.submit(&path, &[]).await.is(303)), "Sign in with new@example.com from now on.");
    app.clock().advance(60);
    sign_in(&browser(&app), NEW, PASSWORD, "").await.is(303);
    sign_in(&browser(&app), ANN, PASSWORD, "").await.is(401);
    assert!(is_confirmed(&app, NEW).await);
    assert!(ann.submit(&path, &[]).await.is(410).text().contains("It was used already"));
    browser(&app).submit(&reset, &[("password", "a wholly new password")]).await.is(410);
    let letters = mail.wait_for(3).await;
    assert!(letter_to(&letters, ANN).text().contains("was changed to new@example.com"));
    assert_eq!(log(&app).await, ["account.email_changed", "account.email_requested"]);
}

#[tokio::test]
async fn an_address_of_somebody_else_looks_like_any_other_and_comes_to_nothing() {
    let mail = SmtpReceiver::start(Encryption::None).await;
    let app = TestApp::with_mail(&mail, &[], 100).await;
    let (ann, cleo) =
        (app.member_at(ANN, Role::Agent).await, app.member_at("cleo@example.com", Role::Agent).await);
    app.member_at("bob@example.com", Role::Agent).await;
    let shown = async |asker: &Actor, wanted: &str, own: &str, count: usize| {
        let reply = ask(asker, wanted).await.is(303);
        let page = asker.get("/account").await.is(200);
        let (_, section) = page.text().split_once("aria-labelledby=\"email-title\"").unwrap();
        let (before, rest) = section.split_once("<time").unwrap();
        let (_, after) = rest.split_once("</time>").unwrap();
        let section = format!("{before}{}", after.split_once("</section>").unwrap().0);
        let letters = mail.wait_for(count).await;
        let told = letter_to(&letters, own).text();
        format!("{}{section}{told}", said(&reply)).replace(wanted, "WANTED").replace(own, "OWN")
    };
    let taken = shown(&ann, "bob@example.com", ANN, 2).await;
    let free = shown(&cleo, "free@example.com", "cleo@example.com", 4).await;
    assert_eq!(taken, free);
    let letters = mail.letters();
    let told = letter_to(&letters, "bob@example.com").text();
    assert!(link(&told).is_none() && told.contains("Another account"), "{told}");
    app.clock().advance(61);
    ann.submit("/account/email/again", &[]).await.is(303);
    let letters = mail.wait_for(6).await;
    assert!(link(&letter_to(&letters, "bob@example.com").text()).is_none());
}

#[tokio::test]
async fn a_link_is_dead_once_something_took_its_place() {
    let mail = SmtpReceiver::start(Encryption::None).await;
    let app = TestApp::with_mail(&mail, &[], 100).await;
    let ann = app.member_at(ANN, Role::Agent).await;
    let dead = async |path: &str, why: &str| {
        for reply in [ann.get(path).await, ann.submit(path, &[]).await] {
            assert!(reply.is(410).text().contains(why), "{path}: {why}");
        }
    };
    dead(&format!("/confirm-email/{}", "x".repeat(40)), "whether it is complete").await;
    ask(&ann, NEW).await.is(303);
    let first = newest(&mail, 2).await;
    let again = async || ann.submit("/account/email/again", &[]).await;
    assert!(again().await.is(422).text().contains("was written to just now: try again in"));
    app.clock().advance(61);
    again().await.is(303);
    let second = newest(&mail, 4).await;
    dead(&first, "took its place").await;
    assert!(said(&ann.submit("/account/email/cancel", &[]).await.is(303)).contains(NEW));
    dead(&second, "took its place").await;
    assert!(!ann.get("/account").await.is(200).text().contains("Waiting for"));
    again().await.is(422);
    app.clock().advance(61);
    ask(&ann, NEW).await.is(303);
    let third = newest(&mail, 6).await;
    app.clock().advance(24 * 3600);
    dead(&third, "has expired").await;
    assert!(ann.get("/account").await.is(200).text().contains("new@example.com</strong> has expired"));
    again().await.is(303);
    let fourth = newest(&mail, 8).await;
    let other = "a wholly new password";
    ann.submit("/account/password", &[("current", PASSWORD), ("password", other)]).await.is(303);
    dead(&fourth, "took its place").await;
    assert!(account(&app, NEW).await.is_none());
}

#[tokio::test]
async fn a_new_password_by_a_link_stops_a_change_that_somebody_else_began() {
    let mail = SmtpReceiver::start(Encryption::None).await;
    let app = TestApp::with_mail(&mail, &[], 100).await;
    let thief = app.member_at(ANN, Role::Agent).await;
    ask(&thief, NEW).await.is(303);
    let path = newest(&mail, 2).await;
    browser(&app).submit("/reset", &[("email", ANN)]).await.is(200);
    let letters = mail.wait_for(3).await;
    let reset = reset_link(&letter_to(&letters, ANN).text());
    let set = browser(&app).submit(&reset, &[("password", "a wholly new password")]).await.is(303);
    let ann = super::sign_in::holding(&app, &set);
    assert!(ann.get(&path).await.is(410).text().contains("took its place"));
    assert!(is_confirmed(&app, ANN).await, "the letter went to this address");
}

#[tokio::test]
async fn what_is_no_new_address_is_said_at_its_field() {
    let app = TestApp::start().await;
    let ann = app.member_at(ANN, Role::Agent).await;
    let wrong = [("email", NEW), ("email_password", "not it")];
    let reply = ann.submit("/account/email", &wrong).await.is(422);
    assert!(reply.text().contains("Present password is not right."), "{}", reply.text());
    assert!(reply.text().contains("value=\"new@example.com\""));
    assert!(ask(&ann, "Ann@example.com").await.is(422).text().contains("is your address already"));
    ask(&ann, "nonsense").await.is(422);
    assert!(log(&app).await.is_empty());
}

#[tokio::test]
async fn without_mail_the_link_is_in_the_servers_log_and_proves_nothing() {
    let (notes, _guard) = Notes::of("warn");
    let app = TestApp::start().await;
    let (ann, bob) =
        (app.member_at(ANN, Role::Agent).await, app.member_at("bob@example.com", Role::Agent).await);
    ask(&bob, ANN).await.is(303);
    assert!(link(&notes.text()).is_none(), "{}", notes.text());
    ask(&ann, NEW).await.is(303);
    let path = link(&notes.text()).expect("the log has the link");
    assert!(ann.get("/account").await.is(200).text().contains("The link is in the server’s log"));
    ann.submit(&path, &[]).await.is(303);
    assert!(!is_confirmed(&app, NEW).await);
}

#[tokio::test]
async fn an_address_that_was_taken_meanwhile_stays_with_its_account() {
    let mail = SmtpReceiver::start(Encryption::None).await;
    let app = TestApp::with_mail(&mail, &[], 100).await;
    let ann = app.member_at(ANN, Role::Agent).await;
    ask(&ann, NEW).await.is(303);
    let path = newest(&mail, 2).await;
    app.member_at(NEW, Role::Viewer).await;
    assert!(ann.submit(&path, &[]).await.is(409).text().contains("Another account has this address"));
    assert!(account(&app, ANN).await.is_some());
}

#[tokio::test]
async fn an_address_counts_as_confirmed_where_a_letter_to_it_was_answered() {
    let mail = SmtpReceiver::start(Encryption::None).await;
    let app = TestApp::with_mail(&mail, &[], 100).await;
    let setup = first::open(app.engine()).await.unwrap().expect("nobody is there yet");
    let fields = [("email", ANN), ("name", "Ann"), ("password", PASSWORD)];
    browser(&app).submit(&format!("/setup/{}", setup.expose()), &fields).await.is(303);
    assert!(!is_confirmed(&app, ANN).await, "nobody has written to the first owner");
    let owner = account(&app, ANN).await.unwrap();
    let offer = (NEW, Role::Agent);
    invitations::invite(app.engine(), app.project().project.id, &owner, offer, BASE).await.unwrap();
    let letters = mail.wait_for(1).await;
    let text = letters[0].text();
    let (_, rest) = text.split_once("https://chat.example/invite/").expect("it invites");
    let fields = [("name", "Nora"), ("password", PASSWORD)];
    browser(&app).submit(&format!("/invite/{}", &rest[..40]), &fields).await.is(303);
    assert!(is_confirmed(&app, NEW).await);
    // The first owner makes up for it.
    let signed_in = sign_in(&browser(&app), ANN, PASSWORD, "").await.is(303);
    let ann = super::sign_in::holding(&app, &signed_in);
    assert!(ann.get("/account").await.is(200).text().contains("Confirm this address"));
    ann.submit("/account/email/own", &[]).await.is(303);
    let path = newest(&mail, 2).await;
    assert_eq!(said(&ann.submit(&path, &[]).await.is(303)), "Your address is confirmed.");
    assert!(is_confirmed(&app, ANN).await);
    assert!(!ann.get("/account").await.is(200).text().contains("Confirm this address"));
    assert_eq!(log(&app).await[..2], ["account.email_confirmed", "account.email_requested"]);
}

#[tokio::test]
async fn an_invitation_that_was_handed_over_confirms_nothing() {
    let app = TestApp::start().await;
    app.member_at(ANN, Role::Owner).await;
    let (owner, offer) = (account(&app, ANN).await.unwrap(), (NEW, Role::Agent));
    let sent =
        invitations::invite(app.engine(), app.project().project.id, &owner, offer, BASE).await.unwrap();
    let path = sent.link.expect("without mail the link is shown").replace(BASE, "");
    browser(&app).submit(&path, &[("name", "Nora"), ("password", PASSWORD)]).await.is(303);
    assert!(!is_confirmed(&app, NEW).await);
}
