//! The gate in front of every address: who may pass, and from where.

use botplot_core::account::Role;
use botplot_testkit::app::TestApp;
use botplot_web::dashboard::{Access, table};
use http::Method;

use super::factor::set_up;

/// A pattern's address in the first project; other ids are of something that is not there.
fn address(app: &TestApp, pattern: &str) -> String {
    let path = pattern.replace("{project}", &app.project().project.id.to_string());
    let parts = path
        .split('/')
        .map(|part| if part.starts_with('{') { "550e8400-e29b-41d4-a716-446655440000" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn what_changes_something_is_refused_from_another_site() {
    let app = TestApp::start().await;
    let owner = app.member(Role::Owner).await;
    for (method, pattern, _) in table().into_iter().filter(|(method, ..)| *method == Method::POST) {
        let path = address(&app, pattern);
        for site in ["cross-site", "same-site", "none"] {
            let reply = owner.clone().without("sec-fetch-site").with("sec-fetch-site", site);
            let reply = reply.submit(&path, &[]).await;
            assert_eq!(reply.status, 403, "{method} {pattern} from {site}");
        }
        let elsewhere = owner.clone().without("sec-fetch-site").with("origin", "https://evil.example");
        assert_eq!(elsewhere.submit(&path, &[]).await.status, 403, "{pattern} from another origin");
        let silent = owner.clone().without("sec-fetch-site");
        assert_eq!(silent.submit(&path, &[]).await.status, 403, "{pattern} from nobody knows where");
    }
}

#[tokio::test]
async fn a_lower_role_is_refused_and_a_stranger_sees_nothing() {
    let app = TestApp::start().await;
    let mut people = Vec::new();
    for role in Role::ALL {
        people.push((role, app.member(role).await));
    }
    let outsider = app.outsider().await;
    for (method, pattern, access) in table() {
        let Access::Member(least) = access else { continue };
        let path = address(&app, pattern);
        for (role, person) in people.iter().filter(|(role, _)| *role < least) {
            let reply = person.send(method.clone(), &path, "").await.whole().await;
            assert_eq!(reply.status, 403, "{method} {pattern} by {role:?}");
        }
        let reply = outsider.send(method.clone(), &path, "").await.whole().await;
        assert_eq!(reply.status, 404, "{method} {pattern} by an outsider");
    }
}

#[tokio::test]
async fn who_is_not_signed_in_is_led_to_the_sign_in_and_loses_nothing_typed() {
    let app = TestApp::start().await;
    let nobody = app.stranger().with("sec-fetch-site", "same-origin");
    for (method, pattern, access) in table() {
        if access == Access::Open {
            continue;
        }
        let path = address(&app, pattern);
        if method == Method::GET {
            let reply = nobody.get(&path).await.is(303);
            let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
            assert_eq!(reply.header("location"), Some(format!("/sign-in?next={next}").as_str()));
        } else {
            let reply = nobody.submit(&path, &[("text", "line <one>\nline two")]).await.is(401);
            assert!(reply.text().contains("line &lt;one&gt;\nline two"), "{pattern}: {}", reply.text());
        }
    }
}

#[tokio::test]
async fn who_lacks_the_second_factor_that_a_project_asks_for_gets_nowhere_in_it() {
    let app = TestApp::start().await;
    let (owner, member) = (app.member(Role::Owner).await, app.member(Role::Owner).await);
    let outsider = app.outsider().await;
    set_up(&app, &owner).await;
    let page = app.page("settings/security/second-factor");
    owner.submit(&page, &[("required", "yes")]).await.is(303);
    for (method, pattern, access) in table() {
        let Access::Member(_) = access else { continue };
        let path = address(&app, pattern);
        if method == Method::GET {
            let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
            let reply = member.get(&path).await.is(303);
            let place = format!("/account/factor?next={next}");
            assert_eq!(reply.header("location"), Some(place.as_str()), "{pattern}");
        } else {
            let reply = member.submit(&path, &[("text", "line <one>\nline two")]).await.is(403);
            assert!(reply.text().contains("asks its team for a second factor"), "{pattern}");
            assert!(reply.text().contains("line &lt;one&gt;\nline two"), "{pattern}: {}", reply.text());
        }
        let piece = member.clone().with("hx-request", "true");
        let reply = piece.send(method.clone(), &path, "").await.whole().await.is(403);
        assert!(!reply.text().contains("<html"), "{method} {pattern}");
        assert_eq!(outsider.send(method, &path, "").await.status, 404, "{pattern}");
    }
}

#[tokio::test]
async fn passwords_and_files_are_not_kept_for_whoever_was_signed_out() {
    let app = TestApp::start().await;
    let from = "https://chat.example/app/x/knowledge/add?kind=files";
    let nobody = app.stranger().with("sec-fetch-site", "same-origin").with("referer", from);
    let fields = [("current", "an old secret"), ("password", "a new secret")];
    let page = nobody.submit("/account/password", &fields).await.is(401);
    assert!(!page.text().contains("secret") && page.text().contains("Nothing was sent"), "{}", page.text());
    let upload = nobody.with("content-type", "multipart/form-data; boundary=b");
    let body =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.md\"\r\n\r\n# A\r\n--b--\r\n";
    let page = upload.send(Method::POST, &app.page("knowledge/files"), body).await.whole().await.is(401);
    let way = "/sign-in?next=%2Fapp%2Fx%2Fknowledge%2Fadd%3Fkind%3Dfiles";
    assert!(page.text().contains(way) && page.text().contains("Files and passwords"), "{}", page.text());
}

#[tokio::test]
async fn an_address_that_is_none_is_a_page_for_browsers_and_json_for_programs() {
    let app = TestApp::start().await;
    let browser = app.stranger().with("accept", "text/html,application/xhtml+xml");
    for path in ["/nothing", "/app/nothing/at/all"] {
        let page = browser.get(path).await.is(404);
        assert!(page.text().starts_with("<!DOCTYPE html>") && page.text().contains("There is nothing here"));
        let json = app.stranger().get(path).await.is(404);
        assert_eq!(json.header("content-type"), Some("application/problem+json"));
    }
}
