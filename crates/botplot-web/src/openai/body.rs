//! The body of `POST /v1/chat/completions`.

use botplot_core::message::{self, Role};
use serde_json::{Map, Value, json};

use crate::ApiError;
use crate::fields::Fields;

/// Messages that a request may have.
pub(super) const MESSAGES: usize = 200;
/// Characters that further instructions may have together.
pub(super) const INSTRUCTIONS: usize = 32_000;
/// Earlier messages that are read: as many as a stored conversation's.
const EARLIER: usize = 10;

/// Parameters that would change the meaning of a reply, the value that does not, and what to say of any other.
const REFUSED: &[Refused] = &[
    ("n", |v| v.as_f64() == Some(1.0), "must be 1: there is one answer to a question"),
    ("tools", is_empty, "must be empty: answers call no tools"),
    ("functions", is_empty, "must be empty: answers call no functions"),
    ("tool_choice", is_no_choice, "must be `none` or `auto`: answers call no tools"),
    ("function_call", is_no_choice, "must be `none` or `auto`: answers call no functions"),
    ("logprobs", |v| *v == json!(false), "must be false: probabilities of tokens are not known"),
    ("top_logprobs", |v| v.as_f64() == Some(0.0), "must be 0: probabilities of tokens are not known"),
    ("audio", |_| false, "is not taken: answers are text"),
    ("modalities", |v| *v == json!(["text"]), "must be [\"text\"]: answers are text"),
    ("response_format", |v| v["type"] == "text", "must be of the type `text`: answers are prose"),
    ("web_search_options", |_| false, "is not taken: answers come from the project's knowledge"),
];

/// A parameter, whether a value of it is harmless, and what to say of one that is not.
type Refused = (&'static str, fn(&Value) -> bool, &'static str);

/// A question with the conversation around it, within its limits.
#[derive(Debug)]
pub(super) struct CompletionIn {
    /// The model, as sent.
    pub(super) model: String,
    /// The last message of the user, trimmed.
    pub(super) question: String,
    /// The last of the other messages of user and assistant, oldest first.
    pub(super) earlier: Vec<(Role, String)>,
    /// What messages of system and developer say, if there are any.
    pub(super) instructions: Option<String>,
    /// The visitor, if one is named.
    pub(super) visitor_id: Option<String>,
    /// The conversation to go on with, as sent.
    pub(super) conversation: Option<String>,
    /// Whether the answer is streamed.
    pub(super) stream: bool,
    /// Whether a stream ends with the counts of tokens.
    pub(super) include_usage: bool,
    /// Characters of all messages.
    pub(super) characters: usize,
}

impl CompletionIn {
    /// Reads all fields; the error names every one that breaks a rule.
    pub(super) fn read(mut fields: Fields) -> Result<Self, ApiError> {
        let model = fields.required_text(&["model"]).map(|m| m.1).unwrap_or_default();
        let thread = Thread::read(&mut fields);
        let visitor_id = visitor_id(&mut fields);
        let conversation = conversation(&mut fields);
        let stream = fields.flag("stream").unwrap_or_default();
        let include_usage = include_usage(&mut fields);
        for (name, is_harmless, why) in REFUSED {
            if fields.take(&[name]).is_some_and(|(_, value)| !is_harmless(&value)) {
                fields.fault(*name, *why);
            }
        }
        fields.finish()?;
        let Thread { question, earlier, instructions, characters } = thread;
        let instructions = (!instructions.is_empty()).then(|| instructions.join("\n\n"));
        Ok(Self {
            model,
            question,
            earlier,
            instructions,
            visitor_id,
            conversation,
            stream,
            include_usage,
            characters,
        })
    }
}

/// What the messages say.
#[derive(Default)]
struct Thread {
    question: String,
    earlier: Vec<(Role, String)>,
    instructions: Vec<String>,
    characters: usize,
}

