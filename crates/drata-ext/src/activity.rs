//! Timeouts that count from the last byte.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// When bytes last moved, in either direction.
#[derive(Clone, Debug)]
pub(crate) struct Activity(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    last: Instant,
    /// How many pauses last: then nothing is expected to move.
    pauses: u32,
}

impl Activity {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State { last: Instant::now(), pauses: 0 })))
    }

    /// Bytes moved just now.
    pub(crate) fn touch(&self) {
        self.state().last = Instant::now();
    }

    /// Expects no bytes until the guard is dropped; the time counts from there.
    pub(crate) fn pause(&self) -> Pause {
        self.state().pauses += 1;
        Pause(self.clone())
    }

    /// Runs `work` as long as no more than `limit` passes between bytes. `None` when it does.
    pub(crate) async fn bound<F: Future>(&self, limit: Duration, work: F) -> Option<F::Output> {
        let mut work = std::pin::pin!(work);
        loop {
            let due = self.quiet_since() + limit;
            match timeout_at(due, &mut work).await {
                Ok(output) => return Some(output),
                // Bytes that moved in the meantime put the end off.
                Err(_) if self.quiet_since() + limit > due => {}
                Err(_) => return None,
            }
        }
    }

    fn quiet_since(&self) -> Instant {
        let state = self.state();
        if state.pauses > 0 { Instant::now() } else { state.last }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A time in which no bytes are expected.
#[derive(Debug)]
pub(crate) struct Pause(Activity);

impl Drop for Pause {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.pauses -= 1;
        state.last = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn counts_from_the_last_byte() {
        let limit = Duration::from_secs(10);
        let activity = Activity::new();
        let moving = async {
            for _ in 0..5 {
                sleep(Duration::from_secs(8)).await;
                activity.touch();
            }
            "done"
        };
        assert_eq!(activity.bound(limit, moving).await, Some("done"));

        let start = Instant::now();
        assert_eq!(activity.bound(limit, sleep(Duration::from_secs(60))).await, None);
        assert_eq!(start.elapsed(), limit);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_does_not_count() {
        let limit = Duration::from_secs(10);
        let activity = Activity::new();
        let start = Instant::now();
        let pausing = async {
            let pause = activity.pause();
            sleep(Duration::from_secs(25)).await;
            drop(pause);
            sleep(Duration::from_secs(60)).await;
        };
        assert_eq!(activity.bound(limit, pausing).await, None);
        assert_eq!(start.elapsed(), Duration::from_secs(35));
    }
}
