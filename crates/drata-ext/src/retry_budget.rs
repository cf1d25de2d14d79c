//! How much retrying a client may do altogether.

use std::sync::{Mutex, PoisonError};

/// The most that can be saved up.
const CAPACITY: u32 = 500;
/// What a retry costs. A retry that leads to a success gets it back.
const COST: u32 = 5;
/// What a success without a retry adds.
const REWARD: u32 = 1;

/// Bounds the retries of a client, so that an outage of the service is not met with several times the usual load.
///
/// A full budget allows about a hundred retries in a row without a success; after that only as many as successes pay for.
#[derive(Debug)]
pub(crate) struct RetryBudget(Mutex<u32>);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(Mutex::new(CAPACITY))
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
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = change(*left);
        *left = changed.unwrap_or(*left);
        changed.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_used_up_by_an_outage_and_earned_back_by_successes() {
        let budget = RetryBudget::default();
        assert_eq!((0..1000).filter(|_| budget.spend()).count(), 100);
        (0..COST).for_each(|_| budget.reward(false));
        assert!(budget.spend());
        assert!(!budget.spend());
        budget.reward(true);
        assert!(budget.spend());
    }
}
