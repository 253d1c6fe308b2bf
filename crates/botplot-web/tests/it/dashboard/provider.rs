//! Signing in with an account at a provider of OpenID Connect.

use botplot_core::account::{Account, Role};
use botplot_engine::accounts::invitations;
use botplot_testkit::app::{Actor, OidcProvider, PASSWORD, Reply, TestApp};
use serde_json::json;

use super::sign_in::{browser, holding};

const ANN: &str = "ann@example.com";

/// Goes to the provider; returns the browser as it comes back, and the address that it is led to.
async fn visit(app: &TestApp, provider: &OidcProvider, next: &str) -> (Actor, String) {
    let left = browser(app).get(&format!("/sign-in/oidc?next={next}")).await.is(303);
    let back = provider.let_in(left.header("location").expect("it leads to the provider")).await;
    let held = left.header("set-cookie").expect("the browser holds something");
    assert!(held.contains("HttpOnly") && held.contains("Secure") && held.contains("SameSite=Lax"), "{held}");
    (browser(app).with("cookie", held.split(';').next().unwrap()), back)
}

/// A whole visit.
async fn sign_in(app: &TestApp, provider: &OidcProvider) -> Reply {
    let (browser, back) = visit(app, provider, "/account/factor").await;
    browser.get(&back).await
}

/// Checks that a visit led back to the sign-in page, which says this, and that nobody is signed in.
fn is_refused(reply: Reply, status: u16, why: &str) {
    let reply = reply.is(status);
    assert!(reply.text().contains(why), "{why} is not in {}", reply.text());
    assert!(reply.text().contains("action=\"/sign-in\""), "it is not the sign-in page: {}", reply.text());
    let set: Vec<_> = reply.headers.get_all("set-cookie").iter().map(|v| v.to_str().unwrap()).collect();
    assert!(!set.iter().any(|cookie| cookie.starts_with("__Host-botplot=")), "{set:?}");
}

#[tokio::test]
async fn somebody_with_an_account_signs_in_and_is_known_by_the_subject_from_then_on() {
    let provider = OidcProvider::start().await;
    let app = TestApp::with_oidc(&provider, &[]).await;
    app.member_at(ANN, Role::Agent).await;
    let form = browser(&app).get("/sign-in?next=/x").await.is(200);
    let link = "href=\"/sign-in/oidc?next=%2Fx\"";
    assert!(form.text().contains(link) && form.text().contains("Sign in with Example ID"), "{}", form.text());
    let first = sign_in(&app, &provider).await.is(303);
    assert_eq!(first.header("location"), Some("/account/factor"));
    assert_eq!(holding(&app, &first).get("/app").await.header("location"), Some(app.page("inbox").as_str()));
    provider.claim(json!({ "email": "ann@elsewhere.example", "email_verified": false }));
    let second = sign_in(&app, &provider).await.is(303);
    assert_eq!(holding(&app, &second).get("/app").await.header("location"), Some(app.page("inbox").as_str()));
    provider.claim(json!({ "sub": "somebody else", "email": "bob@example.com" }));
    is_refused(sign_in(&app, &provider).await, 401, "Nobody here has the address bob@example.com");
}

/// Whether the password still opens the account.
async fn by_password(app: &TestApp) -> u16 {
    let fields = [("email", ANN), ("password", PASSWORD)];
    browser(app).submit("/sign-in", &fields).await.status.as_u16()
}

#[tokio::test]
async fn an_address_that_was_never_confirmed_ends_password_browsers_and_links_when_it_is_proved() {
    let provider = OidcProvider::start().await;
    let app = TestApp::with_oidc(&provider, &[]).await;
    let squatter = app.member_at(ANN, Role::Agent).await;
    let reset = super::sign_in::made_link(&app, ANN).await;
    let reply = sign_in(&app, &provider).await.is(303);
    holding(&app, &reply).get("/account").await.is(200);
    squatter.get("/account").await.is(303);
    assert_eq!(by_password(&app).await, 401);
    browser(&app).submit(&reset, &[("password", PASSWORD)]).await.is(410);
    let account = app.engine().reader().find_account_of(ANN).await.unwrap().unwrap();
    assert!(account.confirmed && account.password.is_none());
}

