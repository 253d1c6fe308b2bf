//! The browsers in which somebody is signed in.

use axum::extract::State;
use axum::response::Response;
use botplot_core::account::SignIn;
use botplot_core::{SignInId, Timestamp};
use botplot_engine::accounts::sign_ins;
use maud::{Markup, html};

use crate::dashboard::reply::lead_to;
use crate::dashboard::seat::Person;
use crate::dashboard::ui;
use crate::ids::{self, Path};
use crate::{ApiError, AppState, Code};

/// Signs one browser out, this one included.
pub(super) async fn end(
    State(state): State<AppState>,
    person: Person,
    Path(browser): Path<String>,
) -> Result<Response, ApiError> {
    if !sign_ins::end(&state.engine, person.account.id, ids::read(&browser)?).await? {
        return Err(ApiError::new(Code::NotFound));
    }
    Ok(lead_to("/account", "That browser is signed out."))
}

/// Signs all browsers out but this one.
pub(super) async fn end_others(State(state): State<AppState>, person: Person) -> Result<Response, ApiError> {
    let ended = sign_ins::end_others(&state.engine, person.account.id, Some(person.sign_in.id)).await?;
    let said = match ended {
        0 => "No other browser was signed in.".to_owned(),
        1 => "One other browser is signed out.".to_owned(),
        n => format!("{n} other browsers are signed out."),
    };
    Ok(lead_to("/account", &said))
}

/// The list, `own` being the browser that asks.
pub(super) fn section(browsers: &[SignIn], own: SignInId, now: Timestamp) -> Markup {
    html! {
        section.stack aria-labelledby="browsers-title" {
            h2 #browsers-title { "Where you are signed in" }
            ul.people { @for browser in browsers { li.person { (one(browser, own, now)) } } }
            @if browsers.len() > 1 {
                form method="post" action="/account/browsers/end-others" { button.danger { "Sign out everywhere else" } }
            }
        }
    }
}

fn one(browser: &SignIn, own: SignInId, now: Timestamp) -> Markup {
    let name = plain(&browser.browser);
    html! {
        div.who {
            p { strong { (name) } @if browser.id == own { (ui::badge("good", "this one")) } }
            p.faint {
                @if !browser.address.is_empty() { (browser.address) " · " }
                "last seen " (ui::time::ago(browser.seen_at, now)) " · since " (ui::time::at(browser.created_at))
            }
        }
        @if browser.id != own {
            form method="post" action={ "/account/browsers/" (browser.id) "/end" } {
                button.quiet aria-label={ "Sign out " (name) } { "Sign out" }
            }
        }
    }
}

/// Marks in what browsers call themselves, and who they are; browsers claim to be their forebears, so that the
/// youngest stands first.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// What a browser calls itself, in plain words such as `Chrome on Linux`.
fn plain(agent: &str) -> String {
    let find = |list: &[(&str, &'static str)]| {
        list.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) if agent.trim().is_empty() => "A browser without a name".to_owned(),
        (None, None) => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn browsers_are_called_by_plain_names() {
        let chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
        let edge = format!("{chrome} Edg/142.0").replace("X11; Linux x86_64", "Windows NT 10.0; Win64; x64");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1";
        let firefox = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0";
        let table = [
            (chrome, "Chrome on Linux"),
            (&edge, "Edge on Windows"),
            (phone, "Safari on iPhone"),
            (firefox, "Firefox on macOS"),
            ("curl/8.9", "curl"),
            ("", "A browser without a name"),
            ("My own", "My own"),
        ];
        for (agent, name) in table {
            assert_eq!(plain(agent), name);
        }
    }
}
