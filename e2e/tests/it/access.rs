//! For everybody: keyboard, screen reader, small windows, no motion. axe looks at the states that no other journey has.

use std::time::Duration;

use botplot_e2e::{Fault, Reply, Stage};
use serde_json::json;

#[tokio::test]
async fn everything_works_with_the_keyboard_alone() {
    let stage = Stage::set(json!({ "lead_form": { "when": [] } })).await;
    let page = stage.page().await;
    page.press("Tab").await;
    page.until("focused().matches('.launcher')").await;
    page.picture("access-focus").await;
    page.press("Enter").await;
    page.until("seen('.panel') && focused().matches('textarea')").await;
    page.insert("When do you ship?").await;
    page.press("Enter").await;
    page.until("seen('.message.bot .up')").await;
    page.until("focused().matches('textarea')").await;
    let mut visited = Vec::new();
    for _ in 0..12 {
        page.press("Tab").await;
        visited.push(
            page.js("focused().className || focused().tagName").await.as_str().unwrap_or_default().to_owned(),
        );
    }
    for wanted in ["person", "new", "close", "log", "up", "down", "launcher"] {
        assert!(
            visited.iter().any(|name| name.split(' ').any(|one| one == wanted)),
            "{wanted} is not reached: {visited:?}"
        );
    }
    page.js("ui('.person').focus()").await;
    page.press("Space").await;
    page.until_says(".log", "A person has been asked to join").await;
    page.until("seen('.panel') && document.activeElement !== document.body").await;
    page.press("Escape").await;
    page.until(
        "!seen('.panel') && focused().matches('.launcher') && ui('.launcher').ariaExpanded === 'false'",
    )
    .await;
}

#[tokio::test]
async fn focus_never_falls_out_of_the_chat() {
    let stage = Stage::set(
        json!({ "widget": { "starters": ["When do you ship?"] }, "lead_form": { "when": ["handoff"] } }),
    )
    .await;
    let page = stage.opened().await;
    let inside = "document.activeElement.matches('[data-botplot]')";
    for (selector, then) in [
        (".starters button", "seen('.message.bot .up')"),
        (".down", "seen('form.comment')"),
        ("form.comment .plain", "!ui('form.comment')"),
        (".person", "seen('form.lead')"),
        ("form.lead .plain", "!ui('form.lead')"),
        (".new", "all('.message.user').length === 0"),
    ] {
        page.js(&format!("ui('{selector}').focus()")).await;
        page.press("Enter").await;
        page.until(then).await;
        if page.js(inside).await != true {
            page.fail(&format!("after `{selector}` the focus is on the page's body")).await;
        }
    }
}

#[tokio::test]
async fn a_screen_reader_hears_finished_sentences() {
    let stage = Stage::start().await;
    stage
        .bot
        .model
        .reply(Reply::text("We ship within two days of your order.").each_after(Duration::from_millis(30)));
    let page = stage.opened().await;
    page.js("window.spoken = [], new MutationObserver(() => spoken.push(ui('.status').textContent))
         .observe(ui('.status'), { childList: true, subtree: true, characterData: true }), 0")
        .await;
    assert_eq!(
        page.js("[ui('.log').role, ui('.log').ariaLive, ui('.status').role]").await,
        json!(["log", "off", "status"])
    );
    page.ask_and_wait("When do you ship?").await;
    page.until("spoken.some((text) => text.includes('We ship within two days of your order.'))").await;
    let parts =
        page.js("spoken.filter((text) => text.includes('We ship') && !text.includes('order')).length").await;
    assert_eq!(parts, 0, "pieces of the answer were spoken");
    for (role, name) in [
        ("dialog", "Chat with us"),
        ("log", "Chat with us"),
        ("textbox", "Type your question…"),
        ("button", "Close chat"),
    ] {
        if !page.has_named(role, name).await {
            page.fail(&format!("no {role} is called `{name}`")).await;
        }
    }
}

#[tokio::test]
async fn axe_finds_nothing_in_light_or_dark() {
    let stage = Stage::start().await;
    let page = stage.page().await;
    page.is_accessible().await;
    page.open_chat().await;
    for scheme in ["light", "dark"] {
        page.prefer(&[("prefers-color-scheme", scheme)]).await;
        page.ask_and_wait("When do you ship?").await;
        page.is_accessible().await;
        page.picture(&format!("access-{scheme}")).await;
    }
    stage.bot.model.reply(Reply::text("We ship").with(Fault::ErrorAfter(1)));
    page.ask("When?").await;
    page.until("seen('.error')").await;
    page.is_accessible().await;
    page.click_named("button", "Talk to a person").await;
    page.until("seen('form.lead')").await;
    page.is_accessible().await;
    page.picture("access-dark-error").await;
}

#[tokio::test]
async fn at_a_zoom_of_400_percent_nothing_is_cut_off() {
    let stage = Stage::start().await;
    stage.bot.model.reply(Reply::text("| Size | Price | Weight | Colour |\n|---|---|---|---|\n| small | 40 euros | 1 kilogram | brown |\n\n`a_very_long_name_that_has_no_place_to_break_and_goes_on_and_on`"));
    let page = stage.browser.page().await;
    page.zoom_to_400_percent().await;
    page.goto(&stage.host.url("/")).await;
    page.until("ui('.launcher')").await;
    page.open_chat().await;
    page.ask_and_wait("When do you ship?").await;
    let fits = page.js("['.head', '.log', '.composer', '.close', '.send'].filter((css) => { const r = ui(css).getBoundingClientRect(); return r.left < -0.5 || r.right > innerWidth + 0.5 || r.top < -0.5 || r.bottom > innerHeight + 0.5; })").await;
    assert_eq!(fits, json!([]), "these stand outside the window");
    assert_eq!(
        page.js("[ui('.log').scrollWidth <= ui('.log').clientWidth, document.documentElement.scrollWidth]")
            .await,
        json!([true, 320])
    );
    assert!(page.js("ui('.log').clientHeight").await.as_u64() > Some(60), "there is room to read");
    page.is_accessible().await;
    page.picture("access-400").await;
}

#[tokio::test]
async fn at_320_pixels_nothing_scrolls_sideways() {
    let stage = Stage::start().await;
    let page = stage.browser.page().await;
    page.resize(320, 640).await;
    page.goto(&stage.host.url("/")).await;
    page.until("ui('.launcher')").await;
    page.open_chat().await;
    page.ask_and_wait("When do you ship?").await;
    assert_eq!(
        page.js("[ui('.log').scrollWidth <= ui('.log').clientWidth, document.documentElement.scrollWidth]")
            .await,
        json!([true, 320])
    );
    page.is_accessible().await;
    page.picture("access-320").await;
}

#[tokio::test]
async fn who_wants_no_motion_gets_none() {
    let stage = Stage::start().await;
    stage.bot.model.reply(Reply::text("We").with(Fault::HangAfterHead));
    let page = stage.browser.page().await;
    page.prefer(&[("prefers-reduced-motion", "reduce")]).await;
    page.goto(&stage.host.url("/")).await;
    page.until("ui('.launcher')").await;
    page.open_chat().await;
    page.ask("When do you ship?").await;
    page.until("seen('.message.bot .typing')").await;
    let moving = "all('.launcher, .panel, .panel *').flatMap((e) => e.getAnimations()).length";
    assert_eq!(page.js(moving).await, 0);
    page.prefer(&[("prefers-reduced-motion", "no-preference")]).await;
    page.until(&format!("{moving} > 0")).await;
}
