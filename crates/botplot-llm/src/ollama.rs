//! Looks for an Ollama on this machine, so that it can be offered.

use std::time::Duration;

use serde::Deserialize;

/// Where Ollama listens unless it was told otherwise.
const USUAL: &str = "http://127.0.0.1:11434";

/// How long a start may be held up by looking.
const LIMIT: Duration = Duration::from_millis(300);

#[derive(Deserialize)]
struct Tags {
    models: Vec<Tag>,
}

#[derive(Deserialize)]
struct Tag {
    name: String,
}

/// The names of the models that an Ollama on its usual port has, `None` when none answers within 300 ms.
pub async fn find_ollama(http: &reqwest::Client) -> Option<Vec<String>> {
    models(http, USUAL).await
}

async fn models(http: &reqwest::Client, base: &str) -> Option<Vec<String>> {
    let asked = async {
        let answer = http.get(format!("{base}/api/tags")).send().await.ok()?.error_for_status().ok()?;
        let tags: Tags = serde_json::from_slice(&answer.bytes().await.ok()?).ok()?;
        Some(tags.models.into_iter().map(|tag| tag.name).collect())
    };
    tokio::time::timeout(LIMIT, asked).await.ok()?
}

#[cfg(test)]
mod tests {
    use botplot_testkit::fake_llm::FakeLlm;

    use super::*;

    fn http() -> reqwest::Client {
        botplot_egress::Client::new(&botplot_egress::Config::default()).unwrap().operator_http()
    }

    #[tokio::test]
    async fn the_models_of_a_running_ollama_are_listed() {
        let fake = FakeLlm::start().await;
        let base = format!("http://{}", fake.address());
        assert_eq!(models(&http(), &base).await, Some(vec!["fake:latest".to_string()]));
    }

    #[tokio::test]
    async fn nothing_is_found_where_nothing_listens_or_something_else_does() {
        let fake = FakeLlm::start().await;
        assert_eq!(models(&http(), &fake.base_url()).await, None);
        let base = format!("http://{}", fake.address());
        fake.refuse().await;
        assert_eq!(models(&http(), &base).await, None);
    }
}
