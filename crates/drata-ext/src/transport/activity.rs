//! Timeouts that count from the last byte.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::time::after;

/// When bytes last moved, in either direction, and what is waited for.
#[derive(Clone, Debug)]
pub(crate) struct Activity(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    last: Instant,
    /// How many connections are being established for the request.
    connecting: u32,
    /// Whether the request may have been sent: it was given to the HTTP client, and has a connection as far as is known.
    sent: bool,
    /// Whether a part of the body was read that cannot be read again.
    body_is_spent: bool,
    /// The file or reader on this side that has to deliver the next bytes, if that is what is waited for.
    reading: Option<Arc<str>>,
}

/// Which time ran out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RanOut {
    /// That between bytes, which the service owed.
    Service,
    /// That between bytes, which a file or reader on this side owed.
    Reader(Arc<str>),
    /// That for all of it.
    Whole,
}

impl Activity {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            last: Instant::now(),
            connecting: 0,
            sent: false,
            body_is_spent: false,
            reading: None,
        })))
    }

    /// Bytes moved just now.
    pub(crate) fn touch(&self) {
        let mut state = self.state();
        state.last = Instant::now();
        state.sent = true;
        state.reading = None;
    }

    /// The request is given to the HTTP client, which may have a connection for it.
    pub(crate) fn sending(&self) {
        self.state().sent = true;
    }

    /// Bytes were read that cannot be read again, as those of a pipe: another attempt would send the rest alone.
    pub(crate) fn spend_body(&self) {
        self.state().body_is_spent = true;
    }

    /// Whether the body cannot be sent again.
    pub(crate) fn is_body_spent(&self) -> bool {
        self.state().body_is_spent
    }

    /// Waits for the file or reader `name` on this side.
    pub(crate) fn reading(&self, name: &Arc<str>) {
        let mut state = self.state();
        if state.reading.is_none() {
            state.last = Instant::now();
            state.reading = Some(Arc::clone(name));
        }
    }

    /// Expects no bytes until the guard is dropped; the time counts from there.
    pub(crate) fn connecting(&self) -> Connecting {
        let mut state = self.state();
        state.connecting += 1;
        state.sent = false;
        drop(state);
        Connecting(self.clone())
    }

    /// Whether the request certainly was not sent.
    pub(crate) fn was_not_sent(&self) -> bool {
        !self.state().sent
    }

    /// Runs `work` as long as no more than `limit` passes between bytes, and it is not `until`. One timer does for both.
    pub(crate) async fn bound<F: Future>(
        &self,
        limit: Duration,
        until: Option<Instant>,
        work: F,
    ) -> Result<F::Output, RanOut> {
        let mut work = std::pin::pin!(work);
        loop {
            let quiet = after(self.quiet_since(), limit);
            let due = until.map_or(quiet, |until| until.min(quiet));
            match timeout_at(due, &mut work).await {
                Ok(output) => return Ok(output),
                Err(_) if after(self.quiet_since(), limit) <= due => return Err(self.silence()),
                Err(_) if until.is_some_and(|until| until <= due) => return Err(RanOut::Whole),
                // Bytes that moved in the meantime put the end off.
                Err(_) => {}
            }
        }
    }

    /// Who is silent.
    fn silence(&self) -> RanOut {
        self.state().reading.clone().map_or(RanOut::Service, RanOut::Reader)
    }

    fn quiet_since(&self) -> Instant {
        let state = self.state();
        if state.connecting > 0 { Instant::now() } else { state.last }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A time in which a connection is established and no bytes are expected.
#[derive(Debug)]
pub(crate) struct Connecting(Activity);

impl Connecting {
    /// The request has a connection, this one or another.
    pub(crate) fn connected(self) {
        self.0.state().sent = true;
    }
}

impl Drop for Connecting {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.connecting -= 1;
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
        assert_eq!(activity.bound(limit, None, moving).await, Ok("done"));

        let start = Instant::now();
        assert_eq!(activity.bound(limit, None, sleep(Duration::from_secs(60))).await, Err(RanOut::Service));
        assert_eq!(start.elapsed(), limit);
    }

    #[tokio::test(start_paused = true)]
    async fn bytes_that_move_do_not_put_the_end_of_the_whole_off() {
        let activity = Activity::new();
        let moving = async {
            loop {
                sleep(Duration::from_secs(4)).await;
                activity.touch();
            }
        };
        let start = Instant::now();
        let until = start + Duration::from_secs(30);
        let ended: Result<(), _> = activity.bound(Duration::from_secs(10), Some(until), moving).await;
        assert_eq!((ended, start.elapsed()), (Err(RanOut::Whole), Duration::from_secs(30)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_of_connecting_does_not_count() {
        let limit = Duration::from_secs(10);
        let activity = Activity::new();
        let start = Instant::now();
        assert!(activity.was_not_sent(), "nothing has happened yet");
        activity.sending();
        assert!(!activity.was_not_sent(), "there may be an idle connection");
        let pausing = async {
            let connecting = activity.connecting();
            assert!(activity.was_not_sent());
            sleep(Duration::from_secs(25)).await;
            connecting.connected();
            assert!(!activity.was_not_sent());
            sleep(Duration::from_secs(60)).await;
        };
        assert_eq!(activity.bound(limit, None, pausing).await, Err(RanOut::Service));
        assert_eq!(start.elapsed(), Duration::from_secs(35));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_is_named_and_a_huge_limit_does_no_harm() {
        let activity = Activity::new();
        activity.reading(&"roster.csv".into());
        let waiting = activity.bound(Duration::from_secs(1), None, sleep(Duration::from_secs(60))).await;
        assert_eq!(waiting, Err(RanOut::Reader("roster.csv".into())));
        assert_eq!(activity.bound(Duration::MAX, None, async { 7 }).await, Ok(7));
    }
}
