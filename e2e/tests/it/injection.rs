//! A thousand texts that want to run a script, in every place that a stranger's text can stand: none runs, nothing is fetched.

mod payloads;

use botplot_e2e::Page;
use serde_json::{Value, json};

use crate::scripted::{Scripted, add_widget};
use payloads::payloads;

/// Looks at everything that appears.
const GUARD: &str = include_str!("injection/guard.js");
/// How many payloads there are.
const COUNT: usize = 1_000;
/// Where the mixtures come from; any other would do.
const SEED: u64 = 5;

/// Nothing ran, nothing suspicious appeared, and the page asked nobody but its own website.
async fn is_harmless(page: &Page, scripted: &Scripted, least_seen: u64) {
    let guard = page.js("guard").await;
    assert_eq!(guard["hits"], json!([]), "a script ran");
    assert_eq!(guard["faults"], json!([]));
    assert!(
        guard["seen"].as_u64().is_some_and(|seen| seen >= least_seen),
        "{} elements were seen",
        guard["seen"]
    );
    assert_eq!(page.js("location.pathname").await, "/", "the page is still there");
    let foreign: Vec<String> = page
        .requests()
        .into_iter()
        .map(|request| request.url)
        .filter(|url| !url.starts_with(&scripted.host.origin()))
        .collect();
    assert_eq!(foreign, [""; 0], "requests left");
}

#[tokio::test]
async fn no_script_of_an_answer_its_sources_or_an_agent_runs_at_any_split() {
    let scripted = Scripted::start().await;
    let page = scripted.chat(GUARD).await;
    for (at, batch) in payloads(COUNT, SEED).chunks(20).enumerate() {
        let failed = page.js(&format!("({ASK})({}, {})", Value::from(batch), at % 13 + 1)).await;
        assert_eq!(failed, json!([]));
    }
    // Each token is painted: thirty elements for a payload are few.
    is_harmless(&page, &scripted, 30 * COUNT as u64).await;
}

/// Asks for each payload: as an answer that comes letter by letter, as its sources and suggestions, then from an agent.
const ASK: &str = r#"async (payloads, bytes) => {
    const failed = [];
    const comes = async (what) => {
        for (let tries = 0; tries < 500; tries++) {
            if (what()) return true;
            await new Promise((done) => setTimeout(done, tries));
        }
    };
    for (const payload of payloads) {
        const sources = [{ title: payload, url: payload, content: payload }, { title: payload, url: "https://example.com/" + payload }];
        const last = { sources, suggestions: [payload], agent: payload, confidence: payload, status: payload };
        Object.assign(scripted, { tokens: [...payload], bytes, last });
        const why = await scripted.ask(payload);
        if (why) failed.push(payload, why);
        // What was not shown cannot have done harm.
        const shown = all(".message.bot .text").at(-1)?.textContent.replace(/\s/g, "");
        if (!shown && /\w/.test(payload)) failed.push(payload, "nothing is shown");
        scripted.tell({ type: "typing", typing: true, name: payload });
        scripted.tell({ type: "message", messageId: payload, role: "assistant", content: payload, author: { name: payload } });
        scripted.tell({ type: "status", status: "active", handledBy: "human", handoffRequested: false, agent: payload });
        const named = () => all(".message.agent .who").some((who) => who.textContent == payload);
        if (!(await comes(named))) failed.push(payload, "no agent");
        for (const old of all(".log > *")) old.remove();
        if (failed.length) break;
    }
    return failed;
}"#;

#[tokio::test]
async fn no_script_of_a_history_runs() {
    let scripted = Scripted::start().await;
    let all = payloads(COUNT, SEED);
    let messages: Vec<Value> = all
        .iter()
        .enumerate()
        .map(|(at, text)| {
            let role = if at % 3 == 0 { "user" } else { "assistant" };
            let author = if at % 3 == 1 { json!({ "name": text }) } else { Value::Null };
            json!({ "id": at.to_string(), "role": role, "content": text, "author": author, "rating": text, "sources": [{ "title": text, "url": text }] })
        })
        .collect();
    let script = format!("{GUARD}; scripted.messages = {};", Value::from(messages));
    let page = scripted.chat(&script).await;
    page.reload().await;
    page.js(&add_widget("bp_pub_a")).await;
    page.until(&format!("all('.message').length >= {COUNT}")).await;
    is_harmless(&page, &scripted, COUNT as u64 * 3).await;
}

#[tokio::test]
async fn no_script_of_a_configuration_runs() {
    let scripted = Scripted::start().await;
    let all = payloads(COUNT, SEED);
    let configs: serde_json::Map<String, Value> =
        all.iter().enumerate().map(|(at, text)| (format!("bp_pub_{at}"), config(text))).collect();
    let script = format!("{GUARD}; scripted.configs = {};", Value::from(configs));
    for first in (0..COUNT).step_by(100) {
        let page = scripted.page(&script).await;
        for at in first..first + 100 {
            page.js(&format!("{{ {} }}", add_widget(&format!("bp_pub_{at}")))).await;
        }
        page.until("all('.launcher').length == 100 && all('.lead').length == 100").await;
        is_harmless(&page, &scripted, 2_000).await;
        page.cdp().clone().close().await.expect("a page closes");
    }
}

/// A configuration that says this everywhere. An address that may be fetched is no logo here: the server's own would be one.
fn config(text: &str) -> Value {
    let logo = if text.trim_start().to_ascii_lowercase().starts_with("http") { "" } else { text };
    json!({
        "widget": {
            "title": text, "color": text, "logo_url": logo, "position": text, "offset": { "x": text, "y": text }, "radius": text,
            "theme": text, "welcome": text, "starters": [text, text],
        },
        "colors": { "accent": text, "on_accent": text, "light": text, "dark": text },
        "handoff": text,
        "lead_form": { "when": ["before"], "fields": ["name", "email", "phone", text], "title": text, "consent": text },
        "lang": text,
        "dir": text,
        "strings": vec![text; 50],
    })
}
