//! How often a visitor, an address and a key may call: token buckets in memory, each refilled evenly over a minute.
//!
//! A bucket is spent before any work is done for the request. What it holds afterwards travels with the request as a
//! `Meter`, from which the reply's `RateLimit` headers are written.

mod bucket;
mod clock;
mod config;
mod headers;

use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::time::Duration;

use botplot_core::key::{Class, KeyRecord};
use botplot_core::{KeyId, ProjectId, Timestamp};

use crate::{ApiError, Code};
use bucket::Buckets;
pub use config::Config;
pub(crate) use headers::{Meter, tell};

/// What a request has left in the bucket that it was closest to emptying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spent {
    /// Whose bucket, as in the headers: `visitor`, `address`, `publishable_key` or `secret_key`.
    pub(crate) policy: &'static str,
    /// Requests a minute.
    pub(crate) quota: u32,
    /// Requests that can follow at once.
    pub(crate) left: u32,
    /// Until the bucket is full again; for an empty one, until the next request.
    pub(crate) wait: Duration,
}

/// All buckets of the server.
pub struct Limits {
    visitor: Buckets<(ProjectId, u64)>,
    address: Buckets<u128>,
    publishable_key: Buckets<KeyId>,
    secret_key: Buckets<KeyId>,
    sign_in_address: Buckets<u128>,
    sign_in_email: Buckets<u64>,
    hasher: RandomState,
}

/// Tries to sign in a minute, from one address: a team behind one router gets in, whoever guesses does not.
const SIGN_INS_PER_ADDRESS: u32 = 20;
/// The same for one account, from anywhere.
const SIGN_INS_PER_EMAIL: u32 = 6;

impl Limits {
    /// Full buckets of these sizes; `now` is the clock that refills them.
    pub fn new(config: &Config, now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        let clock = clock::Ticks::of(now);
        Self {
            visitor: Buckets::new("visitor", "visitor", config.visitor_per_minute, &clock),
            address: Buckets::new("address", "address", config.address_per_minute, &clock),
            publishable_key: Buckets::new(
                "publishable_key",
                "publishable key",
                config.publishable_key_per_minute,
                &clock,
            ),
            secret_key: Buckets::new("secret_key", "secret key", config.secret_key_per_minute, &clock),
            sign_in_address: Buckets::new("address", "address", SIGN_INS_PER_ADDRESS, &clock),
            sign_in_email: Buckets::new("email", "account", SIGN_INS_PER_EMAIL, &clock),
            hasher: RandomState::new(),
        }
    }

    /// One request with a valid key. A publishable key stands in pages, so its callers are told apart by address
    /// first: one of them must not use up what is there for all.
    pub(crate) fn key(&self, key: &KeyRecord, peer: Option<IpAddr>, meter: &Meter) -> Result<(), ApiError> {
        match key.class {
            Class::Secret => spend(&self.secret_key, &key.id, meter),
            Class::Publishable => {
                self.address(peer, meter)?;
                spend(&self.publishable_key, &key.id, meter)
            }
        }
    }

    /// One request without a valid key: whoever tries keys is slowed down.
    pub(crate) fn stranger(&self, peer: Option<IpAddr>, meter: &Meter) -> Result<(), ApiError> {
        self.address(peer, meter)
    }

    /// One message of a visitor.
    pub(crate) fn visitor(
        &self,
        project: ProjectId,
        class: Class,
        visitor: &str,
        meter: &Meter,
    ) -> Result<(), ApiError> {
        if class == Class::Secret {
            return Ok(());
        }
        // A visitor's id can be half a kilobyte; its hash, keyed anew at each start, will do.
        spend(&self.visitor, &(project, self.hasher.hash_one(visitor)), meter)
    }

    /// One try to prove who somebody is: by a password, a code, a lost password's letter. `Err` says how long to wait;
    /// it comes before anything is looked at, so that a right guess after too many wrong ones is refused as well.
    pub(crate) fn sign_in(&self, peer: Option<IpAddr>, email: &str) -> Result<(), Duration> {
        if let Some(address) = peer {
            wait(self.sign_in_address.spend(&neighbourhood(address)))?;
        }
        wait(self.sign_in_email.spend(&self.hasher.hash_one(email.trim().to_lowercase())))
    }

    fn address(&self, peer: Option<IpAddr>, meter: &Meter) -> Result<(), ApiError> {
        peer.map_or(Ok(()), |address| spend(&self.address, &neighbourhood(address), meter))
    }
}

