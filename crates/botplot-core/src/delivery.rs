//! Webhook endpoints and deliveries: what they are, and the rules of trying again, giving up and disabling.

use uuid::Uuid;

use crate::conversation::words;
use crate::event::Kind;
use crate::{ConversationId, DeliveryId, EndpointId, EventId, ProjectId, Timestamp};

/// Seconds between an attempt and the one before it; the first follows the event at once.
pub const SCHEDULE: [i64; 10] = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// Seconds that a claim holds; a dead holder's deliveries come due again after it.
pub const LEASE: i64 = 60;
/// Seconds of nothing but failure after which an endpoint is disabled.
pub const PATIENCE: i64 = 5 * 86_400;
/// Seconds that both secrets sign while one is being replaced.
pub const OVERLAP: i64 = 86_400;
/// Attempts of one delivery that its log keeps: those of five whole schedules.
pub const LOGGED: i64 = 50;
/// Seconds that a receiver may ask to be left alone for.
const LONGEST_WAIT: i64 = 86_400;
/// The largest part of a wait that is added to it, so that what failed together does not come back together.
const JITTER: f64 = 0.2;

/// Whether an endpoint gets events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It does.
    Active,
    /// Its owner, or the plan, holds it back; what is pending waits.
    Paused,
    /// It failed for days, or said itself that it is gone.
    Disabled,
}

words!(Status { Active = "active", Paused = "paused", Disabled = "disabled" });

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// An attempt is due, now or later.
    Pending,
    /// The receiver took it.
    Delivered,
    /// Given up; it can be replayed.
    Failed,
}

words!(State { Pending = "pending", Delivered = "delivered", Failed = "failed" });

/// Where a project's events go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// The tenant.
    pub project: ProjectId,
    /// The address, as its owner wrote it.
    pub url: String,
    /// The owner's words about it.
    pub description: String,
    /// What it wants to hear of.
    pub events: Vec<Kind>,
    /// Whether it gets them.
    pub status: Status,
    /// Why it gets none, where that was not its owner's wish.
    pub reason: Option<String>,
    /// Its secrets, sealed.
    pub secrets: Secrets,
    /// The first failure after the last success.
    pub failing_since: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// When its owner changed it last.
    pub updated_at: Timestamp,
}

/// The sealed secrets of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    /// Signs the documented header.
    pub primary: Vec<u8>,
    /// Signs beside it while one replaces the other.
    pub other: Option<OtherSecret>,
}

/// The second of two secrets while one replaces the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherSecret {
    /// The sealed secret.
    pub sealed: Vec<u8>,
    /// Until when both sign.
    pub until: Timestamp,
    /// True when it takes over then; false when it was the primary one before.
    pub is_next: bool,
}

impl Secrets {
    /// The secrets that sign at `now`; the first one is the primary.
    pub fn at(&self, now: Timestamp) -> Vec<&[u8]> {
        match &self.other {
            Some(other) if other.until > now => vec![&self.primary, &other.sealed],
            Some(other) if other.is_next => vec![&other.sealed],
            _ => vec![&self.primary],
        }
    }

    /// The same with `next` beside it, which takes over after a day or when the owner switches.
    #[must_use]
    pub fn rotated(&self, next: Vec<u8>, now: Timestamp) -> Self {
        let primary = self.at(now)[0].to_vec();
        let other = OtherSecret { sealed: next, until: now.plus_seconds(OVERLAP), is_next: true };
        Self { primary, other: Some(other) }
    }

    /// The same with the next secret as the primary one, or `None` when none is waiting. The old one goes on signing
    /// beside it for a day.
    pub fn switched(&self, now: Timestamp) -> Option<Self> {
        let other = self.other.as_ref().filter(|o| o.is_next && o.until > now)?;
        let old =
            OtherSecret { sealed: self.primary.clone(), until: now.plus_seconds(OVERLAP), is_next: false };
        Some(Self { primary: other.sealed.clone(), other: Some(old) })
    }
}

