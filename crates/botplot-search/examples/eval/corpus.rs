//! Passages and questions from the files in `eval/data`.

use std::fs;
use std::path::{Path, PathBuf};

use botplot_core::{ChunkId, PageId, SourceId};
use botplot_search::{ChunkText, embedding_text};
use serde_json::Value;
use uuid::Uuid;

use crate::embedder::Embedder;

#[derive(Clone)]
/// A passage and the document that questions name.
pub(crate) struct Passage {
    pub(crate) document: String,
    pub(crate) title: String,
    pub(crate) heading: String,
    pub(crate) body: String,
}

#[derive(Clone)]
/// A question, the documents that answer it, and words that an answer contains.
pub(crate) struct Question {
    pub(crate) text: String,
    pub(crate) documents: Vec<String>,
    pub(crate) answers: Vec<String>,
}

impl Passage {
    /// Passages of one title are one page.
    pub(crate) fn page(&self) -> PageId {
        let mix = |sum: u64, byte| sum.wrapping_mul(1_099_511_628_211) ^ u64::from(byte);
        PageId(Uuid::from_u128(u128::from(self.title.bytes().fold(7, mix))))
    }

    pub(crate) fn chunk<'a>(&'a self, at: usize, embedder: &Embedder) -> ChunkText<'a> {
        let text = embedding_text(&self.title, &self.heading, &self.body);
        ChunkText {
            chunk: ChunkId(Uuid::from_u128(at as u128)),
            page: self.page(),
            source: SourceId(Uuid::nil()),
            title: &self.title,
            heading: &self.heading,
            body: &self.body,
            vector: Some(botplot_search::Vector::from_f32(&embedder.embed(&text))),
        }
    }
}

impl Question {
    /// The question with two neighbouring letters swapped within each of its two longest words.
    pub(crate) fn with_typos(&self) -> Self {
        let mut words = self.text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let mut longest = (0..words.len()).collect::<Vec<_>>();
        longest.sort_by_key(|&at| std::cmp::Reverse(words[at].chars().count()));
        for at in longest.into_iter().take(2) {
            let mut letters = words[at].chars().collect::<Vec<_>>();
            let middle = letters.len() / 2;
            if middle + 1 < letters.len() && middle > 0 {
                letters.swap(middle, middle + 1);
            }
            words[at] = letters.into_iter().collect();
        }
        Self { text: words.join(" "), ..self.clone() }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../eval/data")
}

fn lines(path: &str) -> Vec<Value> {
    let path = folder().join(path);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("`{}`: {error}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
}

fn string(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(string).collect()
}

/// The passages of a reading set.
pub(crate) fn passages(name: &str) -> Vec<Passage> {
    let passage = |line: &Value| Passage {
        document: string(&line["id"]),
        title: string(&line["title"]),
        heading: String::new(),
        body: string(&line["text"]),
    };
    lines(&format!("{name}/passages.jsonl")).iter().map(passage).collect()
}

/// The questions of a reading set.
pub(crate) fn questions(name: &str) -> Vec<Question> {
    let question = |line: &Value| Question {
        text: string(&line["question"]),
        documents: vec![string(&line["passage"])],
        answers: strings(&line["answers"]),
    };
    lines(&format!("{name}/questions.jsonl")).iter().map(question).collect()
}

/// Questions that no support bot should answer.
pub(crate) fn out_of_scope() -> Vec<String> {
    lines("out-of-scope.jsonl").iter().map(|line| string(&line["question"])).collect()
}

/// The help centre's articles in passages, and the questions in visitors' own words.
pub(crate) fn help_centre() -> (Vec<Passage>, Vec<Question>) {
    let root = folder().join("help-centre");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    let mut passages = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("articles are text");
        let name = file.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
        if text.starts_with("---") {
            split(&name, &text, &mut passages);
        }
    }
    let question = |line: &Value| {
        let mut documents = vec![string(&line["article"])];
        documents.extend(strings(&line["also"]));
        Question { text: string(&line["question"]), documents, answers: vec![string(&line["contains"])] }
    };
    (passages, lines("help-centre-questions.jsonl").iter().map(question).collect())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
}

/// A plain stand-in for ingestion: front matter, headings, no markup, passages of up to 800 characters.
fn split(name: &str, text: &str, passages: &mut Vec<Passage>) {
    let mut parts = text.splitn(3, "---");
    let (front, body) = (parts.nth(1).unwrap_or_default(), parts.next().unwrap_or_default());
    let title =
        front.lines().find_map(|line| line.strip_prefix("title:")).unwrap_or(name).trim().trim_matches('"');
    let (mut heading, mut piece) = (String::new(), String::new());
    let mut finish = |heading: &str, piece: &mut String| {
        if !piece.trim().is_empty() {
            passages.push(Passage {
                document: name.to_owned(),
                title: title.to_owned(),
                heading: heading.to_owned(),
                body: piece.trim().to_owned(),
            });
        }
        piece.clear();
    };
    for line in without_markup(body).lines() {
        if line.starts_with('#') {
            finish(&heading, &mut piece);
            line.trim_start_matches('#').trim().clone_into(&mut heading);
        } else {
            if piece.len() + line.len() > 800 {
                finish(&heading, &mut piece);
            }
            piece.push_str(line);
            piece.push('\n');
        }
    }
    finish(&heading, &mut piece);
}

/// Drops tags and the addresses of links and pictures.
fn without_markup(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '[', ']', '*', '`', '!']) {
        plain.push_str(&rest[..at]);
        let end = match rest.as_bytes()[at] {
            b'<' if rest[at + 1..].starts_with(|c: char| c == '/' || c.is_alphabetic() || c == '!') => {
                rest[at..].find('>').map(|end| at + end + 1)
            }
            b']' if rest[at + 1..].starts_with('(') => rest[at..].find(')').map(|end| at + end + 1),
            b'<' | b'!' => {
                plain.push_str(&rest[at..=at]);
                None
            }
            _ => None,
        };
        rest = &rest[end.unwrap_or(at + 1)..];
    }
    plain.push_str(rest);
    plain
}
