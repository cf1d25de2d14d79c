//! The time of a sandbox. It follows tokio's clock, so a test that pauses and advances that clock moves this one too.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Timestamp,
    origin: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { started: Timestamp::now(), origin: Instant::now() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.origin.elapsed()).unwrap_or_default();
        self.started.checked_add(elapsed).unwrap_or(self.started)
    }

    /// The time since the sandbox started.
    pub(crate) fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }
}
