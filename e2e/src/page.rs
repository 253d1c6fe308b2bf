//! What a visitor looks at, and what they do with it: real mouse, real keys.

mod emulate;
mod recorder;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chromiumoxide::cdp::browser_protocol::accessibility::QueryAxTreeParams;
use chromiumoxide::cdp::browser_protocol::dom::{
    GetDocumentParams, ResolveNodeParams, SetFileInputFilesParams,
};
use chromiumoxide::cdp::browser_protocol::input::{
    DispatchKeyEventParams, DispatchKeyEventType, InsertTextParams,
};
use chromiumoxide::cdp::js_protocol::runtime::{CallFunctionOnParams, EvaluateParams, RemoteObjectId};
use chromiumoxide::layout::Point;
use chromiumoxide::page::ScreenshotParams;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use recorder::Recorder;
pub use recorder::Request;

/// What every page has before its own scripts run.
const INSIDE: &str = include_str!("page/inside.js");
/// How long anything may take to come true.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked at until then.
const LOOK: Duration = Duration::from_millis(25);

/// An open page. In JavaScript it has `ui(css)`, the first element that a selector finds in the widgets' shadow roots or
/// else on the page, `all(css)`, `last(css)` (the last one's text), `seen(css)`, `focused()` and `noted`.
pub struct Page {
    inner: chromiumoxide::Page,
    recorder: Arc<Recorder>,
}

impl Page {
    /// Makes a blank page ready: it is watched, it has the focus, and it measures 1280 × 800.
    pub(crate) async fn prepare(inner: chromiumoxide::Page) -> Self {
        let recorder = Recorder::watch(&inner).await;
        let page = Self { inner, recorder };
        page.before_load(INSIDE).await;
        page.have_focus().await;
        page.resize(1280, 800).await;
        page
    }

    /// The browser's own page, for what has no method here.
    pub fn cdp(&self) -> &chromiumoxide::Page {
        &self.inner
    }

    /// Runs a script in every document from now on, before the document's own scripts.
    pub async fn before_load(&self, script: &str) {
        let added = self.inner.evaluate_on_new_document(script).await;
        added.expect("the browser takes scripts");
    }

    /// Opens an address and waits until it has loaded.
    pub async fn goto(&self, url: &str) {
        if let Err(why) = self.inner.goto(url).await {
            self.fail(&format!("`{url}` does not open: {why}")).await;
        }
        self.until("document.readyState === 'complete'").await;
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        self.js("window.stale = true").await;
        self.inner.reload().await.expect("the browser reloads");
        self.until("!window.stale && document.readyState === 'complete'").await;
    }

    /// The value of a JavaScript expression; a promise is waited for.
    pub async fn js(&self, expression: &str) -> Value {
        match self.evaluate(expression).await {
            Ok(value) => value,
            Err(why) => self.fail(&format!("`{expression}`: {why}")).await,
        }
    }

    /// Waits until a JavaScript expression is true (or something like it) and gives its value.
    /// After half a minute it is a failure, with a picture and what the console said.
    pub async fn until(&self, expression: &str) -> Value {
        let start = Instant::now();
        loop {
            let value = match self.evaluate(expression).await {
                Ok(value) if is_true(&value) => return value,
                Ok(value) => value.to_string(),
                Err(why) => why,
            };
            if start.elapsed() > PATIENCE {
                self.fail(&format!("`{expression}` did not come true, it is {value}")).await;
            }
            sleep(LOOK).await;
        }
    }

    /// Waits until the last element that the selector finds has this in its text.
    pub async fn until_says(&self, selector: &str, text: &str) {
        self.until(&format!("last({}).includes({})", quoted(selector), quoted(text))).await;
    }

    /// The text of the last element that the selector finds, as it is shown.
    pub async fn text(&self, selector: &str) -> String {
        let shown = self.js(&format!("all({}).at(-1)?.innerText ?? ''", quoted(selector))).await;
        shown.as_str().unwrap_or_default().to_owned()
    }

    /// How many elements the selector finds.
    pub async fn count(&self, selector: &str) -> usize {
        let count = self.js(&format!("all({}).length", quoted(selector))).await;
        usize::try_from(count.as_u64().unwrap_or_default()).unwrap_or(usize::MAX)
    }

