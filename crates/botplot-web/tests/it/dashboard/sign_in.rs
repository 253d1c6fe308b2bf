//! Signing in and out, lost passwords, and other providers' accounts.

use botplot_core::account::Role;
use botplot_engine::accounts::resets;
use botplot_testkit::app::{Actor, PASSWORD, Reply, TestApp};
use botplot_testkit::smtp_receiver::{Encryption, SmtpReceiver};

use crate::logs::Notes;

/// A browser that is signed in nowhere.
pub(super) fn browser(app: &TestApp) -> Actor {
    app.stranger().with("sec-fetch-site", "same-origin").with("user-agent", "A test's browser")
}

/// The same browser with the cookie that a reply set.
pub(super) fn holding(app: &TestApp, reply: &Reply) -> Actor {
    browser(app).with("cookie", &cookie(reply))
}

/// The sign-in that a reply set, as `name=value`.
pub(super) fn cookie(reply: &Reply) -> String {
    let set = reply.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let kept = set.rev().find(|value| value.starts_with("__Host-botplot=")).expect("a sign-in is set");
    kept.split(';').next().unwrap().to_owned()
}

/// Sends the form.
pub(super) async fn sign_in(from: &Actor, email: &str, password: &str, next: &str) -> Reply {
    from.submit("/sign-in", &[("email", email), ("password", password), ("next", next)]).await
}

#[tokio::test]
async fn who_knows_the_password_is_led_to_where_they_wanted() {
    let app = TestApp::start().await;
    app.member_at("ann@example.com", Role::Agent).await;
    let form = browser(&app).get("/sign-in?next=/account%3Fa%3D1").await.is(200);
    assert!(form.text().contains("value=\"/account?a=1\""), "{}", form.text());
    let reply = sign_in(&browser(&app), " Ann@Example.com ", PASSWORD, "/account?a=1").await.is(303);
    assert_eq!(reply.header("location"), Some("/account?a=1"));
    let set = reply.header("set-cookie").unwrap();
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    holding(&app, &reply).get("/app").await.is(303);
    let page = holding(&app, &reply).get("/signed-in").await.is(200);
    assert!(page.text().contains("ann@example.com"), "{}", page.text());
    assert!(browser(&app).get("/signed-in").await.is(200).text().contains("not signed in"));
}

#[tokio::test]
async fn a_sign_in_is_renewed_and_the_old_one_is_worth_nothing() {
    let app = TestApp::start().await;
    app.member_at("ann@example.com", Role::Agent).await;
    let first = sign_in(&browser(&app), "ann@example.com", PASSWORD, "").await.is(303);
    let second = sign_in(&holding(&app, &first), "ann@example.com", PASSWORD, "").await.is(303);
    assert_ne!(cookie(&first), cookie(&second));
    let refused = holding(&app, &first).get("/app").await.is(303);
    assert_eq!(refused.header("location"), Some("/sign-in?next=%2Fapp"));
    let passed = holding(&app, &second).get("/app").await.is(303);
    assert_eq!(passed.header("location"), Some(app.page("inbox").as_str()));
    // A cookie that somebody else put there beforehand does not become a sign-in.
    let planted = format!("__Host-botplot={}", "x".repeat(40));
    let third =
        sign_in(&browser(&app).with("cookie", &planted), "ann@example.com", PASSWORD, "").await.is(303);
    assert_ne!(cookie(&third), planted);
    let refused = browser(&app).with("cookie", &planted).get("/app").await.is(303);
    assert!(refused.header("location").unwrap().starts_with("/sign-in"));
}

#[tokio::test]
async fn signing_out_ends_the_sign_in_and_not_just_its_cookie() {
    let app = TestApp::start().await;
    let ann = app.member_at("ann@example.com", Role::Agent).await;
    ann.get(&app.page("team")).await;
    let out = ann.submit("/sign-out", &[]).await.is(303);
    assert_eq!(out.header("location"), Some("/sign-in"));
    let set: Vec<_> = out.headers.get_all("set-cookie").iter().map(|v| v.to_str().unwrap()).collect();
    assert!(set.iter().any(|c| c.starts_with("__Host-botplot=; ") && c.contains("Max-Age=0")), "{set:?}");
    let again = ann.get("/app").await.is(303);
    assert_eq!(again.header("location"), Some("/sign-in?next=%2Fapp"));
}

#[tokio::test]
async fn nobody_learns_whether_an_address_has_an_account() {
    let app = TestApp::start().await;
    app.member_at("ann@example.com", Role::Owner).await;
    let text = |reply: Reply, email: &str| reply.is(401).text().replace(email, "…");
    let known = sign_in(&browser(&app), "ann@example.com", "not her password", "").await;
    let unknown = sign_in(&browser(&app), "bob@example.com", "not her password", "").await;
    assert_eq!(text(known, "ann@example.com"), text(unknown, "bob@example.com"));
}

#[tokio::test]
async fn a_sign_in_leads_to_no_other_site() {
    let app = TestApp::start().await;
    app.member_at("ann@example.com", Role::Agent).await;
    for bad in ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"] {
        let reply = sign_in(&browser(&app), "ann@example.com", PASSWORD, bad).await.is(303);
        assert_eq!(reply.header("location"), Some("/app"), "{bad:?}");
        app.clock().advance(60);
        let bad: String = url::form_urlencoded::byte_serialize(bad.as_bytes()).collect();
        let reply = holding(&app, &reply).get(&format!("/sign-in?next={bad}")).await.is(303);
        assert_eq!(reply.header("location"), Some("/app"), "{bad:?}");
    }
}

