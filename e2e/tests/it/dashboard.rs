//! The dashboard in a browser: every page of it, a handoff from both sides, and the keyboard alone.

mod handoff;
mod keyboard;
mod looks;
mod pages;
