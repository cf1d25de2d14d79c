//! The loop around the tries of one call.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use drata_api::{Idempotency, OperationMeta};
use tokio::time::{Instant, sleep, timeout_at};

use crate::failure::{Cause, Failure};
use crate::retry_budget::RetryBudget;
use crate::retry_policy::Decision;
use crate::{Error, RateLimiter, RetryPolicy};

/// Repeats what failed, as far as policy, budget and deadline allow.
#[derive(Debug)]
pub(crate) struct Retrier {
    pub(crate) policy: RetryPolicy,
    budget: RetryBudget,
    random: Mutex<fastrand::Rng>,
}

/// What the loop has to know about one call.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) operation: Option<&'static OperationMeta>,
    pub(crate) endpoint: Arc<str>,
    pub(crate) idempotency: Idempotency,
    /// Whether the body can be built again.
    pub(crate) repeatable: bool,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) limiter: RateLimiter,
}

impl Retrier {
    pub(crate) fn new(policy: RetryPolicy, seed: Option<u64>) -> Self {
        let random = seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed);
        Self { policy, budget: RetryBudget::default(), random: Mutex::new(random) }
    }

    /// Runs `attempt`, which gets its number from 1, until it succeeds or is not to be repeated.
    pub(crate) async fn run<T, F>(&self, terms: &Terms, mut attempt: impl FnMut(u32) -> F + Send) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Failure>> + Send,
    {
        let policy = self.policy_for(terms);
        let deadline = terms.deadline.map(|limit| Instant::now() + limit);
        let mut last: Option<Failure> = None;
        let mut outcome_unknown = false;
        for number in 1.. {
            if !terms.limiter.turn(deadline).await {
                return Err(terms.out_of_time(number - 1, last, outcome_unknown));
            }
            let tried = match deadline {
                Some(deadline) => timeout_at(deadline, attempt(number)).await.ok(),
                None => Some(attempt(number).await),
            };
            let failure = match tried {
                Some(Ok(value)) => {
                    self.budget.reward(number > 1);
                    return Ok(value);
                }
                Some(Err(Failure { error, cause })) => {
                    Failure::new(error.with_endpoint(Arc::clone(&terms.endpoint)), cause)
                }
                None => return Err(terms.out_of_time(number, last, terms.writes())),
            };
            if failure.cause == Cause::Throttled {
                let wait = failure.error.retry_after().map(|wait| wait.min(policy.max_retry_after()));
                terms.limiter.throttled(wait);
            }
            outcome_unknown |= failure.cause == Cause::Passing && terms.writes();
            match policy.decide(&failure, terms.idempotency, number, self.random()) {
                Decision::Retry(wait) if deadline.is_none_or(|deadline| Instant::now() + wait <= deadline) => {
                    if !self.budget.spend() {
                        return Err(terms.finish(failure.error, number, outcome_unknown));
                    }
                    tracing::debug!(error = %failure.error, wait_ms = wait.as_millis() as u64, "will try again");
                    sleep(wait).await;
                    last = Some(failure);
                }
                Decision::Retry(_) | Decision::Stop => {
                    return Err(terms.finish(failure.error, number, outcome_unknown));
                }
            }
        }
        unreachable!("the loop ends by returning")
    }

    fn policy_for(&self, terms: &Terms) -> RetryPolicy {
        let policy = self.policy.clone();
        match (terms.repeatable, terms.max_attempts) {
            (false, _) => policy.with_max_attempts(1),
            (true, Some(attempts)) => policy.with_max_attempts(attempts),
            (true, None) => policy,
        }
    }

    fn random(&self) -> f64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).f64()
    }
}

impl Terms {
    /// Whether a try whose outcome is not known may have changed something.
    fn writes(&self) -> bool {
        self.idempotency != Idempotency::Safe
    }

    fn finish(&self, error: Error, attempts: u32, outcome_unknown: bool) -> Error {
        let error = error.with_endpoint(Arc::clone(&self.endpoint)).with_attempts(attempts);
        if outcome_unknown { error.with_outcome_unknown() } else { error }
    }

    fn out_of_time(&self, attempts: u32, last: Option<Failure>, outcome_unknown: bool) -> Error {
        let last = last.map(|failure| failure.error);
        let error = Error::deadline(self.operation, self.deadline.unwrap_or_default(), last);
        self.finish(error, attempts, outcome_unknown)
    }
}