#[tokio::test]
async fn a_confirmed_address_keeps_its_password_and_its_browsers() {
    let provider = OidcProvider::start().await;
    let app = TestApp::with_oidc(&provider, &[]).await;
    let ann = app.member_at(ANN, Role::Agent).await;
    let known = app.engine().reader().find_account_of(ANN).await.unwrap().unwrap();
    let confirmed = Account { confirmed: true, ..known };
    let kept = app.store().write(move |tx| Box::pin(async move { tx.save_account(&confirmed).await }));
    let kept: Result<bool, botplot_store::Error> = kept.await;
    assert!(kept.unwrap());
    let reply = sign_in(&app, &provider).await.is(303);
    holding(&app, &reply).get(&app.page("team")).await.is(200);
    ann.get("/account").await.is(200);
    assert_eq!(by_password(&app).await, 303);
    // It is known by the subject from then on.
    provider.claim(json!({ "email": "ann@elsewhere.example", "email_verified": false }));
    sign_in(&app, &provider).await.is(303);
}

#[tokio::test]
async fn a_domain_that_is_let_in_makes_accounts_without_a_part_in_any_project() {
    let provider = OidcProvider::start().await;
    let app = TestApp::with_oidc(&provider, &["example.com"]).await;
    is_refused(sign_in(&app, &provider).await, 401, "is not set up yet");
    app.member(Role::Owner).await;
    let reply = sign_in(&app, &provider).await.is(303);
    let page = holding(&app, &reply).get("/app").await.is(200);
    assert!(
        page.text().contains("not part of a project yet") && page.text().contains(ANN),
        "{}",
        page.text()
    );
    let account = app.engine().reader().find_account_of(ANN).await.unwrap().expect("an account was made");
    assert_eq!((account.name.as_str(), account.password.is_none()), ("Ann <Other>", true));
    let again = sign_in(&app, &provider).await.is(303);
    let page = holding(&app, &again).get("/account/factor").await.is(200);
    assert!(!page.text().contains("type=\"password\""), "there is no password to ask for");
    provider.claim(json!({ "sub": "2", "email": "eve@sub.example.com" }));
    is_refused(sign_in(&app, &provider).await, 401, "Nobody here has the address");
    // No password opens an account that has none.
    for password in ["", PASSWORD] {
        browser(&app).submit("/sign-in", &[("email", ANN), ("password", password)]).await.is(401);
    }
}

#[tokio::test]
async fn an_invitation_makes_an_account_and_is_taken_by_it() {
    let provider = OidcProvider::start().await;
    let app = TestApp::with_oidc(&provider, &[]).await;
    app.member_at("owner@example.com", Role::Owner).await;
    let owner = app.engine().reader().find_account_of("owner@example.com").await.unwrap().unwrap();
    is_refused(sign_in(&app, &provider).await, 401, "Nobody here has the address ann@example.com");
    let (project, offer) = (app.project().project.id, (ANN, Role::Agent));
    let sent =
        invitations::invite(app.engine(), project, &owner, offer, "https://chat.example").await.unwrap();
    let reply = sign_in(&app, &provider).await.is(303);
    assert_eq!(holding(&app, &reply).get("/app").await.header("location"), Some(app.page("inbox").as_str()));
    let ann = app.engine().reader().find_account_of(ANN).await.unwrap().unwrap();
    assert_eq!(app.engine().reader().find_role(project, ann.id).await.unwrap(), Some(Role::Agent));
    let link = sent.link.expect("without a mail server the link is shown");
    browser(&app).get(link.strip_prefix("https://chat.example").unwrap()).await.is(410);
}

#[tokio::test]
async fn an_address_that_the_provider_does_not_vouch_for_is_nobodys() {
    let provider = OidcProvider::start().await;
    let app = TestApp::with_oidc(&provider, &["example.com"]).await;
    app.member_at(ANN, Role::Owner).await;
    for said in [json!(false), json!(null), json!("no")] {
        provider.claim(json!({ "email_verified": said }));
        is_refused(sign_in(&app, &provider).await, 401, "not verified at Example ID");
    }
}

