//! Where the widget stands: strict, hostile and odd pages of others.

use botplot_e2e::{Html, Stage, strict_csp};

/// Somebody's style sheet that means no element well.
const HOSTILE: &str = "<style>body * { all: unset !important; display: block !important; color: yellow !important; background: red !important;
    font-size: 40px !important; position: static !important; opacity: .5 !important; transform: rotate(3deg) !important;
    width: 33% !important; margin: 30px !important; float: right !important; text-transform: uppercase !important; }
    div { display: none !important } button { visibility: hidden !important } </style>";

#[tokio::test]
async fn the_strictest_page_sees_no_violation() {
    let stage = Stage::start().await;
    let policy = strict_csp(&stage.bot.origin());
    stage.host.put("/strict", &Html::with(&stage.tag("")).csp(&policy));
    let page = stage.visit("/strict").await;
    page.open_chat().await;
    page.ask_and_wait("When do you ship?").await;
    page.click_named("button", "Not helpful").await;
    page.until("seen('form.comment')").await;
    page.click_named("button", "Talk to a person").await;
    page.until("seen('form.lead')").await;
    page.until("seen('.sources, .notice')").await;
    page.reload().await;
    page.until_says(".message.bot .text", "two days").await;
    assert_eq!(page.violations().await, [] as [String; 0]);
    assert_eq!(page.console(), [] as [String; 0]);
    page.picture("places-strict").await;
}

#[tokio::test]
async fn the_script_may_stand_in_the_body_or_be_no_longer_async() {
    let stage = Stage::start().await;
    stage.host.put("/body", &Html::default().end(&stage.tag("")));
    let plain = stage.tag("").replace(" async", "");
    stage.host.put("/head", &Html::with(&plain));
    stage.host.put("/module", &Html::with(&stage.tag("type=\"module\"")));
    let late = format!(
        "<script>const s = document.createElement('script'); s.src = '{}/widget/w.js'; s.dataset.key = '{}'; document.head.append(s)</script>",
        stage.bot.origin(),
        stage.bot.key()
    );
    stage.host.put("/late", &Html::default().end(&late));
    for path in ["/body", "/head", "/module", "/late"] {
        let page = stage.visit(path).await;
        page.open_chat().await;
        assert_eq!(page.console(), [] as [String; 0], "{path}");
    }
}

#[tokio::test]
async fn the_same_tag_twice_is_one_widget_and_another_key_is_another() {
    let stage = Stage::start().await;
    stage.host.put("/twice", &Html::with(&stage.tag("")).end(&stage.tag("")));
    let page = stage.visit("/twice").await;
    page.open_chat().await;
    page.ask_and_wait("When do you ship?").await;
    assert_eq!(page.count("[data-botplot]").await, 1);
    let keys = stage.bot.another_project();
    stage.host.put("/two", &Html::with(&stage.tag("")).end(&stage.tag_with(&keys, "data-mode=\"inline\"")));
    let page = stage.visit("/two").await;
    page.until("all('[data-botplot]').length === 2").await;
    page.until("all('.panel.inline').length === 1 && all('.launcher').length === 1").await;
    assert_eq!(page.console(), [] as [String; 0]);
}

#[tokio::test]
async fn a_single_page_app_may_replace_its_body() {
    let stage = Stage::start().await;
    let page = stage.opened().await;
    page.ask_and_wait("When do you ship?").await;
    page.js("history.pushState({}, '', '/elsewhere'), document.body.innerHTML = '<main><h1>Elsewhere</h1></main>', 0").await;
    page.until("seen('.launcher')").await;
    page.js("document.body.replaceWith(document.createElement('body')), 0").await;
    page.until("seen('.launcher')").await;
    page.until("seen('.panel')").await;
    page.until_says(".message.user", "When do you ship?").await;
    page.ask_and_wait("And by bike?").await;
    assert_eq!(page.count("[data-botplot]").await, 1);
    let asked = stage.bot.messages().await.len();
    assert_eq!(asked, 4);
}

