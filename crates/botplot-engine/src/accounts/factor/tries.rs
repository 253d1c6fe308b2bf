//! How often somebody may be wrong: each try is counted before it is looked at, so that many at once gain nothing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use botplot_core::{AccountId, Timestamp};

use crate::Error;

/// Wrong codes of one account within [`WINDOW`].
const MOST: usize = 5;
/// Seconds after which a wrong code is forgotten.
const WINDOW: i64 = 15 * 60;

/// The wrong codes of late, by account. Each node counts for itself.
#[derive(Default)]
pub(crate) struct Tries(Mutex<HashMap<AccountId, Vec<Timestamp>>>);

impl Tries {
    /// Counts a try; an error says when the next one is heard.
    pub(super) fn count(&self, account: AccountId, now: Timestamp) -> Result<(), Error> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, tries| {
            tries.retain(|at| now.seconds_since(*at) < WINDOW);
            !tries.is_empty()
        });
        let tries = all.entry(account).or_default();
        if tries.len() >= MOST {
            let seconds = (WINDOW - now.seconds_since(tries[0])).max(1);
            let minutes = (seconds + 59) / 60;
            let unit = if minutes == 1 { "minute" } else { "minutes" };
            let why = format!("was wrong {MOST} times: try again in {minutes} {unit}");
            return Err(Error::invalid("code", why));
        }
        tries.push(now);
        Ok(())
    }

    /// Takes a try back that was right.
    pub(super) fn forgive(&self, account: AccountId, at: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(tries) = all.get_mut(&account) else { return };
        if let Some(place) = tries.iter().position(|known| *known == at) {
            tries.remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const ANN: AccountId = AccountId(Uuid::nil());
    const BOB: AccountId = AccountId(Uuid::max());

    fn at(seconds: i64) -> Timestamp {
        Timestamp::default().plus_seconds(seconds)
    }

    fn said(result: Result<(), Error>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn the_sixth_try_waits_until_the_first_is_forgotten() {
        let tries = Tries::default();
        for second in 0..5 {
            assert!(tries.count(ANN, at(second)).is_ok());
        }
        assert_eq!(said(tries.count(ANN, at(5))), "`code` was wrong 5 times: try again in 15 minutes");
        assert_eq!(said(tries.count(ANN, at(899))), "`code` was wrong 5 times: try again in 1 minute");
        assert!(tries.count(BOB, at(5)).is_ok(), "another account waits, too");
        assert!(tries.count(ANN, at(900)).is_ok());
        assert!(tries.count(ANN, at(900)).is_err(), "four older ones and this one are five");
    }

    #[test]
    fn what_was_right_does_not_count() {
        let tries = Tries::default();
        for _ in 0..20 {
            assert!(tries.count(ANN, at(1)).is_ok());
            tries.forgive(ANN, at(1));
        }
        for second in 0..4 {
            assert!(tries.count(ANN, at(second)).is_ok());
        }
        assert!(tries.count(ANN, at(9)).is_ok());
        assert!(tries.count(ANN, at(9)).is_err(), "a right code forgave wrong ones");
    }
}
