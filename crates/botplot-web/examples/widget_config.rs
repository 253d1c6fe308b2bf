//! Prints the largest answer of `/widget/config` over all languages, for default settings and three starters: what
//! `cargo xtask ci` adds to the widget's size.
#![expect(clippy::print_stdout, reason = "a program that prints")]

use botplot_core::project::Settings;

fn main() {
    let mut settings = Settings::default();
    settings.widget.starters =
        ["How long does shipping take?", "How do I return something?", "Which payments do you take?"]
            .map(str::to_owned)
            .to_vec();
    print!("{}", botplot_web::widget::largest_config(&settings));
}
