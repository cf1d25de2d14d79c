//! The service's limit, kept on this side.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The span that the service counts in.
const WINDOW: Duration = Duration::from_secs(60);
/// How long the limiter takes from the slowest back to full speed.
const RECOVERY: Duration = Duration::from_secs(300);
/// The slowest it gets, as a part of full speed.
const SLOWEST: f64 = 0.1;
/// How long nothing is sent after a 429 that does not say it.
const PAUSE: Duration = Duration::from_secs(1);

/// Keeps the requests of a process below what the service allows: 500 a minute for one source address.
///
/// The service counts by address, not by key, so all clients of a process should share one; clones do. Up to the limit,
/// requests go out at once; beyond it they wait until an earlier one is a minute old. Each 429 halves the speed, which
/// then comes back within five minutes.
///
/// ```
/// use drata_ext::{Drata, RateLimiter};
///
/// let limiter = RateLimiter::default();
/// let us = Drata::builder().api_key("key-one").rate_limiter(limiter.clone()).build()?;
/// let eu = Drata::builder().api_key("key-two").region(drata_ext::Region::Eu).rate_limiter(limiter.clone()).build()?;
/// assert_eq!(limiter.state().per_minute, 500);
/// # Ok::<(), drata_ext::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RateLimiter(Option<Arc<Mutex<Window>>>);

/// What a [`RateLimiter`] is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimiterState {
    /// Requests a minute at full speed.
    pub per_minute: u32,
    /// Requests a minute at present: fewer after a 429.
    pub per_minute_now: u32,
    /// Requests sent in the last minute, and those that are waiting their turn.
    pub in_window: u32,
    /// How long nothing is sent because the service asked for it.
    pub paused_for: Duration,
    /// How often the service answered 429.
    pub throttled: u64,
}

/// The turns handed out, the oldest first; those that lie ahead are being waited for.
#[derive(Debug)]
struct Window {
    per_minute: u32,
    turns: VecDeque<Instant>,
    speed: f64,
    speed_since: Instant,
    paused_until: Option<Instant>,
    throttled: u64,
}

impl Default for RateLimiter {
    /// 500 a minute, as the service allows.
    fn default() -> Self {
        Self::per_minute(500)
    }
}

impl RateLimiter {
    /// At most `requests` a minute; at least one.
    pub fn per_minute(requests: u32) -> Self {
        let per_minute = requests.max(1);
        Self(Some(Arc::new(Mutex::new(Window {
            per_minute,
            turns: VecDeque::new(),
            speed: 1.0,
            speed_since: Instant::now(),
            paused_until: None,
            throttled: 0,
        }))))
    }

