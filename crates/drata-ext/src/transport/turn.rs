//! One attempt of a call, as the layers around it see it.

use std::time::Duration;

use tokio::time::Instant;

use super::activity::Activity;
use super::time::after;

/// One attempt of a call: its number, how long it may take, and how bytes move.
#[derive(Debug)]
pub(crate) struct Turn {
    /// Counted from 1.
    pub(crate) number: u32,
    pub(crate) deadline: Deadline,
    /// The longest pause of the service that is waited for.
    pub(crate) max_pause: Duration,
    pub(crate) activity: Activity,
    /// How long it was waited for the rate limit, over all attempts.
    pub(crate) waited: Duration,
}

/// When a call has to be done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    limit: Duration,
    until: Option<Instant>,
    /// Whether the wait for the rate limit counts. It does where a caller set the time, and not in the default.
    counts_queue: bool,
}

impl Deadline {
    /// A time that the caller set: everything counts.
    pub(crate) fn asked(limit: Duration) -> Self {
        Self { limit, until: Some(after(Instant::now(), limit)), counts_queue: true }
    }

    /// The default: the wait for the rate limit does not count.
    pub(crate) fn default_of(limit: Duration) -> Self {
        Self { counts_queue: false, ..Self::asked(limit) }
    }

    /// None.
    pub(crate) fn none() -> Self {
        Self { limit: Duration::MAX, until: None, counts_queue: false }
    }

    /// The whole time.
    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// When the call has to be done.
    pub(crate) fn until(&self) -> Option<Instant> {
        self.until
    }

    /// Whether it has passed.
    pub(crate) fn is_over(&self) -> bool {
        self.until.is_some_and(|until| until <= Instant::now())
    }

    /// Until when the call may wait for the rate limit.
    pub(crate) fn of_queue(&self) -> Option<Instant> {
        self.until.filter(|_| self.counts_queue)
    }

    /// The call waited for the rate limit.
    pub(crate) fn waited(&mut self, time: Duration) {
        if !self.counts_queue {
            self.until = self.until.map(|until| after(until, time));
        }
    }

    /// Whether a wait of this time leaves any for an attempt.
    pub(crate) fn allows(&self, wait: Duration) -> bool {
        self.until.is_none_or(|until| after(Instant::now(), wait) <= until)
    }
}
