//! The dashboard in a browser: the first run, every page of it, the inbox, what goes wrong, and the keyboard alone.

mod bad_input;
mod first_run;
mod handoff;
mod inbox;
mod keyboard;
mod looks;
mod pages;
