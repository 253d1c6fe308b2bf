//! Passages and the questions that each of them answers: ranks, quoted answers, confidence.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use botplot_core::project::Settings;
use botplot_embed::Encoder;
use botplot_search::eval::{
    accepted, auroc_interval, contains_answer, mrr_at_10, plain_question, recall_at, share,
};

use super::files::{Other, Passage, Question, lines};
use super::knowledge::{Asked, Knowledge, Text};
use super::{Figure, threads};

/// Passages that are looked at for ranks.
const DEPTH: usize = 10;

/// A question with the numbers of its passage and article.
struct Case {
    passage: usize,
    article: usize,
    answers: Vec<String>,
    asked: Asked,
}

/// What came of a question.
struct Outcome {
    rank: Option<usize>,
    words_rank: Option<usize>,
    quotes: [String; 2],
}

/// Measures a reading set; the first of both is its size in words.
pub(super) fn measure(
    passages: &Path,
    questions: &Path,
    others: Option<&Path>,
) -> Result<(String, Vec<Figure>)> {
    let passages: Vec<Passage> = lines(passages)?;
    let asked: Vec<Question> = lines(questions)?;
    let others: Vec<Other> = others.map(lines).transpose()?.unwrap_or_default();
    let size = format!(
        "{} passages, {} questions, {} questions that belong elsewhere",
        passages.len(),
        asked.len(),
        others.len()
    );
    let (numbers, texts) = number(passages);
    let mut knowledge = Knowledge::learn(Encoder::load(), texts);
    let cases =
        cases(&knowledge, asked, &numbers).with_context(|| format!("in `{}`", questions.display()))?;
    let mut figures = ranks_and_quotes(&knowledge, &cases);
    if !others.is_empty() {
        let others: Vec<_> = others.into_iter().map(|o| plain_question(&o.question)).collect();
        figures.extend(confidences(&mut knowledge, &cases, &others));
    }
    Ok((size, figures))
}

/// Numbers passages by id, and articles by title.
fn number(passages: Vec<Passage>) -> (HashMap<String, usize>, Vec<Text>) {
    let (mut numbers, mut articles, mut texts) = (HashMap::new(), HashMap::new(), Vec::new());
    for passage in passages {
        let next = articles.len();
        let article = *articles.entry(passage.title.clone()).or_insert(next);
        numbers.insert(passage.id, texts.len());
        texts.push(Text { article, title: passage.title, heading: String::new(), body: passage.text });
    }
    (numbers, texts)
}

fn cases(knowledge: &Knowledge, asked: Vec<Question>, numbers: &HashMap<String, usize>) -> Result<Vec<Case>> {
    let vectors = knowledge.ask(&asked.iter().map(|q| q.question.clone()).collect::<Vec<_>>());
    let pairs = asked.into_iter().zip(vectors);
    pairs
        .map(|(question, asked)| {
            let passage = *numbers.get(&question.passage).with_context(|| {
                format!("a question names the passage `{}`, which is not there", question.passage)
            })?;
            let article = knowledge.texts[passage].article;
            Ok(Case { passage, article, answers: question.answers, asked })
        })
        .collect()
}

fn ranks_and_quotes(knowledge: &Knowledge, cases: &[Case]) -> Vec<Figure> {
    let results = threads::map("asking", cases, |case| {
        let found = knowledge.search(&case.asked, DEPTH);
        let rank = |numbers: Vec<usize>| numbers.iter().position(|n| *n == case.passage).map(|at| at + 1);
        Outcome {
            rank: rank(Knowledge::numbers(&found)),
            words_rank: rank(Knowledge::numbers(&knowledge.search_words(&case.asked, DEPTH))),
            quotes: [1, 3].map(|sentences| knowledge.quote(&case.asked, &found, sentences)),
        }
    });
    let ranks: Vec<_> = results.iter().map(|r| r.rank).collect();
    let words: Vec<_> = results.iter().map(|r| r.words_rank).collect();
    let recall = |name, k| Figure::new(name, recall_at(&ranks, k)).beside(recall_at(&words, k));
    let mut figures = vec![recall("R@1", 1), recall("R@5", 5), recall("R@10", 10)];
    figures.push(Figure::new("MRR@10", mrr_at_10(&ranks)).beside(mrr_at_10(&words)));
    for (at, name) in ["contains@1", "contains@3"].into_iter().enumerate() {
        let right = results
            .iter()
            .zip(cases)
            .filter(|(r, case)| contains_answer(&r.quotes[at], &case.answers))
            .count();
        let letters: usize = results.iter().map(|r| r.quotes[at].chars().count()).sum();
        let remark = format!("in {} characters on average", letters / cases.len().max(1));
        figures.push(Figure::new(name, share(right, cases.len())).remarked(remark));
    }
    figures
}

/// Questions without their writing style, so that only their meaning tells whether they belong here.
fn confidences(knowledge: &mut Knowledge, cases: &[Case], others: &[String]) -> Vec<Figure> {
    let threshold = Settings::default().threshold as f32;
    let plain = knowledge.ask(&cases.iter().map(|case| plain_question(&case.asked.text)).collect::<Vec<_>>());
    let others = knowledge.ask(others);
    let confidence = |knowledge: &Knowledge, asked: &Asked| knowledge.search(asked, DEPTH).confidence;
    let inside: Vec<f32> = plain.iter().map(|asked| confidence(knowledge, asked)).collect();
    let outside: Vec<f32> = others.iter().map(|asked| confidence(knowledge, asked)).collect();
    let mut orphaned = Vec::new();
    let articles = knowledge.texts.iter().map(|text| text.article).max().map_or(0, |last| last + 1);
    for article in 0..articles {
        let own = plain.iter().zip(cases).filter(|(_, case)| case.article == article).map(|(asked, _)| asked);
        let own: Vec<&Asked> = own.collect();
        orphaned.extend(
            knowledge.without(article, |rest| {
                own.iter().map(|asked| confidence(rest, asked)).collect::<Vec<f32>>()
            }),
        );
    }
    let remark = format!("confidence of at least {threshold}");
    vec![
        Figure::new("auroc", auroc_interval(&inside, &outside)),
        Figure::new("accepted_in_scope", accepted(&inside, threshold)).remarked(remark.clone()),
        Figure::new("accepted_out_of_scope", accepted(&outside, threshold)).remarked(remark),
        Figure::new("auroc, own article gone", auroc_interval(&inside, &orphaned)).in_words_only(),
        Figure::new("accepted, own article gone", accepted(&orphaned, threshold))
            .remarked("each question while its own article is not there")
            .in_words_only(),
    ]
}
