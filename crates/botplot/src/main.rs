//! The `botplot` binary.
fn main() {}
