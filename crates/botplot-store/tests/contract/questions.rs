//! Promises about question sets and their runs.

use botplot_core::question::{Asked, Question, Run};
use botplot_core::{QuestionId, RunId};

use crate::rig::{NOW, Rig};

fn question(rig: &Rig, text: &str, seconds: i64) -> Question {
    Question {
        id: QuestionId(rig.id()),
        project: rig.project,
        question: text.into(),
        expected: "one\nzwei \"ü\"".into(),
        created_at: NOW.plus_seconds(seconds),
    }
}

fn run(rig: &Rig, seconds: i64) -> Run {
    let asked = Asked {
        question: "Wie?".into(),
        expected: "so".into(),
        answer: "<b>So</b>".into(),
        how: "quoted".into(),
        confidence: 0.75,
        missing: vec!["x".into()],
        passed: false,
    };
    Run {
        id: RunId(rig.id()),
        project: rig.project,
        questions: 1,
        passed: 0,
        results: vec![asked],
        created_at: NOW.plus_seconds(seconds),
    }
}

pub(crate) async fn questions_are_listed_oldest_first_and_removed_by_their_own_project_only(rig: Rig) {
    let (first, second) = (question(&rig, "a?", 1), question(&rig, "b?", 0));
    for added in [first.clone(), second.clone()] {
        rig.write(move |tx| Box::pin(async move { tx.add_question(&added).await })).await;
    }
    let other = rig.another().await;
    assert_eq!(rig.read().list_questions(rig.project).await.unwrap(), [second, first.clone()]);
    assert!(rig.read().list_questions(other.project).await.unwrap().is_empty());
    let project = rig.project;
    let count = rig.write(move |tx| Box::pin(async move { tx.count_questions(project).await })).await;
    assert_eq!(count, 2);
    let remove = async |project| {
        rig.write(move |tx| Box::pin(async move { tx.remove_question(project, first.id).await })).await
    };
    assert_eq!(
        (remove(other.project).await, remove(rig.project).await, remove(rig.project).await),
        (false, true, false)
    );
}

pub(crate) async fn runs_are_kept_with_their_results_and_the_oldest_go(rig: Rig) {
    let other = rig.another().await;
    let foreign = run(&other, 0);
    let runs: Vec<Run> = (0..5).map(|n| run(&rig, n)).collect();
    for added in [vec![foreign.clone()], runs.clone()].concat() {
        rig.write(move |tx| Box::pin(async move { tx.add_run(&added, 3).await })).await;
    }
    let list = rig.read().list_runs(rig.project, 9).await.unwrap();
    let plain = |n: usize| Run { results: Vec::new(), ..runs[n].clone() };
    assert_eq!(list, [plain(4), plain(3), plain(2)]);
    assert_eq!(rig.read().list_runs(rig.project, 1).await.unwrap(), [plain(4)]);
    assert_eq!(rig.read().find_run(rig.project, runs[3].id).await.unwrap().as_ref(), Some(&runs[3]));
    assert_eq!(rig.read().find_run(rig.project, runs[0].id).await.unwrap(), None);
    assert_eq!(rig.read().find_run(rig.project, foreign.id).await.unwrap(), None);
    assert_eq!(rig.read().find_run(other.project, foreign.id).await.unwrap(), Some(foreign));
}