#[tokio::test]
async fn whoever_guesses_must_wait_even_with_the_right_password() {
    let app = TestApp::start().await;
    app.member_at("ann@example.com", Role::Owner).await;
    for _ in 0..6 {
        sign_in(&browser(&app), "ann@example.com", "a wrong password", "").await.is(401);
    }
    let refused = sign_in(&browser(&app), "ann@example.com", PASSWORD, "").await.is(429);
    assert!(refused.header("set-cookie").is_none());
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=10).contains(&wait) && refused.text().contains("Try again in"), "{}", refused.text());
    app.clock().advance(10);
    sign_in(&browser(&app), "ann@example.com", PASSWORD, "").await.is(303);
}

/// The path of the link that a text shows.
pub(super) fn reset_link(text: &str) -> String {
    let (_, rest) =
        text.split_once("https://chat.example/reset/").unwrap_or_else(|| panic!("no link in {text}"));
    format!("/reset/{}", &rest[..40])
}

pub(super) async fn made_link(app: &TestApp, email: &str) -> String {
    let link = resets::make_link(app.engine(), email, "https://chat.example").await.unwrap();
    reset_link(&link.expect("the address has an account"))
}

const NEW: &str = "a wholly new password";

#[tokio::test]
async fn a_letter_lets_in_who_has_lost_the_password_and_everybody_else_out() {
    let mail = SmtpReceiver::start(Encryption::None).await;
    let app = TestApp::with_mail(&mail, &[], 10).await;
    let ann = app.member_at("ann@example.com", Role::Agent).await;
    browser(&app).get("/reset").await.is(200);
    browser(&app).submit("/reset", &[("email", " ANN@example.com")]).await.is(200);
    let letters = mail.wait_for(1).await;
    let path = reset_link(&letters[0].text());
    assert!(browser(&app).get(&path).await.is(200).text().contains("ann@example.com"));
    let reply = browser(&app).submit(&path, &[("password", "short")]).await.is(422);
    assert!(reply.text().contains("must have at least 10 characters"), "{}", reply.text());
    ann.get("/account").await.is(200);
    let reply = browser(&app).submit(&path, &[("password", NEW)]).await.is(303);
    holding(&app, &reply).get("/account").await.is(200);
    ann.get("/account").await.is(303);
    app.clock().advance(60);
    sign_in(&browser(&app), "ann@example.com", PASSWORD, "").await.is(401);
    sign_in(&browser(&app), "ann@example.com", NEW, "").await.is(303);
    let (lines, _) = app.engine().reader().list_audit(app.project().project.id, 9, 0).await.unwrap();
    assert_eq!((lines[0].action.as_str(), lines[0].actor.as_str()), ("password.reset", "ann@example.com"));
}

#[tokio::test]
async fn asking_for_a_link_tells_nobody_who_has_an_account_and_is_throttled() {
    let app = TestApp::start().await;
    app.member_at("ann@example.com", Role::Agent).await;
    let ask = async |email: &str| browser(&app).submit("/reset", &[("email", email)]).await;
    let known = ask("ann@example.com").await.is(200).text().replace("ann@example.com", "…");
    let unknown = ask("bob@example.com").await.is(200).text().replace("bob@example.com", "…");
    assert_eq!(known, unknown);
    for email in ["ann@example.com", "bob@example.com"] {
        for _ in 0..5 {
            ask(email).await.is(200);
        }
        ask(email).await.is(429);
    }
}

#[tokio::test]
async fn wrong_used_and_expired_links_set_no_password() {
    let app = TestApp::start().await;
    app.member_at("ann@example.com", Role::Agent).await;
    let set = async |path: &str| browser(&app).submit(path, &[("password", NEW)]).await;
    let refused = async |path: &str, why: &str| {
        for reply in [browser(&app).get(path).await, set(path).await] {
            assert!(reply.is(410).text().contains(why), "{path}: {why}");
        }
    };
    refused(&format!("/reset/{}", "x".repeat(40)), "whether it is complete").await;
    let old = made_link(&app, "ann@example.com").await;
    app.clock().advance(3600);
    refused(&old, "has expired").await;
    let (first, second) =
        (made_link(&app, "ann@example.com").await, made_link(&app, "ann@example.com").await);
    set(&first).await.is(303);
    refused(&first, "was used already").await;
    refused(&second, "using one ends the others").await;
    sign_in(&browser(&app), "ann@example.com", NEW, "").await.is(303);
}

#[tokio::test]
async fn without_mail_the_link_is_in_the_servers_log() {
    let (notes, _guard) = Notes::of("warn");
    let app = TestApp::start().await;
    app.member_at("ann@example.com", Role::Agent).await;
    for email in ["ann@example.com", "bob@example.com"] {
        browser(&app).submit("/reset", &[("email", email)]).await.is(200);
    }
    // Stopping waits for what goes on in the background.
    app.stop().await;
    let log = notes.text();
    assert!(log.contains("ann@example.com") && !log.contains("bob@example.com"), "{log}");
    reset_link(&log);
}

#[tokio::test]
async fn links_to_a_password_of_before_end_with_it() {
    let app = TestApp::start().await;
    let ann = app.member_at("ann@example.com", Role::Agent).await;
    let before = made_link(&app, "ann@example.com").await;
    ann.submit("/account/password", &[("current", PASSWORD), ("password", NEW)]).await.is(303);
    browser(&app).submit(&before, &[("password", "yet another password")]).await.is(410);
}
