//! Timeouts that count from the last byte.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// When bytes last moved, in either direction.
#[derive(Clone, Debug)]
pub(crate) struct Activity(Arc<Mutex<Instant>>);

impl Activity {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// Bytes moved just now.
    pub(crate) fn touch(&self) {
        *self.last() = Instant::now();
    }

    /// Runs `work` as long as no more than `limit` passes between bytes. `None` when it does.
    pub(crate) async fn bound<F: Future>(&self, limit: Duration, work: F) -> Option<F::Output> {
        let mut work = std::pin::pin!(work);
        loop {
            let due = *self.last() + limit;
            match timeout_at(due, &mut work).await {
                Ok(output) => return Some(output),
                // Bytes that moved in the meantime put the end off.
                Err(_) if *self.last() + limit > due => {}
                Err(_) => return None,
            }
        }
    }

    fn last(&self) -> MutexGuard<'_, Instant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
}
