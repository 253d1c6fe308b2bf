//! Prints the API's description, for the snapshot: `cargo run -p botplot-web --example openapi > docs/openapi.json`.
#![expect(clippy::print_stdout, reason = "a program that prints")]

fn main() {
    print!("{}", botplot_web::openapi::text("https://botplot.example"));
}
