//! So many requests in a span of time, and no more.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// A limit on requests, over all keys, as the service has one per source address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    requests: u32,
    window: Duration,
    retry_after: RetryAfter,
}

/// What a rejected request is told about when to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetryAfter {
    /// Nothing.
    None,
    /// The seconds until the window ends.
    Seconds,
    /// The moment the window ends, as an HTTP date.
    Date,
}

impl RateLimit {
    /// So many requests in each window; the first request after a window opens the next. A 429 has `Retry-After` in seconds.
    pub const fn new(requests: u32, window: Duration) -> Self {
        Self { requests, window, retry_after: RetryAfter::Seconds }
    }

    /// So many requests a minute, as the service is documented to allow 500.
    pub const fn per_minute(requests: u32) -> Self {
        Self::new(requests, Duration::from_secs(60))
    }

    /// Says when to come back in another way, or not at all.
    #[must_use]
    pub const fn retry_after(mut self, retry_after: RetryAfter) -> Self {
        self.retry_after = retry_after;
        self
    }
}

/// A limit at work.
#[derive(Debug)]
pub(crate) struct Limiter {
    limit: RateLimit,
    opened: Duration,
    used: u32,
}

impl Limiter {
    pub(crate) const fn new(limit: RateLimit) -> Self {
        Self { limit, opened: Duration::ZERO, used: 0 }
    }

    /// Counts a request at this time since the start. The error is the value of `Retry-After`, if there is to be one.
    pub(crate) fn admit(&mut self, elapsed: Duration, now: Timestamp) -> Result<(), Option<String>> {
        if self.used == 0 || elapsed >= self.opened + self.limit.window {
            (self.opened, self.used) = (elapsed, 0);
        }
        if self.used < self.limit.requests {
            self.used += 1;
            return Ok(());
        }
        let left = (self.opened + self.limit.window).saturating_sub(elapsed);
        // Rounded up: a client that waits so long is let in.
        let seconds = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        Err(match self.limit.retry_after {
            RetryAfter::None => None,
            RetryAfter::Seconds => Some(seconds.to_string()),
            RetryAfter::Date => {
                let later = crate::data::dates::later(now, i64::try_from(seconds + 1).unwrap_or(i64::MAX));
                DateTimePrinter::new().timestamp_to_rfc9110_string(&later).ok()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_lets_so_many_through_and_the_next_window_too() {
        let mut limiter = Limiter::new(RateLimit::per_minute(2));
        let mut at = |seconds| limiter.admit(Duration::from_secs(seconds), Timestamp::UNIX_EPOCH);
        assert_eq!(at(10), Ok(()));
        assert_eq!(at(20), Ok(()));
        assert_eq!(at(30), Err(Some("40".to_owned())));
        assert_eq!(at(70), Ok(()));
    }

    #[test]
    fn the_date_is_one_that_http_knows() {
        let limit = RateLimit::per_minute(0).retry_after(RetryAfter::Date);
        let refused = Limiter::new(limit).admit(Duration::ZERO, Timestamp::UNIX_EPOCH);
        assert_eq!(refused, Err(Some("Thu, 01 Jan 1970 00:01:01 GMT".to_owned())));
    }
}
