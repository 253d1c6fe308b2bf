"""OpenAI's official Python client against a running server; `cargo xtask check clients` starts both."""

import os
from concurrent.futures import ThreadPoolExecutor

import openai

BASE = os.environ["SERVER"] + "/v1"
QUESTION = [{"role": "user", "content": "How do I back up my data?"}]
SLOW = [{"role": "system", "content": "SPEAK SLOWLY"}] + QUESTION
BROKEN = [{"role": "system", "content": "BREAK OFF"}] + QUESTION
ANSWER = os.environ["ANSWER"]


def client(key):
    return openai.OpenAI(base_url=BASE, api_key=key, max_retries=0)


def fails(kind, status, code, call):
    try:
        call()
    except kind as error:
        assert type(error) is kind, (type(error), kind)
        assert error.status_code == status, error
        assert error.code == code, (error.code, code)
        assert error.body["message"] and error.body["message"] in str(error), error
        return error
    raise AssertionError(f"no {kind.__name__}")


def main():
    owner = client(os.environ["SECRET"])
    assert [model.id for model in owner.models.list()] == ["botplot"]
    assert owner.models.retrieve("botplot").owned_by == "botplot"
    print("  models: listed and retrieved")

    whole = owner.chat.completions.create(model="botplot", messages=QUESTION, temperature=0.2, user="ann")
    assert whole.choices[0].message.content == ANSWER, whole
    assert whole.choices[0].finish_reason == "stop" and whole.usage.total_tokens > 0, whole
    assert whole.id.startswith("chatcmpl-") and whole.object == "chat.completion", whole
    known = whole.model_extra["botplot"]
    assert known["sources"][0]["title"] and known["confidence"] > 0.5, known
    again = owner.chat.completions.create(
        model="botplot", messages=QUESTION, extra_body={"botplot": {"conversation_id": known["conversation_id"]}}
    )
    assert again.model_extra["botplot"]["conversation_id"] == known["conversation_id"]
    print("  completion: content, usage and the vendor field, with a conversation that goes on")

    chunks = list(
        owner.chat.completions.create(
            model="botplot", messages=QUESTION, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == ANSWER, text
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].usage.completion_tokens > 0 and chunks[-1].choices == []
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-2].model_extra["botplot"]["sources"], chunks[-2]
    print(f"  stream: {len(chunks)} chunks, usage and the vendor field")

    wrong = client("bp_sec_wrong")
    fails(openai.AuthenticationError, 401, "unauthorized", lambda: wrong.models.list())
    public = client(os.environ["PUBLISHABLE"])
    fails(openai.PermissionDeniedError, 403, "insufficient_scope", lambda: public.models.list())
    fails(openai.NotFoundError, 404, "model_not_found", lambda: owner.models.retrieve("gpt-4o"))

    def ask(**more):
        return lambda: owner.chat.completions.create(**{"model": "botplot", "messages": QUESTION, **more})

    fails(openai.NotFoundError, 404, "model_not_found", ask(model="gpt-4o"))
    error = fails(openai.BadRequestError, 400, "invalid_request", ask(n=2))
    assert "`n`" in error.body["message"], error
    fails(openai.BadRequestError, 400, "invalid_request", ask(response_format={"type": "json_object"}))
    limited = client(os.environ["LIMITED"])
    fails(
        openai.APIStatusError,
        402,
        "message_limit_reached",
        lambda: limited.chat.completions.create(model="botplot", messages=QUESTION),
    )
    print("  refusals: 401, 402, 403, 404 and 400 with their codes")

    try:
        list(owner.chat.completions.create(model="botplot", messages=BROKEN, stream=True))
        raise AssertionError("a broken answer went unnoticed")
    except openai.APIError as error:
        assert error.code == "model_failed" and "broke off" in error.message, error
    print("  broken stream: an error with its code")

    begun = owner.chat.completions.create(model="botplot", messages=QUESTION).model_extra["botplot"]
    place = {"botplot": {"conversation_id": begun["conversation_id"]}}

    def slowly(_):
        try:
            owner.chat.completions.create(model="botplot", messages=SLOW, extra_body=place)
        except openai.RateLimitError as error:
            assert error.code == "too_many_turns" and int(error.response.headers["retry-after"]) > 0, error
            return "limited"
        return "answered"

    with ThreadPoolExecutor(6) as threads:
        outcomes = sorted(threads.map(slowly, range(6)))
    assert outcomes == ["answered"] * 4 + ["limited"] * 2, outcomes
    print("  six at once in one conversation: four answered, two get RateLimitError")


main()
