//! The published documentation, run to the letter: every `curl` command in it by the real `curl`, with only the host,
//! the key and the ids in their place, and every reply compared with the example beside the command.

mod document;
mod shape;

use std::process::{Command, Stdio};

use botplot_core::plan::Plans;
use botplot_core::{Secret, signature};
use botplot_testkit::app::TestApp;
use botplot_testkit::webhook_receiver::{Received, WebhookReceiver};
use http::Method;
use serde_json::{Value, json};

const HOST: &str = "https://botplot.app";
const KEY: &str = "YOUR_API_KEY";

/// What a command printed, and the status line of the reply.
struct Ran {
    status: String,
    body: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|why| panic!("{why}: {}", self.body))
    }
}

/// The one documented command with these words in it.
fn command(words: &[&str]) -> &'static str {
    let mut found = document::commands();
    found.retain(|command| words.iter().all(|word| command.contains(word)));
    assert_eq!(found.len(), 1, "{words:?}: {found:?}");
    found[0]
}

/// Runs a documented command as a reader would who has put in what is theirs.
async fn run(app: &TestApp, command: &str, key: &str, ids: &[(&str, &str)]) -> Ran {
    assert!(command.contains(HOST) && command.contains(KEY), "{command}");
    let mut line = command.replace(HOST, &format!("http://{}", app.address())).replace(KEY, key);
    for (placeholder, id) in ids {
        assert!(line.contains(placeholder), "{command}");
        line = line.replace(placeholder, id);
    }
    // The command stays as it is; the shell lets `curl` print the status behind the body.
    let line = format!(
        "curl() {{ command curl --silent --show-error --write-out '\\n%{{http_code}}' \"$@\"; }}\n{line}"
    );
    let ran = tokio::task::spawn_blocking(move || {
        let output = Command::new("bash").args(["-c", &line]).stdin(Stdio::null()).output();
        (line, output.unwrap_or_else(|why| panic!("{why}: install the packages `bash` and `curl`")))
    });
    let (line, ran) = ran.await.unwrap();
    let printed = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success(), "{line}\n{printed}{}", String::from_utf8_lossy(&ran.stderr));
    let (body, status) = printed.rsplit_once('\n').unwrap();
    Ran { status: status.to_owned(), body: body.to_owned() }
}

fn same_shape(example: &Value, found: &Value) {
    let faults = shape::faults(example, found);
    assert!(faults.is_empty(), "{faults:#?}\n{found:#}");
}

async fn taught() -> TestApp {
    let app = TestApp::start().await;
    app.learn(
        "Shipping",
        "Our shipping options are standard, in three to five days, and express, overnight.",
    )
    .await;
    app.learn("Business hours", "Our business hours are Monday to Friday, 9am to 5pm EST.").await;
    app
}

/// A conversation such as the documented one, and its id.
async fn conversation(app: &TestApp) -> String {
    let body = json!({
        "message": "What are your business hours?", "visitorId": "visitor-123",
        "visitor_info": { "name": "John", "email": "john@example.com" },
    });
    app.owner().post("/api/chat", body).await.is(200).conversation()
}

#[test]
fn the_documentation_is_read_whole() {
    let commands = document::commands();
    assert_eq!(
        commands.len(),
        document::TEXT.matches("\"curl").count() + document::TEXT.matches("'curl").count()
    );
    assert_eq!((commands.len(), document::examples().len()), (6, 3), "{commands:#?}");
    assert!(commands.iter().all(|command| command.ends_with(['"', '\''])), "{commands:#?}");
    assert!(document::page().contains("data-key=\"YOUR_API_KEY\""));
}

#[tokio::test]
async fn the_command_of_the_chat_streams_tokens_and_a_final_event() {
    let app = taught().await;
    let command = command(&["/api/chat \\", "x-api-key"]);
    // The documentation's own words for it.
    assert!(document::TEXT.contains("Each token is sent as data: {\"token\":\"...\"}. The final event includes conversationId, sources, and confidence."));
    let named = |source: &Value| source["content"].is_string() && source["similarity"].is_f64();
    for key in [app.project().publishable.expose(), app.project().secret.expose()] {
        let ran = run(&app, command, key, &[]).await;
        assert_eq!(ran.status, "200", "{}", ran.body);
        let lines: Vec<&str> = ran.body.lines().filter(|line| !line.is_empty()).collect();
        let (last, tokens) = lines.split_last().unwrap();
        let value = |line: &&str| -> Value {
            serde_json::from_str(line.strip_prefix("data: ").unwrap_or_else(|| panic!("{line}"))).unwrap()
        };
        assert!(tokens.len() > 3, "{}", ran.body);
        for token in tokens {
            let event = value(token);
            same_shape(&json!({ "token": "..." }), &event);
            assert_eq!(event.as_object().unwrap().len(), 1, "{event}");
        }
        let event = value(last);
        assert!(event["conversationId"].is_string() && event["confidence"].is_number(), "{event}");
        let sources = event["sources"].as_array().unwrap();
        assert!(!sources.is_empty() && sources.iter().all(named), "{event}");
    }
}