fn wait(outcome: Option<Result<Spent, Spent>>) -> Result<(), Duration> {
    outcome.map_or(Ok(()), |outcome| outcome.map(drop).map_err(|spent| spent.wait))
}

fn spend<K: Clone + Eq + std::hash::Hash>(
    buckets: &Buckets<K>,
    key: &K,
    meter: &Meter,
) -> Result<(), ApiError> {
    let Some(outcome) = buckets.spend(key) else { return Ok(()) };
    let (spent, allowed) = match outcome {
        Ok(spent) => (spent, true),
        Err(spent) => (spent, false),
    };
    meter.note(spent);
    if allowed {
        return Ok(());
    }
    let detail = format!(
        "more than {} requests a minute from one {}; try again in {} s",
        spent.quota,
        buckets.whose(),
        headers::seconds(spent.wait)
    );
    Err(ApiError::saying(Code::RateLimited, detail).after(spent.wait))
}

/// The bits that stand for whoever holds the address: an IPv6 customer has a network of 64 bits to choose from.
fn neighbourhood(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits() >> 64 << 64,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use botplot_core::key::Key;
    use botplot_core::{Clock as _, ManualClock, SeededIds};
    use uuid::Uuid;

    const PROJECT: ProjectId = ProjectId(Uuid::nil());

    struct Bench {
        limits: Limits,
        clock: Arc<ManualClock>,
        meter: Meter,
    }

    impl Bench {
        fn new(config: &Config) -> Self {
            let clock = Arc::new(ManualClock::at(Timestamp(1_736_937_000_000_000)));
            let shown = clock.clone();
            Self { limits: Limits::new(config, move || shown.now()), clock, meter: Meter::default() }
        }

        /// How many of `tries` are let through.
        fn count(&self, tries: usize, each: impl Fn(&Self) -> Result<(), ApiError>) -> usize {
            (0..tries).filter(|_| each(self).is_ok()).count()
        }

        fn visit(&self, visitor: &str) -> Result<(), ApiError> {
            self.limits.visitor(PROJECT, Class::Publishable, visitor, &self.meter)
        }
    }

    fn key(class: Class, id: u128) -> KeyRecord {
        let key = Key::generate(class, &SeededIds::new(1));
        KeyRecord::of(&key, PROJECT, "k", KeyId(Uuid::from_u128(id)), Timestamp(0))
    }

    fn peer(text: &str) -> Option<IpAddr> {
        text.parse().ok()
    }

    #[test]
    fn a_minute_holds_exactly_what_is_set_and_refills_evenly() {
        let bench = Bench::new(&Config::default());
        assert_eq!(bench.count(100, |b| b.visit("a")), 20);
        let refused = bench.visit("a").unwrap_err();
        assert_eq!(refused.code(), Code::RateLimited);
        bench.clock.advance(2);
        assert_eq!(bench.count(9, |b| b.visit("a")), 0);
        bench.clock.advance(1);
        assert_eq!(bench.count(9, |b| b.visit("a")), 1);
        bench.clock.advance(3600);
        assert_eq!(bench.count(100, |b| b.visit("a")), 20);
    }

    #[test]
    fn visitors_of_other_names_and_other_projects_have_buckets_of_their_own() {
        let bench = Bench::new(&Config::default());
        assert_eq!(bench.count(30, |b| b.visit("a")), 20);
        assert_eq!(bench.count(30, |b| b.visit("b")), 20);
        let other = ProjectId(Uuid::from_u128(1));
        assert!(bench.limits.visitor(other, Class::Publishable, "a", &bench.meter).is_ok());
    }

    #[test]
    fn each_key_has_its_bucket_and_a_secret_one_no_other() {
        let bench = Bench::new(&Config::default());
        let (one, two) = (key(Class::Publishable, 1), key(Class::Publishable, 2));
        // From many addresses, none of which is at its own limit.
        let from = |n: usize| peer(&format!("198.51.100.{}", n % 200));
        let through = (0..2000).filter(|n| bench.limits.key(&one, from(*n), &bench.meter).is_ok()).count();
        assert_eq!(through, 600);
        assert!(bench.limits.key(&two, peer("203.0.113.1"), &bench.meter).is_ok());
        let secret = key(Class::Secret, 3);
        assert_eq!(bench.count(5000, |b| b.limits.key(&secret, peer("203.0.113.7"), &b.meter)), 1200);
        assert!(bench.limits.stranger(peer("203.0.113.7"), &bench.meter).is_ok());
        assert_eq!(bench.count(100, |b| b.limits.visitor(PROJECT, Class::Secret, "a", &b.meter)), 100);
    }

    #[test]
    fn an_address_at_its_limit_leaves_the_key_to_others() {
        let bench = Bench::new(&Config { publishable_key_per_minute: 100, ..Config::default() });
        let key = key(Class::Publishable, 1);
        assert_eq!(bench.count(5000, |b| b.limits.key(&key, peer("203.0.113.7"), &b.meter)), 60);
        assert_eq!(bench.count(5000, |b| b.limits.key(&key, peer("203.0.113.8"), &b.meter)), 40);
    }

    #[test]
    fn who_tries_keys_is_slowed_down_by_address() {
        let bench = Bench::new(&Config::default());
        assert_eq!(bench.count(5000, |b| b.limits.stranger(peer("203.0.113.7"), &b.meter)), 60);
        assert!(bench.limits.stranger(peer("203.0.113.8"), &bench.meter).is_ok());
        assert_eq!(bench.count(100, |b| b.limits.stranger(None, &b.meter)), 100);
    }

    #[test]
    fn whoever_guesses_passwords_is_slowed_down_by_account_and_by_address() {
        let bench = Bench::new(&Config::off());
        let tries = |peer_text: &str, email: &str, n| {
            bench.count(n, |b| {
                b.limits.sign_in(peer(peer_text), email).map_err(|_| ApiError::new(Code::RateLimited))
            })
        };
        assert_eq!(tries("203.0.113.7", "ann@example.com", 50), 6);
        assert_eq!(tries("203.0.113.8", " ANN@example.com", 50), 0);
        let waits = bench.limits.sign_in(peer("203.0.113.9"), "ann@example.com").unwrap_err();
        assert_eq!(waits.as_secs(), 10);
        let others = (0..50).filter(|n| bench.limits.sign_in(peer("203.0.113.10"), &n.to_string()).is_ok());
        assert_eq!(others.count(), 20);
        bench.clock.advance(10);
        assert_eq!(tries("203.0.113.11", "ann@example.com", 50), 1);
    }

    #[test]
    fn an_ipv6_network_of_64_bits_is_one_address() {
        let of = |text: &str| neighbourhood(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("203.0.113.7"), of("::ffff:203.0.113.7"));
        assert_ne!(of("203.0.113.7"), of("203.0.113.8"));
    }

    #[test]
    fn zero_is_no_limit() {
        let off = Config {
            visitor_per_minute: 0,
            address_per_minute: 0,
            publishable_key_per_minute: 0,
            secret_key_per_minute: 0,
        };
        let bench = Bench::new(&off);
        assert_eq!(bench.count(5000, |b| b.visit("a")), 5000);
        let key = key(Class::Publishable, 1);
        assert_eq!(bench.count(5000, |b| b.limits.key(&key, peer("203.0.113.7"), &b.meter)), 5000);
        assert_eq!(bench.meter.read(), None);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let bench = Bench::new(&Config::default());
        assert_eq!(bench.count(100, |b| b.visit("a")), 20);
        bench.clock.advance(-3600);
        assert_eq!(bench.count(9, |b| b.visit("a")), 0);
        bench.clock.advance(3);
        assert_eq!(bench.count(9, |b| b.visit("a")), 1);
    }

    #[test]
    fn the_meter_shows_the_bucket_that_is_nearest_to_empty() {
        let bench = Bench::new(&Config::default());
        bench.limits.key(&key(Class::Publishable, 1), peer("203.0.113.7"), &bench.meter).unwrap();
        let spent = bench.meter.read().unwrap();
        assert_eq!((spent.policy, spent.quota, spent.left, spent.wait.as_secs()), ("address", 60, 59, 1));
        bench.visit("a").unwrap();
        let spent = bench.meter.read().unwrap();
        assert_eq!((spent.policy, spent.left, spent.wait.as_secs()), ("visitor", 19, 3));
        for _ in 0..20 {
            let _ = bench.visit("a");
        }
        let spent = bench.meter.read().unwrap();
        assert_eq!((spent.left, spent.wait.as_secs()), (0, 3));
    }
}
