//! Prints the answer of `/widget/config` in every language, a line each, for default settings and three starters: the
//! largest is what `cargo xtask ci` adds to the widget's size.
#![expect(clippy::print_stdout, reason = "a program that prints")]

use botplot_core::project::Settings;

fn main() {
    let mut settings = Settings::default();
    settings.widget.starters =
        ["How long does shipping take?", "How do I return something?", "Which payments do you take?"]
            .map(str::to_owned)
            .to_vec();
    for config in botplot_web::widget::configs(&settings) {
        println!("{config}");
    }
}
