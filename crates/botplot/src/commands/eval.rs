//! `botplot eval`: how well answers are found, on files of questions with known answers. Touches no data folder.

mod articles;
mod files;
mod knowledge;
mod reading;
mod threads;

use anyhow::{Result, bail};
use botplot_search::eval::Share;
use serde_json::{Map, Value};

use crate::cli::Eval;
use crate::terminal::{say, say_json, table};

/// One figure: its name in JSON, with its interval, and the same for words alone where that makes sense.
struct Figure {
    name: &'static str,
    share: Share,
    words_alone: Option<Share>,
    remark: String,
    /// Whether it stands in the JSON object, or only among the words.
    in_json: bool,
}

impl Figure {
    fn new(name: &'static str, share: Share) -> Self {
        Self { name, share, words_alone: None, remark: String::new(), in_json: true }
    }

    fn beside(self, words_alone: Share) -> Self {
        Self { words_alone: Some(words_alone), ..self }
    }

    fn remarked(self, remark: impl Into<String>) -> Self {
        Self { remark: remark.into(), ..self }
    }

    fn in_words_only(self) -> Self {
        Self { in_json: false, ..self }
    }
}

/// Measures what the files ask for.
pub(super) fn run(command: &Eval) -> Result<()> {
    let (size, figures) = match (&command.passages, &command.articles) {
        (Some(passages), None) => {
            reading::measure(passages, &command.questions, command.out_of_scope.as_deref())?
        }
        (None, Some(folder)) => articles::measure(folder, &command.questions)?,
        _ => bail!("name either `--passages` or `--articles`"),
    };
    if command.json {
        let flat = figures.iter().filter(|f| f.in_json).map(|f| (f.name.to_owned(), rounded(f.share.value)));
        say_json(&Value::Object(flat.collect::<Map<_, _>>()));
    } else {
        say(size);
        say(show(&figures));
    }
    Ok(())
}

fn rounded(value: f64) -> Value {
    ((value * 1e4).round() / 1e4).into()
}

fn show(figures: &[Figure]) -> String {
    let interval = |s: &Share| format!("{:.3} ({:.3}-{:.3})", s.value, s.low, s.high);
    let mut rows = vec![["FIGURE", "VALUE (95 %)", "WORDS ALONE", ""].map(str::to_owned).to_vec()];
    for figure in figures {
        let words = figure.words_alone.as_ref().map(interval).unwrap_or_default();
        rows.push(vec![figure.name.to_owned(), interval(&figure.share), words, figure.remark.clone()]);
    }
    table(&rows)
}