#[tokio::test]
async fn the_line_for_pages_loads_the_widget_which_inherits_the_projects_customization() {
    let app = taught().await;
    // "The widget is under 15KB gzipped and loads asynchronously."
    let page = document::page();
    let attribute = |name: &str| {
        let (_, rest) = page.split_once(&format!("{name}=\"")).expect("the example has it");
        rest.split_once('"').expect("it ends").0
    };
    assert!(page.contains("\nasync\n") && attribute("data-key") == KEY, "{page}");
    let path = attribute("src").strip_prefix(HOST).unwrap();
    let script = app.stranger().with("accept-encoding", "gzip").get(path).await.is(200);
    assert_eq!(script.header("content-encoding"), Some("gzip"));
    assert!(script.body.len() < 15_000, "{} bytes", script.body.len());
    // "(colors, logo, position, welcome message, starter questions)"
    let patch = json!({ "widget": {
        "color": "#0a7d4f", "position": "left", "welcome": "Welcome!", "starters": ["What are your shipping options?"],
    } });
    let owner = app.owner().with("content-type", "application/json");
    owner.send(Method::PATCH, "/api/v1/project", patch.to_string()).await.whole().await.is(200);
    let png = app.owner().with("content-type", "image/png");
    let picture = b"\x89PNG\r\n\x1a\n".to_vec();
    png.send(Method::PUT, "/api/v1/project/logo", picture.clone()).await.whole().await.is(200);
    let key = app.project().publishable.expose();
    let visitor = app.stranger().with("origin", "https://www.example.com");
    let config = visitor.get(&format!("/widget/config?key={key}&lang=en")).await.is(200).json();
    for (name, value) in patch["widget"].as_object().unwrap() {
        assert_eq!(&config["widget"][name], value, "{name}");
    }
    assert_eq!(config["colors"]["accent"], "#0a7d4f");
    let logo = config["widget"]["logo_url"].as_str().unwrap().strip_prefix("https://chat.example").unwrap();
    assert_eq!(visitor.get(logo).await.is(200).body, picture);
}

#[tokio::test]
async fn the_commands_of_the_conversations_give_the_documented_list() {
    let app = taught().await;
    conversation(&app).await;
    let [first, _, _] = &document::examples()[..] else { panic!("there are three examples") };
    let secret = app.project().secret.expose();
    let authentication = document::commands()[0];
    let ran = run(&app, authentication, secret, &[]).await;
    assert_eq!(ran.status, "200", "{}", ran.body);
    same_shape(first, &ran.json());
    assert_eq!((&ran.json()["limit"], &ran.json()["offset"]), (&json!(20), &json!(0)));
    let ran = run(&app, command(&["?limit=10"]), secret, &[]).await;
    same_shape(first, &ran.json());
    let list = ran.json();
    assert_eq!((&list["total"], &list["limit"]), (&json!(1), &json!(10)));
    let conversation = &list["conversations"][0];
    for name in ["visitor_id", "visitor_info", "status", "handoff_requested"] {
        assert_eq!(conversation[name], first["conversations"][0][name], "{name}");
    }
}

#[tokio::test]
async fn either_header_opens_the_conversations() {
    let app = taught().await;
    // "You can also use the x-api-key header."
    let line = document::commands()[0].replace("Authorization: Bearer ", "x-api-key: ");
    assert_eq!(run(&app, &line, app.project().secret.expose(), &[]).await.status, "200");
    for command in document::commands() {
        let ids = [
            ("CONV_ID", "550e8400-e29b-41d4-a716-446655440000"),
            ("SOURCE_ID", "550e8400-e29b-41d4-a716-446655440000"),
        ];
        let ids: Vec<_> = ids.into_iter().filter(|(word, _)| command.contains(word)).collect();
        let ran = run(&app, command, "bp_sec_nonsense", &ids).await;
        assert_eq!(ran.status, "401", "{command}: {}", ran.body);
        if !command.contains("/api/chat") {
            let ran = run(&app, command, app.project().publishable.expose(), &ids).await;
            assert_eq!(ran.status, "403", "{command}: {}", ran.body);
        }
    }
}

