//! Improve: what was not answered or badly rated, and the project's question set.

mod answer;
mod gaps;
mod proof;
mod questions;
mod runs;

use maud::{Markup, html};

use super::route::{ADMIN, Route, VIEWER};
use super::seat::Seat;

/// The addresses of this area.
pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::get("/app/{project}/improve", VIEWER, gaps::list),
        Route::get("/app/{project}/improve/gaps/{message}", VIEWER, gaps::show),
        Route::post("/app/{project}/improve/gaps/{message}/answer", ADMIN, answer::create),
        Route::post("/app/{project}/improve/gaps/{message}/dismiss", ADMIN, answer::dismiss),
        Route::get("/app/{project}/improve/gaps/{message}/proof", VIEWER, proof::show),
        Route::get("/app/{project}/improve/questions", VIEWER, questions::list),
        Route::get("/app/{project}/improve/questions/state", VIEWER, questions::state),
        Route::post("/app/{project}/improve/questions", ADMIN, questions::add),
        Route::post("/app/{project}/improve/questions/run", ADMIN, questions::run),
        Route::post("/app/{project}/improve/questions/{question}/remove", ADMIN, questions::remove),
        Route::get("/app/{project}/improve/runs/{run}", VIEWER, runs::show),
    ]
}

/// The two halves of this area.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Gaps,
    Questions,
}

/// The way between the two halves, and the style of the area.
fn tabs(seat: &Seat, at: Half) -> Markup {
    let here = |half| (at == half).then_some("page");
    html! {
        nav.tabs aria-label="Improve" {
            a href=(seat.path("improve")) aria-current=[here(Half::Gaps)] { "Not answered well" }
            a href=(seat.path("improve/questions")) aria-current=[here(Half::Questions)] { "Question set" }
        }
    }
}
