//! `window.BotPlot`: what the website's own scripts can do.

use botplot_e2e::{Html, Stage};
use serde_json::json;

/// Notes every event of the widget.
const LISTEN: &str = "<script>(window.BotPlot ||= []).push(['on', 'ready', () => heard.push('ready')]); window.heard = [];
    for (const name of ['open', 'close', 'message', 'answer', 'handoff', 'lead', 'error'])
        BotPlot.push(['on', name, (detail) => heard.push(name + (detail?.role ? ' ' + detail.role + ' ' + detail.text : ''))]);</script>";

#[tokio::test]
async fn calls_before_loading_are_kept() {
    let stage = Stage::start().await;
    let queue = "<script>(window.BotPlot ||= []).push(['open']); BotPlot.push(['ask', 'When do you ship?']);</script>";
    stage.host.put("/queue", &Html::with(queue).head(&stage.tag("")));
    let page = stage.visit("/queue").await;
    page.until("seen('.panel')").await;
    page.until_says(".message.user", "When do you ship?").await;
    page.until("seen('.message.bot .up')").await;
}

#[tokio::test]
async fn the_page_hears_what_happens() {
    let stage = Stage::start().await;
    stage.host.put("/listen", &Html::with(LISTEN).head(&stage.tag("")));
    let page = stage.visit("/listen").await;
    page.until("heard.includes('ready')").await;
    page.js("BotPlot.open()").await;
    page.until("heard.includes('open') && seen('.panel')").await;
    page.js("BotPlot.toggle()").await;
    page.until("heard.includes('close') && !seen('.panel')").await;
    page.js("BotPlot.toggle(), window.off = BotPlot.on('answer', () => heard.push('once')), BotPlot.ask('When do you ship?')").await;
    page.until("heard.includes('once')").await;
    page.js("off()").await;
    page.ask_and_wait("And by bike?").await;
    page.click_named("button", "Talk to a person").await;
    page.until("heard.includes('handoff')").await;
    page.write("input[name=name]", "Ann").await;
    page.write("input[name=email]", "ann@example.com").await;
    page.click("form.lead button.main").await;
    page.until("heard.includes('lead')").await;
    page.js("BotPlot.close()").await;
    page.until("!seen('.panel')").await;
    let heard = page.js("heard").await;
    let count = |what: &str| heard.as_array().unwrap().iter().filter(|one| *one == what).count();
    assert_eq!(
        (count("ready"), count("once"), count("answer"), count("handoff"), count("lead")),
        (1, 1, 2, 1, 1),
        "{heard}"
    );
    assert_eq!(count("message user When do you ship?"), 1, "{heard}");
    assert!(heard.to_string().contains("message assistant We ship"), "{heard}");
}

#[tokio::test]
async fn an_identified_visitor_finds_their_conversation_in_another_browser() {
    let stage = Stage::start().await;
    let secret = stage.bot.api("POST", "/api/v1/project/identity-secret", None).await;
    let identify = format!(
        "(async () => {{
            const bytes = new TextEncoder(), secret = {};
            const key = await crypto.subtle.importKey('raw', bytes.encode(secret), {{ name: 'HMAC', hash: 'SHA-256' }}, false, ['sign']);
            const hash = [...new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes.encode('customer-42')))].map((b) => b.toString(16).padStart(2, '0')).join('');
            BotPlot.identify({{ id: 'customer-42', hash, name: 'Ann', email: 'ann@example.com' }});
        }})()",
        secret["secret"]
    );
    let page = stage.opened().await;
    page.js(&identify).await;
    page.ask_and_wait("When do you ship?").await;
    let conversation = stage.bot.newest().await;
    assert_eq!(conversation["visitor_id"], "customer-42", "{conversation}");
    assert_eq!(conversation["visitor_info"]["email"], "ann@example.com", "{conversation}");
    let other = stage.browser.page_of_another_visitor().await;
    other.goto(&stage.host.url("/")).await;
    other.until("ui('.launcher')").await;
    other.open_chat().await;
    other.js(&identify).await;
    other.until_says(".message.user", "When do you ship?").await;
}

#[tokio::test]
async fn reset_forgets_the_visitor() {
    let stage = Stage::start().await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    let first = stage.bot.newest().await["visitor_id"].clone();
    page.js("BotPlot.reset()").await;
    page.until("all('.message.user').length === 0").await;
    page.ask_and_wait("What does a basket cost?").await;
    assert_ne!(stage.bot.newest().await["visitor_id"], first);
    page.reload().await;
    page.until_says(".message.user", "What does a basket cost?").await;
    assert_eq!(page.count(".message.user").await, 1);
}

#[tokio::test]
async fn destroy_leaves_nothing_and_the_tag_may_come_back() {
    let stage = Stage::start().await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    page.js("BotPlot.destroy()").await;
    assert_eq!(
        page.js("[document.querySelectorAll('[data-botplot]').length, typeof BotPlot]").await,
        json!([0, "undefined"])
    );
    page.js(&format!(
        "(() => {{ const tag = document.createElement('script'); tag.src = '{}/widget/w.js'; tag.dataset.key = '{}'; document.head.append(tag); }})()",
        stage.bot.origin(),
        stage.bot.key()
    ))
    .await;
    page.until("ui('.launcher')").await;
    page.until("seen('.panel')").await;
    page.until_says(".message.user", "When do you ship?").await;
    assert_eq!(page.count("[data-botplot]").await, 1);
}

#[tokio::test]
async fn nonsense_from_the_page_breaks_nothing() {
    let stage = Stage::start().await;
    let queue = "<script>window.BotPlot = [['nothing'], ['ask'], [], ['on'], ['identify'], ['identify', 7], ['on', 'ready', 'text']]; \
                 BotPlot.push(['open']);</script>";
    stage.host.put("/nonsense", &Html::with(queue).head(&stage.tag("")));
    let page = stage.visit("/nonsense").await;
    page.until("seen('.panel')").await;
    page.js("BotPlot.ask(''), BotPlot.ask({}), BotPlot.identify(null), BotPlot.on('ready', () => { throw new Error('the page\\'s own'); }), 0").await;
    page.until("seen('.message.bot')").await;
}