/// Something that happened, with the bytes that every attempt sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its id.
    pub id: EventId,
    /// The tenant.
    pub project: ProjectId,
    /// Its kind's word, or `webhook.test`.
    pub kind: String,
    /// The visitor it is about.
    pub visitor_id: Option<String>,
    /// The conversation it happened in: its events reach an endpoint one after another.
    pub conversation: Option<ConversationId>,
    /// The body.
    pub body: Vec<u8>,
    /// When it happened.
    pub created_at: Timestamp,
}

/// One event's way to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The tenant.
    pub project: ProjectId,
    /// Where it goes.
    pub endpoint: EndpointId,
    /// What it brings.
    pub event: EventId,
    /// The event's kind.
    pub kind: String,
    /// Where it stands.
    pub state: State,
    /// Attempts on the present schedule, counted anew after a replay.
    pub attempts: i64,
    /// Attempts in all.
    pub made: i64,
    /// When the next attempt is due, if it is pending.
    pub next_at: Timestamp,
    /// How the last attempt went.
    pub last: Option<Attempt>,
    /// When the event happened.
    pub created_at: Timestamp,
}

/// How one attempt went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    /// Its place among all attempts of its delivery, from 1.
    pub number: i64,
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub duration_ms: i64,
    /// The receiver's status, if it answered.
    pub status_code: Option<i64>,
    /// Why it failed, in words for the owner.
    pub error: Option<String>,
    /// When the next one was to follow, if one was.
    pub next_at: Option<Timestamp>,
}

/// What an attempt sent and what came back, beside the body, which is its event's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// The head of the request, its signatures included; `None` when there was nothing to send.
    pub request_head: Option<String>,
    /// The head of the answer, as it came.
    pub response_head: Option<String>,
    /// The first KiB of the answer's body.
    pub response_body: Option<String>,
}

/// A delivery whose next attempt its claimer makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The delivery.
    pub id: DeliveryId,
    /// What it brings.
    pub event: EventId,
    /// The conversation that the event happened in.
    pub conversation: Option<ConversationId>,
    /// Attempts so far on the present schedule.
    pub attempts: i64,
    /// Attempts so far in all.
    pub made: i64,
    /// The claim's fencing token: only its holder may file the attempt.
    pub lease: Uuid,
    /// The bytes to send.
    pub body: Vec<u8>,
}

/// What an attempt came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver answered, and may have asked to be left alone for some seconds.
    Answered {
        /// Its status.
        status: u16,
        /// Seconds of its `Retry-After`.
        retry_after: Option<i64>,
    },
    /// No connection, no complete answer, or the address is refused.
    Nothing,
}

/// What follows an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It is done.
    Delivered,
    /// The next attempt is due then.
    Again(Timestamp),
    /// It is given up.
    Failed,
    /// It is given up, and so is the endpoint.
    Gone,
}

impl Outcome {
    /// True when the receiver took it.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Answered { status: 200..=299, .. })
    }
}

/// What follows the `made`-th attempt (from 1) that ended at `now`; `jitter` is 0 to 1.
pub fn after_attempt(made: i64, outcome: Outcome, now: Timestamp, jitter: f64) -> Next {
    let asked = match outcome {
        Outcome::Answered { status: 200..=299, .. } => return Next::Delivered,
        Outcome::Answered { status: 410, .. } => return Next::Gone,
        Outcome::Answered { retry_after, .. } => retry_after.unwrap_or(0).clamp(0, LONGEST_WAIT),
        Outcome::Nothing => 0,
    };
    let Some(planned) = SCHEDULE.get(made.max(1) as usize) else { return Next::Failed };
    let wait = (*planned).max(asked) as f64 * (1.0 + JITTER * jitter.clamp(0.0, 1.0));
    Next::Again(Timestamp(now.0.saturating_add((wait * 1e6) as i64)))
}

/// Since when an endpoint fails, after an attempt, and whether that is so long that it is disabled.
pub fn after_outcome(
    failing_since: Option<Timestamp>,
    succeeded: bool,
    now: Timestamp,
) -> (Option<Timestamp>, bool) {
    if succeeded {
        return (None, false);
    }
    let since = failing_since.unwrap_or(now);
    (Some(since), now.seconds_since(since) >= PATIENCE)
}

