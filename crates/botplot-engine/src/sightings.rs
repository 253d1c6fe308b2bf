//! On which sites a project's widget was seen, coarsely: to tell the owner that the snippet is in place, not to count.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use botplot_core::{ProjectId, Timestamp, origin};

use crate::{Engine, Error};

/// Origins that are remembered of a project.
pub const MOST: usize = 20;

/// Seconds between two notes of the same origin.
const NOTE_EVERY: i64 = 3600;
/// Bytes that an origin may have: the longest host with its scheme and port.
const ORIGIN_LIMIT: usize = 270;

/// What was noted within the hour.
#[derive(Default)]
pub(crate) struct Sightings(Mutex<HashMap<ProjectId, HashMap<String, Timestamp>>>);

impl Sightings {
    /// True when the origin is to be noted now. Whoever makes origins up costs a project no more than [`MOST`] notes
    /// an hour.
    fn is_due(&self, project: ProjectId, origin: &str, now: Timestamp) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = all.entry(project).or_default();
        noted.retain(|_, at| now.seconds_since(*at) < NOTE_EVERY);
        let due = !noted.contains_key(origin) && noted.len() < MOST;
        if due {
            noted.insert(origin.to_owned(), now);
        }
        due
    }
}

/// Notes that a page of this origin shows the project's widget; at most once an hour, and only what is an origin.
pub async fn note(engine: &Engine, project: ProjectId, seen: &str) {
    let Some(seen) = origin::source(seen).filter(|seen| seen.len() <= ORIGIN_LIMIT && !seen.starts_with('*'))
    else {
        return;
    };
    let now = engine.clock().now();
    if !engine.0.sightings.is_due(project, &seen, now) {
        return;
    }
    let noted = engine.0.store.write(move |tx| {
        Box::pin(async move { Ok::<_, Error>(tx.note_sighting(project, &seen, now, MOST as i64).await?) })
    });
    if let Err(error) = noted.await {
        // The page gets its widget all the same.
        tracing::warn!(%error, project.id = %project, "could not note where a widget was seen");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn an_origin_is_noted_once_an_hour_and_only_so_many_of_them() {
        let (all, project, at) = (Sightings::default(), ProjectId(Uuid::nil()), Timestamp(0).plus_seconds(1));
        assert!(all.is_due(project, "a", at) && !all.is_due(project, "a", at.plus_seconds(3599)));
        assert!(all.is_due(project, "a", at.plus_seconds(3600)));
        let later = at.plus_seconds(9000);
        let due = (0..100).filter(|n| all.is_due(project, &n.to_string(), later)).count();
        assert_eq!(due, MOST);
        assert!(all.is_due(ProjectId(Uuid::max()), "0", later));
        assert!(all.is_due(project, "a", later.plus_seconds(3600)));
    }
}
