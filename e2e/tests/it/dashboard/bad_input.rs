//! What goes wrong in people's hands: a sign-in that ends in the middle of a form, files that cannot be read, and
//! names and messages full of markup.

use std::fs;

use botplot_e2e::{Bot, EMAIL, PASSWORD, Page, Stage};
use serde_json::{Value, json};

/// Markup in a name: a script would call `hit`, a picture would be asked for.
const NAME: &str = r#"<img src=x onerror=hit()>"Bob' & <b>Co</b>"#;
/// Markup in a message.
const MESSAGE: &str = r#"</p><script>hit()</script><svg onload=hit()> & <u>"hello"</u> 'there'"#;

/// The owner signs out in another tab, as if their time were up.
async fn is_signed_out(stage: &Stage) -> Page {
    let tab = stage.browser.page().await;
    stage.open(&tab, "team").await;
    tab.click_named("button", "Sign out").await;
    tab.until("location.pathname === '/sign-in'").await;
    tab
}

/// Follows the page's way in, in that other tab.
async fn signs_in_again(page: &Page, tab: &Page) {
    let way = page.js("ui('main a[target]').href").await;
    tab.goto(way.as_str().unwrap_or_default()).await;
    tab.write("#email", EMAIL).await;
    tab.write("#password", PASSWORD).await;
    tab.press("Enter").await;
    tab.until_says("h1", "You are signed in").await;
}

#[tokio::test]
async fn a_sign_in_that_ends_in_the_middle_of_a_long_form_loses_nothing() {
    let stage = Stage::start().await;
    let owner = stage.owner().await;
    stage.open(&owner, "settings/bot").await;
    let text = format!(
        "\n  Be brief.\n\n{}\n\"Quotes\" & <tags> stay as they are.",
        "Say where it stands. ".repeat(150)
    );
    owner.js("ui('#instructions').value = ''").await;
    owner.write("#instructions", &text).await;
    owner.write("#refusal", "Ask us by e-mail instead.").await;
    let before = stage.bot.api("GET", "/api/v1/project", None).await;
    let tab = is_signed_out(&stage).await;
    owner.click_named("button", "Save").await;
    owner.until_says("h1", "You were signed out").await;
    owner.is_accessible().await;
    owner.picture("signed-out-in-a-form").await;
    assert_eq!(stage.bot.api("GET", "/api/v1/project", None).await, before);
    signs_in_again(&owner, &tab).await;
    owner.click_named("button", "Send again").await;
    owner.until("location.pathname.endsWith('/settings/bot') && ui('.said')").await;
    let after = stage.bot.api("GET", "/api/v1/project", None).await;
    assert_eq!(after["instructions"], text.trim());
    assert!(
        owner.js("ui('#refusal').value").await.as_str().is_some_and(|now| now.contains("Ask us by e-mail"))
    );
}

#[tokio::test]
async fn questions_with_answers_outlive_a_sign_in_too() {
    let stage = Stage::start().await;
    let owner = stage.owner().await;
    stage.open(&owner, "knowledge/add?kind=qa").await;
    owner.write("#name", "Opening").await;
    owner.write("#question-0", "When are you open?").await;
    owner.write("#answer-0", "From **nine** to five.\nNot on Sundays.").await;
    owner.write("#question-1", "Are you <open> at Easter?").await;
    owner.write("#answer-1", "No.").await;
    let tab = is_signed_out(&stage).await;
    owner.click("form.card button.primary").await;
    owner.until_says("h1", "You were signed out").await;
    signs_in_again(&owner, &tab).await;
    owner.click_named("button", "Send again").await;
    owner.until("location.pathname.includes('/knowledge/sources/')").await;
    owner.click_named("link", "Edit the pairs").await;
    owner.until("location.pathname.endsWith('/pairs') && document.readyState === 'complete'").await;
    let shown = owner.js("all('.pairs summary').map((one) => one.textContent)").await;
    assert_eq!(shown, json!(["When are you open?", "Are you <open> at Easter?"]));
    owner.until("all('.pairs textarea')[0].value === 'From **nine** to five.\\nNot on Sundays.'").await;
}

#[tokio::test]
async fn files_that_are_too_big_or_cannot_be_read_are_told_of_where_they_stand() {
    let stage = Stage::around(Bot::with(&[("BOTPLOT__SERVER__UPLOAD_MB", "1")]).await).await;
    let owner = stage.owner().await;
    let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
    let files: [(&str, Vec<u8>, &str, &str); 5] = [
        ("prices.md", b"# Prices\n\nA basket costs forty euros.\n".to_vec(), "fine", "Uploaded"),
        ("film.txt", vec![b'x'; 2 << 20], "wrong", "larger than 1 MB"),
        ("virus.exe", b"MZ\x90\0\x03".to_vec(), "wrong", "a format that is not read"),
        ("empty.txt", Vec::new(), "wrong", "is empty"),
        ("bare.html", b"<html><body><img src=a.png></body></html>".to_vec(), "fine", "Uploaded"),
    ];
    let paths: Vec<_> = files.iter().map(|(name, ..)| folder.path().join(name)).collect();
    for (path, (_, bytes, ..)) in paths.iter().zip(&files) {
        fs::write(path, bytes).expect("the folder can be written to");
    }
    stage.open(&owner, "knowledge/add?kind=files").await;
    let chosen: Vec<_> = paths.iter().map(std::path::PathBuf::as_path).collect();
    owner.choose("#file", &chosen).await;
    for (name, _, tone, words) in files {
        owner
            .until(&format!("all('#uploads li.{tone}').some((one) => one.innerText.includes('{name}') && one.innerText.includes('{words}'))"))
            .await;
    }
    owner.is_accessible().await;
    owner.picture("upload-faults").await;
    // What only its reader can tell stands where the file is listed.
    stage.open(&owner, "knowledge").await;
    owner.until("all('#sources tr, #sources li').some((row) => row.innerText.includes('bare.html') && /no text/.test(row.innerText))").await;
    owner.picture("upload-bare").await;
}