impl Thread {
    fn read(fields: &mut Fields) -> Self {
        let mut thread = Self::default();
        let messages = match fields.take(&["messages"]) {
            None => {
                fields.fault("messages", "is required");
                return thread;
            }
            Some((_, Value::Array(messages))) if (1..=MESSAGES).contains(&messages.len()) => messages,
            Some((_, Value::Array(_))) => {
                fields.fault("messages", "must have 1 to 200 messages");
                return thread;
            }
            Some(_) => {
                fields.fault("messages", "must be an array");
                return thread;
            }
        };
        let mut asked = None;
        for (at, message) in messages.into_iter().enumerate() {
            match Said::read(message) {
                Ok(Said::Instruction(text)) => thread.instruct(text),
                Ok(Said::User(text)) => {
                    asked = Some((at, thread.earlier.len()));
                    thread.remember(Role::User, text);
                }
                Ok(Said::Assistant(text)) => thread.remember(Role::Assistant, text),
                Err((part, why)) => fields.fault(format!("messages.{at}{part}"), why),
            }
        }
        thread.close(asked, fields);
        thread
    }

    fn instruct(&mut self, text: String) {
        self.characters += text.chars().count();
        if !text.trim().is_empty() {
            self.instructions.push(text);
        }
    }

    fn remember(&mut self, role: Role, text: String) {
        self.characters += text.chars().count();
        self.earlier.push((role, text));
    }

    /// Takes the question out of the messages, and leaves of the others what is read of a conversation.
    fn close(&mut self, asked: Option<(usize, usize)>, fields: &mut Fields) {
        if self.instructions.iter().map(|i| i.chars().count()).sum::<usize>() > INSTRUCTIONS {
            fields.fault("messages", "must have at most 32,000 characters of instructions");
        }
        let Some((at, place)) = asked else {
            fields.fault("messages", "must have a message of the role `user`");
            return;
        };
        match message::clean(&self.earlier.remove(place).1) {
            Ok(question) => self.question = question,
            Err(why) => fields.fault(format!("messages.{at}.content"), why),
        }
        self.earlier.retain(|(_, text)| !text.trim().is_empty());
        self.earlier.drain(..self.earlier.len().saturating_sub(EARLIER));
        for (_, text) in &mut self.earlier {
            cut(text);
        }
    }
}

/// One message.
enum Said {
    Instruction(String),
    User(String),
    Assistant(String),
}

/// Which part of a message breaks which rule.
type Wrong = (&'static str, &'static str);

impl Said {
    fn read(message: Value) -> Result<Self, Wrong> {
        let Value::Object(mut message) = message else { return Err(("", "must be an object")) };
        let content = message.remove("content").unwrap_or_default();
        match message.get("role").and_then(Value::as_str) {
            Some("system" | "developer") => text(content).map(Self::Instruction),
            Some("user") => asked(content).map(Self::User),
            Some("assistant") => assistant(&message, content).map(Self::Assistant),
            _ => Err((".role", "must be `system`, `developer`, `user` or `assistant`")),
        }
    }
}

/// What an assistant said; clients send back messages as they got them, with members that are null.
fn assistant(message: &Map<String, Value>, content: Value) -> Result<String, Wrong> {
    let has = |name| message.get(name).is_some_and(|v: &Value| !v.is_null() && !is_empty(v));
    if has("tool_calls") {
        return Err((".tool_calls", "must be empty: answers call no tools"));
    }
    if has("function_call") {
        return Err((".function_call", "must be null: answers call no functions"));
    }
    if content.is_null() { Ok(String::new()) } else { text(content) }
}

/// What a visitor said; nothing of it is empty.
fn asked(content: Value) -> Result<String, Wrong> {
    let texts = texts(content)?;
    let empty = texts.iter().any(|text| text.trim().is_empty());
    if empty { Err((".content", "must not be empty")) } else { Ok(texts.join("\n")) }
}

fn text(content: Value) -> Result<String, Wrong> {
    Ok(texts(content)?.join("\n"))
}

fn texts(content: Value) -> Result<Vec<String>, Wrong> {
    match content {
        Value::String(text) => Ok(vec![text]),
        Value::Array(parts) if !parts.is_empty() => parts.into_iter().map(part).collect(),
        Value::Array(_) => Err((".content", "must have at least one part")),
        _ => Err((".content", "must be a string or an array of parts of the type `text`")),
    }
}

