//! The journeys of a visitor, laid out by subject.

mod access;
mod api;
mod ask;
mod faults;
mod harness;
mod history;
mod leads;
mod looks;
mod person;
mod places;
