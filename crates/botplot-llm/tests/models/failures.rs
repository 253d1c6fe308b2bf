//! Each way in which a provider can fail, once: the outcome, and the text that came before it.

use std::time::Duration;

use botplot_llm::{Error, Stop};
use botplot_testkit::fake_llm::{FakeLlm, Fault, Reply};

use crate::{Answer, CANARY, ask, open, section};

/// What a model without retries makes of a reply with this fault.
async fn answer(fault: Fault) -> Answer {
    answer_of(Reply::fault(fault)).await
}

async fn answer_of(reply: Reply) -> Answer {
    let fake = FakeLlm::start().await;
    fake.reply(reply);
    ask(&*open(&section(&fake, "retries = 0\nidle_seconds = 1"))).await
}

fn status(code: u16, retry_after: Option<u64>, body: &str) -> Fault {
    Fault::Status { code, retry_after, body: body.into() }
}

fn is_transient(answer: &Answer) -> bool {
    matches!(answer.outcome, Err(Error::Transient(_)))
}

fn is_whole(answer: &Answer) -> bool {
    answer.text == "one two thrée four" && matches!(answer.outcome, Ok((_, Stop::Finished)))
}

#[tokio::test]
async fn an_answer_comes_whole_with_its_count_of_tokens() {
    let answer = answer_of(Reply::text("Grüße, 世界 🌍!")).await;
    assert_eq!(answer.text, "Grüße, 世界 🌍!");
    let (usage, stop) = answer.outcome.unwrap();
    assert_eq!((usage.input, usage.output, stop), (Some(11), Some(3), Stop::Finished));
}

#[tokio::test]
async fn the_prompt_arrives_with_system_question_key_and_the_models_whole_name() {
    let fake = FakeLlm::start().await;
    let section = section(&fake, "temperature = 0.5\nmax_tokens = 9");
    // `genai` would take `-medium` for an effort and what stands before `::` for a provider.
    for name in ["mistral-medium", "a::b-max"] {
        ask(&*open(&section.replace("'fake'", &format!("'{name}'")))).await;
        let request = fake.prompts().pop().unwrap();
        let json = request.json();
        assert_eq!(json["model"], name);
        assert_eq!((&json["temperature"], &json["max_tokens"]), (&0.5.into(), &9.into()));
        assert_eq!(json.get("reasoning_effort"), None);
        assert_eq!((request.system().as_str(), request.question().as_str()), ("Be brief.", "Why?"));
        assert_eq!(request.key, Some(format!("Bearer {CANARY}")));
        assert_eq!(request.path, "/v1/chat/completions");
    }
}

#[tokio::test]
async fn without_a_key_no_header_is_sent() {
    let fake = FakeLlm::start().await;
    let section = section(&fake, "").replace(&format!("api_key = '{CANARY}'"), "");
    assert!(ask(&*open(&section)).await.outcome.is_ok());
    let request = fake.prompts().pop().unwrap();
    assert_eq!((request.key.as_deref(), request.path.as_str()), (None, "/v1/chat/completions"));
}

#[tokio::test]
async fn a_refused_connection_is_transient() {
    let fake = FakeLlm::start().await;
    let model = open(&section(&fake, "retries = 0"));
    fake.refuse().await;
    assert_eq!(ask(&*model).await.outcome, Err(Error::Transient("cannot connect to the provider".into())));
}

#[tokio::test]
async fn silence_before_or_after_the_head_or_within_the_answer_is_transient() {
    for (fault, text) in
        [(Fault::HangBeforeHead, ""), (Fault::HangAfterHead, ""), (Fault::HangAfter(2), "one two ")]
    {
        let answer = answer(fault).await;
        assert_eq!(answer.text, text);
        assert_eq!(answer.outcome, Err(Error::Transient("it stayed silent too long".into())));
    }
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let limited = answer(status(429, Some(30), "{}")).await.outcome;
    assert_eq!(limited, Err(Error::Limited { after: Some(Duration::from_secs(30)) }));
    let limited = answer(status(429, None, "not even json")).await.outcome;
    assert_eq!(limited, Err(Error::Limited { after: None }));
}

#[tokio::test]
async fn a_server_error_is_transient_and_a_long_prompt_is_not() {
    assert!(is_transient(&answer(status(500, None, "")).await));
    assert_eq!(answer(Fault::TooLong).await.outcome, Err(Error::TooLong));
}

#[tokio::test]
async fn a_wrong_key_is_permanent_and_the_providers_quote_of_it_is_not_shown() {
    let body = format!(r#"{{"error":{{"message":"Incorrect API key provided: {CANARY}"}}}}"#);
    assert!(matches!(answer(status(401, None, &body)).await.outcome, Err(Error::Permanent(_))));
    // Any other status may quote the key just as well; `ask` looks for it in the error.
    assert!(is_transient(&answer(status(500, None, &body)).await));
}

#[tokio::test]
async fn a_cut_within_a_token_or_a_character_gives_only_what_came_whole() {
    for (fault, text) in [
        (Fault::CutMidToken(0), ""),
        (Fault::CutMidToken(2), "one two "),
        (Fault::CutMidCharacter, "one two "),
    ] {
        let answer = answer(fault.clone()).await;
        assert_eq!(answer.text, text, "{fault:?}");
        assert!(is_transient(&answer), "{answer:?}");
    }
}

#[tokio::test]
async fn broken_json_and_an_error_within_the_stream_end_it_there() {
    for fault in [Fault::BadJson(1), Fault::ErrorAfter(1)] {
        let answer = answer(fault).await;
        assert_eq!(answer.text, "one ");
        assert!(is_transient(&answer), "{answer:?}");
    }
}

#[tokio::test]
async fn a_page_instead_of_a_stream_points_to_the_address() {
    match answer(Fault::WrongType).await.outcome {
        Err(Error::Permanent(why)) => assert!(why.contains("base_url"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_huge_line_that_is_not_json_is_transient() {
    let answer = answer(Fault::HugeLine(1 << 20)).await;
    assert!(is_transient(&answer) && answer.text.is_empty(), "{:?}", answer.outcome);
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off_at_its_limit() {
    let answer = answer_of(Reply::tokens(vec!["x".repeat(64 * 1024); 8])).await;
    assert_eq!(answer.text.len(), 256 * 1024);
    assert!(matches!(answer.outcome, Ok((_, Stop::Length))));
}

#[tokio::test]
async fn unknown_fields_late_tokens_and_a_missing_end_marker_do_no_harm() {
    for fault in [Fault::ExtraFields, Fault::TokensAfterDone, Fault::NoDone] {
        let answer = answer(fault.clone()).await;
        assert!(is_whole(&answer), "{fault:?}: {answer:?}");
    }
}

#[tokio::test]
async fn reasoning_is_not_part_of_the_answer() {
    assert!(is_whole(&answer(Fault::Reasoning).await));
    let tokens = ["<thi", "nk>SECRET", " THOUGHT</th", "ink>\n\n", "one two ", "thrée four"];
    assert!(is_whole(&answer_of(Reply::tokens(tokens)).await));
}

#[tokio::test]
async fn an_empty_answer_is_a_failure() {
    assert!(is_transient(&answer_of(Reply::tokens([""; 0])).await));
    assert!(is_transient(&answer_of(Reply::tokens(["", "<think>only</think>\n"])).await));
}