    /// Clicks the first element that the selector finds, when it is at rest and nothing lies above it.
    pub async fn click(&self, selector: &str) {
        let place = self.until(&format!("centre(ui({}))", quoted(selector))).await;
        self.click_at(&place).await;
    }

    /// Clicks what assistive technology sees under this role and name, such as `button` and `Send`.
    pub async fn click_named(&self, role: &str, name: &str) {
        let start = Instant::now();
        loop {
            if let Some(place) = self.place_named(role, name).await {
                return self.click_at(&place).await;
            }
            if start.elapsed() > PATIENCE {
                self.fail(&format!("no {role} is called `{name}`")).await;
            }
            sleep(LOOK).await;
        }
    }

    /// Whether assistive technology sees something under this role and name.
    pub async fn has_named(&self, role: &str, name: &str) -> bool {
        self.named(role, name).await.is_some()
    }

    /// Writes into the first element that the selector finds, after a click on it.
    pub async fn write(&self, selector: &str, text: &str) {
        self.click(selector).await;
        self.insert(text).await;
    }

    /// Chooses files in the field that the selector finds.
    pub async fn choose(&self, selector: &str, files: &[&Path]) {
        let field = self.inner.find_element(selector).await.expect("the page has such a field");
        let files = files.iter().map(|file| file.display().to_string());
        let choice = SetFileInputFilesParams::builder()
            .backend_node_id(field.backend_node_id)
            .files(files)
            .build()
            .expect("it names files");
        self.inner.execute(choice).await.expect("the browser takes files");
    }

    /// Writes where the focus is.
    pub async fn insert(&self, text: &str) {
        self.inner.execute(InsertTextParams::new(text)).await.expect("the browser takes text");
    }

    /// Presses a key: `Enter`, `Escape`, `Tab`, `Space`, an arrow or a letter, after `Shift+` or `Control+` if need be.
    pub async fn press(&self, key: &str) {
        let (held, key) = key.rsplit_once('+').map_or(("", key), |(held, key)| (held, key));
        let modifiers = match held {
            "Shift" => 8,
            "Control" => 2,
            _ => 0,
        };
        let name = if key == "Space" { " " } else { key };
        let found = chromiumoxide::keys::get_key_definition(name).expect("there is such a key");
        let text = found.text.or((found.key.len() == 1).then_some(found.key));
        let event = DispatchKeyEventParams::builder()
            .key(found.key)
            .code(found.code)
            .modifiers(modifiers)
            .windows_virtual_key_code(found.key_code)
            .native_virtual_key_code(found.key_code);
        let (down, kind) = match text {
            Some(text) if modifiers & 2 == 0 => (event.clone().text(text), DispatchKeyEventType::KeyDown),
            _ => (event.clone(), DispatchKeyEventType::RawKeyDown),
        };
        for event in [down.r#type(kind), event.r#type(DispatchKeyEventType::KeyUp)] {
            let event = event.build().expect("it has a type");
            self.inner.execute(event).await.expect("the browser takes keys");
        }
    }

    /// Opens the widget's panel with its launcher, unless the visitor had left it open, and waits until it can be
    /// written in.
    pub async fn open_chat(&self) {
        self.until("ui('.launcher')").await;
        // It opens by itself in the first idle moment; what is asked for behind it comes later.
        self.js("new Promise((done) => requestIdleCallback(() => setTimeout(() => done(0))))").await;
        if self.js("ui('.panel').open").await != true {
            self.click(".launcher").await;
        }
        self.until("seen('.composer textarea')").await;
    }

    /// Asks the widget something, and waits for nothing.
    pub async fn ask(&self, question: &str) {
        self.write(".composer textarea", question).await;
        self.press("Enter").await;
    }

    /// Asks the widget something and waits until the answer is complete: it can be rated then.
    pub async fn ask_and_wait(&self, question: &str) {
        let before = self.count(".message.bot .up").await;
        self.ask(question).await;
        self.until(&format!("all('.message.bot .up').length > {before}")).await;
    }

    /// What the console said, errors and warnings of the browser included.
    pub fn console(&self) -> Vec<String> {
        self.recorder.console()
    }

