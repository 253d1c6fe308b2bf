//! Knowledge: sources, their pages and chunks, and what a question finds in them.

mod files;
mod written;

use botplot_core::account::Role;
use botplot_engine::jobs;
use botplot_testkit::app::{Actor, TestApp};

/// Markup that must stay text wherever it is shown.
const HOSTILE: &str = "<script>alert(1)</script> & \"co\"";
const SAFE: &str = "&lt;script&gt;alert(1)&lt;/script&gt; &amp; ";

/// Adds a text and has it read; the address of its page.
async fn add_text(app: &TestApp, admin: &Actor, name: &str, text: &str) -> String {
    let fields = [("kind", "text"), ("name", name), ("text", text)];
    let added = admin.submit(&app.page("knowledge/add"), &fields).await.is(303);
    jobs::run_until_idle(app.engine()).await;
    added.header("location").expect("it leads to the source").to_owned()
}

#[tokio::test]
async fn nothing_learnt_yet_says_what_to_do() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let page = admin.get(&app.page("knowledge")).await.is(200);
    assert!(page.text().contains("The bot knows nothing yet"), "{}", page.text());
    assert!(page.text().contains("Add your website") && page.text().contains("type=\"file\""));
    let viewer = app.member(Role::Viewer).await;
    let page = viewer.get(&app.page("knowledge")).await.is(200);
    assert!(!page.text().contains("knowledge/add") && !page.text().contains("type=\"file\""));
}

#[tokio::test]
async fn a_text_is_added_read_and_listed_and_its_name_stays_text() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let fields = [("kind", "text"), ("name", HOSTILE), ("text", "# Hours\n\nWe are open from nine to five.")];
    let added = admin.submit(&app.page("knowledge/add"), &fields).await.is(303);
    let waiting = admin.get(&app.page("knowledge/list")).await.is(200);
    assert!(waiting.text().contains("every 2s") && waiting.text().contains("Waiting"), "{}", waiting.text());
    jobs::run_until_idle(app.engine()).await;
    let listed = admin.get(&app.page("knowledge")).await.is(200);
    assert!(listed.text().contains("Ready") && !listed.text().contains("every 2s"), "{}", listed.text());
    assert!(listed.text().contains(SAFE) && !listed.text().contains("<script>alert"), "{}", listed.text());
    let source = admin.get(added.header("location").unwrap()).await.is(200);
    assert!(source.text().contains(SAFE) && !source.text().contains("<script>alert"));
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let add = async |fields: &[(&str, &str)]| {
        let reply = admin.submit(&app.page("knowledge/add"), fields).await.is(400);
        reply.text().to_owned()
    };
    let page =
        add(&[("kind", "website"), ("url", "not an address"), ("max_pages", "0"), ("name", "My site")]).await;
    assert!(page.contains("id=\"url-why\"") && page.contains("My site"), "{page}");
    let page = add(&[("kind", "website"), ("url", "http://127.0.0.1/"), ("max_pages", "9")]).await;
    assert!(page.contains("id=\"url-why\"") && page.contains("is not read"), "{page}");
    let page = add(&[("kind", "text"), ("name", ""), ("text", "What I wrote.")]).await;
    assert!(page.contains("id=\"name-why\"") && page.contains("What I wrote."), "{page}");
    let page = add(&[("kind", "qa"), ("name", "x"), ("question-0", "Who?"), ("answer-0", "")]).await;
    assert!(page.contains("id=\"answer-0-why\"") && page.contains("Who?"), "{page}");
    let page = add(&[("kind", "qa"), ("name", "x")]).await;
    assert!(page.contains("id=\"question-0-why\""), "{page}");
    assert_eq!(app.engine().reader().list_sources(app.project().project.id, 9, 0).await.unwrap().1, 0);
}

