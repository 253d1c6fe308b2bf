//! The widget in a real browser, against the real server: what a journey needs to be told in a few lines.
//!
//! [`Stage`] has it all: a [`Bot`] (the program `botplot` with a scripted model behind it), a [`Host`] (somebody's
//! website on another origin) and a [`Browser`]. A [`Page`] is what a visitor looks at. `e2e/README.md` shows a journey.

mod axe;
mod bot;
mod browser;
mod desk;
mod host;
mod line;
mod page;
mod stage;

pub use bot::Bot;
pub use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply};
pub use browser::Browser;
pub use desk::{EMAIL, PASSWORD};
pub use host::{Host, Html};
pub use line::Line;
pub use page::{Page, Request};
pub use stage::{Stage, strict_csp};
