//! A folder of articles, read and cut just as `source add` does it, and the article that answers each question.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Result, bail};
use botplot_embed::Encoder;
use botplot_ingest::{Hint, load, read, split, walk};
use botplot_search::eval::recall_at;

use super::files::{ArticleQuestion, lines};
use super::knowledge::{Knowledge, Text};
use super::{Figure, threads};

/// Passages that are looked at; several may be of one article.
const DEPTH: usize = 100;

/// Measures a folder; the first of both is its size in words.
pub(super) fn measure(folder: &Path, questions: &Path) -> Result<(String, Vec<Figure>)> {
    let questions: Vec<ArticleQuestion> = lines(questions)?;
    let encoder = Encoder::load();
    let (numbers, texts) = articles(folder, &encoder)?;
    let size = format!(
        "{} articles in {} passages, {} questions; ranks are those of the first right article",
        numbers.len(),
        texts.len(),
        questions.len()
    );
    let mut right = Vec::new();
    for question in &questions {
        let all = std::iter::once(&question.article).chain(&question.also);
        let found: Option<Vec<usize>> = all.map(|name| numbers.get(name).copied()).collect();
        let Some(found) = found else {
            bail!(
                "a question names the article `{}` or another that is not in `{}`",
                question.article,
                folder.display()
            );
        };
        right.push(found);
    }
    let knowledge = Knowledge::learn(encoder, texts);
    let asked = knowledge.ask(&questions.into_iter().map(|q| q.question).collect::<Vec<_>>());
    let cases: Vec<_> = asked.iter().zip(right).collect();
    let ranks = threads::map("asking", &cases, |(asked, right)| {
        let both = [knowledge.search(asked, DEPTH), knowledge.search_words(asked, DEPTH)];
        both.map(|found| {
            let numbers = Knowledge::numbers(&found);
            rank(numbers.into_iter().map(|at| knowledge.texts[at].article), right)
        })
    });
    let (fused, words): (Vec<_>, Vec<_>) = ranks.into_iter().map(|[fused, words]| (fused, words)).unzip();
    let figure = |name, k| Figure::new(name, recall_at(&fused, k)).beside(recall_at(&words, k));
    Ok((size, vec![figure("R@1", 1), figure("R@3", 3), figure("R@10", 10)]))
}

/// The place of the first right article, each article counted once.
fn rank(found: impl Iterator<Item = usize>, right: &[usize]) -> Option<usize> {
    let mut seen = Vec::new();
    for article in found {
        if right.contains(&article) {
            return Some(seen.len() + 1);
        }
        if !seen.contains(&article) {
            seen.push(article);
        }
    }
    None
}

/// The passages of every article that can be read, and each article's number by its name below the folder.
fn articles(folder: &Path, encoder: &Encoder) -> Result<(HashMap<String, usize>, Vec<Text>)> {
    let files = walk(folder).map_err(anyhow::Error::msg)?.files;
    let count = |text: &str| encoder.count_pieces(text);
    let read = threads::map("reading articles", &files, |file| {
        let document = read(&load(&file.path).ok()?, &Hint::name(&file.name)).ok()?;
        let chunks = split(&document, &count);
        Some((document.title, chunks))
    });
    let (mut numbers, mut texts) = (HashMap::new(), Vec::new());
    for (file, (title, chunks)) in files.into_iter().zip(read).filter_map(|(file, read)| Some((file, read?)))
    {
        let article = numbers.len();
        numbers.insert(file.name, article);
        texts.extend(chunks.into_iter().map(|chunk| Text {
            article,
            title: title.clone(),
            heading: chunk.heading,
            body: chunk.body,
        }));
    }
    if texts.is_empty() {
        bail!("`{}` has no article that can be read", folder.display());
    }
    Ok((numbers, texts))
}

#[cfg(test)]
mod tests {
    use super::rank;

    #[test]
    fn an_article_counts_once_however_many_of_its_passages_are_found() {
        assert_eq!(rank([4, 4, 7, 4, 2].into_iter(), &[2]), Some(3));
        assert_eq!(rank([4, 7].into_iter(), &[4, 9]), Some(1));
        assert_eq!(rank([4, 7].into_iter(), &[1]), None);
    }
}
