//! What passes on the wire, seen beside the decoded events: signs of life, and whether the answer is complete.
//!
//! Some adapters report an end when the connection merely broke, and some servers leave out the end marker
//! after a complete answer. The frame that says why the model stopped tells these apart.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use genai::chat::{ChatFrameSink, FrameCtx, RawFrameRef};

use crate::Dialect;

/// Watches the frames of one stream.
#[derive(Debug)]
pub(crate) struct Frames {
    ending: &'static str,
    seen: AtomicU32,
    with_content: AtomicBool,
    finished: AtomicBool,
}

impl Frames {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            ending: dialect.ending(),
            seen: AtomicU32::new(0),
            with_content: AtomicBool::new(false),
            finished: AtomicBool::new(false),
        }
    }

    /// How many frames have come, comments included.
    pub(crate) fn seen(&self) -> u32 {
        self.seen.load(Ordering::Relaxed)
    }

    /// Whether any frame held something; a page of HTML gives none that do.
    pub(crate) fn with_content(&self) -> bool {
        self.with_content.load(Ordering::Relaxed)
    }

    /// Whether the model has said why it stopped, so that nothing of its answer is missing.
    pub(crate) fn finished(&self) -> bool {
        self.finished.load(Ordering::Relaxed)
    }
}

impl ChatFrameSink for Frames {
    fn on_frame(&self, _: &FrameCtx, frame: RawFrameRef<'_>) {
        self.seen.fetch_add(1, Ordering::Relaxed);
        if !frame.data.is_empty() {
            self.with_content.store(true, Ordering::Relaxed);
        }
        // A cut frame is handed over as well, so the sign must stand in a whole object.
        if frame.data.trim_end().ends_with('}') && says_why(frame.data, self.ending) {
            self.finished.store(true, Ordering::Relaxed);
        }
    }
}

/// Whether `key` (with its quotes) is in the JSON with a value other than `null` and `false`.
fn says_why(json: &str, key: &str) -> bool {
    json.match_indices(key).any(|(at, _)| {
        let value = json[at + key.len()..].trim_start().strip_prefix(':').unwrap_or_default().trim_start();
        value.starts_with('"') || value.starts_with("true")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_counts_but_null_false_and_quoted_text_do_not() {
        let key = Dialect::OpenAi.ending();
        assert!(says_why(r#"{"choices":[{"delta":{},"finish_reason" : "stop"}]}"#, key));
        assert!(!says_why(r#"{"choices":[{"delta":{},"finish_reason":null}]}"#, key));
        assert!(!says_why(
            r#"{"delta":{"content":"say \"finish_reason\":\"stop\""},"finish_reason":null}"#,
            key
        ));
        assert!(says_why(r#"{"message":{},"done":true}"#, Dialect::Ollama.ending()));
        assert!(!says_why(r#"{"message":{},"done":false}"#, Dialect::Ollama.ending()));
    }
}
