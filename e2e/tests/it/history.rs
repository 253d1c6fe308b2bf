//! What was said is there again: on another page, after a reload, in another tab, after hours away.

use botplot_e2e::{Html, Reply, Stage};

#[tokio::test]
async fn a_conversation_goes_on_on_another_page_and_after_a_reload() {
    let stage = Stage::start().await;
    stage.host.put("/other", &Html::with(&stage.tag("")));
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    page.goto(&stage.host.url("/other")).await;
    page.until("seen('.panel')").await;
    page.until_says(".message.user", "When do you ship?").await;
    page.until_says(".message.bot .text strong", "two days").await;
    page.reload().await;
    page.until_says(".message.user", "When do you ship?").await;
    page.ask_and_wait("And by bike?").await;
    assert_eq!(stage.bot.messages().await.len(), 4, "it is one conversation");
    assert_eq!(page.count(".message.user").await, 2);
}

#[tokio::test]
async fn a_closed_panel_stays_closed_and_a_draft_is_kept() {
    let stage = Stage::start().await;
    let page = stage.opened().await;
    page.write(".composer textarea", "I was about to").await;
    page.click_named("button", "Close chat").await;
    page.until("!seen('.panel')").await;
    page.reload().await;
    page.until("ui('.launcher')").await;
    assert_eq!(page.js("seen('.panel')").await, false);
    page.open_chat().await;
    assert_eq!(page.js("ui('.composer textarea').value").await, "I was about to");
}

#[tokio::test]
async fn an_answer_goes_on_when_the_page_is_left_in_the_middle() {
    let stage = Stage::start().await;
    let words: Vec<String> = (0..60).map(|n| format!("word{n} ")).collect();
    stage.bot.model.reply(Reply::tokens(words.clone()).each_after(std::time::Duration::from_millis(25)));
    let page = stage.opened().await;
    page.ask("Tell me much").await;
    page.until_says(".message.bot .text", "word3").await;
    page.reload().await;
    page.until_says(".message.bot .text", "word59").await;
    page.until("seen('.message.bot .up')").await;
    assert_eq!(page.text(".message.bot .text").await.trim(), words.concat().trim());
    assert_eq!(page.count(".message.user").await, 1);
    assert_eq!(stage.bot.model.requests(), 1, "nobody asked again");
}

#[tokio::test]
async fn two_tabs_show_one_conversation() {
    let stage = Stage::start().await;
    let (one, two) = (stage.opened().await, stage.opened().await);
    one.ask_and_wait("When do you ship?").await;
    two.until_says(".message.user", "When do you ship?").await;
    two.until_says(".message.bot .text strong", "two days").await;
    two.ask_and_wait("And by bike?").await;
    one.until_says(".message.user", "And by bike?").await;
    one.until("all('.message.user').length === 2 && all('.message.bot .up').length === 2").await;
    assert_eq!(stage.bot.messages().await.len(), 4);
}

#[tokio::test]
async fn another_visitor_sees_nothing_of_it() {
    let stage = Stage::start().await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    let other = stage.browser.page_of_another_visitor().await;
    other.goto(&stage.host.url("/")).await;
    other.until("ui('.launcher')").await;
    other.open_chat().await;
    assert_eq!(other.count(".message.user").await, 0);
}

#[tokio::test]
async fn nothing_is_stored_but_one_entry_and_no_cookie() {
    let stage = Stage::start().await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    let names = page.js("Object.keys(localStorage)").await;
    assert_eq!(names, serde_json::json!([format!("botplot:{}", stage.bot.key())]));
    let cookies = page.cdp().get_cookies().await.expect("the browser tells its cookies");
    assert!(cookies.is_empty() && page.js("document.cookie").await == "", "{cookies:?}");
    let strangers = page.requests().into_iter().filter(|request| {
        ![stage.bot.origin(), stage.host.origin()].iter().any(|ours| request.url.starts_with(ours.as_str()))
    });
    assert_eq!(strangers.collect::<Vec<_>>(), []);
}
