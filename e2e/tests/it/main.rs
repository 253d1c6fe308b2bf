//! The journeys of a visitor, and those of the people behind the dashboard, laid out by subject.

mod access;
mod api;
mod ask;
mod dashboard;
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