fn part(mut part: Value) -> Result<String, Wrong> {
    let is_text = part["type"] == "text";
    match part.get_mut("text").map(Value::take) {
        Some(Value::String(text)) if is_text => Ok(text),
        _ => Err((".content", "must have parts of the type `text` only, each with its `text`")),
    }
}

/// Cuts an earlier message to what a visitor's may have.
fn cut(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(message::LIMIT) {
        text.truncate(end);
    }
}

fn visitor_id(fields: &mut Fields) -> Option<String> {
    // Two fields of their own: newer clients send the second, and some send both.
    let (user, safety) = (fields.text(&["user"]), fields.text(&["safety_identifier"]));
    for (name, id) in user.iter().chain(&safety) {
        if let Some(fault) = botplot_core::visitor::id_fault(id) {
            fields.fault(*name, fault);
        }
    }
    Some(user.or(safety)?.1)
}

fn conversation(fields: &mut Fields) -> Option<String> {
    let (_, mut extension) = fields.object(&["botplot"])?;
    match extension.remove("conversation_id")? {
        Value::Null => None,
        Value::String(id) => Some(id),
        _ => {
            fields.fault("botplot.conversation_id", "must be a string");
            None
        }
    }
}

fn include_usage(fields: &mut Fields) -> bool {
    let Some((_, options)) = fields.object(&["stream_options"]) else { return false };
    match options.get("include_usage") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(wanted)) => *wanted,
        Some(_) => {
            fields.fault("stream_options.include_usage", "must be true or false");
            false
        }
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty)
}

