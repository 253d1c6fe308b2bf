//! Trying again: only before the first word, only when it can help, then the fallback.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use botplot_llm::Error;
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply};

use crate::{CANARY, ask, open, section};

fn status(code: u16, retry_after: Option<u64>) -> Reply {
    Reply::fault(Fault::Status { code, retry_after, body: String::new() })
}

/// A fake that fails `times` times and then answers.
async fn failing(times: usize, failure: Reply) -> FakeLlm {
    let asked = AtomicUsize::new(0);
    FakeLlm::answering(move |_| {
        if asked.fetch_add(1, Ordering::SeqCst) < times { failure.clone() } else { Reply::text("Because.") }
    })
    .await
}

fn with_fallback(first: &FakeLlm, second: &FakeLlm) -> String {
    let fallback = section(second, "");
    section(first, &format!("[fallback]\n{fallback}"))
}

#[tokio::test]
async fn two_quick_failures_are_not_noticed() {
    for failure in [
        status(500, None),
        status(429, Some(0)),
        Reply::fault(Fault::CutMidToken(0)),
        Reply::fault(Fault::BadJson(0)),
        Reply::tokens(["<think>", "hm"]),
    ] {
        let fake = failing(2, failure).await;
        assert_eq!(ask(&*open(&section(&fake, ""))).await.text, "Because.");
        assert_eq!(fake.requests(), 3);
    }
}

#[tokio::test]
async fn the_third_failure_is_final() {
    let fake = failing(3, status(503, None)).await;
    let answer = ask(&*open(&section(&fake, ""))).await;
    assert_eq!(answer.outcome, Err(Error::Transient("the provider answered `503`".into())));
    assert_eq!(fake.requests(), 3);
}

#[tokio::test]
async fn what_trying_again_cannot_mend_is_not_tried_again() {
    for failure in [status(401, None), status(404, None), status(429, Some(60)), Reply::fault(Fault::TooLong)]
    {
        let fake = failing(1, failure).await;
        assert!(ask(&*open(&section(&fake, ""))).await.outcome.is_err());
        assert_eq!(fake.requests(), 1);
    }
}

#[tokio::test]
async fn after_the_first_word_nothing_is_tried_again() {
    let (first, second) = (failing(1, Reply::fault(Fault::CutMidToken(1))).await, FakeLlm::start().await);
    let answer = ask(&*open(&with_fallback(&first, &second))).await;
    assert_eq!((answer.text.as_str(), first.requests(), second.requests()), ("one ", 1, 0));
    assert!(answer.outcome.is_err());
}

#[tokio::test]
async fn the_fallback_answers_when_the_model_cannot() {
    for failure in [status(500, None), status(401, None), status(429, Some(60)), Reply::tokens([""; 0])] {
        let (first, second) = (failing(9, failure).await, failing(1, status(500, None)).await);
        let model = open(&with_fallback(&first, &second));
        assert_eq!(model.name(), "openai_compatible/fake");
        assert_eq!(ask(&*model).await.text, "Because.");
        assert_eq!(second.requests(), 2, "the fallback is tried again too");
    }
}

#[tokio::test]
async fn a_silent_model_is_not_asked_twice_but_its_fallback_is() {
    let (first, second) =
        (failing(9, Reply::fault(Fault::HangBeforeHead)).await, failing(0, status(500, None)).await);
    let section = section(&first, &format!("idle_seconds = 1\n[fallback]\n{}", section(&second, "")));
    assert_eq!(ask(&*open(&section)).await.text, "Because.");
    assert_eq!(first.requests(), 1);
}

#[tokio::test]
async fn a_long_prompt_and_a_refusal_are_the_callers_to_handle() {
    let refusal = Fault::Status { code: 400, retry_after: None, body: r#"{"code":"content_filter"}"#.into() };
    for fault in [Fault::TooLong, refusal] {
        let (first, second) = (failing(1, Reply::fault(fault)).await, FakeLlm::start().await);
        let outcome = ask(&*open(&with_fallback(&first, &second))).await.outcome;
        assert!(matches!(outcome, Err(Error::TooLong | Error::Refused(_))), "{outcome:?}");
        assert_eq!(second.requests(), 0);
    }
}

#[tokio::test]
async fn a_model_that_is_slow_to_begin_is_waited_for() {
    let fake = FakeLlm::start().await;
    let slow = Duration::from_millis(700);
    fake.reply(Reply::text("a b c").first_after(slow).each_after(slow));
    let answer = ask(&*open(&section(&fake, "idle_seconds = 1"))).await;
    assert_eq!((answer.text.as_str(), fake.requests()), ("a b c", 1));
}

#[tokio::test]
async fn nothing_that_is_logged_holds_the_key_or_the_address() {
    let log = crate::cancel::Log::default();
    let body = format!("your key {CANARY} is broken");
    let fake = failing(1, Reply::fault(Fault::Status { code: 500, retry_after: None, body })).await;
    let model = open(&section(&fake, ""));
    log.during(async {
        assert_eq!(ask(&*model).await.text, "Because.");
        fake.refuse().await;
        assert!(ask(&*model).await.outcome.is_err());
    })
    .await;
    let text = log.text();
    assert!(text.contains("[key] is broken") && text.contains("refused"), "{text}");
    assert!(!text.contains("canary") && !text.contains("127.0.0.1"), "{text}");
}
