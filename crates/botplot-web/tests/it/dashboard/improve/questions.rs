//! The question set and its runs.

use botplot_core::account::Role;
use botplot_engine::jobs;
use botplot_engine::questions::{Progress, progress};
use botplot_testkit::app::TestApp;
use botplot_testkit::fake_llm::{FakeLlm, Reply};

/// Begins a run and waits until it has ended.
async fn run(app: &TestApp, set: &str) {
    let admin = app.member(Role::Admin).await;
    let id = app.project().project.id;
    for _ in 0..2 {
        admin.submit(&format!("{set}/run"), &[]).await.is(303);
    }
    assert!(admin.get(set).await.is(200).text().contains("The questions will be asked in a moment."));
    assert_eq!(progress(app.engine(), id).await.unwrap(), Some(Progress::Waiting));
    jobs::run_until_idle(app.engine()).await;
    assert_eq!(progress(app.engine(), id).await.unwrap(), None);
}

#[tokio::test]
async fn questions_are_added_and_removed_and_their_faults_said() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let set = app.page("improve/questions");
    let wrong = admin.submit(&set, &[("question", " "), ("expected", "five days")]).await.is(400);
    assert!(wrong.text().contains("id=\"question-why\"") && wrong.text().contains("five days"));
    let long = "x".repeat(1_001);
    assert!(
        admin.submit(&set, &[("question", &long)]).await.is(400).text().contains("at most 1000 characters")
    );
    admin.submit(&set, &[("question", "<i>How long?</i>"), ("expected", "five days")]).await.is(303);
    let page = admin.get(&set).await.is(200);
    assert!(page.text().contains("&lt;i&gt;How long?&lt;/i&gt;") && page.text().contains("five days"));
    let id = app.engine().reader().list_questions(app.project().project.id).await.unwrap()[0].id;
    let viewer = app.member(Role::Viewer).await;
    assert!(!viewer.get(&set).await.is(200).text().contains("Run now"));
    admin.submit(&format!("{set}/{id}/remove"), &[]).await.is(303);
    admin.submit(&format!("{set}/{id}/remove"), &[]).await.is(404);
    assert!(admin.get(&set).await.is(200).text().contains("No questions yet"));
    admin.submit(&format!("{set}/run"), &[]).await.is(303);
    let going_on = progress(app.engine(), app.project().project.id).await.unwrap();
    assert_eq!(going_on, None, "there is nothing to ask");
}

#[tokio::test]
async fn a_run_asks_every_question_and_shows_what_failed() {
    let app = TestApp::start().await;
    app.learn(crate::SHIPPING.0, crate::SHIPPING.1).await;
    let admin = app.member(Role::Admin).await;
    let set = app.page("improve/questions");
    for (question, expected) in [
        (crate::QUESTION, "three to five"),
        (crate::QUESTION, "by carrier pigeon"),
        ("Who won the world cup of 1954?", ""),
        ("Who won the world cup of 1954?", "could not find that"),
    ] {
        admin.submit(&set, &[("question", question), ("expected", expected)]).await.is(303);
    }
    for _ in 0..2 {
        run(&app, &set).await;
    }
    let runs = app.engine().reader().list_runs(app.project().project.id, 9).await.unwrap();
    assert_eq!((runs.len(), runs[0].questions, runs[0].passed), (2, 4, 2));
    let page = admin.get(&set).await.is(200);
    assert!(
        page.text().contains("2 wrong") && page.text().contains("oldest run first: 50 %, 50 %"),
        "{}",
        page.text()
    );
    let run = admin.get(&app.page(&format!("improve/runs/{}", runs[0].id))).await.is(200);
    assert!(
        run.text().contains("2 of 4 right") && run.text().contains("It lacks: by carrier pigeon"),
        "{}",
        run.text()
    );
    let wanted = botplot_store::ConversationFilter::default();
    let stored =
        app.engine().reader().list_conversations(app.project().project.id, &wanted, 9, 0).await.unwrap();
    assert_eq!(stored.1, 0, "a run is no conversation");
}

#[tokio::test]
async fn a_run_asks_the_model_where_chat_would() {
    let model = FakeLlm::start().await;
    model.reply(Reply::text("It takes a fortnight [1]."));
    let app = TestApp::with_model(&model).await;
    app.learn(crate::SHIPPING.0, crate::SHIPPING.1).await;
    let admin = app.member(Role::Admin).await;
    let set = app.page("improve/questions");
    admin.submit(&set, &[("question", crate::QUESTION), ("expected", "fortnight")]).await.is(303);
    run(&app, &set).await;
    let id = app.project().project.id;
    let run = app.engine().reader().list_runs(id, 1).await.unwrap()[0].id;
    let run = app.engine().reader().find_run(id, run).await.unwrap().unwrap();
    assert_eq!((run.passed, run.results[0].how.as_str(), model.requests()), (1, "written", 1));
}
