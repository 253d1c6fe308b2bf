//! The program `botplot` as a child process, with a scripted model behind it, seen with its owner's eyes.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;

use botplot_testkit::client;
use botplot_testkit::fake_llm::{FakeLlm, Reply};
use botplot_testkit::server::{Server, command, free_address, output};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::{Duration, Instant, sleep};

/// What the scripted model says unless a test gives it other words.
const ANSWER: &str = "We ship within **two days** [1].\n\n- by post\n- by bike\n\nSee [the prices](https://example.com/prices).";
/// What the project knows.
const KNOWLEDGE: &str =
    "The shop ships baskets within two days, by post or by bike. A basket costs forty euros.";
/// How long a taught text may take until it is found.
const PATIENCE: Duration = Duration::from_mins(1);

/// Lets the server read the pages of a test's website.
fn loopback() -> (String, String) {
    ("BOTPLOT__EGRESS__ALLOW".to_owned(), r#"["127.0.0.0/8", "::1"]"#.to_owned())
}

/// A server with one taught project; killed, and its data deleted, when this value is dropped.
pub struct Bot {
    /// Dropped before its data.
    server: Option<Server>,
    address: SocketAddr,
    variables: Vec<(String, String)>,
    key: String,
    secret: String,
    /// The model that writes the answers.
    pub model: FakeLlm,
    data: TempDir,
}

impl Bot {
    /// Starts a server that asks its model whatever it is asked.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts a server with further environment variables, such as `BOTPLOT__PLANS__BUSINESS__MESSAGES`.
    /// Without them there are no limits.
    pub async fn with(variables: &[(&str, &str)]) -> Self {
        let data = tempfile::tempdir().expect("the system has a folder for temporary files");
        let made = output(command(data.path()).args(["project", "create", "shop", "--json"]));
        let made: Value =
            serde_json::from_str(&made.expect("an empty folder takes a project")).expect("it prints JSON");
        let [key, secret] =
            ["publishable_key", "secret_key"].map(|name| made[name].as_str().unwrap_or_default().to_owned());
        let model = FakeLlm::answering(|_| Reply::text(ANSWER)).await;
        let mut all = vec![
            ("BOTPLOT__LLM__PROVIDER".to_owned(), "openai_compatible".to_owned()),
            ("BOTPLOT__LLM__MODEL".to_owned(), "fake".to_owned()),
            ("BOTPLOT__LLM__BASE_URL".to_owned(), model.base_url()),
            ("BOTPLOT__LLM__RETRIES".to_owned(), "0".to_owned()),
            loopback(),
        ];
        all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let address = free_address().expect("the loopback has a free port");
        let mut bot = Self { server: None, address, variables: all, key, secret, model, data };
        bot.restart().await;
        bot.set(json!({ "threshold": 0 })).await;
        bot.learn("Shipping", KNOWLEDGE).await;
        bot
    }

    /// Starts a server on an empty data folder, as somebody does who has just got the program: nobody owns it, it has
    /// no model, and what it knows it has to be taught.
    pub async fn untouched() -> Self {
        let data = tempfile::tempdir().expect("the system has a folder for temporary files");
        let model = FakeLlm::answering(|_| Reply::text(ANSWER)).await;
        let address = free_address().expect("the loopback has a free port");
        let [key, secret] = [String::new(), String::new()];
        let mut bot = Self { server: None, address, variables: vec![loopback()], key, secret, model, data };
        bot.restart().await;
        bot
    }

    /// Where visitors reach it, as the widget's tag names it.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The project's publishable key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The project's secret key.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Ends the server as a crash does.
    pub fn kill(&mut self) {
        if let Some(server) = self.server.take() {
            server.kill().expect("it was running");
        }
    }

    /// Starts it again after [`Bot::kill`], at the same address and on the same data.
    pub async fn restart(&mut self) {
        let variables: Vec<_> =
            self.variables.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let [printed, log] = [self.printed(), self.log()]
            .map(|path| File::create(path).expect("the data folder can be written to"));
        let own = command(self.data.path());
        let server = Server::start_printing(self.address, own, &variables, printed.into(), log.into()).await;
        self.server = Some(server.unwrap_or_else(|why| panic!("the server does not start: {why}")));
    }

    /// What a command of the program prints, run beside the server on the same data.
    pub fn command(&self, arguments: &[&str]) -> String {
        let printed = output(command(self.data.path()).args(arguments));
        printed.unwrap_or_else(|why| panic!("{arguments:?}: {why}"))
    }

    /// Where what the server prints is kept.
    fn printed(&self) -> PathBuf {
        self.data.path().join("printed.txt")
    }

    /// Where what the server logs is kept.
    fn log(&self) -> PathBuf {
        self.data.path().join("log.txt")
    }

    /// The path of a link that the server has logged in place of a letter; it begins with `start`.
    pub async fn logged_link(&self, start: &str) -> String {
        let began = Instant::now();
        loop {
            let log = std::fs::read_to_string(self.log()).expect("the server logs into it");
            if let Some(place) = log.find(start) {
                let is_of_link = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_');
                return log[place..].chars().take_while(is_of_link).collect();
            }
            assert!(began.elapsed() < PATIENCE, "no link was logged: {log}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// The address that makes the first account, as the server has printed it.
    pub async fn set_up_address(&self) -> String {
        let start = Instant::now();
        loop {
            let printed = std::fs::read_to_string(self.printed()).expect("the server prints into it");
            let line = printed.lines().find_map(|line| line.strip_prefix("Set up: "));
            if let Some(address) = line {
                return address.trim().to_owned();
            }
            assert!(start.elapsed() < PATIENCE, "no set-up is offered: {printed}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// An address of the dashboard within the project, such as `inbox`.
    pub async fn app(&self, rest: &str) -> String {
        let project = self.api("GET", "/api/v1/project", None).await;
        let id = project["id"].as_str().expect("a project has an id");
        format!("{}/app/{id}/{rest}", self.origin())
    }

    /// Calls the API as the owner and gives the reply's JSON; anything but success is a panic.
    pub async fn api(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let (status, json) = self.call(method, path, body).await;
        assert!((200..300).contains(&status), "{method} {path}: {status} {json}");
        json
    }

    /// Calls the API as the owner and gives status and JSON.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let head = format!(
            "{method} {path} HTTP/1.1\r\ncontent-type: application/json\r\nx-api-key: {}\r\n",
            self.secret
        );
        let body = body.map(|json| json.to_string()).unwrap_or_default();
        let reply = client::request(self.address, &head, &body).await;
        let reply = reply.unwrap_or_else(|why| panic!("{method} {path}: {why}"));
        (reply.status, serde_json::from_str(&reply.body).unwrap_or(Value::Null))
    }

    /// Changes the project's settings, as the dashboard does.
    pub async fn set(&self, settings: Value) {
        self.api("PATCH", "/api/v1/project", Some(settings)).await;
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Teaches the project a text and waits until it is found.
    pub async fn learn(&self, name: &str, text: &str) {
        self.read(json!({ "type": "text", "name": name, "text": text })).await;
    }

    /// Teaches the project a page and waits until it is found; answers from it name its address.
    pub async fn learn_page(&self, url: &str) {
        self.read(json!({ "type": "url", "url": url })).await;
    }

    async fn read(&self, body: Value) {
        let source = self.api("POST", "/api/v1/sources", Some(body)).await;
        let path = format!("/api/v1/sources/{}", source["id"].as_str().expect("a source has an id"));
        let start = Instant::now();
        loop {
            let source = self.api("GET", &path, None).await;
            if source["status"] == "ready" {
                return;
            }
            let waits = source["status"] != "failed" && start.elapsed() < PATIENCE;
            assert!(waits, "it is not learnt: {source}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends the project's publishable key by giving it another one.
    pub async fn revoke_publishable_key(&self) {
        let keys = self.api("GET", "/api/v1/keys", None).await;
        let keys = keys["keys"].as_array().cloned().expect("keys are a list");
        let key = keys.iter().find(|key| key["class"] == "publishable").expect("a project has one");
        let path = format!("/api/v1/keys/{}/rotate", key["id"].as_str().expect("a key has an id"));
        self.api("POST", &path, Some(json!({ "overlap_hours": 0 }))).await;
    }

    /// Makes another project and gives its publishable key.
    pub fn another_project(&self) -> String {
        let made = output(command(self.data.path()).args(["project", "create", "second", "--json"]));
        let made: Value = serde_json::from_str(&made.expect("the name is free")).expect("it prints JSON");
        made["publishable_key"].as_str().expect("a project has a key").to_owned()
    }

    /// The id of the newest conversation.
    pub async fn conversation(&self) -> String {
        let all = self.api("GET", "/api/v1/conversations?limit=1", None).await;
        all["conversations"][0]["id"].as_str().expect("somebody has written").to_owned()
    }

    /// The newest conversation, as the API shows it.
    pub async fn newest(&self) -> Value {
        self.api("GET", &format!("/api/v1/conversations/{}", self.conversation().await), None).await
    }

    /// The messages of the newest conversation, oldest first.
    pub async fn messages(&self) -> Vec<Value> {
        let path = format!("/api/v1/conversations/{}/messages", self.conversation().await);
        let all = self.api("GET", &path, None).await;
        all["messages"].as_array().cloned().expect("messages are a list")
    }

    /// What visitors left of themselves, newest first.
    pub async fn leads(&self) -> Vec<Value> {
        let all = self.api("GET", "/api/v1/leads", None).await;
        all["leads"].as_array().cloned().expect("leads are a list")
    }

    /// An agent takes the newest conversation over, or gives it back: `human` or `ai`.
    pub async fn handled_by(&self, who: &str) {
        let path = format!("/api/v1/conversations/{}", self.conversation().await);
        self.api("PATCH", &path, Some(json!({ "handled_by": who }))).await;
    }

    /// An agent writes in the newest conversation.
    pub async fn write(&self, name: &str, text: &str) {
        let path = format!("/api/v1/conversations/{}/messages", self.conversation().await);
        self.api("POST", &path, Some(json!({ "content": text, "author": { "name": name } }))).await;
    }

    /// An agent is seen typing in the newest conversation.
    pub async fn type_as(&self, name: &str) {
        let path = format!("/api/v1/conversations/{}/typing", self.conversation().await);
        self.api("POST", &path, Some(json!({ "typing": true, "name": name }))).await;
    }
}
