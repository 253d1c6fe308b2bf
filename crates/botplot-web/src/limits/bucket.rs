//! One kind of bucket: a token bucket for each key, in memory that is bounded.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use super::Spent;
use super::clock::Ticks;

/// Keys of one kind that are remembered at most: about 10 MB.
const MOST: usize = 200_000;
/// Requests between two looks at how many keys are remembered.
const LOOK_EVERY: usize = 1024;

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, Ticks, StateInformationMiddleware>;

/// The buckets of all visitors, of all addresses or of all keys.
pub(super) struct Buckets<K: Clone + Eq + Hash> {
    policy: &'static str,
    whose: &'static str,
    /// None without a limit.
    inner: Option<Inner<K>>,
}

struct Inner<K: Clone + Eq + Hash> {
    quota: NonZeroU32,
    limiter: RwLock<Limiter<K>>,
    clock: Ticks,
    since_look: AtomicUsize,
    most: usize,
}

impl<K: Clone + Eq + Hash> Buckets<K> {
    /// Buckets of `per_minute` requests, full; without any limit for 0. `whose` is the policy's name for people.
    pub(super) fn new(policy: &'static str, whose: &'static str, per_minute: u32, clock: &Ticks) -> Self {
        let inner = NonZeroU32::new(per_minute).map(|quota| Inner {
            quota,
            limiter: RwLock::new(limiter(quota, clock)),
            clock: clock.clone(),
            since_look: AtomicUsize::new(0),
            most: MOST,
        });
        Self { policy, whose, inner }
    }

    /// Whose buckets these are, in words.
    pub(super) fn whose(&self) -> &'static str {
        self.whose
    }

    /// Takes one token out of the key's bucket: `Err` when there is none, `None` without a limit.
    pub(super) fn spend(&self, key: &K) -> Option<Result<Spent, Spent>> {
        let inner = self.inner.as_ref()?;
        if inner.since_look.fetch_add(1, Ordering::Relaxed) % LOOK_EVERY == LOOK_EVERY - 1 {
            inner.forget();
        }
        let quota = inner.quota.get();
        let spent = |left, wait| Spent { policy: self.policy, quota, left, wait };
        let limiter = inner.limiter.read().unwrap_or_else(PoisonError::into_inner);
        Some(match limiter.check_key(key) {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                Ok(spent(left, Duration::from_mins(1) / quota * (quota - left)))
            }
            Err(refusal) => Err(spent(0, refusal.wait_time_from(inner.clock.now()))),
        })
    }
}

impl<K: Clone + Eq + Hash> Inner<K> {
    /// Forgets the buckets that are full again; all of them if that is not enough: better to let somebody through
    /// too often than to refuse everybody who is new, or to run out of memory.
    fn forget(&self) {
        let mut over = false;
        if let Ok(limiter) = self.limiter.try_read() {
            limiter.retain_recent();
            over = limiter.len() > self.most;
        }
        if over {
            *self.limiter.write().unwrap_or_else(PoisonError::into_inner) = limiter(self.quota, &self.clock);
        }
    }
}

fn limiter<K: Clone + Eq + Hash>(quota: NonZeroU32, clock: &Ticks) -> Limiter<K> {
    RateLimiter::new(Quota::per_minute(quota), DashMapStateStore::default(), clock.clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use botplot_core::{Clock as _, ManualClock, Timestamp};

    fn buckets(per_minute: u32) -> (Buckets<usize>, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(Timestamp(1_000_000_000)));
        let shown = clock.clone();
        (Buckets::new("k", "k", per_minute, &Ticks::of(move || shown.now())), clock)
    }

    fn remembered(buckets: &Buckets<usize>) -> usize {
        buckets.inner.as_ref().unwrap().limiter.read().unwrap().len()
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let (buckets, clock) = buckets(60);
        for key in 0..LOOK_EVERY - 1 {
            buckets.spend(&key);
        }
        assert_eq!(remembered(&buckets), LOOK_EVERY - 1);
        clock.advance(60);
        buckets.spend(&0);
        assert_eq!(remembered(&buckets), 1);
    }

    #[test]
    fn memory_is_bounded_whatever_comes() {
        let (mut buckets, _) = buckets(60);
        buckets.inner.as_mut().unwrap().most = 3000;
        let mut most = 0;
        for key in 0..20_000 {
            buckets.spend(&key);
            most = most.max(remembered(&buckets));
        }
        assert!((3000..3000 + LOOK_EVERY).contains(&most), "{most}");
    }

    #[test]
    fn a_bucket_that_is_not_empty_says_when_it_is_full_again() {
        let (buckets, clock) = buckets(60);
        let spent = buckets.spend(&1).unwrap().unwrap();
        assert_eq!((spent.left, spent.wait), (59, Duration::from_secs(1)));
        let spent = (0..59).filter_map(|_| buckets.spend(&1)).last().unwrap().unwrap();
        assert_eq!((spent.left, spent.wait), (0, Duration::from_mins(1)));
        let refused = buckets.spend(&1).unwrap().unwrap_err();
        assert_eq!((refused.left, refused.wait), (0, Duration::from_secs(1)));
        clock.advance(1);
        assert!(buckets.spend(&1).unwrap().is_ok());
    }
}
