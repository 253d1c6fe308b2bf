//! The second factor: set up, asked for at the sign-in, its recovery codes, and its end.

use botplot_core::account::Role;
use botplot_core::{Clock as _, totp};
use botplot_testkit::app::{Actor, PASSWORD, Reply, TestApp};

use super::sign_in::{browser, holding};

const ANN: &str = "ann@example.com";

/// A second factor as its owner has it: the app on the phone, and the paper.
pub(super) struct Phone {
    secret: Vec<u8>,
    pub(super) recovery: Vec<String>,
}

impl Phone {
    /// The code that the app shows; a code that was taken just before is not taken again, so time passes first.
    fn code(&self, app: &TestApp) -> String {
        app.clock().advance(60);
        totp::code_at(&self.secret, app.clock().now())
    }
}

/// A second factor that was set up by hand, on the page.
pub(super) async fn set_up(app: &TestApp, person: &Actor) -> Phone {
    let page = person.get("/account/factor").await.is(200);
    let secret = secret(&page);
    let fields = fields(app, &page);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let shown = person.submit("/account/factor", &fields).await.is(200);
    let codes = between(shown.text(), "<pre id=\"codes\" tabindex=\"0\">", "<");
    Phone { secret, recovery: codes.lines().map(str::to_owned).collect() }
}

fn secret(page: &Reply) -> Vec<u8> {
    unbase32(&between(page.text(), "id=\"typed\">", "<").replace(' ', ""))
}

/// What confirms the set-up that a page shows.
pub(super) fn fields(app: &TestApp, page: &Reply) -> [(&'static str, String); 3] {
    let held = between(page.text(), "name=\"held\" value=\"", "\"");
    let code = totp::code_at(&secret(page), app.clock().now());
    [("held", held), ("password", PASSWORD.to_owned()), ("code", code)]
}

/// What a password brings where a code is to follow: a browser that holds so much.
async fn halfway(app: &TestApp, next: &str) -> Actor {
    let fields = [("email", ANN), ("password", PASSWORD), ("next", next)];
    let reply = browser(app).submit("/sign-in", &fields).await.is(303);
    assert_eq!(reply.header("location"), Some("/sign-in/code"));
    browser(app).with("cookie", &set(&reply, "__Host-botplot-code="))
}

async fn enter(from: &Actor, code: &str) -> Reply {
    from.submit("/sign-in/code", &[("code", code)]).await
}

fn set(reply: &Reply, name: &str) -> String {
    let all = reply.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let found = all.rev().find(|value| value.starts_with(name)).unwrap_or_else(|| panic!("no {name}"));
    found.split(';').next().unwrap().to_owned()
}

pub(super) fn between(text: &str, start: &str, end: &str) -> String {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split_once(end).unwrap().0.to_owned()
}

fn unbase32(text: &str) -> Vec<u8> {
    let value = |byte: u8| if byte < b'A' { byte - b'2' + 26 } else { byte - b'A' };
    let bits: Vec<u8> =
        text.bytes().flat_map(|byte| (0..5).rev().map(move |place| value(byte) >> place & 1)).collect();
    bits.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)).collect()
}

fn is_signed_out(reply: &Reply) -> bool {
    reply.header("location").is_some_and(|place| place.starts_with("/sign-in"))
}

#[tokio::test]
async fn with_a_second_factor_the_password_opens_nothing_and_the_code_everything() {
    let app = TestApp::start().await;
    let ann = app.member_at(ANN, Role::Agent).await;
    let phone = set_up(&app, &ann).await;
    let page = ann.get("/account/factor").await.is(200);
    assert!(page.text().contains("10 recovery codes left"), "{}", page.text());
    let half = halfway(&app, "/account/factor?x=1").await;
    assert!(is_signed_out(&half.get("/app").await), "the password alone opened the dashboard");
    let asked = half.get("/sign-in/code").await.is(200);
    assert!(asked.text().contains(ANN) && asked.text().contains("one-time-code"), "{}", asked.text());
    let wrong = enter(&half, "000000").await.is(401);
    assert!(wrong.text().contains("Code is wrong") && wrong.header("set-cookie").is_none());
    let passed = enter(&half, &phone.code(&app)).await.is(303);
    assert_eq!(passed.header("location"), Some("/account/factor?x=1"));
    assert_eq!(holding(&app, &passed).get("/app").await.header("location"), Some(app.page("inbox").as_str()));
}

#[tokio::test]
async fn a_code_and_what_a_password_brought_are_used_once() {
    let app = TestApp::start().await;
    let ann = app.member_at(ANN, Role::Agent).await;
    let phone = set_up(&app, &ann).await;
    let (first, second) = (halfway(&app, "").await, halfway(&app, "").await);
    let code = phone.code(&app);
    enter(&first, &code).await.is(303);
    for used in [&first, &second] {
        assert!(is_signed_out(&enter(used, &code).await), "it was used already");
    }
    let third = halfway(&app, "").await;
    assert!(enter(&third, &code).await.is(401).text().contains("used already"));
    // Ten minutes later the password has to be entered again.
    app.clock().advance(600);
    assert!(is_signed_out(&enter(&third, &phone.code(&app)).await));
    let forged = browser(&app).with("cookie", "__Host-botplot-code=AAAA");
    assert!(is_signed_out(&enter(&forged, &phone.code(&app)).await));
}

