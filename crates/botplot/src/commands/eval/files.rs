//! The files that are measured on: one JSON object per line.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A passage to find.
#[derive(Debug, Deserialize)]
pub(super) struct Passage {
    pub(super) id: String,
    #[serde(default)]
    pub(super) title: String,
    pub(super) text: String,
}

/// A question that one passage answers.
#[derive(Debug, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the file calls it so")]
pub(super) struct Question {
    pub(super) question: String,
    pub(super) passage: String,
    #[serde(default)]
    pub(super) answers: Vec<String>,
}

/// A question that an article answers, and perhaps others too.
#[derive(Debug, Deserialize)]
pub(super) struct ArticleQuestion {
    pub(super) question: String,
    pub(super) article: String,
    #[serde(default)]
    pub(super) also: Vec<String>,
}

/// A question that nothing answers.
#[derive(Debug, Deserialize)]
pub(super) struct Other {
    pub(super) question: String,
}

/// Reads a file of JSON lines; the fault names the line.
pub(super) fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>> {
    let text = fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let filled = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let read: Vec<T> = filled
        .map(|(at, line)| {
            serde_json::from_str(line)
                .with_context(|| format!("line {} of `{}` cannot be used", at + 1, path.display()))
        })
        .collect::<Result<_>>()?;
    if read.is_empty() {
        bail!("`{}` is empty: it takes one JSON object per line", path.display());
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("q.jsonl");
        fs::write(&path, "{\"question\":\"a\",\"passage\":\"p\"}\n\n{\"question\":\"b\"}\n").unwrap();
        let fault = lines::<Question>(&path).unwrap_err();
        assert!(
            format!("{fault:#}").contains("line 3") && format!("{fault:#}").contains("passage"),
            "{fault:#}"
        );
        fs::write(&path, "\n").unwrap();
        assert!(lines::<Other>(&path).unwrap_err().to_string().contains("is empty"));
    }
}
