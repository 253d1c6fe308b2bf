//! Every page there is, in light and dark, on a phone and on a desk: accessible, quiet, narrow and light.
//!
//! The addresses come from the table of routes: one without an example fails here, until something leads to it.

mod found;
mod shop;

use botplot_e2e::{EMAIL, PASSWORD, Page, Stage};
use chromiumoxide::cdp::browser_protocol::network::SetCacheDisabledParams;

/// Bytes of a whole page over the wire, with its styles and scripts.
const MOST: u64 = 100 * 1024;

const WEIGHT: &str = "['navigation', 'resource'].flatMap((kind) => performance.getEntriesByType(kind)).reduce((sum, one) => sum + one.encodedBodySize, 0)";

/// Something to look at.
pub(crate) struct Visit {
    /// The address, or where the form goes.
    path: String,
    /// What a form sends.
    fields: Option<Vec<(&'static str, String)>>,
    /// The status that the page has.
    status: u16,
}

impl Visit {
    fn to(path: impl Into<String>) -> Self {
        Self { path: path.into(), fields: None, status: 200 }
    }

    fn answered(self, status: u16) -> Self {
        Self { status, ..self }
    }

    fn sending(path: impl Into<String>, fields: &[(&'static str, &str)]) -> Self {
        let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { fields: Some(fields), ..Self::to(path) }
    }

    async fn open(&self, stage: &Stage, page: &Page) {
        match &self.fields {
            None => page.goto(&format!("{}{}", stage.bot.origin(), self.path)).await,
            Some(fields) => page.send(&self.path, fields).await,
        }
        let status = page.js("performance.getEntriesByType('navigation')[0].responseStatus").await;
        assert_eq!(status, self.status, "{}", self.path);
    }

    /// What is wrong with the page in these colours; the console may only tell of the page's own status.
    async fn faults(&self, stage: &Stage, page: &Page) -> Vec<String> {
        let said = page.console().len();
        self.open(stage, page).await;
        let mut faults = Vec::new();
        let bytes = page.js(WEIGHT).await.as_u64().unwrap_or_default();
        if !(1..=MOST).contains(&bytes) {
            faults.push(format!("it weighs {bytes} bytes"));
        }
        for scheme in ["light", "dark"] {
            // Half-way from one colour to the other no contrast could be judged.
            page.prefer(&[("prefers-color-scheme", scheme), ("prefers-reduced-motion", "reduce")]).await;
            faults.extend(page.faults_of("html").await.into_iter().map(|fault| format!("{scheme}: {fault}")));
        }
        let sideways = page.js("document.documentElement.scrollWidth - innerWidth").await;
        if sideways.as_i64() > Some(0) {
            faults.push(format!("{sideways} pixels stand outside the window"));
        }
        faults.extend(page.violations().await);
        let own = format!("status of {}", self.status);
        faults.extend(
            page.console().into_iter().skip(said).filter(|line| self.status < 400 || !line.contains(&own)),
        );
        faults.into_iter().map(|fault| format!("{}: {fault}", self.path)).collect()
    }
}

/// Looks at all of them in a window of this width.
async fn faults_of(visits: &[Visit], stage: &Stage, page: &Page, width: u32) -> Vec<String> {
    page.resize(width, 800).await;
    let mut faults = Vec::new();
    for visit in visits {
        let found = visit.faults(stage, page).await;
        if !found.is_empty() || std::env::var_os("BOTPLOT_E2E_PICTURES").is_some() {
            let name: String = visit.path.replace(|c: char| !c.is_ascii_alphanumeric(), "-");
            let end: String = name.chars().skip(if name.len() > 60 { 42 } else { 0 }).take(60).collect();
            page.picture(&format!("page-{width}-{end}-{}", visit.status)).await;
        }
        faults.extend(found);
    }
    faults
}

#[tokio::test]
async fn every_page_is_right_on_a_desk_and_weighs_little() {
    let (stage, page) = shop::busy().await;
    // Everything comes over the wire each time, as for somebody who is here for the first time.
    let without_cache = SetCacheDisabledParams::new(true);
    page.cdp().execute(without_cache).await.expect("the browser can do without its cache");
    let visits = found::visits(&stage, &page).await;
    assert_eq!(faults_of(&visits, &stage, &page, 1280).await, Vec::<String>::new());
}

#[tokio::test]
async fn every_page_is_right_on_a_phone() {
    let (stage, page) = shop::busy().await;
    let visits = found::visits(&stage, &page).await;
    assert_eq!(faults_of(&visits, &stage, &page, 390).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_must_not_be_is_told_on_pages_that_are_right_too() {
    let (stage, owner) = shop::busy().await;
    let viewer = stage.colleague(&owner, "Vera", "viewer").await;
    let [project, nobody] = [stage.bot.app("").await, "0199d5a0-0000-7000-8000-000000000000".to_owned()];
    let project = project.replace(&stage.bot.origin(), "");
    let long = "x".repeat(300_000);
    let visits = [
        Visit::to("/nothing").answered(404),
        Visit::to(format!("{project}nothing")).answered(404),
        Visit::to(format!("{project}knowledge/sources/{nobody}")).answered(404),
        Visit::to(format!("{project}inbox/no-id")).answered(404),
        Visit::to(format!("/app/{nobody}/inbox")).answered(404),
        Visit::sending(format!("{project}settings/bot"), &[("instructions", &long)]).answered(413),
        Visit::sending(format!("{project}settings/bot"), &[("threshold", "7")]).answered(422),
        Visit::sending(format!("{project}start/website"), &[("url", "not an address")]).answered(422),
        Visit::sending(format!("{project}team/invite"), &[("email", "nonsense"), ("role", "agent")])
            .answered(422),
        Visit::sending(format!("{project}knowledge/add"), &[("kind", "qa")]).answered(400),
        Visit::sending(format!("{project}settings/webhooks"), &[("url", "ftp://x")]).answered(422),
    ];
    let refused = [
        Visit::to(format!("{project}settings/general")).answered(403),
        Visit::sending(format!("{project}team/invite"), &[("email", "a@b.example")]).answered(403),
    ];
    let mut faults = Vec::new();
    for width in [390, 1280] {
        stage.open(&owner, "team").await;
        faults.extend(faults_of(&visits, &stage, &owner, width).await);
        stage.open(&viewer, "team").await;
        faults.extend(faults_of(&refused, &stage, &viewer, width).await);
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[tokio::test]
async fn pages_for_everybody_are_right_without_a_sign_in() {
    let stage = Stage::start().await;
    let set_up = stage.bot.set_up_address().await.replace(&stage.bot.origin(), "");
    let page = stage.browser.page_of_another_visitor().await;
    let mut faults = Vec::new();
    let before = [Visit::to(&set_up), Visit::to("/setup/x").answered(410)];
    for width in [390, 1280] {
        faults.extend(faults_of(&before, &stage, &page, width).await);
    }
    let owner = stage.owner().await;
    let links = shop::links(&stage, &owner).await;
    let wrong = [("email", EMAIL), ("password", "a wrong one")];
    let project = stage.bot.app("").await.replace(&stage.bot.origin(), "");
    let text = "Be brief.\n\nSay where it stands.";
    let mut visits = found::open_pages(&page, &links).await;
    visits.extend([
        Visit::to(&set_up).answered(410),
        Visit::to("/invite/x").answered(410),
        Visit::to("/reset/x").answered(410),
        Visit::to("/sign-in?next=/app"),
        Visit::sending("/sign-in", &wrong).answered(401),
        Visit::sending("/reset", &[("email", EMAIL)]),
        Visit::sending(links.reset.clone(), &[("password", "short")]).answered(422),
        Visit::sending(format!("{project}settings/bot"), &[("instructions", text)]).answered(401),
        Visit::sending("/account/password", &[("password", "secret")]).answered(401),
    ]);
    for width in [390, 1280] {
        page.goto(&format!("{}/sign-in", stage.bot.origin())).await;
        faults.extend(faults_of(&visits, &stage, &page, width).await);
    }
    // The password is right now, and the code is to follow.
    page.goto(&format!("{}/sign-in", stage.bot.origin())).await;
    page.send("/sign-in", &[("email", EMAIL.to_owned()), ("password", PASSWORD.to_owned())]).await;
    page.until("location.pathname === '/sign-in/code'").await;
    let code =
        [Visit::to("/sign-in/code"), Visit::sending("/sign-in/code", &[("code", "000000")]).answered(401)];
    for width in [390, 1280] {
        faults.extend(faults_of(&code, &stage, &page, width).await);
    }
    assert_eq!(faults, Vec::<String>::new());
}
