//! How much retrying a client may do altogether.

use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

/// The most that can be saved up.
const CAPACITY: u32 = 500;
/// What a retry costs. A retry that leads to a success gets it back.
const COST: u32 = 5;
/// What a success without a retry adds, and what a second adds.
const REWARD: u32 = 1;

/// Bounds the retries of a client, so that an outage of the service is not met with several times the usual load.
///
/// A full budget allows about a hundred retries without a success in between; after that only as many as time and successes
/// pay for: one every five seconds, and one for five successes.
#[derive(Debug)]
pub(crate) struct RetryBudget(Mutex<Account>);

#[derive(Debug)]
struct Account {
    left: u32,
    /// When time was paid for last.
    paid: Instant,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self(Mutex::new(Account { left: CAPACITY, paid: Instant::now() }))
    }
}

impl RetryBudget {
    /// Pays for a retry; `false` when the budget is used up.
    pub(crate) fn spend(&self) -> bool {
        self.change(|left| left.checked_sub(COST))
    }

    /// A call succeeded, with or without a retry.
    pub(crate) fn reward(&self, retried: bool) {
        let gain = if retried { COST } else { REWARD };
        self.change(|left| Some((left + gain).min(CAPACITY)));
    }

    fn change(&self, change: impl FnOnce(u32) -> Option<u32>) -> bool {
        let mut account = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A full account has nothing to gain from time, and most are.
        if account.left < CAPACITY {
            let now = Instant::now();
            let seconds = now.saturating_duration_since(account.paid).as_secs();
            if seconds > 0 {
                let gain = u32::try_from(seconds).unwrap_or(CAPACITY).saturating_mul(REWARD);
                account.left = account.left.saturating_add(gain).min(CAPACITY);
                account.paid = now;
            }
        } else {
            account.paid = Instant::now();
        }
        let changed = change(account.left);
        account.left = changed.unwrap_or(account.left);
        changed.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn is_used_up_by_an_outage_and_earned_back_by_successes_and_time() {
        let budget = RetryBudget::default();
        assert_eq!((0..1000).filter(|_| budget.spend()).count(), 100);
        (0..COST).for_each(|_| budget.reward(false));
        assert!(budget.spend());
        assert!(!budget.spend());
        budget.reward(true);
        assert!(budget.spend());
        tokio::time::advance(Duration::from_secs(11)).await;
        assert_eq!((0..1000).filter(|_| budget.spend()).count(), 2);
        tokio::time::advance(Duration::from_secs(86_400 * 365)).await;
        assert_eq!((0..1000).filter(|_| budget.spend()).count(), 100, "no more than the capacity");
    }
}
