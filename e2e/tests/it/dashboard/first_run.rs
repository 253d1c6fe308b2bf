//! The first run: from an empty data folder to a question that is answered on the owner's website, by clicks and keys.

mod site;

use std::time::Duration;

use botplot_e2e::{Bot, EMAIL, PASSWORD, Page, Stage};
use tokio::time::Instant;

/// Somebody who sets it up: what they do is counted, and what they see is looked at.
struct Owner {
    page: Page,
    clicks: usize,
    fields: usize,
    /// Time that pictures and axe took, which no person needs.
    looked: Duration,
    name: &'static str,
}

impl Owner {
    async fn click(&mut self, role: &str, name: &str) {
        self.page.click_named(role, name).await;
        self.clicks += 1;
    }

    async fn fill(&mut self, selector: &str, text: &str) {
        self.page.write(selector, text).await;
        self.fields += 1;
    }

    async fn arrives(&self, path: &str) {
        self.page
            .until(&format!("location.pathname.endsWith('{path}') && document.readyState === 'complete'"))
            .await;
    }

    /// The step is fit to be seen on a desk and on a phone.
    async fn looks(&mut self, step: &str) {
        let start = Instant::now();
        for (width, size) in [(390, "phone"), (1280, "desk")] {
            self.page.resize(width, 800).await;
            self.page.is_accessible().await;
            let outside = self.page.js("document.documentElement.scrollWidth - innerWidth").await;
            assert_eq!(outside, 0, "{step} at {width}");
            self.page.picture(&format!("{}-{step}-{size}", self.name)).await;
        }
        self.looked += start.elapsed();
    }
}

/// A server that nobody owns, a website that has no chat yet, and somebody with the address that the server printed.
async fn unpacked() -> (Stage, Owner) {
    let stage = Stage::around(Bot::untouched().await).await;
    site::put(&stage.host, "");
    stage.browser.allow_clipboard(&stage.bot.origin()).await;
    let page = stage.browser.page().await;
    (stage, Owner { page, clicks: 0, fields: 0, looked: Duration::ZERO, name: "first-run" })
}

async fn makes_an_account(owner: &mut Owner) {
    owner.looks("1-account").await;
    owner.fill("#name", "Ann Arbor").await;
    owner.fill("#email", EMAIL).await;
    owner.fill("#password", PASSWORD).await;
    owner.click("button", "Make my account").await;
    owner.arrives("/start/name").await;
}

async fn teaches_the_website(stage: &Stage, owner: &mut Owner) {
    owner.fill("#name", "Fern & Field").await;
    owner.looks("2-name").await;
    owner.click("button", "Go on").await;
    owner.arrives("/start/website").await;
    owner.looks("3-website").await;
    owner.fill("#url", &stage.host.origin()).await;
    // From here on the page has to tell by itself what goes on.
    owner.page.before_load(WATCH).await;
    owner.click("button", "Read it").await;
    owner.page.until("ui('#reading progress')").await;
    owner.looks("4-reading").await;
    owner.page.until_says("#reading", "It can be asked about now").await;
    let told = owner.page.js("window.told").await;
    let told: Vec<&str> =
        told.as_array().expect("it is a list").iter().filter_map(|one| one.as_str()).collect();
    assert!(
        told.len() >= 3 && !told[0].contains("asked about"),
        "the reading was not seen to go on: {told:#?}"
    );
    let read = owner.page.text("#reading").await;
    for title in ["Delivery", "Returns", "Care of ferns", "Visit us", "Gift vouchers"] {
        assert!(read.contains(title), "`{title}` was not read: {read}");
    }
    owner.looks("5-learnt").await;
    owner.click("link", "Go on").await;
    owner.arrives("/start/questions").await;
}

/// Notes each state that the page shows of the reading.
const WATCH: &str = "window.told = []; setInterval(() => {
    const text = document.querySelector('#reading [role=status]')?.innerText;
    if (text && text !== told.at(-1)) told.push(text);
}, 20)";

