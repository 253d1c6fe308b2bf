//! What is written to the terminal: results to standard output, everything else to standard error.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Writes a line to standard output; a reader that has left (`| head`) ends the program quietly.
pub(crate) fn say(line: impl AsRef<str>) {
    write(&format!("{}\n", line.as_ref()));
}

/// Writes to standard output at once, without a line's end.
pub(crate) fn write(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Writes a line to standard output, whether or not anybody reads it: a server goes on without.
pub(crate) fn announce(line: impl AsRef<str>) {
    let _ = writeln!(std::io::stdout().lock(), "{}", line.as_ref());
}

/// Writes a value as JSON and a line's end.
pub(crate) fn say_json(value: &serde_json::Value) {
    say(value.to_string());
}

/// Writes a remark to standard error.
pub(crate) fn remark(line: impl AsRef<str>) {
    // Nobody reads it, so there is nobody to tell.
    let _ = writeln!(std::io::stderr().lock(), "{}", line.as_ref());
}

/// Tells why a command failed.
pub(crate) fn complain(error: &anyhow::Error) {
    remark(format!("error: {error:#}"));
}

/// A bar for `length` steps (none: a sign that something goes on), shown only where a person looks at it.
pub(crate) fn progress(length: Option<u64>, what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let (bar, template) = match length {
        Some(length) => (ProgressBar::new(length), "{msg} {bar:30} {pos}/{len} {eta}"),
        None => (ProgressBar::new_spinner(), "{spinner} {msg}"),
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    bar.set_style(style);
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Lines up the columns of a table, its first row being the heads.
pub(crate) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|c| c.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|at| width(at).unwrap_or_default()).collect();
    let mut out = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_table_line_up() {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        assert_eq!(table(&[row(["NAME", "MADE"]), row(["ä", "x"])]), "NAME  MADE\nä     x");
    }
}
