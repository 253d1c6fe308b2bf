//! The operations of a document, one after the other.

use utoipa::openapi::path::{Operation, Parameter, PathItem};
use utoipa::openapi::{OpenApi, RefOr};

/// What is read of an operation.
pub(crate) trait Operations {
    /// The operations of an address, each with its method in capitals.
    fn each(&self) -> Vec<(&'static str, &Operation)>;
    /// As `each`, to change them.
    fn each_mut(&mut self) -> Vec<(&'static str, &mut Operation)>;
}

impl Operations for PathItem {
    fn each(&self) -> Vec<(&'static str, &Operation)> {
        let all = [
            ("GET", &self.get),
            ("POST", &self.post),
            ("PUT", &self.put),
            ("PATCH", &self.patch),
            ("DELETE", &self.delete),
        ];
        all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?))).collect()
    }

    fn each_mut(&mut self) -> Vec<(&'static str, &mut Operation)> {
        let all = [
            ("GET", &mut self.get),
            ("POST", &mut self.post),
            ("PUT", &mut self.put),
            ("PATCH", &mut self.patch),
            ("DELETE", &mut self.delete),
        ];
        all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?))).collect()
    }
}

/// All operations of a document: method, address, and what is said of it.
pub(crate) fn operations(api: &OpenApi) -> impl Iterator<Item = (&'static str, &str, &Operation)> {
    api.paths.paths.iter().flat_map(|(path, item)| {
        item.each().into_iter().map(move |(method, operation)| (method, path.as_str(), operation))
    })
}

/// The parameters of an operation.
pub(crate) fn parameters(operation: &Operation) -> impl Iterator<Item = &Parameter> {
    operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

/// A name for each operation: its handler's, and the fixed words of its address, such as `list_conversations`.
pub(super) fn name_all(api: &mut OpenApi) {
    for (path, item) in &mut api.paths.paths {
        let words = path
            .trim_start_matches("/api")
            .split('/')
            .filter(|word| !word.is_empty() && !word.starts_with('{'));
        let words =
            words.filter(|word| *word != "v1").map(|word| word.replace(['.', '-'], "_")).collect::<Vec<_>>();
        for (_, operation) in item.each_mut() {
            let handler = operation.operation_id.clone().unwrap_or_default();
            operation.operation_id = Some(name(&handler, &words));
        }
    }
}

/// The words after the handler's own; the last of them once, where the handler is called after it.
fn name(handler: &str, words: &[String]) -> String {
    let (last, rest) = match words.split_last() {
        Some((last, rest)) if handler.starts_with(last.as_str()) => (handler, rest),
        Some((last, rest)) if last.starts_with(handler) => (last.as_str(), rest),
        _ => (handler, words),
    };
    std::iter::once(last).chain(rest.iter().map(String::as_str)).collect::<Vec<_>>().join("_")
}

/// The names of the security schemes that an operation asks for, any one of which is enough.
pub(crate) fn schemes(operation: &Operation) -> Vec<String> {
    let all = serde_json::to_value(&operation.security).unwrap_or_default();
    let all = all.as_array().into_iter().flatten().filter_map(|one| one.as_object());
    all.flat_map(|one| one.keys().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_is_done_to_what() {
        let check = |handler: &str, words: &[&str], expected: &str| {
            let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(name(handler, &words), expected);
        };
        check("list", &["conversations", "messages"], "list_conversations_messages");
        check("messages", &["chat", "conversations", "messages"], "messages_chat_conversations");
        check("rotate", &["webhooks", "rotate_secret"], "rotate_secret_webhooks");
        check("replay_all", &["webhooks", "replay"], "replay_all_webhooks");
        check("metrics", &["metrics"], "metrics");
    }
}