#[tokio::test]
async fn the_command_of_the_messages_gives_the_documented_list() {
    let app = taught().await;
    let id = conversation(&app).await;
    let [_, example, _] = &document::examples()[..] else { panic!("there are three examples") };
    let secret = app.project().secret.expose();
    let ran = run(&app, command(&["CONV_ID/messages"]), secret, &[("CONV_ID", &id)]).await;
    assert_eq!(ran.status, "200", "{}", ran.body);
    let list = ran.json();
    same_shape(example, &list);
    let roles: Vec<_> = list["messages"].as_array().unwrap().iter().map(|m| &m["role"]).collect();
    assert_eq!(roles, ["user", "assistant"]);
    assert_eq!(list["messages"][0]["content"], example["messages"][0]["content"]);
    assert_eq!(list["messages"][0]["sources"], json!([]));
}

#[tokio::test]
async fn the_commands_of_the_sources_list_and_delete_them() {
    let app = taught().await;
    let secret = app.project().secret.expose();
    let ran = run(&app, command(&["/api/v1/sources \\"]), secret, &[]).await;
    assert_eq!(ran.status, "200", "{}", ran.body);
    let list = ran.json();
    let example = json!({
        "sources": [{
            "id": "550e8400-e29b-41d4-a716-446655440000", "type": "files", "name": "Shipping", "url": null,
            "status": "ready", "error": null, "pages": 1, "chunks": 1, "bytes": 5,
            "last_synced_at": "2025-01-15T10:30:00Z", "created_at": "2025-01-15T10:30:00Z",
        }],
        "total": 2, "limit": 20, "offset": 0,
    });
    same_shape(&example, &list);
    let id = list["sources"][0]["id"].as_str().unwrap();
    let detail = app.owner().get(&format!("/api/v1/sources/{id}")).await.is(200).json();
    same_shape(&example["sources"][0], &detail);
    let delete = command(&["-X DELETE", "SOURCE_ID"]);
    let ran = run(&app, delete, secret, &[("SOURCE_ID", id)]).await;
    assert_eq!((ran.status.as_str(), ran.json()), ("200", json!({ "id": id, "deleted": true })));
    let again = run(&app, delete, secret, &[("SOURCE_ID", id)]).await;
    assert_eq!(again.status, "404", "{}", again.body);
    let left = run(&app, command(&["/api/v1/sources \\"]), secret, &[]).await.json();
    assert_eq!(left["total"], 1);
}

#[tokio::test]
async fn the_documented_events_are_sent_with_the_documented_payload_and_signature() {
    let app = TestApp::with_webhooks(Plans::default()).await;
    app.learn("Prices", "Our prices start at twelve euros a month.").await;
    let receiver = WebhookReceiver::start().await;
    let endpoint =
        app.owner().post("/api/v1/webhooks", json!({ "url": receiver.url() })).await.is(201).json();
    // An endpoint that names no events gets those of the documentation's table.
    let mut documented = document::events();
    assert_eq!(documented.len(), 5, "{documented:?}");
    let [_, _, example] = &document::examples()[..] else { panic!("there are three examples") };
    let content = &example["data"]["content"];
    let info = json!({ "name": "John" });
    let body = json!({ "message": content, "visitorId": "v", "visitor_info": info, "stream": false });
    let first = app.owner().post("/api/chat", body).await.is(200);
    let body = json!({ "visitorId": "v", "conversationId": first.conversation() });
    app.owner().post("/api/chat/handoff", body).await.is(200);
    let all = receiver.wait_for(documented.len()).await;
    let mut sent: Vec<String> = all.iter().map(|w| w.json()["event"].as_str().unwrap().to_owned()).collect();
    sent.sort_unstable();
    documented.sort_unstable();
    assert_eq!(sent, documented);
    let received = all.iter().map(Received::json).find(|w| w["event"] == example["event"]).unwrap();
    same_shape(example, &received);
    assert_eq!(
        (&received["data"]["content"], &received["data"]["role"]),
        (content, &example["data"]["role"])
    );
    assert!(document::TEXT.contains("X-BotPlot-Signature: sha256="), "the header is documented otherwise");
    let secret = Secret::new(endpoint["secret"].as_str().unwrap());
    for webhook in &all {
        let expected = signature::documented(&secret, &webhook.body);
        assert!(expected.starts_with("sha256="), "{expected}");
        assert_eq!(webhook.header("x-botplot-signature"), Some(expected.as_str()));
    }
}
