//! Prints what is read from files, and the chunks that come of it: `cargo run -p botplot-ingest --example read -- FILE…`
#![expect(clippy::print_stdout, reason = "printing is its purpose")]

use botplot_ingest::{Hint, read, split};

fn main() -> Result<(), std::io::Error> {
    for path in std::env::args().skip(1) {
        println!("=== {path}");
        match read(&std::fs::read(&path)?, &Hint::name(&path)) {
            Err(why) => println!("unreadable: {why}"),
            Ok(document) => {
                println!(
                    "title: {}\nlanguage: {:?}\ncanonical: {:?}",
                    document.title, document.language, document.canonical
                );
                for chunk in split(&document, &|text| text.split_whitespace().count() * 4 / 3) {
                    println!(
                        "--- {} [{} pieces, #{}]\n{}",
                        chunk.heading,
                        chunk.pieces,
                        chunk.anchor.unwrap_or_default(),
                        chunk.body
                    );
                }
            }
        }
    }
    Ok(())
}
