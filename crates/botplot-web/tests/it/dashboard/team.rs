//! The team: people, roles, invitations, and the audit log.

use botplot_core::AccountId;
use botplot_core::account::Role;
use botplot_testkit::app::{Actor, PASSWORD, Reply, TestApp};
use botplot_testkit::smtp_receiver::{Encryption, SmtpReceiver};

use super::sign_in::{browser, holding, sign_in};

const NEW: [(&str, &str); 2] = [("name", "Nora"), ("password", PASSWORD)];

async fn invite(app: &TestApp, by: &Actor, email: &str, role: Role) -> Reply {
    by.submit(&app.page("team/invite"), &[("email", email), ("role", role.as_str())]).await
}

/// The path of the link that a text shows.
fn link(text: &str) -> String {
    let (_, rest) =
        text.split_once("https://chat.example/invite/").unwrap_or_else(|| panic!("no link in {text}"));
    format!("/invite/{}", &rest[..40])
}

async fn id_of(app: &TestApp, email: &str) -> AccountId {
    app.engine().reader().find_account_of(email).await.unwrap().unwrap().id
}

async fn role_of(app: &TestApp, email: &str) -> Option<Role> {
    let account = id_of(app, email).await;
    app.engine().reader().find_role(app.project().project.id, account).await.unwrap()
}

async fn set_role(app: &TestApp, by: &Actor, email: &str, role: Role) -> Reply {
    let path = app.page(&format!("team/people/{}/role", id_of(app, email).await));
    by.submit(&path, &[("role", role.as_str())]).await
}

async fn remove(app: &TestApp, by: &Actor, email: &str) -> Reply {
    by.submit(&app.page(&format!("team/people/{}/remove", id_of(app, email).await)), &[]).await
}

/// The path to a button of an open invitation.
async fn button(app: &TestApp, what: &str) -> String {
    let open = app.engine().reader().list_invitations(app.project().project.id).await.unwrap();
    app.page(&format!("team/invitations/{}/{what}", open[0].id))
}

/// Actions and subjects of the audit log, newest first.
async fn log(app: &TestApp) -> Vec<(String, String)> {
    let (lines, _) = app.engine().reader().list_audit(app.project().project.id, 100, 0).await.unwrap();
    lines.into_iter().map(|line| (line.action, line.subject)).collect()
}

