//! How often and how long after a failed attempt another follows.

use std::time::Duration;

/// How often and how long after a failed attempt another follows, for a client or for one call.
///
/// Which failures are repeated is not a matter of taste and cannot be changed. Repeated are:
///
/// - any call, when the request provably was not processed: no connection, 429, or a refusal of the HTTP/2 connection that
///   names the request as unprocessed;
/// - reads, and writes that are the same when done twice, after failures that may pass: a timeout, a broken connection, 408,
///   502, 503, 504;
/// - reads alone after a 500, which the service documents for every operation and also returns for passing troubles, at most
///   twice: a 500 that stays is a fault that no repetition cures.
///
/// Never repeated are failures of certificates and settings, and a response that asks to wait longer than
/// [`max_retry_after`](Self::max_retry_after).
///
/// ```
/// use std::time::Duration;
/// use drata_api::RetryPolicy;
///
/// let persistent = RetryPolicy::default().with_max_attempts(10).with_max_retry_after(Duration::from_secs(600));
/// assert_eq!(persistent.max_attempts(), 10);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    max_attempts: u32,
    base: Duration,
    cap: Duration,
    max_retry_after: Duration,
}

impl Default for RetryPolicy {
    /// Five attempts; waits of up to half a second, doubling up to 30 seconds; `Retry-After` is followed up to two minutes.
    fn default() -> Self {
        Self {
            max_attempts: 5,
            base: Duration::from_millis(500),
            cap: Duration::from_secs(30),
            max_retry_after: Duration::from_secs(120),
        }
    }
}

impl RetryPolicy {
    /// Returns a policy of one attempt.
    pub fn never() -> Self {
        Self::default().with_max_attempts(1)
    }

    /// Sets the most attempts, the first included; at least one.
    #[must_use]
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the waits where the service names none: a random time between 0 and `base`, which doubles with each attempt up to
    /// `cap`. After a 429 that does not say how long to wait, `base` counts four times.
    #[must_use]
    pub fn with_backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// Sets the longest wait that `Retry-After` can ask for. A response that asks for more fails the call at once, with the
    /// time in its error; nothing else is sent to that host until the time has passed.
    #[must_use]
    pub fn with_max_retry_after(mut self, longest: Duration) -> Self {
        self.max_retry_after = longest;
        self
    }

    /// Returns the most attempts, the first included.
    pub fn max_attempts(&self) -> u32 {
        self.max_attempts
    }

    /// Returns the wait before the second attempt at most, where the service names none.
    pub fn base(&self) -> Duration {
        self.base
    }

    /// Returns the longest wait where the service names none.
    pub fn cap(&self) -> Duration {
        self.cap
    }

    /// Returns the longest wait that `Retry-After` can ask for.
    pub fn max_retry_after(&self) -> Duration {
        self.max_retry_after
    }
}
