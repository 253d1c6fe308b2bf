//! The harness keeps its own promises: a check that cannot fail would let everything pass.

use botplot_e2e::{Browser, Host, Html, strict_csp};

const ROOM: &str = "<style>button { padding: 8px }</style><main><h1>Room</h1><div data-botplot></div><button id='outer'>Outer</button></main>
    <script>
      const root = document.querySelector('[data-botplot]').attachShadow({ mode: 'open' });
      root.innerHTML = '<button style=padding:8px id=inner aria-label=\"Ring the bell\">R</button><input aria-label=Words>';
      root.querySelector('#inner').onclick = (event) => { window.rung = event.isTrusted; };
    </script>";

#[tokio::test]
async fn clicks_and_keys_reach_a_shadow_root() {
    let (host, browser) = tokio::join!(Host::start(), Browser::launch());
    host.put("/", &Html::default().body(ROOM));
    let page = browser.page().await;
    page.goto(&host.url("/")).await;
    page.click("#inner").await;
    page.until("window.rung === true").await;
    page.js("window.rung = 0").await;
    page.click_named("button", "Ring the bell").await;
    page.until("window.rung === true").await;
    assert!(!page.has_named("button", "Nobody").await);
    page.write("input", "two words").await;
    page.press("Shift+Tab").await;
    page.until("focused().id === 'inner'").await;
    assert_eq!(page.js("ui('input').value").await, "two words");
    page.is_accessible().await;
    page.picture("harness").await;
}

#[tokio::test]
async fn faults_of_policy_console_and_accessibility_are_seen() {
    let (host, browser) = tokio::join!(Host::start(), Browser::launch());
    let policy = strict_csp("http://127.0.0.1:9");
    host.put("/", &Html::default().end("<img src='/cat.png'>").csp(&policy));
    let page = browser.page().await;
    page.goto(&host.url("/")).await;
    page.until("noted.violations.length > 0").await;
    assert!(page.violations().await[0].starts_with("img-src"), "{:?}", page.violations().await);
    page.js("console.error('a', 1)").await;
    page.until("true").await;
    let told = page.console();
    assert!(told.iter().any(|line| line == "error: a 1"), "{told:?}");
    assert!(page.requests().iter().any(|request| request.url == host.url("/")));
}

#[tokio::test]
#[should_panic = "image-alt"]
async fn axe_finds_a_picture_without_words() {
    let (host, browser) = tokio::join!(Host::start(), Browser::launch());
    host.put("/", &Html::default().end("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"));
    let page = browser.page().await;
    page.goto(&host.url("/")).await;
    page.is_accessible().await;
}

#[tokio::test]
async fn storage_can_be_blocked_and_the_connection_taken_away() {
    let (host, browser) = tokio::join!(Host::start(), Browser::without_storage());
    host.put("/", &Html::default());
    let page = browser.page().await;
    page.goto(&host.url("/")).await;
    assert_eq!(
        page.js("(() => { try { localStorage; return 'open'; } catch (e) { return e.name; } })()").await,
        "SecurityError"
    );
    page.offline(true).await;
    assert_eq!(page.js("fetch('/').then(() => 'there', () => 'gone')").await, "gone");
    page.until("navigator.onLine === false").await;
    page.offline(false).await;
    assert_eq!(page.js("fetch('/').then(() => 'there', () => 'gone')").await, "there");
}