/// Seconds of a `Retry-After`, which is a number of seconds or a date.
pub fn retry_after(value: &str, now: Timestamp) -> Option<i64> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(i64::from(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?;
    Some((date.timestamp().as_second() - now.0.div_euclid(1_000_000)).max(0))
}

/// Why an endpoint is paused that the plan has no room for.
pub const NO_ROOM: &str = "the plan has no room for it";

/// The endpoints whose status changes when a plan has room for `limit`: of those that the owner did not pause, the
/// newest surplus is paused, and what the plan paused before goes on as far as there is room. `all` is oldest first.
pub fn fit(all: &[Endpoint], limit: i64) -> Vec<(EndpointId, Status)> {
    let by_plan = |e: &Endpoint| e.status == Status::Paused && e.reason.as_deref() == Some(NO_ROOM);
    let wanted = all.iter().filter(|e| e.status == Status::Active || by_plan(e));
    wanted
        .enumerate()
        .map(|(place, e)| (e, if (place as i64) < limit { Status::Active } else { Status::Paused }))
        .filter(|(e, status)| e.status != *status)
        .map(|(e, status)| (e.id, status))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ids as _, SeededIds};

    const NOW: Timestamp = Timestamp(1_700_000_000_000_000);
    const DOWN: Outcome = Outcome::Answered { status: 500, retry_after: None };

    fn wait(made: i64, outcome: Outcome, jitter: f64) -> Option<i64> {
        match after_attempt(made, outcome, NOW, jitter) {
            Next::Again(at) => Some(at.seconds_since(NOW)),
            _ => None,
        }
    }

    #[test]
    fn the_waits_are_those_of_the_contract_and_end_after_ten_attempts() {
        let hours = [2, 5, 10, 14, 20, 24].map(|h| h * 3600);
        let waits: Vec<_> = (1..10).filter_map(|made| wait(made, DOWN, 0.0)).collect();
        assert_eq!(waits, [[5, 300, 1800].as_slice(), &hours].concat());
        assert_eq!(after_attempt(10, DOWN, NOW, 0.5), Next::Failed);
        assert_eq!(after_attempt(10, Outcome::Nothing, NOW, 0.5), Next::Failed);
        assert_eq!(wait(1, DOWN, 1.0), Some(6), "jitter only adds");
    }

    #[test]
    fn only_2xx_is_success_and_410_is_the_end() {
        for status in 100..600 {
            let next = after_attempt(1, Outcome::Answered { status, retry_after: None }, NOW, 0.0);
            let right = match status {
                200..300 => next == Next::Delivered,
                410 => next == Next::Gone,
                _ => matches!(next, Next::Again(_)),
            };
            assert!(right, "{status}: {next:?}");
        }
    }

    #[test]
    fn a_receiver_is_left_alone_as_long_as_it_asks_but_no_longer_than_a_day() {
        let asks = |seconds| Outcome::Answered { status: 429, retry_after: Some(seconds) };
        assert_eq!(wait(1, asks(120), 0.0), Some(120));
        assert_eq!(wait(2, asks(120), 0.0), Some(300), "never sooner than planned");
        assert_eq!(wait(1, asks(i64::MAX), 0.0), Some(86_400));
        assert_eq!(wait(1, asks(-5), 0.0), Some(5));
        assert_eq!(retry_after(" 120 ", NOW), Some(120));
        assert_eq!(retry_after("Tue, 14 Nov 2023 22:14:20 GMT", NOW), Some(60));
        assert_eq!(retry_after("Sat, 01 Jan 2000 00:00:00 GMT", NOW), Some(0));
        for odd in ["", "-1", "soon", "1.5", "99999999999"] {
            assert_eq!(retry_after(odd, NOW), None, "{odd}");
        }
    }

    #[test]
    fn five_days_of_nothing_but_failure_disable() {
        let (since, disabled) = after_outcome(None, false, NOW);
        assert_eq!((since, disabled), (Some(NOW), false));
        assert!(!after_outcome(since, false, NOW.plus_seconds(PATIENCE - 1)).1);
        assert!(after_outcome(since, false, NOW.plus_seconds(PATIENCE)).1);
        assert_eq!(after_outcome(since, true, NOW.plus_seconds(PATIENCE)), (None, false));
    }

    #[test]
    fn while_one_secret_replaces_the_other_both_sign_for_a_day() {
        let (late, old, new) = (NOW.plus_seconds(OVERLAP), b"old".to_vec(), b"new".to_vec());
        let one = Secrets { primary: old.clone(), other: None };
        let two = one.rotated(new.clone(), NOW);
        assert_eq!(two.at(NOW), [&old, &new]);
        assert_eq!(two.at(late), [&new], "the next one takes over");
        assert_eq!(one.switched(NOW), None);
        assert_eq!(two.switched(late), None);
        let switched = two.switched(NOW).unwrap();
        assert_eq!(switched.at(NOW), [&new, &old]);
        assert_eq!(switched.at(late), [&new]);
        assert_eq!(two.rotated(b"third".to_vec(), late).at(late), [b"new".as_slice(), b"third"]);
    }

    fn endpoint(n: u128, status: Status, reason: Option<&str>) -> Endpoint {
        Endpoint {
            id: EndpointId(Uuid::from_u128(n)),
            project: ProjectId(Uuid::nil()),
            url: String::new(),
            description: String::new(),
            events: Vec::new(),
            status,
            reason: reason.map(Into::into),
            secrets: Secrets { primary: Vec::new(), other: None },
            failing_since: None,
            created_at: NOW,
            updated_at: NOW,
        }
    }

    #[test]
    fn a_smaller_plan_pauses_the_newest_and_a_larger_one_lets_them_go_on() {
        let mut all: Vec<_> = (0..5).map(|n| endpoint(n, Status::Active, None)).collect();
        all[1] = endpoint(1, Status::Paused, None);
        all[2] = endpoint(2, Status::Disabled, Some("gone"));
        let changed = fit(&all, 1);
        assert_eq!(changed, [(all[3].id, Status::Paused), (all[4].id, Status::Paused)]);
        for at in [3, 4] {
            all[at] = endpoint(at as u128, Status::Paused, Some(NO_ROOM));
        }
        assert_eq!(fit(&all, 1), []);
        assert_eq!(fit(&all, 2), [(all[3].id, Status::Active)]);
        assert_eq!(fit(&all, 10).len(), 2, "what the owner paused stays so");
    }

    /// Runs one delivery against receivers of every temper until it ends, and checks what must hold of any run.
    #[test]
    fn every_run_ends_delivered_or_given_up_after_ten_attempts_within_five_days() {
        for seed in 0..10_000 {
            let ids = SeededIds::new(seed);
            let draw = |range: u64| {
                let mut bytes = [0; 8];
                ids.fill(&mut bytes);
                u64::from_le_bytes(bytes) % range
            };
            let (mut now, mut made, mut failing) = (NOW, 0, None);
            let patient = draw(2) == 0;
            let end = loop {
                made += 1;
                let outcome = match draw(8) {
                    0 => Outcome::Answered { status: 200 + draw(100) as u16, retry_after: None },
                    1 => Outcome::Nothing,
                    2 if draw(20) == 0 => Outcome::Answered { status: 410, retry_after: None },
                    n => {
                        let asked = (patient && n > 5).then(|| draw(1_000_000) as i64);
                        let status = 300 + draw(300) as u16;
                        Outcome::Answered {
                            status: if status == 410 { 500 } else { status },
                            retry_after: asked,
                        }
                    }
                };
                let next = after_attempt(made, outcome, now, draw(1001) as f64 / 1000.0);
                let (since, disabled) = after_outcome(failing, outcome.is_success(), now);
                assert_eq!(since.is_none(), next == Next::Delivered, "seed {seed}");
                assert!(!disabled || now.seconds_since(NOW) >= PATIENCE, "seed {seed}");
                failing = since;
                match next {
                    Next::Again(at) => {
                        let least = SCHEDULE[made as usize];
                        let waited = at.seconds_since(now);
                        assert!(
                            (least..=104_000).contains(&waited),
                            "seed {seed}: {waited} s after attempt {made}"
                        );
                        now = at;
                    }
                    end => break end,
                }
            };
            assert!(made <= 10 && (end != Next::Failed || made == 10), "seed {seed}");
        }
    }
}