fn is_no_choice(value: &Value) -> bool {
    value == "none" || value == "auto"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: Value) -> Result<CompletionIn, ApiError> {
        let Value::Object(values) = value else { panic!("not an object") };
        CompletionIn::read(Fields::new(values))
    }

    #[expect(clippy::needless_pass_by_value, reason = "its callers give literals")]
    fn asking(messages: Value) -> Value {
        json!({ "model": "botplot", "messages": messages })
    }

    fn faulty(value: Value) -> Vec<String> {
        let body: Value = serde_json::from_slice(&read(value).unwrap_err().body("", "")).unwrap();
        body["errors"].as_array().unwrap().iter().map(|e| e["field"].as_str().unwrap().to_owned()).collect()
    }

    fn with(name: &str, value: Value) -> Value {
        let mut body = asking(json!([{ "role": "user", "content": "Hi" }]));
        body[name] = value;
        body
    }

    #[test]
    fn messages_are_told_apart_by_their_roles() {
        let it = read(asking(json!([
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "First" },
            { "role": "assistant", "content": "Second", "refusal": null, "tool_calls": null },
            { "role": "assistant", "content": null, "tool_calls": [] },
            { "role": "developer", "content": [{ "type": "text", "text": "Be" }, { "type": "text", "text": "kind." }] },
            { "role": "user", "content": [{ "type": "text", "text": "  Third " }] },
            { "role": "system", "content": " " },
        ])))
        .unwrap();
        assert_eq!(it.question, "Third");
        assert_eq!(it.earlier, [(Role::User, "First".to_owned()), (Role::Assistant, "Second".to_owned())]);
        assert_eq!(it.instructions.as_deref(), Some("Be brief.\n\nBe\nkind."));
        assert_eq!((it.visitor_id, it.stream, it.include_usage), (None, false, false));
        assert_eq!(it.characters, 9 + 5 + 6 + 8 + 8 + 1);
    }

    #[test]
    fn of_a_long_conversation_the_last_ten_messages_are_read_each_within_a_limit() {
        let mut messages = vec![json!({ "role": "assistant", "content": "é".repeat(8_001) }); 150];
        messages.push(json!({ "role": "user", "content": "é".repeat(8_000) }));
        let it = read(asking(messages.into())).unwrap();
        assert_eq!((it.earlier.len(), it.earlier[0].1.chars().count()), (10, 8_000));
        assert_eq!(it.instructions, None);
    }

    #[test]
    fn what_breaks_a_rule_is_named() {
        let user = |content: Value| asking(json!([{ "role": "user", "content": content }]));
        for (messages, named) in [
            (json!([]), "messages"),
            (json!("Hi"), "messages"),
            (json!([{ "role": "system", "content": "Hi" }]), "messages"),
            (vec![json!({ "role": "user", "content": "x" }); 201].into(), "messages"),
            (json!(["Hi"]), "messages.0"),
            (json!([{ "content": "Hi" }]), "messages.0.role"),
            (json!([{ "role": "tool", "content": "Hi" }]), "messages.0.role"),
            (json!([{ "role": "assistant", "tool_calls": [{}] }]), "messages.0.tool_calls"),
            (json!([{ "role": "assistant", "function_call": {} }]), "messages.0.function_call"),
        ] {
            assert_eq!(faulty(asking(messages.clone()))[0], named, "{messages}");
        }
        for content in [
            json!(null),
            json!(5),
            json!(""),
            json!(" \n"),
            json!([]),
            json!([{ "type": "image_url", "image_url": { "url": "https://a.example/a.png" } }]),
            json!([{ "type": "text" }]),
            json!(["Hi"]),
            json!("x".repeat(8_001)),
        ] {
            assert_eq!(faulty(user(content.clone()))[0], "messages.0.content", "{content}");
        }
        let long = asking(json!([
            { "role": "system", "content": "x".repeat(32_001) }, { "role": "user", "content": "Hi" },
        ]));
        assert_eq!(faulty(long), ["messages"]);
        assert_eq!(faulty(json!({})), ["model", "messages"]);
    }

    #[test]
    fn parameters_that_would_change_the_meaning_are_refused_and_others_are_passed_over() {
        for (name, bad) in [
            ("n", json!(2)),
            ("n", json!("1")),
            ("tools", json!([{ "type": "function" }])),
            ("functions", json!([{}])),
            ("tool_choice", json!("required")),
            ("function_call", json!({ "name": "f" })),
            ("logprobs", json!(true)),
            ("top_logprobs", json!(3)),
            ("audio", json!({ "voice": "alloy" })),
            ("modalities", json!(["text", "audio"])),
            ("response_format", json!({ "type": "json_object" })),
            ("web_search_options", json!({})),
            ("stream", json!("yes")),
            ("stream_options", json!(true)),
            ("user", json!("")),
            ("safety_identifier", json!("a\nb")),
            ("botplot", json!("x")),
        ] {
            assert_eq!(faulty(with(name, bad.clone())), [name], "{bad}");
        }
        for (name, good) in [
            ("n", json!(1)),
            ("n", json!(null)),
            ("tools", json!([])),
            ("tool_choice", json!("none")),
            ("logprobs", json!(false)),
            ("response_format", json!({ "type": "text" })),
            ("temperature", json!(0.2)),
            ("max_tokens", json!(5)),
            ("stop", json!(["x"])),
            ("seed", json!(7)),
            ("botplot", json!({ "conversation_id": null })),
        ] {
            assert!(read(with(name, good.clone())).is_ok(), "{name}: {good}");
        }
        assert_eq!(faulty(with("botplot", json!({ "conversation_id": 5 }))), ["botplot.conversation_id"]);
        let usage = with("stream_options", json!({ "include_usage": 1 }));
        assert_eq!(faulty(usage), ["stream_options.include_usage"]);
    }

    #[test]
    fn the_visitor_is_the_one_that_the_caller_names() {
        assert_eq!(read(with("user", json!("ann"))).unwrap().visitor_id.as_deref(), Some("ann"));
        assert_eq!(read(with("safety_identifier", json!("ben"))).unwrap().visitor_id.as_deref(), Some("ben"));
        let mut both = with("user", json!("ann"));
        both["safety_identifier"] = json!("ben");
        assert_eq!(read(both).unwrap().visitor_id.as_deref(), Some("ann"));
    }
}
