//! A second factor that a project asks its people for.

use std::time::Duration;

use botplot_core::account::Role;
use botplot_engine::accounts;
use botplot_testkit::app::{Actor, PASSWORD, Reply, TestApp};
use http::Method;
use tokio::time::timeout;

use super::factor::set_up;

const ANN: &str = "ann@example.com";

async fn require(app: &TestApp, owner: &Actor, required: &str) -> Reply {
    owner.submit(&app.page("settings/security/second-factor"), &[("required", required)]).await
}

#[tokio::test]
async fn an_owner_asks_for_it_who_has_one() {
    let app = TestApp::start().await;
    let (owner, agent) = (app.member_at(ANN, Role::Owner).await, app.member(Role::Agent).await);
    let page = owner.get(&app.page("settings/security")).await.is(200);
    assert!(page.text().contains("You need one yourself"), "{}", page.text());
    let refused = require(&app, &owner, "yes").await.is(422);
    assert!(
        refused.text().contains("Your second factor is missing: set up your own first."),
        "{}",
        refused.text()
    );
    agent.get(&app.page("team")).await.is(200);
    set_up(&app, &owner).await;
    require(&app, &owner, "yes").await.is(303);
    require(&app, &owner, "yes").await.is(303);
    agent.get(&app.page("team")).await.is(303);
    let team = owner.get(&app.page("team")).await.is(200);
    assert!(team.text().contains("no second factor: shut out"), "{}", team.text());
    let page = owner.get(&app.page("settings/security")).await.is(200);
    assert!(page.text().contains("1 of 2 in the team have one"), "{}", page.text());
    let off = owner.get("/account/factor").await.is(200);
    assert!(off.text().contains("shut to you then, until you set one up again: first."), "{}", off.text());
    require(&app, &owner, "no").await.is(303);
    agent.get(&app.page("team")).await.is(200);
    let (lines, _) = app.engine().reader().list_audit(app.project().project.id, 9, 0).await.unwrap();
    let lines: Vec<_> = lines.iter().map(|line| (line.action.as_str(), line.actor.as_str())).collect();
    assert_eq!(lines, [("factor.made_optional", ANN), ("factor.required", ANN), ("factor.added", ANN)]);
}

#[tokio::test]
async fn everything_else_stays_open_and_a_set_up_opens_the_project() {
    let app = TestApp::start().await;
    let owner = app.member(Role::Owner).await;
    let agent = app.member_at(ANN, Role::Agent).await;
    let page = agent.clone().with("accept", "text/html");
    page.get(&app.page("team")).await.is(200);
    set_up(&app, &owner).await;
    require(&app, &owner, "yes").await.is(303);
    let account = agent.get("/account").await.is(200);
    assert!(!account.text().contains(&app.page("inbox")), "the frame of a project that is shut is shown");
    app.owner().get("/api/v1/project").await.is(200);
    // In the only project that there is, everything leads to the set-up.
    assert_eq!(agent.get("/app").await.is(303).header("location"), Some(app.page("inbox").as_str()));
    let other = app.another_project("other").await.project.id;
    let id = app.engine().reader().find_account_of(ANN).await.unwrap().unwrap().id;
    accounts::set_role(app.engine(), other, id, Role::Agent).await.unwrap();
    agent.get(&format!("/app/{other}/team")).await.is(200);
    let open = format!("/app/{other}/inbox");
    assert_eq!(agent.get("/app").await.is(303).header("location"), Some(open.as_str()));
    let led = agent.get(&app.page("leads?q=x")).await.is(303);
    let place = led.header("location").unwrap().to_owned();
    let form = agent.get(&place).await.is(200);
    let next = format!("name=\"next\" value=\"{}\"", app.page("leads?q=x"));
    assert!(form.text().contains(&next), "{}", form.text());
    set_up(&app, &agent).await;
    agent.get(&app.page("leads?q=x")).await.is(200);
}

#[tokio::test]
async fn a_set_up_leads_on_to_where_it_was_asked_for_and_nowhere_else() {
    let app = TestApp::start().await;
    let agent = app.member(Role::Agent).await;
    for (next, led) in [(app.page("team"), app.page("team")), ("https://evil.example".into(), "/app".into())]
    {
        let form = agent.get(&format!("/account/factor?next={next}")).await.is(200);
        let fields = super::factor::fields(&app, &form);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let shown =
            agent.submit("/account/factor", &[&fields[..], &[("next", &next)]].concat()).await.is(200);
        let way = format!("href=\"{led}\">I have kept them");
        assert!(shown.text().contains(&way), "{}", shown.text());
        let recovery = super::factor::between(shown.text(), "<pre id=\"codes\" tabindex=\"0\">", "<");
        let code = recovery.lines().next().unwrap();
        let fields = [("remove-password", PASSWORD), ("remove-code", code)];
        agent.submit("/account/factor/remove", &fields).await.is(303);
    }
}

#[tokio::test]
async fn a_live_inbox_that_is_open_ends() {
    let app = TestApp::start().await;
    let (owner, agent) = (app.member(Role::Owner).await, app.member(Role::Agent).await);
    let mut live = agent.send(Method::GET, &app.page("inbox/live"), "").await;
    assert_eq!(live.event().await.expect("it says that it listens")["type"], "ready");
    set_up(&app, &owner).await;
    require(&app, &owner, "yes").await.is(303);
    let ends = async { while live.event().await.is_some() {} };
    timeout(Duration::from_secs(40), ends).await.expect("the stream goes on");
}