#[tokio::test]
async fn everybody_sees_the_team_and_those_who_may_change_it() {
    let app = TestApp::start().await;
    let viewer = app.member_at("vera@example.com", Role::Viewer).await;
    let owner = app.member_at("olga@example.com", Role::Owner).await;
    let seen = viewer.get(&app.page("team")).await.is(200);
    for shown in ["vera@example.com", "olga@example.com", "Viewer", "Owner"] {
        assert!(seen.text().contains(shown), "{shown}");
    }
    for hidden in ["team/invite", "/remove", "/role\"", "Audit log"] {
        assert!(!seen.text().contains(hidden), "{hidden}");
    }
    let seen = owner.get(&app.page("team")).await.is(200);
    for shown in ["team/invite", "/remove", "/role\"", "Audit log"] {
        assert!(seen.text().contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn without_mail_an_invitation_is_a_link_that_is_shown_once_and_works_once() {
    let app = TestApp::start().await;
    let owner = app.member(Role::Owner).await;
    let shown = invite(&app, &owner, "Nora@example.com", Role::Agent).await.is(200);
    let path = link(shown.text());
    assert!(!owner.get(&app.page("team")).await.is(200).text().contains(&path));
    let page = browser(&app).get(&path).await.is(200);
    assert!(
        page.text().contains("Join first") && page.text().contains("nora@example.com"),
        "{}",
        page.text()
    );
    let short = browser(&app).submit(&path, &[("name", "Nora"), ("password", "short")]).await.is(422);
    assert!(short.text().contains("value=\"Nora\"") && short.text().contains("at least 10 characters"));
    let joined = browser(&app).submit(&path, &NEW).await.is(303);
    assert_eq!(joined.header("location"), Some(app.page("inbox").as_str()));
    holding(&app, &joined).get(&app.page("team")).await.is(200);
    assert_eq!(role_of(&app, "nora@example.com").await, Some(Role::Agent));
    for reply in [browser(&app).get(&path).await, browser(&app).submit(&path, &NEW).await] {
        assert!(reply.is(410).text().contains("was used already"));
    }
    let lines = log(&app).await;
    let nora = "nora@example.com".to_owned();
    assert_eq!(lines[..2], [("member.joined".into(), nora.clone()), ("member.invited".into(), nora)]);
}

#[tokio::test]
async fn with_mail_a_letter_carries_the_invitation() {
    let mail = SmtpReceiver::start(Encryption::None).await;
    let app = TestApp::with_mail(&mail, &[], 10).await;
    let owner = app.member(Role::Owner).await;
    let reply = invite(&app, &owner, "nora@example.com", Role::Viewer).await.is(303);
    assert_eq!(reply.header("location"), Some(app.page("team").as_str()));
    let letters = mail.wait_for(1).await;
    assert!(letters[0].header("Subject").unwrap().contains("invites you to"), "{}", letters[0].text());
    browser(&app).submit(&link(&letters[0].text()), &NEW).await.is(303);
    assert_eq!(role_of(&app, "nora@example.com").await, Some(Role::Viewer));
}

#[tokio::test]
async fn wrong_expired_withdrawn_and_replaced_invitations_open_nothing() {
    let app = TestApp::start().await;
    let owner = app.member(Role::Owner).await;
    let refused = async |path: &str, why: &str| {
        for reply in [browser(&app).get(path).await, browser(&app).submit(path, &NEW).await] {
            assert!(reply.is(410).text().contains(why), "{path}: {why}");
        }
    };
    refused(&format!("/invite/{}", "x".repeat(40)), "whether it is complete").await;
    refused("/invite/x", "whether it is complete").await;
    let first = link(invite(&app, &owner, "nora@example.com", Role::Agent).await.is(200).text());
    let second = link(invite(&app, &owner, "nora@example.com", Role::Viewer).await.is(200).text());
    refused(&first, "replaced by a newer one").await;
    let third = link(owner.submit(&button(&app, "again").await, &[]).await.is(200).text());
    refused(&second, "replaced by a newer one").await;
    app.clock().advance(7 * 24 * 3600 - 60);
    // Everybody was signed out meanwhile but for those who invite.
    browser(&app).get(&third).await.is(200);
    app.clock().advance(60);
    refused(&third, "has expired").await;
    let fourth = link(owner.submit(&button(&app, "again").await, &[]).await.is(200).text());
    let withdraw = button(&app, "withdraw").await;
    owner.submit(&withdraw, &[]).await.is(303);
    owner.submit(&withdraw, &[]).await.is(404);
    refused(&fourth, "withdrawn").await;
    assert_eq!(log(&app).await[0].0, "invitation.withdrawn");
}

#[tokio::test]
async fn who_has_an_account_signs_in_and_joins_with_it_and_nobody_else_does() {
    let app = TestApp::start().await;
    let (owner, eve) = (app.member(Role::Owner).await, app.outsider().await);
    let other = app.another_project("other").await.project.id;
    app.member_at("bob@example.com", Role::Agent).await;
    remove(&app, &owner, "bob@example.com").await.is(303);
    let path = link(invite(&app, &owner, "bob@example.com", Role::Admin).await.is(200).text());
    // Somebody else's account is told so, and gets nothing.
    let seen = eve.get(&path).await.is(200);
    assert!(
        seen.text().contains("This invitation is for bob@example.com, and you are signed in as outsider-")
    );
    assert!(eve.submit(&path, &NEW).await.is(200).text().contains("This invitation is for"));
    eve.get(&app.page("team")).await.is(404);
    // Without a sign-in, nobody sets Bob a new password.
    let seen = browser(&app).get(&path).await.is(200);
    assert!(seen.text().contains("/sign-in?next=%2Finvite%2F"), "{}", seen.text());
    assert!(browser(&app).submit(&path, &NEW).await.is(200).text().contains("has an account here"));
    let bob = sign_in(&browser(&app), "bob@example.com", PASSWORD, &path).await.is(303);
    assert_eq!(bob.header("location"), Some(path.as_str()));
    let bob = holding(&app, &bob);
    assert!(bob.get(&path).await.is(200).text().contains("Join as"));
    bob.submit(&path, &[]).await.is(303);
    assert_eq!(role_of(&app, "bob@example.com").await, Some(Role::Admin));
    bob.submit(&path, &[]).await.is(410);
    assert_eq!(
        app.engine().reader().find_role(other, id_of(&app, "bob@example.com").await).await.unwrap(),
        None
    );
}

#[tokio::test]
async fn whoever_signs_out_for_an_invitation_comes_back_to_it() {
    let app = TestApp::start().await;
    let eve = app.outsider().await;
    let out = eve.submit("/sign-out", &[("next", "/invite/abc")]).await.is(303);
    assert_eq!(out.header("location"), Some("/sign-in?next=%2Finvite%2Fabc"));
    let out = browser(&app).submit("/sign-out", &[("next", "//evil.example")]).await.is(303);
    assert_eq!(out.header("location"), Some("/sign-in?next=%2Fapp"));
}

#[tokio::test]
async fn an_admin_makes_nobody_an_admin_or_owner_and_touches_none() {
    let app = TestApp::start().await;
    let admin = app.member_at("adam@example.com", Role::Admin).await;
    app.member_at("olga@example.com", Role::Owner).await;
    app.member_at("olaf@example.com", Role::Owner).await;
    app.member_at("alma@example.com", Role::Admin).await;
    app.member_at("vera@example.com", Role::Viewer).await;
    for role in [Role::Admin, Role::Owner] {
        let reply = invite(&app, &admin, "nora@example.com", role).await.is(422);
        assert!(reply.text().contains("above what you may give"), "{}", reply.text());
        set_role(&app, &admin, "vera@example.com", role).await.is(409);
    }
    for email in ["olga@example.com", "alma@example.com"] {
        set_role(&app, &admin, email, Role::Viewer).await.is(409);
        remove(&app, &admin, email).await.is(409);
    }
    set_role(&app, &admin, "adam@example.com", Role::Owner).await.is(409);
    assert_eq!(log(&app).await, []);
    set_role(&app, &admin, "vera@example.com", Role::Agent).await.is(303);
    assert_eq!(role_of(&app, "vera@example.com").await, Some(Role::Agent));
    remove(&app, &admin, "vera@example.com").await.is(303);
    assert_eq!(role_of(&app, "vera@example.com").await, None);
    let lines: Vec<_> = log(&app).await.into_iter().map(|(action, _)| action).collect();
    assert_eq!(lines, ["member.removed", "member.role_changed"]);
}

#[tokio::test]
async fn an_owners_invitation_is_not_replaced_by_an_admin() {
    let app = TestApp::start().await;
    let (owner, admin) = (app.member(Role::Owner).await, app.member(Role::Admin).await);
    let path = link(invite(&app, &owner, "nora@example.com", Role::Owner).await.is(200).text());
    invite(&app, &admin, "nora@example.com", Role::Viewer).await.is(422);
    for what in ["again", "withdraw"] {
        admin.submit(&button(&app, what).await, &[]).await.is(409);
    }
    browser(&app).get(&path).await.is(200);
}

#[tokio::test]
async fn a_removed_members_next_request_finds_nothing_and_the_rest_of_them_stays() {
    let app = TestApp::start().await;
    let owner = app.member(Role::Owner).await;
    let bob = app.member_at("bob@example.com", Role::Agent).await;
    bob.get(&app.page("team")).await.is(200);
    remove(&app, &owner, "bob@example.com").await.is(303);
    bob.get(&app.page("team")).await.is(404);
    bob.get("/account").await.is(200);
    bob.get("/app").await.is(200);
    remove(&app, &owner, "bob@example.com").await.is(404);
}

#[tokio::test]
async fn the_last_owner_stays() {
    let app = TestApp::start().await;
    let olga = app.member_at("olga@example.com", Role::Owner).await;
    let refused = async |reply: Reply| {
        assert!(reply.is(409).text().contains("without an owner"));
        assert_eq!(role_of(&app, "olga@example.com").await, Some(Role::Owner));
    };
    refused(set_role(&app, &olga, "olga@example.com", Role::Viewer).await).await;
    refused(remove(&app, &olga, "olga@example.com").await).await;
    refused(olga.submit(&app.page("team/leave"), &[]).await).await;
    app.member_at("olaf@example.com", Role::Owner).await;
    olga.submit(&app.page("team/leave"), &[]).await.is(303);
    assert_eq!(role_of(&app, "olga@example.com").await, None);
    assert_eq!(log(&app).await, [("member.left".to_owned(), "olga@example.com".to_owned())]);
}

#[tokio::test]
async fn whoever_is_in_the_team_is_not_invited_and_a_wrong_address_is_named() {
    let app = TestApp::start().await;
    let owner = app.member_at("olga@example.com", Role::Owner).await;
    let reply = invite(&app, &owner, "Olga@example.com", Role::Agent).await.is(422);
    assert!(reply.text().contains("belongs to somebody of the team already"), "{}", reply.text());
    let reply = invite(&app, &owner, "no address", Role::Agent).await.is(422);
    assert!(
        reply.text().contains("value=\"no address\"") && reply.text().contains("must be an e-mail address")
    );
    let path = app.page("team/invite");
    owner.submit(&path, &[("email", "a@example.com"), ("role", "king")]).await.is(422);
}

#[tokio::test]
async fn other_projects_people_and_invitations_are_not_there() {
    let app = TestApp::start().await;
    let owner = app.member_at("olga@example.com", Role::Owner).await;
    invite(&app, &owner, "nora@example.com", Role::Agent).await.is(200);
    let again = button(&app, "again").await;
    let made = owner.submit("/projects/new", &[("name", "Second")]).await.is(303);
    let second = made.header("location").unwrap().replace("/start", "");
    let first = app.page("");
    let elsewhere = |path: &str| format!("{second}/{}", path.strip_prefix(&first).unwrap());
    owner.submit(&elsewhere(&again), &[]).await.is(404);
    app.member_at("bob@example.com", Role::Agent).await;
    let bob = id_of(&app, "bob@example.com").await;
    owner.submit(&format!("{second}/team/people/{bob}/remove"), &[]).await.is(404);
    owner.submit(&format!("{second}/team/people/{bob}/role"), &[("role", "agent")]).await.is(404);
    assert_eq!(role_of(&app, "bob@example.com").await, Some(Role::Agent));
}

#[tokio::test]
async fn the_audit_log_says_in_plain_words_who_did_what() {
    let app = TestApp::start().await;
    let owner = app.member_at("olga@example.com", Role::Owner).await;
    assert!(owner.get(&app.page("audit")).await.is(200).text().contains("Nothing is written here yet"));
    for n in 0..51 {
        invite(&app, &owner, &format!("n{n}@example.com"), Role::Agent).await.is(200);
    }
    let page = owner.get(&app.page("audit")).await.is(200);
    assert!(page.text().contains("Invited <strong>n50@example.com</strong>"), "{}", page.text());
    assert!(!page.text().contains("n0@example.com") && page.text().contains("1–50 of 51"));
    let older = owner.get(&app.page("audit?offset=50")).await.is(200);
    assert!(older.text().contains("n0@example.com") && older.text().contains("role: agent"));
    owner.get(&app.page("audit?offset=x")).await.is(400);
}