#[tokio::test]
async fn a_source_is_read_again_switched_off_and_on_renamed_and_removed() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let place = add_text(&app, &admin, "Hours", "We are open from nine to five.").await;
    let post = async |rest: &str, fields: &[(&str, &str)]| {
        let reply = admin.submit(&format!("{place}/{rest}"), fields).await;
        jobs::run_until_idle(app.engine()).await;
        reply
    };
    let page = async || admin.get(&place).await.is(200).text().to_owned();
    post("sync", &[]).await.is(303);
    assert!(page().await.contains("Ready"));
    post("switch", &[]).await.is(303);
    assert!(page().await.contains("Switched off"));
    let found = admin.get(&app.page("knowledge/test?q=When+are+you+open%3F")).await.is(200);
    assert!(found.text().contains("0 passages"), "{}", found.text());
    post("switch", &[("on", "on")]).await.is(303);
    assert!(page().await.contains("Ready"));
    let refused = post("rename", &[("name", " ")]).await.is(400);
    assert!(refused.text().contains("id=\"name-why\""));
    post("rename", &[("name", "Opening hours")]).await.is(303);
    assert!(page().await.contains("Opening hours"));
    post("remove", &[]).await.is(303);
    admin.get(&place).await.is(404);
    let audit = app.engine().reader().list_audit(app.project().project.id, 20, 0).await.unwrap().0;
    let actions: Vec<_> = audit.iter().rev().map(|entry| entry.action.as_str()).collect();
    let expected =
        ["source.added", "source.switched_off", "source.switched_on", "source.renamed", "source.removed"];
    assert_eq!(actions.iter().filter(|a| a.starts_with("source.")).copied().collect::<Vec<_>>(), expected);
    assert!(
        audit.iter().all(|entry| !entry.action.starts_with("source.") || entry.actor.starts_with("admin-"))
    );
}

#[tokio::test]
async fn every_page_says_what_became_of_it_and_shows_its_passages() {
    let app = TestApp::start().await;
    let admin = app.member(Role::Admin).await;
    let files = vec![
        ("good.md".to_owned(), b"# Returns\n\n## How\n\nSend it back in thirty days.\n".to_vec()),
        ("empty.md".to_owned(), b"# Only a heading\n".to_vec()),
    ];
    let id = app.project().project.id;
    let source = botplot_engine::sources::add_files(app.engine(), id, "Two", files).await.unwrap().id;
    jobs::run_until_idle(app.engine()).await;
    let place = app.page(&format!("knowledge/sources/{source}"));
    let all = admin.get(&place).await.is(200);
    assert!(all.text().contains("All (2)") && all.text().contains("Left out (1)"), "{}", all.text());
    let skipped = admin.get(&format!("{place}?state=skipped")).await.is(200);
    assert!(skipped.text().contains("empty.md") && skipped.text().contains("It has no text."));
    assert!(!skipped.text().contains("good.md"), "{}", skipped.text());
    let pages = app.engine().reader().list_pages(id, source).await.unwrap();
    let good = pages.iter().find(|page| page.url == "good.md").unwrap();
    let page = admin.get(&format!("{place}/pages/{}", good.id)).await.is(200);
    assert!(page.text().contains("Send it back in thirty days."), "{}", page.text());
    let other = app.another_project("other").await.project.id;
    let foreign = format!("/app/{other}/knowledge/sources/{source}");
    admin.get(&foreign).await.is(404);
    admin.get(&format!("{place}/pages/{source}")).await.is(404);
    admin.get(&app.page("knowledge/sources/nonsense")).await.is(404);
}

#[tokio::test]
async fn testing_a_question_shows_what_chat_does_with_it() {
    let app = TestApp::start().await;
    app.learn(crate::SHIPPING.0, crate::SHIPPING.1).await;
    let viewer = app.member(Role::Viewer).await;
    let test = async |question: &str| {
        let q: String = url::form_urlencoded::byte_serialize(question.as_bytes()).collect();
        viewer.get(&app.page(&format!("knowledge/test?q={q}"))).await.is(200).text().to_owned()
    };
    let found = test(crate::QUESTION).await;
    let said = app.widget().ask("bob", crate::QUESTION).await.is(200).answer();
    assert!(found.contains("It would quote the knowledge") && found.contains("<meter"), "{found}");
    assert!(found.contains(said.trim()), "{said} is not in {found}");
    let refused = test("Who won the world cup of 1954?").await;
    assert!(refused.contains("It would say that it does not know") && refused.contains("below"), "{refused}");
    assert!(test("hello").await.contains("It would answer politely"));
    assert!(test(HOSTILE).await.contains(SAFE));
    let empty = test(" ").await;
    assert!(empty.contains("id=\"q-why\"") && empty.contains("must not be empty"), "{empty}");
}
