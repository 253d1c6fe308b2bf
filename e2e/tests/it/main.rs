//! The journeys of a visitor, laid out by subject.

mod harness;