#[tokio::test]
async fn each_recovery_code_lets_in_once() {
    let app = TestApp::start().await;
    let ann = app.member_at(ANN, Role::Agent).await;
    let phone = set_up(&app, &ann).await;
    let sloppy = phone.recovery[3].to_uppercase().replace('-', " ");
    let passed = enter(&halfway(&app, "").await, &sloppy).await.is(303);
    assert!(set(&passed, "botplot-said=").len() > "botplot-said=".len(), "nobody says what is left");
    enter(&halfway(&app, "").await, &phone.recovery[3]).await.is(401);
    let page = ann.get("/account/factor").await.is(200);
    assert!(page.text().contains("9 recovery codes left"), "{}", page.text());
    let fields = [("renew-code", phone.recovery[4].as_str())];
    let fresh = ann.submit("/account/factor/codes", &fields).await.is(200);
    let fresh = between(fresh.text(), "<pre id=\"codes\" tabindex=\"0\">", "<");
    enter(&halfway(&app, "").await, &phone.recovery[5]).await.is(401);
    enter(&halfway(&app, "").await, fresh.lines().next().unwrap()).await.is(303);
}

#[tokio::test]
async fn five_wrong_codes_make_even_the_right_one_wait() {
    let app = TestApp::start().await;
    let ann = app.member_at(ANN, Role::Agent).await;
    let phone = set_up(&app, &ann).await;
    let half = halfway(&app, "").await;
    for _ in 0..5 {
        assert!(enter(&half, "000000").await.is(401).text().contains("Code is wrong"));
    }
    let refused = enter(&half, &phone.code(&app)).await.is(401);
    assert!(refused.text().contains("try again in 14 minutes"), "{}", refused.text());
    let refused = enter(&half, &phone.recovery[0]).await.is(401);
    assert!(refused.text().contains("try again in 14 minutes"), "{}", refused.text());
    app.clock().advance(15 * 60);
    enter(&halfway(&app, "").await, &phone.code(&app)).await.is(303);
}

#[tokio::test]
async fn a_set_up_takes_a_right_code_the_password_and_ones_own_page() {
    let app = TestApp::start().await;
    let (ann, bob) = (app.member_at(ANN, Role::Agent).await, app.member(Role::Viewer).await);
    let page = ann.get("/account/factor").await.is(200);
    let secret = unbase32(&between(page.text(), "id=\"typed\">", "<").replace(' ', ""));
    let held = between(page.text(), "name=\"held\" value=\"", "\"");
    let code = || totp::code_at(&secret, app.clock().now());
    let submit = async |who: &Actor, password: &str, code: &str| {
        let fields = [("held", held.as_str()), ("password", password), ("code", code)];
        who.submit("/account/factor", &fields).await
    };
    let again = submit(&ann, PASSWORD, "123456").await.is(422);
    assert!(
        again.text().contains("Code is wrong") && again.text().contains(&held),
        "the picture has changed"
    );
    assert!(submit(&ann, "not hers", &code()).await.is(422).text().contains("Password is not yours"));
    submit(&bob, PASSWORD, &code()).await.is(303);
    let page = bob.get("/account/factor").await.is(200);
    assert!(page.text().contains("Turn on"), "somebody else's picture was taken");
    assert!(submit(&ann, PASSWORD, &code()).await.is(200).text().contains("<pre id=\"codes\""));
    submit(&ann, PASSWORD, &code()).await.is(303);
    assert!(ann.get("/account/factor").await.is(200).text().contains("10 recovery codes left"));
}

#[tokio::test]
async fn a_second_factor_ends_with_password_and_code_only() {
    let app = TestApp::start().await;
    let ann = app.member_at(ANN, Role::Agent).await;
    let phone = set_up(&app, &ann).await;
    let remove = async |password: &str, code: &str| {
        let fields = [("remove-password", password), ("remove-code", code)];
        ann.submit("/account/factor/remove", &fields).await
    };
    assert!(remove("not hers", &phone.recovery[0]).await.is(422).text().contains("Password is not yours"));
    assert!(remove(PASSWORD, "000000").await.is(422).text().contains("Code is wrong"));
    let removed = remove(PASSWORD, &phone.recovery[0]).await.is(303);
    assert_eq!(removed.header("location"), Some("/account/factor"));
    let fields = [("email", ANN), ("password", PASSWORD)];
    let reply = browser(&app).submit("/sign-in", &fields).await.is(303);
    assert_eq!(reply.header("location"), Some("/app"));
    let (log, _) = app.engine().reader().list_audit(app.project().project.id, 10, 0).await.unwrap();
    let actions: Vec<_> = log.iter().map(|line| (line.action.as_str(), line.actor.as_str())).collect();
    assert_eq!(actions, [("factor.removed", ANN), ("factor.added", ANN)]);
}

#[tokio::test]
async fn setting_one_up_signs_out_the_browsers_that_came_in_without() {
    let app = TestApp::start().await;
    let ann = app.member_at(ANN, Role::Agent).await;
    let fields = [("email", ANN), ("password", PASSWORD)];
    let other = holding(&app, &browser(&app).submit("/sign-in", &fields).await.is(303));
    other.get("/account").await.is(200);
    set_up(&app, &ann).await;
    ann.get("/account").await.is(200);
    assert!(is_signed_out(&other.get("/account").await));
}
