//! The owner tries looks of the widget, and sees them before they are saved.

use botplot_e2e::{Page, Stage};

/// An expression about the shadow root of the widget in the preview, `it`.
fn framed(expression: &str) -> String {
    format!(
        "((it) => it && {expression})([...document.querySelector('.preview iframe').contentDocument.querySelectorAll('[data-botplot]')].at(-1)?.shadowRoot)"
    )
}

async fn tried() -> (Stage, Page) {
    let stage = Stage::start().await;
    let page = stage.owner().await;
    page.resize(1280, 900).await;
    stage.open(&page, "settings/widget").await;
    page.until(&framed("it.querySelector('dialog[open]')")).await;
    (stage, page)
}

/// Puts a value into a field as a person would, with the focus in it.
async fn fill(page: &Page, name: &str, value: &str) {
    let fill = format!(
        "(() => {{ const it = document.getElementById('{name}'); it.focus(); it.value = '{value}'; it.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()"
    );
    page.js(&fill).await;
}

#[tokio::test]
async fn what_is_typed_is_seen_in_the_real_widget_and_not_saved() {
    let (stage, page) = tried().await;
    let said = page.console().len();
    page.write("#widget\\.title", "Ask the basket makers! ").await;
    page.until(&framed("it.querySelector('.title').textContent.includes('Ask the basket makers!')")).await;
    fill(&page, "widget.color", "#aa0055").await;
    page.until(&framed("it.querySelector('.w').style.getPropertyValue('--accent') === '#aa0055'")).await;
    fill(&page, "widget.position", "left").await;
    fill(&page, "widget.language", "de").await;
    page.until(&framed("it.querySelector('.send').title === 'Senden' && it.querySelector('.w.left')")).await;
    fill(&page, "widget.starters", "Why baskets?").await;
    page.until(&framed("it.querySelector('.starters').textContent === 'Why baskets?'")).await;
    // One widget stands there, it is open, and the focus is still where it was typed.
    let standing = page.js(&framed("it.querySelector('dialog').open && it.host.ownerDocument.querySelectorAll('[data-botplot]').length")).await;
    assert_eq!(standing, 1);
    assert_eq!(page.js("document.activeElement.id").await, "widget.starters");
    page.picture("dashboard-looks").await;
    let set = stage.bot.api("GET", "/api/v1/project", None).await;
    assert_ne!(set["widget"]["color"], "#aa0055");
    assert_eq!((&set["widget"]["language"], &set["widget"]["position"]), (&"".into(), &"right".into()));
    assert_eq!(page.violations().await, Vec::<String>::new());
    assert!(page.console()[said..].is_empty(), "{:?}", page.console());
}

#[tokio::test]
async fn what_cannot_be_is_said_at_the_field_and_the_last_look_stays() {
    let (_stage, page) = tried().await;
    fill(&page, "widget.title", "Ahoy").await;
    page.until(&framed("it.querySelector('.title').textContent === 'Ahoy'")).await;
    fill(&page, "widget.radius", "99").await;
    page.until("document.getElementById('widget.radius').closest('.field').innerText.includes('must be a number from 0 to 40.')").await;
    assert_eq!(page.js(&framed("it.querySelector('.title').textContent")).await, "Ahoy");
    fill(&page, "widget.radius", "0").await;
    page.until(&framed("it.querySelector('.w').style.getPropertyValue('--r') === '0px'")).await;
    assert_eq!(page.count(".looks form .why").await, 0);
}
