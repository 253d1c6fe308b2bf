//! The journeys of a visitor, laid out by subject.

mod access;
mod api;
mod ask;
mod faults;
mod harness;
mod history;
mod injection;
mod leads;
mod looks;
mod markdown;
mod person;
mod places;
mod scripted;