    /// No limit, for servers that have none.
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// What it is doing. Without a limit, everything is 0 but `per_minute` and `per_minute_now`, which are the highest.
    pub fn state(&self) -> RateLimiterState {
        let Some(mut window) = self.window() else {
            return RateLimiterState {
                per_minute: u32::MAX,
                per_minute_now: u32::MAX,
                in_window: 0,
                paused_for: Duration::ZERO,
                throttled: 0,
            };
        };
        let now = Instant::now();
        window.forget(now);
        RateLimiterState {
            per_minute: window.per_minute,
            per_minute_now: window.allowed(now),
            in_window: u32::try_from(window.turns.len()).unwrap_or(u32::MAX),
            paused_for: window.paused_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now)),
            throttled: window.throttled,
        }
    }

    /// Waits for a turn. `false` at once when there is none before `deadline`.
    pub(crate) async fn turn(&self, deadline: Option<Instant>) -> bool {
        let Some(mut at) = self.window().map(|mut window| window.next_turn(Instant::now())) else { return true };
        if deadline.is_some_and(|deadline| at > deadline) {
            self.give_back(at);
            return false;
        }
        loop {
            sleep_until(at).await;
            // A 429 may have come while this one slept.
            match self.window().and_then(|window| window.paused_until) {
                Some(until) if until > at && until > Instant::now() => at = until,
                _ => return true,
            }
            if deadline.is_some_and(|deadline| at > deadline) {
                return false;
            }
        }
    }

    /// The service answered 429, and asked to wait for `wait`.
    pub(crate) fn throttled(&self, wait: Option<Duration>) {
        if let Some(mut window) = self.window() {
            window.slow_down(Instant::now(), wait.unwrap_or(PAUSE));
        }
    }

    fn give_back(&self, turn: Instant) {
        if let Some(mut window) = self.window()
            && window.turns.back() == Some(&turn)
        {
            window.turns.pop_back();
        }
    }

    fn window(&self) -> Option<MutexGuard<'_, Window>> {
        self.0.as_ref().map(|window| window.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Window {
    /// Hands out the next turn: now, or when the turn that stands in its way is a minute old.
    fn next_turn(&mut self, now: Instant) -> Instant {
        self.forget(now);
        let mut at = self.paused_until.map_or(now, |until| until.max(now));
        let allowed = self.allowed(now) as usize;
        if let Some(index) = self.turns.len().checked_sub(allowed) {
            at = at.max(self.turns[index] + WINDOW);
        }
        // Turns go in order, also when the speed rises in between.
        at = self.turns.back().map_or(at, |&last| at.max(last));
        self.turns.push_back(at);
        at
    }

    fn forget(&mut self, now: Instant) {
        while self.turns.front().is_some_and(|&turn| turn + WINDOW <= now) {
            self.turns.pop_front();
        }
        self.paused_until = self.paused_until.filter(|&until| until > now);
    }

    /// Requests a minute at `now`.
    fn allowed(&self, now: Instant) -> u32 {
        let allowed = f64::from(self.per_minute) * self.speed_at(now);
        // At most `per_minute`, which is a u32.
        (allowed as u32).max(1)
    }

    fn speed_at(&self, now: Instant) -> f64 {
        let recovered = now.saturating_duration_since(self.speed_since).as_secs_f64() / RECOVERY.as_secs_f64();
        (self.speed + recovered).min(1.0)
    }

    fn slow_down(&mut self, now: Instant, wait: Duration) {
        self.throttled += 1;
        // Several requests that were under way together meet the same refusal; it counts once.
        if self.paused_until.is_none_or(|until| until <= now) {
            self.speed = (self.speed_at(now) / 2.0).max(SLOWEST);
            self.speed_since = now;
        }
        let until = now + wait;
        self.paused_until = Some(self.paused_until.map_or(until, |earlier| earlier.max(until)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_minute_holds_more_than_the_limit() {
        let limiter = RateLimiter::per_minute(3);
        let start = Instant::now();
        let mut turns = Vec::new();
        for _ in 0..7 {
            assert!(limiter.turn(None).await);
            turns.push(start.elapsed().as_secs());
        }
        assert_eq!(turns, [0, 0, 0, 60, 60, 60, 120]);
    }

    #[tokio::test(start_paused = true)]
    async fn slows_down_on_429_and_recovers() {
        let limiter = RateLimiter::per_minute(100);
        limiter.throttled(Some(Duration::from_secs(5)));
        limiter.throttled(Some(Duration::from_secs(7)));
        let state = limiter.state();
        assert_eq!((state.per_minute_now, state.throttled), (50, 2));
        assert_eq!(state.paused_for, Duration::from_secs(7));

        let start = Instant::now();
        assert!(limiter.turn(None).await);
        assert_eq!(start.elapsed(), Duration::from_secs(7));

        tokio::time::advance(Duration::from_secs(60)).await;
        assert!((70..=75).contains(&limiter.state().per_minute_now));
        tokio::time::advance(Duration::from_secs(240)).await;
        assert_eq!(limiter.state().per_minute_now, 100);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_beyond_the_deadline_is_refused_at_once_and_not_used_up() {
        let limiter = RateLimiter::per_minute(1);
        let start = Instant::now();
        assert!(limiter.turn(None).await);
        assert!(!limiter.turn(Some(start + Duration::from_secs(10))).await);
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert!(limiter.turn(Some(start + Duration::from_secs(60))).await);
        assert_eq!(start.elapsed(), Duration::from_secs(60));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_also_holds_those_already_waiting() {
        let limiter = RateLimiter::per_minute(1);
        let start = Instant::now();
        assert!(limiter.turn(None).await);
        let waiting = tokio::spawn({
            let limiter = limiter.clone();
            async move { limiter.turn(None).await }
        });
        tokio::time::sleep(Duration::from_secs(50)).await;
        limiter.throttled(Some(Duration::from_secs(30)));
        assert!(waiting.await.unwrap());
        assert_eq!(start.elapsed(), Duration::from_secs(80));
    }
}
