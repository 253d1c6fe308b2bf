//! Every provider's wire format: the samples in `tests/wire`, whole, in pieces of every kind, and cut anywhere.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use botplot_llm::{Error, PROVIDERS, Prompt, Provider, Role, Stop};
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply};
use futures_util::StreamExt as _;

use crate::{Answer, CANARY, http, open_over, put};

/// How many requests are on their way at once.
const AT_ONCE: usize = 8;

/// One sample with what must come of it.
struct Sample {
    provider: &'static Provider,
    case: String,
    status: u16,
    body: Vec<u8>,
    outcome: String,
    text: String,
}

fn folder(provider: &Provider) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/wire").join(provider.name)
}

fn samples(provider: &'static Provider) -> Vec<Sample> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder(provider)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "sse"));
    files.sort();
    files.iter().map(|path| sample(provider, path)).collect()
}

fn sample(provider: &'static Provider, path: &Path) -> Sample {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let (case, status) = name.split_once('.').unwrap();
    let expected = std::fs::read_to_string(path.with_file_name(format!("{case}.txt"))).unwrap();
    let (outcome, text) = expected.split_once('\n').unwrap();
    Sample {
        provider,
        case: format!("{}/{case}", provider.name),
        status: status.parse().unwrap(),
        body: std::fs::read(path).unwrap(),
        outcome: outcome.to_string(),
        text: text.to_string(),
    }
}

/// How a body is served.
#[derive(Debug, Clone, Copy)]
enum Way {
    Whole,
    ByteByByte,
    SplitAt(usize),
    /// The connection breaks there.
    CutAfter(usize),
    /// The body ends there as if that were all.
    EndedAfter(usize),
}

impl Way {
    fn reply(self, sample: &Sample) -> Reply {
        let body = &sample.body;
        let (pieces, whole) = match self {
            Self::Whole => (vec![body.clone()], true),
            Self::ByteByByte => (body.iter().map(|byte| vec![*byte]).collect(), true),
            Self::SplitAt(at) => (vec![body[..at].to_vec(), body[at..].to_vec()], true),
            Self::CutAfter(at) => (vec![body[..at].to_vec()], false),
            Self::EndedAfter(at) => (vec![body[..at].to_vec()], true),
        };
        Reply::fault(Fault::Raw { code: sample.status, pieces, whole })
    }
}

/// What comes of a sample, served in each of these ways.
async fn serve(sample: &Arc<Sample>, ways: Vec<Way>, http: &reqwest::Client) -> Vec<(Way, Answer)> {
    let (served, at_hand) = (Arc::clone(sample), ways.clone());
    // The prompt says which way is meant, so that one fake and one client serve them all.
    let fake = FakeLlm::answering(move |request| {
        let body = String::from_utf8_lossy(&request.body);
        let number = body.split('#').nth(1).unwrap().parse::<usize>().unwrap();
        at_hand[number].reply(&served)
    })
    .await;
    let section = format!(
        "provider = '{}'\nmodel = 'm'\nbase_url = 'http://{}'\napi_key = '{CANARY}'\nretries = 0",
        sample.provider.name,
        fake.address()
    );
    let model = open_over(&section, http.clone());
    futures_util::stream::iter(ways.into_iter().enumerate())
        .map(|(number, way)| {
            let prompt =
                Prompt { system: String::new(), messages: vec![(Role::User, format!("#{number}#"))] };
            let model = Arc::clone(&model);
            async move { (way, put(&*model, prompt).await) }
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

impl Sample {
    fn check(&self, answer: &Answer, way: Way) {
        assert_eq!(answer.text, self.text, "{} {way:?}", self.case);
        assert_eq!(shown(answer), self.outcome, "{} {way:?}: {answer:?}", self.case);
    }
}

/// An outcome as the samples write it.
fn shown(answer: &Answer) -> String {
    let count = |n: Option<u32>| n.map_or("-".to_string(), |n| n.to_string());
    match &answer.outcome {
        Ok((usage, stop)) => {
            let stop = match stop {
                Stop::Finished => "finished",
                Stop::Length => "length",
                Stop::Filtered => "filtered",
            };
            format!("{stop} {} {}", count(usage.input), count(usage.output))
        }
        Err(Error::TooLong) => "too_long".into(),
        Err(Error::Limited { .. }) => "limited".into(),
        Err(Error::Refused(_)) => "refused".into(),
        Err(Error::Transient(_)) => "transient".into(),
        Err(Error::Permanent(_)) => "permanent".into(),
    }
}

fn all() -> Vec<Arc<Sample>> {
    PROVIDERS.iter().flat_map(|provider| samples(provider)).map(Arc::new).collect()
}

#[test]
fn every_provider_has_a_sample_of_an_answer() {
    for provider in PROVIDERS {
        assert!(folder(provider).join("answer.200.sse").exists(), "no sample for `{}`", provider.name);
    }
}

#[tokio::test]
async fn every_sample_comes_out_right_whole_and_byte_by_byte() {
    let http = http();
    for sample in all() {
        for (way, answer) in serve(&sample, vec![Way::Whole, Way::ByteByByte], &http).await {
            sample.check(&answer, way);
        }
    }
}

#[tokio::test]
async fn every_answer_comes_out_right_split_at_every_byte() {
    let http = http();
    for sample in all().iter().filter(|s| s.status == 200) {
        let ways = (1..sample.body.len()).map(Way::SplitAt).collect();
        for (way, answer) in serve(sample, ways, &http).await {
            sample.check(&answer, way);
        }
    }
}

/// Checks an answer of which only a part was served: all of it or an error, never a part as if it were all.
fn check_part(sample: &Sample, answer: &Answer, way: Way) {
    let case = format!("{} {way:?}: {answer:?}", sample.case);
    assert!(sample.text.starts_with(&answer.text), "{case}");
    match &answer.outcome {
        Ok((_, stop)) => assert_eq!((&answer.text, *stop), (&sample.text, Stop::Finished), "{case}"),
        Err(Error::Transient(_)) => {}
        // Nothing at all, but properly ended, is what a wrong address answers.
        Err(Error::Permanent(_)) => {
            assert!(matches!(way, Way::EndedAfter(_)) && answer.text.is_empty(), "{case}");
        }
        Err(other) => panic!("{other}: {case}"),
    }
}

#[tokio::test]
async fn every_answer_cut_after_any_byte_is_transient_or_was_complete() {
    let http = http();
    for sample in all().iter().filter(|s| s.outcome.starts_with("finished")) {
        let ways = (0..sample.body.len()).map(Way::CutAfter).collect();
        for (way, answer) in serve(sample, ways, &http).await {
            check_part(sample, &answer, way);
        }
    }
}

#[tokio::test]
async fn an_answer_whose_body_ends_early_is_never_taken_for_a_whole_one() {
    let http = http();
    for sample in all().iter().filter(|s| s.outcome.starts_with("finished")) {
        let ways = (0..sample.body.len()).map(Way::EndedAfter).collect();
        for (way, answer) in serve(sample, ways, &http).await {
            check_part(sample, &answer, way);
        }
    }
}
