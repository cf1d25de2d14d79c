//! The time of a sandbox. It follows tokio's clock, so a test that pauses and advances that clock moves this one too.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

tokio::task_local! {
    /// When the request that is being answered arrived, since the sandbox started. All that it does happens then, so that
    /// the same request at the same time has the same response.
    static ARRIVED: Duration;
}

/// A clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    started: Timestamp,
    origin: Instant,
}

impl Clock {
    /// A clock that begins at a time, or now.
    pub(crate) fn start(at: Option<Timestamp>) -> Self {
        Self { started: at.unwrap_or_else(Timestamp::now), origin: Instant::now() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.elapsed()).unwrap_or_default();
        self.started.checked_add(elapsed).unwrap_or(self.started)
    }

    /// The time since the sandbox started.
    pub(crate) fn elapsed(&self) -> Duration {
        ARRIVED.try_with(|arrived| *arrived).unwrap_or_else(|_| self.origin.elapsed())
    }
}

/// Does something as of a time since the sandbox started.
pub(crate) async fn as_of<T>(arrived: Duration, what: impl Future<Output = T>) -> T {
    ARRIVED.scope(arrived, what).await
}