#[tokio::test]
async fn hostile_styles_of_the_page_do_not_reach_it() {
    let stage = Stage::start().await;
    stage.host.put("/hostile", &Html::with(&stage.tag("")).head(HOSTILE));
    let looks = "['.launcher', '.panel', '.title', '.send', '.message.user .text', '.composer textarea'].map((css) => {
        const s = getComputedStyle(ui(css)), r = ui(css).getBoundingClientRect();
        return [css, s.color, s.backgroundColor, s.fontSize, s.display, s.visibility, s.opacity, s.textTransform, r.x, r.y, r.width, r.height].join(' ');
    })";
    let mut seen = Vec::new();
    for path in ["/", "/hostile"] {
        let page = stage.browser.page().await;
        page.before_load("localStorage.clear()").await;
        page.goto(&stage.host.url(path)).await;
        page.open_chat().await;
        page.ask_and_wait("When do you ship?").await;
        page.until("ui('.panel').getAnimations({ subtree: true }).every((a) => a.playState !== 'running')")
            .await;
        seen.push(page.js(looks).await);
        page.picture(&format!("places{}", path.replace('/', "-"))).await;
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_page_that_patches_its_world_later_does_not_break_the_chat() {
    let stage = Stage::start().await;
    let page = stage.opened().await;
    page.js("window.fetch = () => { throw new Error('patched'); }").await;
    page.ask_and_wait("When do you ship?").await;
    assert!(!page.console().iter().any(|line| line.starts_with("uncaught")), "{:?}", page.console());
}

#[tokio::test]
async fn a_fetch_that_was_patched_before_gives_a_sentence_and_another_try() {
    let stage = Stage::start().await;
    for (n, patch) in [
        "throw new Error('patched')",
        "return Promise.reject(1)",
        "return Promise.resolve({ ok: true })",
        "return Promise.resolve(new Response('<html>', { status: 200 }))",
        "return 7",
    ]
    .iter()
    .enumerate()
    {
        let path = format!("/patched{n}");
        let script = format!(
            "<script>const real = fetch; window.fetch = function () {{ if (!window.healed) {{ {patch} }} return real.apply(this, arguments); }};</script>"
        );
        stage.host.put(&path, &Html::with(&script).head(&stage.tag("")));
        let page = stage.visit(&path).await;
        page.open_chat().await;
        page.ask("When do you ship?").await;
        page.until("seen('.error .retry')").await;
        page.until_says(".message.user", "When do you ship?").await;
        page.js("window.healed = true").await;
        page.click(".retry").await;
        page.until_says(".message.bot .text", "two days").await;
        assert!(
            !page.console().iter().any(|line| line.starts_with("uncaught")),
            "{patch}: {:?}",
            page.console()
        );
        page.js("localStorage.clear()").await;
    }
}

#[tokio::test]
async fn nothing_moves_and_nothing_is_fetched_early_but_the_configuration() {
    let stage = Stage::start().await;
    // The page is busy for a while: no idle moment comes.
    stage.host.put("/busy", &Html::with(&stage.tag("")).head(
        "<script>window.idle = 0; const real = requestIdleCallback; window.requestIdleCallback = (then) => real((d) => { window.idle = performance.now(); then(d); });</script>",
    ));
    let page = stage.visit("/busy").await;
    page.until("seen('.launcher') && idle > 0").await;
    page.until("ui('.launcher').getAnimations().every((a) => a.playState !== 'running')").await;
    let asked: Vec<String> = page
        .requests()
        .into_iter()
        .filter(|r| r.url.starts_with(&stage.bot.origin()))
        .map(|r| {
            r.url.trim_start_matches(&stage.bot.origin()).split('?').next().unwrap_or_default().to_owned()
        })
        .collect();
    assert_eq!(asked, ["/widget/w.js", "/widget/config"]);
    assert_eq!(page.js("noted.shift").await.as_f64(), Some(0.0));
    page.open_chat().await;
    page.ask_and_wait("When do you ship?").await;
    assert_eq!(page.js("noted.shift").await.as_f64(), Some(0.0));
}

#[tokio::test]
async fn a_secret_key_is_refused_with_the_reason() {
    let stage = Stage::start().await;
    stage.host.put("/secret", &Html::with(&stage.tag_with(stage.bot.secret(), "")));
    let page = stage.visit("/secret").await;
    page.until("true").await;
    let told = page.console();
    assert!(
        told.iter().any(|line| line.starts_with("error: BotPlot:")
            && line.contains("secret key")
            && line.contains("bp_pub_")),
        "{told:?}"
    );
    assert!(!told.iter().any(|line| line.contains(stage.bot.secret())), "the key itself is not printed");
    assert_eq!(page.count("[data-botplot]").await, 0);
    assert!(!page.requests().iter().any(|request| request.url.contains(stage.bot.secret())));
}

#[tokio::test]
async fn a_tag_without_a_key_says_so() {
    let stage = Stage::start().await;
    stage
        .host
        .put("/none", &Html::with(&format!("<script src=\"{}/widget/w.js\"></script>", stage.bot.origin())));
    let page = stage.visit("/none").await;
    page.until("true").await;
    assert!(page.console().iter().any(|line| line.contains("data-key")), "{:?}", page.console());
}
