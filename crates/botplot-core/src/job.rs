//! Background work: what a job is and when it is tried again.

use uuid::Uuid;

use crate::{JobId, ProjectId, Timestamp};

/// Attempts after which a job is given up.
pub const MAX_ATTEMPTS: i64 = 12;
/// Seconds a claim holds; a dead holder's job comes due again after it.
pub const LEASE: i64 = 60;

/// One unit of work, as claimed.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// The tenant.
    pub project: ProjectId,
    /// Its name in the list of jobs.
    pub kind: String,
    /// What it works on, as JSON.
    pub payload: serde_json::Value,
    /// Tries so far, this one included.
    pub attempts: i64,
    /// The claim's fencing token: only its holder may finish the job.
    pub lease: Uuid,
}

/// Which jobs a worker takes. Letters and alerts have a worker of their own, so that neither a mail server that hangs
/// nor a long crawl holds up the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// All others.
    Work,
    /// Letters and alerts.
    Letters,
}

/// Whether trying again can help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It can: try later.
    Retry(String),
    /// It can, but not before this instant; however often, the job decides itself when it gives up.
    Later(Timestamp, String),
    /// It cannot.
    Fail(String),
}

/// A lease that tells whose it is: it begins with the first half of its node's id.
pub fn lease(node: Uuid, random: Uuid) -> Uuid {
    Uuid::from_u64_pair(node.as_u64_pair().0, random.as_u64_pair().1)
}

/// The smallest and the greatest lease of a node.
pub fn leases(node: Uuid) -> (Uuid, Uuid) {
    (lease(node, Uuid::nil()), lease(node, Uuid::max()))
}

/// When a job that failed for the `attempts`-th time comes due again; `None` when it is given up.
pub fn next_try(attempts: i64, now: Timestamp, jitter: f64) -> Option<Timestamp> {
    if attempts >= MAX_ATTEMPTS {
        return None;
    }
    let seconds = (10_i64 << attempts.clamp(0, 11)).min(6 * 3600);
    Some(now.plus_seconds((seconds as f64 * (0.5 + jitter.clamp(0.0, 1.0))) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nodes_leases_stand_together_and_no_other_nodes_among_them() {
        let nodes = [1, 2, u128::MAX].map(|n| Uuid::from_u128(n.rotate_left(70)));
        for (i, node) in nodes.into_iter().enumerate() {
            let (first, last) = leases(node);
            for (j, other) in nodes.into_iter().enumerate() {
                let one = lease(other, Uuid::from_u128(0x1234_5678_9abc_def0_1234_5678_9abc_def0));
                assert_eq!((first..=last).contains(&one), i == j, "{node} {other}");
            }
        }
    }

    #[test]
    fn waits_grow_to_six_hours_and_end_after_twelve_tries() {
        let wait = |n| next_try(n, Timestamp(0), 0.5).map(|t| t.seconds_since(Timestamp(0)));
        assert_eq!(wait(1), Some(20));
        assert_eq!(wait(11), Some(20_480));
        assert_eq!(wait(12), None);
    }
}
