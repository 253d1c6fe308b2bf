//! `GET /`: says what answers here.

use axum::extract::State;
use axum::response::Response;
use maud::html;

use crate::AppState;

/// The front page. It names no project: a server may be shared by people who do not know of each other.
pub(crate) async fn show(State(state): State<AppState>) -> Response {
    let body = html! {
        body.plain {
            main {
                h1 { "BotPlot" }
                p.lead { "This server answers questions from what its projects have learnt." }
                p { "Do you work here? " a href="/app" { "Open the dashboard" } "." }
                p {
                    "Every project has a page to try its chat on, at "
                    code { "/try/" } " with the project's publishable key, and one to link to, at " code { "/c/" } " with the same key. "
                    code { "botplot key list" } " shows the keys, and the server prints the address of its demo when it starts."
                }
                h2 { "For programs" }
                p { "Send a message, get the answer as a stream:" }
                pre tabindex="0" aria-label="Example" { code {
                    "curl -N " (state.public_url) "/api/chat \\\n"
                    "  -H 'Content-Type: application/json' \\\n"
                    "  -H 'x-api-key: YOUR_PUBLISHABLE_KEY' \\\n"
                    "  -d '{\"message\": \"What are your shipping options?\", \"visitorId\": \"visitor-123\"}'"
                } }
                ul {
                    li { a href="/docs/api" { "API reference" } }
                    li { a href="/errors" { "Error codes" } }
                    li { a href="/healthz" { "Is it alive?" } }
                    li { a href="/readyz" { "Is it ready?" } }
                }
            }
        }
    };
    super::page("BotPlot", &body)
}
