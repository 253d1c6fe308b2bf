//! axe-core looks at a page: WCAG 2.2 A and AA, and what is held to be good practice.

use serde_json::Value;

use crate::page::{Page, quoted};

const AXE: &str = include_str!("../vendor/axe.min.js");
const RULES: &str = r#"["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]"#;

impl Page {
    /// Fails when axe finds a fault anywhere in the page.
    pub async fn is_accessible(&self) {
        self.part_is_accessible("html").await;
    }

    /// Fails when axe finds a fault in what the selector finds on the page, such as `[data-botplot]`.
    pub async fn part_is_accessible(&self, selector: &str) {
        let faults = self.faults_of(selector).await;
        if !faults.is_empty() {
            self.fail(&format!("axe finds:\n{}", faults.join("\n"))).await;
        }
    }

    /// What axe finds in what the selector finds.
    pub async fn faults_of(&self, selector: &str) -> Vec<String> {
        // Half-transparent text in the middle of a transition has no contrast that could be judged.
        self.until("all('.panel, .panel *, .launcher').every((e) => e.getAnimations().every((a) => a.playState !== 'running' || a.effect.getComputedTiming().iterations === Infinity))")
            .await;
        if self.js("typeof axe").await != "object" {
            self.js(AXE).await;
        }
        let found = self
            .js(&format!(
                "axe.run({}, {{ runOnly: {RULES}, resultTypes: ['violations'] }}).then((told) => told.violations.flatMap((v) => \
                 v.nodes.map((n) => `${{v.id}}: ${{n.target.flat().join(' ')}}: ${{n.failureSummary}}`)))",
                quoted(selector)
            ))
            .await;
        let faults = found.as_array().map(Vec::as_slice).unwrap_or_default();
        faults.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}
