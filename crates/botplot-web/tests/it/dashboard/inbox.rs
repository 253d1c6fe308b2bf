//! The inbox.

mod actions;
mod list;
mod live;
mod thread;

use botplot_testkit::app::{Actor, TestApp};

/// Text that would do something if it were not taken as text.
const MARKUP: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'";

/// An address of a conversation.
fn path(app: &TestApp, id: &str, rest: &str) -> String {
    app.page(&format!("inbox/{id}{rest}"))
}

/// The ids of the conversations that a page of the inbox lists, in order.
async fn listed(person: &Actor, app: &TestApp, query: &str) -> Vec<String> {
    let page = person.get(&app.page(&format!("inbox{query}"))).await.is(200);
    page.text().split("id=\"c-").skip(1).map(|row| row[..36].to_owned()).collect()
}

/// The id of somebody's own account, as the page offers it for assigning.
fn own_account(page: &str) -> String {
    let field =
        page.split("name=\"account\" value=\"").nth(1).expect("the page offers to assign it to oneself");
    field[..36].to_owned()
}
