//! The requests of the last minute, and what else decides about the next one.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::time::after;

/// The span that the service counts in.
pub(super) const WINDOW: Duration = Duration::from_secs(60);
/// How long it takes from the slowest back to full speed.
const RECOVERY: Duration = Duration::from_secs(300);
/// The slowest it gets, as a part of full speed.
const SLOWEST: f64 = 0.1;

/// What a [`RateLimiter`](crate::RateLimiter) is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimiterState {
    /// Requests a minute at full speed.
    pub per_minute: u32,
    /// Requests a minute at present: fewer after a 429.
    pub per_minute_now: u32,
    /// Requests that count at present: those under way, and those that ended in the last minute.
    pub in_window: u32,
    /// Calls that wait for their permit.
    pub waiting: u32,
    /// How long nothing is sent because the service asked for it.
    pub paused_for: Duration,
    /// How often the service responded with 429.
    pub throttled: u64,
}

/// The requests that count at present, and the speed.
#[derive(Debug)]
pub(super) struct Window {
    /// Calls in the queue.
    pub(super) waiting: u32,
    per_minute: u32,
    /// Requests that may go, and may not have arrived yet: they count as if they were sent at this moment.
    under_way: u32,
    /// When those of the last minute were over, the oldest first.
    over: VecDeque<Instant>,
    speed: f64,
    speed_since: Instant,
    paused_until: Option<Instant>,
    throttled: u64,
}

impl Window {
    pub(super) fn new(per_minute: u32) -> Self {
        Self {
            waiting: 0,
            per_minute,
            under_way: 0,
            over: VecDeque::new(),
            speed: 1.0,
            speed_since: Instant::now(),
            paused_until: None,
            throttled: 0,
        }
    }

    pub(super) fn state(&mut self, now: Instant) -> RateLimiterState {
        self.forget(now);
        RateLimiterState {
            per_minute: self.per_minute,
            per_minute_now: self.allowed(now),
            in_window: u32::try_from(self.counted()).unwrap_or(u32::MAX),
            waiting: self.waiting,
            paused_for: self.pause(now),
            throttled: self.throttled,
        }
    }

    /// Lets a request go now, or says when to look again.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        match self.time_of(0, now) {
            at if at > now => Err(at),
            _ => {
                self.under_way += 1;
                Ok(())
            }
        }
    }

    /// A request that was let go is over.
    pub(super) fn sent(&mut self, now: Instant) {
        self.under_way = self.under_way.saturating_sub(1);
        // Clocks of threads may be read in one order and get here in another.
        let place = self.over.partition_point(|over| *over <= now);
        self.over.insert(place, now);
    }

    /// A request that was let go was not sent.
    pub(super) fn give_back(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// When there is room for the request that `ahead` others go before, if those under way are over by now and nothing else
    /// changes.
    ///
    /// With a limit of `n`, a request waits until the one `n` places before it is a minute old. That one may wait itself: then
    /// a minute for each round, and none is before the pause ends.
    pub(super) fn time_of(&mut self, ahead: u32, now: Instant) -> Instant {
        self.forget(now);
        let earliest = self.paused_until.map_or(now, |until| until.max(now));
        let (allowed, place) = (self.allowed(now) as usize, self.counted() + ahead as usize);
        if place < allowed {
            return earliest;
        }
        let rounds = (place - self.counted()) / allowed + 1;
        let minutes = |rounds: usize| WINDOW.saturating_mul(u32::try_from(rounds).unwrap_or(u32::MAX));
        let by_pause = after(earliest, minutes(rounds - 1));
        match place.checked_sub(rounds * allowed) {
            Some(first) => after(self.over.get(first).copied().unwrap_or(now), minutes(rounds)).max(by_pause),
            None => by_pause,
        }
    }

    /// Forgets what is more than a minute old.
    fn forget(&mut self, now: Instant) {
        while self.over.front().is_some_and(|over| after(*over, WINDOW) <= now) {
            self.over.pop_front();
        }
        self.paused_until = self.paused_until.filter(|&until| until > now);
    }

    fn counted(&self) -> usize {
        self.over.len() + self.under_way as usize
    }

    /// How long nothing is sent.
    pub(super) fn pause(&self, now: Instant) -> Duration {
        self.paused_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    /// Requests a minute at `now`.
    pub(super) fn allowed(&self, now: Instant) -> u32 {
        let allowed = f64::from(self.per_minute) * self.speed_at(now);
        // At most `per_minute`, which is a u32.
        (allowed as u32).max(1)
    }

    fn speed_at(&self, now: Instant) -> f64 {
        let recovered = now.saturating_duration_since(self.speed_since).as_secs_f64() / RECOVERY.as_secs_f64();
        (self.speed + recovered).min(1.0)
    }

    /// The service responded with 429, and asked to wait for `wait`.
    pub(super) fn slow_down(&mut self, now: Instant, wait: Duration) {
        self.throttled += 1;
        // Several requests that were under way together meet the same 429; it counts once.
        if self.paused_until.is_none_or(|until| until <= now) {
            self.speed = (self.speed_at(now) / 2.0).max(SLOWEST);
            self.speed_since = now;
        }
        let until = after(now, wait);
        self.paused_until = Some(self.paused_until.map_or(until, |earlier| earlier.max(until)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As `time_of`, one request after the other.
    fn stepwise(window: &Window, ahead: u32, now: Instant) -> Instant {
        let allowed = window.allowed(now) as usize;
        let earliest = window.paused_until.map_or(now, |until| until.max(now));
        let mut times: Vec<Instant> = window.over.iter().copied().filter(|over| after(*over, WINDOW) > now).collect();
        times.extend((0..window.under_way).map(|_| now));
        for _ in 0..=ahead {
            let before = times.len().checked_sub(allowed).map(|index| after(times[index], WINDOW));
            times.push(before.map_or(earliest, |before| before.max(earliest)));
        }
        times[times.len() - 1]
    }

    proptest! {
        #[test]
        fn the_time_of_a_place_is_what_counting_to_it_says(
            per_minute in 1..8u32,
            mut ages in prop::collection::vec(0..80u64, 0..20),
            under_way in 0..6u32,
            pause in prop::option::of(1..90u64),
            ahead in 0..40u32,
        ) {
            let start = Instant::now();
            let now = start + Duration::from_secs(100);
            let mut window = Window::new(per_minute);
            (0..ages.len()).for_each(|_| window.under_way += 1);
            ages.sort_unstable();
            ages.iter().rev().for_each(|age| window.sent(now - Duration::from_secs(*age)));
            window.under_way = under_way;
            window.paused_until = pause.map(|pause| now + Duration::from_secs(pause));
            let expected = stepwise(&window, ahead, now);
            prop_assert_eq!(window.time_of(ahead, now), expected);
        }
    }

    #[test]
    fn a_queue_of_millions_is_counted_at_once() {
        let mut window = Window::new(500);
        let now = Instant::now();
        for _ in 0..500 {
            window.take(now).unwrap();
            window.sent(now);
        }
        assert_eq!(window.time_of(4_000_000, now), now + WINDOW * 8_001);
        assert!(window.time_of(u32::MAX, now) > now, "and nothing overflows");
    }
}
