//! The HTTP tests: one binary, laid out by URL, speaking as actors to a real server.
#![expect(clippy::unwrap_used, reason = "what is missing in a test fails the test, with its place")]

mod api;
mod attention;
mod dashboard;
mod errors;
mod health;
mod letters;
mod limits;
mod logs;
mod matrix;
mod nodes;
mod openai;
mod openapi;
mod pages;
mod published;
mod shutdown;
mod widget;

/// What the projects of these tests have learnt.
const SHIPPING: (&str, &str) = (
    "Shipping",
    "Standard shipping takes three to five working days and costs four euros.\n\n\
     Express shipping arrives on the next working day and costs twelve euros.",
);
/// A question that it answers.
const QUESTION: &str = "How long does standard shipping take?";
