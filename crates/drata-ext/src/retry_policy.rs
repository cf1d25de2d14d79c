//! When a failed try is followed by another.

use std::time::Duration;

use drata_api::Idempotency;

use crate::failure::{Cause, Failure};

/// When and how long after a failed try the next one follows.
///
/// Which failures are tried again is not a matter of taste and cannot be changed: reads and writes that are the same
/// when done twice, after failures that may pass (no connection, a timeout, a broken connection, 408, 429, 502, 503,
/// 504); other writes only when they provably were not carried out (no connection, 429).
///
/// ```
/// use std::time::Duration;
/// use drata_ext::RetryPolicy;
///
/// let patient = RetryPolicy::default().with_max_attempts(10).with_max_retry_after(Duration::from_secs(600));
/// assert_eq!(patient.max_attempts(), 10);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    max_attempts: u32,
    base: Duration,
    cap: Duration,
    max_retry_after: Duration,
}

impl Default for RetryPolicy {
    /// Five tries; waits of up to half a second, doubling up to 30 seconds; `Retry-After` is followed up to two minutes.
    fn default() -> Self {
        Self {
            max_attempts: 5,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(30),
            max_retry_after: Duration::from_secs(120),
        }
    }
}

/// What follows a failed try.
#[derive(Debug)]
pub(crate) enum Decision {
    /// Another try, after this time.
    Retry(Duration),
    /// None: the failure is the outcome.
    Stop,
}

impl RetryPolicy {
    /// One try, no more.
    pub fn never() -> Self {
        Self::default().with_max_attempts(1)
    }

    /// Sets the most tries, the first included; at least one.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the waits where the service names none: a random time between 0 and `base`, which doubles with each try up to
    /// `cap`. After a 429 that does not say how long to wait, `base` counts four times.
    #[must_use]
    pub fn with_backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// Sets the longest wait that `Retry-After` can ask for. A longer one is cut to this.
    #[must_use]
    pub fn with_max_retry_after(mut self, cap: Duration) -> Self {
        self.max_retry_after = cap;
        self
    }

    /// The most tries, the first included.
    pub fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    /// The longest wait that `Retry-After` can ask for.
    pub fn max_retry_after(&self) -> Duration {
        self.max_retry_after
    }

    /// Decides about the failure of try number `attempt`, counted from 1. `random` is between 0 and 1.
    pub(crate) fn decide(&self, failure: &Failure, idempotency: Idempotency, attempt: u32, random: f64) -> Decision {
        let may_repeat = match failure.cause {
            Cause::NeverArrived | Cause::Throttled => true,
            Cause::Passing => idempotency.may_repeat(),
            Cause::Final => false,
        };
        if !may_repeat || attempt >= self.max_attempts {
            return Decision::Stop;
        }
        Decision::Retry(match failure.error.retry_after() {
            // A little more than asked, so that all who were told the same time do not come back at once.
            Some(asked) => asked.min(self.max_retry_after) + self.base.mul_f64(random),
            None => self.ceiling(failure.cause, attempt).mul_f64(random),
        })
    }

    fn ceiling(&self, cause: Cause, attempt: u32) -> Duration {
        let base = if cause == Cause::Throttled { self.base * 4 } else { self.base };
        base.saturating_mul(1 << (attempt - 1).min(16)).min(self.cap)
    }
}

#[cfg(test)]
mod tests {
    use drata_api::Error;
    use http::StatusCode;

    use super::*;

    fn failure(cause: Cause, retry_after: Option<u64>) -> Failure {
        let error = Error::status_code(None, StatusCode::SERVICE_UNAVAILABLE, Default::default(), Default::default())
            .with_retry_after(retry_after.map(Duration::from_secs));
        Failure { error, cause }
    }

    fn wait(policy: &RetryPolicy, failure: &Failure, idempotency: Idempotency, attempt: u32) -> Option<Duration> {
        match policy.decide(failure, idempotency, attempt, 1.0) {
            Decision::Retry(wait) => Some(wait),
            Decision::Stop => None,
        }
    }

    #[test]
    fn an_unsafe_write_is_repeated_only_when_it_was_not_carried_out() {
        use Idempotency::*;
        let policy = RetryPolicy::default();
        for (cause, idempotency, expected) in [
            (Cause::NeverArrived, Unsafe, true),
            (Cause::Throttled, Unsafe, true),
            (Cause::Passing, Unsafe, false),
            (Cause::Passing, Safe, true),
            (Cause::Passing, Idempotent, true),
            (Cause::Passing, Upsert, true),
            (Cause::Final, Safe, false),
        ] {
            let decided = wait(&policy, &failure(cause, None), idempotency, 1).is_some();
            assert_eq!(decided, expected, "{cause:?} {idempotency:?}");
        }
    }

    #[test]
    fn waits_double_up_to_the_cap() {
        let policy =
            RetryPolicy::default().with_max_attempts(100).with_backoff(Duration::from_secs(1), Duration::from_secs(10));
        let waits: Vec<_> = (1..=6)
            .map(|attempt| wait(&policy, &failure(Cause::Passing, None), Idempotency::Safe, attempt).unwrap().as_secs())
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 10, 10]);
        assert!(wait(&policy, &failure(Cause::Passing, None), Idempotency::Safe, 99).is_some());
        assert_eq!(wait(&policy, &failure(Cause::Passing, None), Idempotency::Safe, 100), None);
    }

    #[test]
    fn retry_after_is_followed_up_to_its_cap() {
        let policy = RetryPolicy::default().with_backoff(Duration::ZERO, Duration::ZERO);
        for (asked, waited) in [(7, 7), (120, 120), (3600, 120)] {
            let waits = wait(&policy, &failure(Cause::Throttled, Some(asked)), Idempotency::Unsafe, 1);
            assert_eq!(waits, Some(Duration::from_secs(waited)));
        }
    }
}