#[tokio::test]
async fn an_address_may_come_from_the_userinfo_endpoint() {
    let provider = OidcProvider::start().await;
    let app = TestApp::with_oidc(&provider, &[]).await;
    app.member_at(ANN, Role::Agent).await;
    provider.claim(json!({ "email": null, "email_verified": null }));
    provider.tell(json!({ "sub": "somebody else", "email": ANN, "email_verified": true }));
    is_refused(sign_in(&app, &provider).await, 502, "does not prove who you are");
    provider.tell(json!({ "sub": "ann-1", "email": ANN, "email_verified": true }));
    sign_in(&app, &provider).await.is(303);
}

#[tokio::test]
async fn a_token_that_is_not_for_this_server_now_proves_nothing() {
    let provider = OidcProvider::start().await;
    let app = TestApp::with_oidc(&provider, &["example.com"]).await;
    app.member(Role::Owner).await;
    for changes in [
        json!({ "nonce": "another" }),
        json!({ "exp": 1_000_000_000 }),
        json!({ "aud": "another client" }),
        json!({ "iss": "http://127.0.0.1:1" }),
        json!({ "sub": null }),
    ] {
        provider.claim(changes.clone());
        is_refused(sign_in(&app, &provider).await, 502, "does not prove who you are");
    }
    provider.claim(json!({ "exp": 4_000_000_000_u64 }));
    sign_in(&app, &provider).await.is(303);
}

#[tokio::test]
async fn a_callback_works_once_in_the_browser_that_began_and_in_time() {
    let provider = OidcProvider::start().await;
    let app = TestApp::with_oidc(&provider, &["example.com"]).await;
    app.member(Role::Owner).await;
    let stale = "took too long, was begun in another browser, or was used already";
    let (holder, back) = visit(&app, &provider, "").await;
    is_refused(browser(&app).get(&back).await, 401, stale);
    is_refused(holder.get(&back.replace("state=", "state=x")).await, 401, stale);
    is_refused(holder.get("/sign-in/oidc/callback").await, 401, stale);
    let (other, _) = visit(&app, &provider, "").await;
    is_refused(other.get(&back).await, 401, stale);
    let passed = holder.get(&back).await.is(303);
    let forgets = passed
        .headers
        .get_all("set-cookie")
        .iter()
        .any(|value| value.to_str().unwrap().starts_with("__Host-botplot-provider=; "));
    assert!(forgets, "the browser still holds what it began with: {:?}", passed.headers);
    is_refused(holder.get(&back).await, 401, stale);
    let (late, back) = visit(&app, &provider, "").await;
    app.clock().advance(600);
    is_refused(late.get(&back).await, 401, stale);
}

#[tokio::test]
async fn a_providers_refusal_is_told_in_our_own_words() {
    let provider = OidcProvider::start().await;
    let app = TestApp::with_oidc(&provider, &[]).await;
    let (holder, back) = visit(&app, &provider, "").await;
    let state = back.split("state=").nth(1).unwrap();
    let refusal =
        format!("/sign-in/oidc/callback?error=access_denied&error_description=%3Cscript%3E&state={state}");
    let reply = holder.get(&refusal).await;
    assert!(!reply.text().contains("<script>"), "{}", reply.text());
    is_refused(reply, 401, "You were not let in by Example ID");
}

#[tokio::test]
async fn a_provider_that_is_down_is_said_to_be_and_the_password_still_works() {
    let provider = OidcProvider::start().await;
    let app = TestApp::with_oidc(&provider, &[]).await;
    app.member_at(ANN, Role::Agent).await;
    provider.stop().await;
    let reply = browser(&app).get("/sign-in/oidc?next=/account").await;
    assert!(reply.text().contains("name=\"next\" value=\"/account\""), "{}", reply.text());
    is_refused(reply, 503, "does not answer now");
    browser(&app).submit("/sign-in", &[("email", ANN), ("password", PASSWORD)]).await.is(303);
}

#[tokio::test]
async fn without_a_provider_there_is_no_way_to_one() {
    let app = TestApp::start().await;
    browser(&app).get("/sign-in/oidc").await.is(404);
    browser(&app).get("/sign-in/oidc/callback?code=1&state=2").await.is(404);
    assert!(!browser(&app).get("/sign-in").await.is(200).text().contains("/sign-in/oidc"));
}
