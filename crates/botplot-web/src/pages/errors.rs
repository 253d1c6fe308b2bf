//! `GET /errors`: what each error code means; the `type` of every error leads here.

use axum::response::Response;
use maud::{Markup, html};

use crate::Code;

/// The list of all codes.
pub(crate) async fn show() -> Response {
    let body = html! {
        body.plain {
            main {
                h1 { "Error codes" }
                p.lead { "An error is " code { "application/problem+json" } "; its " code { "code" } " is one of these." }
                div.wide tabindex="0" role="region" aria-label="Error codes" {
                    table {
                        thead { tr { th scope="col" { "Code" } th scope="col" { "Status" } th scope="col" { "Meaning" } } }
                        tbody {
                            @for code in Code::ALL {
                                tr id=(code.name()) {
                                    th scope="row" { code { (code.name()) } }
                                    td { (code.status().as_u16()) }
                                    td { (with_code(code.doc())) }
                                }
                            }
                        }
                    }
                }
                p { a href="/docs/api" { "API reference" } " · " a href="/" { "Front page" } }
            }
        }
    };
    super::page("Error codes · BotPlot", &body)
}

/// Shows what stands between backticks as code.
fn with_code(text: &str) -> Markup {
    html! {
        @for (i, part) in text.split('`').enumerate() {
            @if i % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