#[tokio::test]
async fn files_that_were_chosen_before_the_sign_in_ended_are_asked_for_again() {
    let stage = Stage::start().await;
    let owner = stage.owner().await;
    stage.open(&owner, "knowledge/add?kind=files").await;
    is_signed_out(&stage).await;
    let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
    let path = folder.path().join("prices.md");
    fs::write(&path, "# Prices").expect("the folder can be written to");
    owner.choose("#file", &[&path]).await;
    owner.until_says("#uploads .outcome", "You were signed out").await;
}

#[tokio::test]
async fn names_and_messages_full_of_markup_are_text_everywhere() {
    let stage = Stage::set(json!({ "lead_form": { "when": [] } })).await;
    stage.browser.allow_notifications(&stage.bot.origin()).await;
    let owner = stage.owner().await;
    is_called_by_markup(&stage, &owner).await;
    notifies_in_text(&stage, &owner).await;
    stage.bot.write(NAME, MESSAGE).await;
    owner.until(&format!("ui('.row .who')?.textContent === {}", Value::from(NAME))).await;
    owner.until(&format!("document.title.includes({})", Value::from(NAME))).await;
    is_text(&owner, ".row .says", MESSAGE).await;
    owner.click(".row a").await;
    owner.until("ui('#log')").await;
    is_text(&owner, "#thread h2", NAME).await;
    owner
        .until(&format!(
            "all('.message.visitor').some((one) => one.innerText.includes({}))",
            Value::from(MESSAGE)
        ))
        .await;
    owner
        .until(&format!(
            "all('.message.person').some((one) => one.innerText.includes({}))",
            Value::from(NAME)
        ))
        .await;
    owner.picture("markup-thread").await;
    is_harmless(&owner).await;
    for page in ["team", "audit", "leads", "improve", "analytics", "settings/general", "inbox/replies"] {
        stage.open(&owner, page).await;
        owner.until(&format!("document.title.includes({})", Value::from(NAME))).await;
        is_harmless(&owner).await;
        owner.picture(&format!("markup-{}", page.replace('/', "-"))).await;
    }
    stage.open(&owner, "team").await;
    is_text(&owner, "main", NAME).await;
    stage.open(&owner, "leads").await;
    is_text(&owner, "main", NAME).await;
}

/// The owner and the project get a name full of markup, and the owner wants notifications.
async fn is_called_by_markup(stage: &Stage, owner: &Page) {
    let outcome = async |path: &str, fields: &[(&str, &str)], button: &str| {
        owner.goto(&format!("{}{path}", stage.bot.origin())).await;
        for (field, text) in fields {
            owner.js(&format!("ui('{field}').value = {}", Value::from(*text))).await;
        }
        owner.click_named("button", button).await;
        owner.until("document.readyState === 'complete' && ui('.said')").await;
    };
    outcome("/account", &[("#name", NAME)], "Save the name").await;
    owner.goto(&format!("{}/account", stage.bot.origin())).await;
    owner.click("#notifications").await;
    owner.click_named("button", "Save the preferences").await;
    owner.until_says(".said", "saved").await;
    let general = stage.bot.app("settings/general").await.replace(&stage.bot.origin(), "");
    outcome(&general, &[("#name", NAME)], "Save").await;
}

/// A visitor whose name and message are full of markup writes to a person.
async fn notifies_in_text(stage: &Stage, owner: &Page) {
    owner.before_load("window.hits = 0; window.hit = () => hits++; window.shown = [];
        window.Notification = class extends Notification { constructor(title, how) { super(title, how); shown.push([title, how.body]); } };
        document.hasFocus = () => false;").await;
    stage.open(owner, "inbox").await;
    let body = json!({ "message": MESSAGE, "visitorId": "v-1", "stream": false,
        "visitor_info": { "name": NAME, "email": "bob@example.com" } });
    stage.bot.api("POST", "/api/chat", Some(body.clone())).await;
    stage.bot.handled_by("human").await;
    let mut again = body;
    again["conversationId"] = json!(stage.bot.conversation().await);
    stage.bot.api("POST", "/api/chat", Some(again)).await;
    let shown = owner.until("shown.length > 0 && shown[0]").await;
    assert_eq!(shown[0], NAME);
    let said = shown[1].as_str().unwrap_or_default();
    assert!(said.len() > 20 && MESSAGE.starts_with(said), "{said}");
}

/// The text stands there, letter by letter.
async fn is_text(page: &Page, selector: &str, text: &str) {
    page.until(&format!("ui('{selector}').textContent.includes({})", Value::from(text))).await;
}

/// Nothing ran and nothing became an element.
async fn is_harmless(page: &Page) {
    assert_eq!(page.js("hits").await, 0);
    assert_eq!(page.js("all('main img[src=x], main u, main svg[onload], main script').length").await, 0);
    assert_eq!(page.violations().await, Vec::<String>::new());
}