    /// What the page asked for, in order.
    pub fn requests(&self) -> Vec<Request> {
        self.recorder.requests()
    }

    /// What broke the page's policy, as directive and address.
    pub async fn violations(&self) -> Vec<String> {
        let told = self.js("noted.violations").await;
        let told = told.as_array().cloned().unwrap_or_default();
        told.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Writes a picture of what can be seen to `target/e2e/NAME.png`.
    pub async fn picture(&self, name: &str) {
        let path = pictures().join(format!("{name}.png"));
        let bytes = self.inner.screenshot(ScreenshotParams::builder().build()).await;
        std::fs::write(path, bytes.expect("the browser takes pictures")).expect("`target` can be written to");
    }

    /// Fails the test with a picture, the page's address and what the console said.
    pub async fn fail(&self, why: &str) -> ! {
        let thread = std::thread::current();
        let name = format!("FAILED-{}", thread.name().unwrap_or("test").replace("::", "-"));
        let taken =
            tokio::time::timeout(Duration::from_secs(10), self.inner.screenshot(ScreenshotParams::default()))
                .await;
        let path = pictures().join(format!("{name}.png"));
        if let Ok(Ok(bytes)) = taken {
            // A failed test has something better to say than that its picture is missing.
            let _ = std::fs::write(&path, bytes);
        }
        let url = self.inner.url().await.ok().flatten().unwrap_or_default();
        let asked: Vec<String> =
            self.requests().iter().map(|one| format!("{} {}", one.method, one.url)).collect();
        let latest = &asked[asked.len().saturating_sub(12)..];
        let (path, said) = (path.display(), self.console());
        panic!(
            "{why}\n  page: {url}\n  picture: {path}\n  console: {said:#?}\n  its last requests: {latest:#?}"
        );
    }

    /// The value of an expression, or what it threw; a page that is being replaced has neither.
    async fn evaluate(&self, expression: &str) -> Result<Value, String> {
        let parameters = EvaluateParams::builder()
            .expression(expression)
            .await_promise(true)
            .return_by_value(true)
            .build()
            .expect("it has an expression");
        let reply = self.inner.execute(parameters).await.map_err(|why| why.to_string())?.result;
        if let Some(thrown) = reply.exception_details {
            let said = thrown.exception.and_then(|error| error.description);
            return Err(said.unwrap_or(thrown.text));
        }
        Ok(reply.result.value.unwrap_or(Value::Null))
    }

    /// The element that the browser's accessibility tree has under this role and name.
    async fn named(&self, role: &str, name: &str) -> Option<RemoteObjectId> {
        let document = self.inner.execute(GetDocumentParams::builder().depth(0).build()).await.ok()?;
        let query = QueryAxTreeParams::builder()
            .node_id(document.result.root.node_id)
            .role(role)
            .accessible_name(name);
        let found = self.inner.execute(query.build()).await.ok()?.result.nodes;
        let node = found.into_iter().find(|node| !node.ignored)?.backend_dom_node_id?;
        let object =
            self.inner.execute(ResolveNodeParams::builder().backend_node_id(node).build()).await.ok()?;
        object.result.object.object_id
    }

    async fn place_named(&self, role: &str, name: &str) -> Option<Value> {
        let call = CallFunctionOnParams::builder()
            .object_id(self.named(role, name).await?)
            .function_declaration("function () { return centre(this); }")
            .await_promise(true)
            .return_by_value(true)
            .build()
            .expect("it has a function");
        self.inner.execute(call).await.ok()?.result.result.value.filter(is_true)
    }

    async fn click_at(&self, place: &Value) {
        let [x, y] = [0, 1].map(|at| place[at].as_f64().expect("a place has two numbers"));
        let clicked = self.inner.click(Point::new(x, y)).await;
        clicked.expect("the browser has a mouse");
    }
}

/// A text as a JavaScript string.
pub(crate) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(is) => *is,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// The folder of the pictures, which is never committed.
fn pictures() -> PathBuf {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in the repository's root");
    let folder = root.join("target/e2e");
    std::fs::create_dir_all(&folder).expect("`target` can be written to");
    folder
}