async fn tries_it(owner: &mut Owner) {
    let suggested = owner.page.js("all('.step input').map((field) => field.value).filter(Boolean)").await;
    let suggested: Vec<String> = serde_json::from_value(suggested).expect("they are texts");
    assert!(suggested.contains(&"What does delivery cost?".to_owned()), "{suggested:?}");
    owner.looks("6-questions").await;
    owner.click("button", "Save and go on").await;
    owner.arrives("/start/try").await;
    owner.page.until("seen('.composer textarea')").await;
    owner.looks("7-try").await;
    owner.fill(".composer textarea", "How much is delivery?").await;
    owner.page.press("Enter").await;
    owner.page.until_says(".message.bot .text", "6.90 euros").await;
    owner.page.until_says("#sources li a", "Delivery").await;
    owner.page.until_says("#sources", "6.90 euros").await;
    owner.looks("8-tried").await;
    owner.click("link", "Go on").await;
    owner.arrives("/start/site").await;
}

async fn puts_it_on_the_site(stage: &Stage, owner: &mut Owner) -> Page {
    owner.page.until_says("#seen", "not yet").await;
    owner.looks("9-site").await;
    owner.click("button", "Copy").await;
    owner.page.until("all('button').some((button) => button.innerText === 'Copied')").await;
    let line = owner.page.js("navigator.clipboard.readText()").await;
    let line = line.as_str().expect("a line was copied");
    assert!(line.starts_with("<script ") && line.contains(&stage.bot.origin()), "{line}");
    site::put(&stage.host, line);
    let visitor = stage.browser.page_of_another_visitor().await;
    visitor.goto(&stage.host.url("/visit")).await;
    owner.page.until_says("#seen", "Your chat is live").await;
    owner.page.until_says("#seen", &stage.host.origin()).await;
    visitor
}

#[tokio::test]
async fn an_empty_data_folder_becomes_an_answer_on_the_owners_site_in_a_few_clicks() {
    let (stage, mut owner) = unpacked().await;
    let start = Instant::now();
    owner.page.goto(&stage.bot.set_up_address().await).await;
    makes_an_account(&mut owner).await;
    teaches_the_website(&stage, &mut owner).await;
    tries_it(&mut owner).await;
    let visitor = puts_it_on_the_site(&stage, &mut owner).await;
    visitor.open_chat().await;
    assert!(
        visitor.has_named("button", "What does delivery cost?").await,
        "the chosen questions are offered"
    );
    visitor.ask_and_wait("What happens when a plant does not survive?").await;
    visitor.until_says(".message.bot .text", "growing guarantee of 60 days").await;
    let source = visitor.until("ui('.sources a')?.href").await;
    assert_eq!(source, stage.host.url("/returns"));
    let took = start.elapsed().saturating_sub(owner.looked);
    owner.looks("A-seen").await;
    visitor.picture("first-run-B-visitor").await;
    println!("{} clicks, {} fields, {took:.1?} with the machine's part", owner.clicks, owner.fields);
    assert!(owner.clicks <= 8 && owner.fields <= 6, "{} clicks, {} fields", owner.clicks, owner.fields);
    for page in [&owner.page, &visitor] {
        assert_eq!(page.violations().await, Vec::<String>::new());
        assert_eq!(page.console(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_wrong_or_used_set_up_link_says_so_and_where_to_go_on() {
    let (stage, mut owner) = unpacked().await;
    let link = stage.bot.set_up_address().await;
    owner.page.goto(&format!("{}x", &link[..link.len() - 1])).await;
    owner.page.until_says("h1", "This set-up link does not work").await;
    owner.page.until_says("main", "start it again").await;
    owner.name = "set-up-link";
    owner.looks("wrong").await;
    owner.page.goto(&link).await;
    let second = stage.browser.page_of_another_visitor().await;
    second.goto(&link).await;
    makes_an_account(&mut owner).await;
    // Somebody else had the same link open and is a little later.
    for (field, text) in [("#name", "Eve"), ("#email", "eve@example.com"), ("#password", PASSWORD)] {
        second.write(field, text).await;
    }
    second.click_named("button", "Make my account").await;
    second.until_says("h1", "Set-up is done").await;
    second.goto(&link).await;
    second.until_says("h1", "Set-up is done").await;
    second.is_accessible().await;
    second.click_named("link", "Sign in").await;
    second.until("location.pathname === '/sign-in'").await;
}
