//! The service's limit, kept on this side.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::time::after;

/// The span that the service counts in.
const WINDOW: Duration = Duration::from_secs(60);
/// How long the limiter takes from the slowest back to full speed.
const RECOVERY: Duration = Duration::from_secs(300);
/// The slowest it gets, as a part of full speed.
const SLOWEST: f64 = 0.1;
/// How long nothing is sent after a 429 that does not say it.
const PAUSE: Duration = Duration::from_secs(1);
/// What the service allows in a minute.
const ALLOWED: u32 = 500;

/// Keeps the requests of a process below what the service allows: 500 a minute for one source address.
///
/// The service counts by address, not by key, so all clients of a process that talk to the same host share one by default.
/// Up to the limit, requests go out at once; beyond it they queue until an earlier one is a minute old, in the order in which
/// they came. A call that is dropped leaves the queue. Each 429 halves the speed, which then recovers within five minutes.
///
/// No span of 60 seconds ever holds more requests than the limit. That is why it is not a token bucket, such as the crate
/// `governor` has: one that lets a whole minute's requests go at once lets twice as many go within some minute, and one that
/// does not, spreads a burst that the service would have taken.
///
/// ```
/// use drata_ext::{Drata, RateLimiter};
///
/// // A limiter of its own, for a client behind another address than the rest of the process.
/// let drata = Drata::builder().api_key("key-two").rate_limiter(RateLimiter::per_minute(100)).build()?;
/// assert_eq!(drata.rate_limiter().state().per_minute, 100);
/// # Ok::<(), drata_ext::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct RateLimiter(Option<Arc<Inner>>);

#[derive(Debug)]
struct Inner {
    window: Mutex<Window>,
    /// Held by the first in the queue: the lock is fair, so it is the queue.
    head: tokio::sync::Mutex<()>,
    /// The first in the queue looks again.
    changed: Notify,
}

/// What a [`RateLimiter`] is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimiterState {
    /// Requests a minute at full speed.
    pub per_minute: u32,
    /// Requests a minute at present: fewer after a 429.
    pub per_minute_now: u32,
    /// Requests sent in the last minute.
    pub in_window: u32,
    /// Calls that wait for their permit.
    pub waiting: u32,
    /// How long nothing is sent because the service asked for it.
    pub paused_for: Duration,
    /// How often the service responded with 429.
    pub throttled: u64,
}

/// Why there is no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is none before the deadline, only after this time.
    Deadline { per_minute: u32, wait: Duration },
    /// The service asked for a pause that is longer than the caller waits for.
    Pause(Duration),
}

/// The permission to send one request now. It counts for a minute, unless it is given back.
#[derive(Debug)]
pub(crate) struct Permit {
    limiter: Option<Arc<Inner>>,
    id: u64,
    /// How long it was waited for.
    pub(crate) waited: Duration,
}

/// The requests of the last minute, the oldest first, and what else decides about the next one.
#[derive(Debug)]
struct Window {
    per_minute: u32,
    sent: VecDeque<(u64, Instant)>,
    next_id: u64,
    waiting: u32,
    speed: f64,
    speed_since: Instant,
    paused_until: Option<Instant>,
    throttled: u64,
}

impl Default for RateLimiter {
    /// 500 a minute, as the service allows, shared with nobody yet.
    fn default() -> Self {
        Self::per_minute(ALLOWED)
    }
}

impl RateLimiter {
    /// Returns a limiter of `requests` a minute; at least one.
    pub fn per_minute(requests: u32) -> Self {
        let window = Window {
            per_minute: requests.max(1),
            sent: VecDeque::new(),
            next_id: 0,
            waiting: 0,
            speed: 1.0,
            speed_since: Instant::now(),
            paused_until: None,
            throttled: 0,
        };
        let (head, changed) = (tokio::sync::Mutex::new(()), Notify::new());
        Self(Some(Arc::new(Inner { window: Mutex::new(window), head, changed })))
    }

    /// Returns a limiter without a limit, for servers that have none, such as the sandbox.
    pub fn unlimited() -> Self {
        Self(None)
    }

    /// Returns the limiter that all clients of this process share for `host`, as long as one of them lives.
    pub fn shared(host: &str) -> Self {
        static HOSTS: LazyLock<Mutex<HashMap<String, Weak<Inner>>>> = LazyLock::new(Mutex::default);
        let mut hosts = HOSTS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = hosts.get(host).and_then(Weak::upgrade) {
            return Self(Some(shared));
        }
        hosts.retain(|_, limiter| limiter.strong_count() > 0);
        let limiter = Self::default();
        if let Some(inner) = &limiter.0 {
            hosts.insert(host.to_owned(), Arc::downgrade(inner));
        }
        limiter
    }

    /// Returns what it is doing. Without a limit, everything is 0 but `per_minute` and `per_minute_now`, which are the highest.
    pub fn state(&self) -> RateLimiterState {
        let Some(inner) = &self.0 else {
            return RateLimiterState {
                per_minute: u32::MAX,
                per_minute_now: u32::MAX,
                in_window: 0,
                waiting: 0,
                paused_for: Duration::ZERO,
                throttled: 0,
            };
        };
        let now = Instant::now();
        let mut window = inner.window();
        window.forget(now);
        RateLimiterState {
            per_minute: window.per_minute,
            per_minute_now: window.allowed(now),
            in_window: u32::try_from(window.sent.len()).unwrap_or(u32::MAX),
            waiting: window.waiting,
            paused_for: window.pause(now),
            throttled: window.throttled,
        }
    }

    /// Waits for a permit. Fails at once when there is none before `deadline`, or when the service asked for a pause that is
    /// longer than `max_pause`.
    pub(crate) async fn acquire(&self, deadline: Option<Instant>, max_pause: Duration) -> Result<Permit, Refused> {
        let Some(inner) = &self.0 else { return Ok(Permit { limiter: None, id: 0, waited: Duration::ZERO }) };
        let start = Instant::now();
        {
            let mut window = inner.window();
            window.check_pause(start, max_pause)?;
            if window.waiting == 0
                && let Ok(id) = window.take(start)
            {
                return Ok(inner.permit(id, start));
            }
            let at = window.time_of(window.waiting, start);
            if deadline.is_some_and(|deadline| at > deadline) {
                return Err(window.beyond(at, start));
            }
            window.waiting += 1;
        }
        // Dropped wherever it waits, the call leaves the queue.
        let place = Place(inner);
        let beyond = || {
            let window = inner.window();
            window.beyond(window.time_of(0, Instant::now()), Instant::now())
        };
        let _head = match deadline {
            None => inner.head.lock().await,
            Some(deadline) => timeout_at(deadline, inner.head.lock()).await.map_err(|_| beyond())?,
        };
        loop {
            // Made before looking, so that no change between looking and waiting is missed.
            let changed = inner.changed.notified();
            let at = {
                let now = Instant::now();
                let mut window = inner.window();
                window.check_pause(now, max_pause)?;
                match window.take(now) {
                    Ok(id) => {
                        window.waiting -= 1;
                        std::mem::forget(place);
                        drop(window);
                        return Ok(inner.permit(id, start));
                    }
                    Err(at) if deadline.is_some_and(|deadline| at > deadline) => return Err(window.beyond(at, now)),
                    Err(at) => at,
                }
            };
            tokio::select! {
                () = sleep_until(at) => {}
                () = changed => {}
            }
        }
    }

    /// The service responded with 429, and asked to wait for `wait`.
    pub(crate) fn throttled(&self, wait: Option<Duration>) {
        if let Some(inner) = &self.0 {
            inner.window().slow_down(Instant::now(), wait.unwrap_or(PAUSE));
            inner.changed.notify_waiters();
        }
    }
}

impl Inner {
    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn permit(self: &Arc<Self>, id: u64, start: Instant) -> Permit {
        Permit { limiter: Some(Arc::clone(self)), id, waited: start.elapsed() }
    }
}

impl Permit {
    /// Gives it back, because nothing was sent.
    pub(crate) fn give_back(self) {
        if let Some(inner) = &self.limiter {
            inner.window().sent.retain(|(id, _)| *id != self.id);
            inner.changed.notify_waiters();
        }
    }
}

/// A place in the queue; dropped, it is free.
struct Place<'a>(&'a Arc<Inner>);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.window().waiting -= 1;
    }
}

impl Window {
    /// Sends a request now, or says when there will be room for one.
    fn take(&mut self, now: Instant) -> Result<u64, Instant> {
        self.forget(now);
        let earliest = self.paused_until.map_or(now, |until| until.max(now));
        // The request that has to be a minute old first.
        let before = self.sent.len().checked_sub(self.allowed(now) as usize);
        let at = before.map_or(earliest, |index| earliest.max(after(self.sent[index].1, WINDOW)));
        if at > now {
            return Err(at);
        }
        self.next_id += 1;
        self.sent.push_back((self.next_id, now));
        Ok(self.next_id)
    }

    /// When there is room for the request that `ahead` others go before, if nothing changes.
    fn time_of(&self, ahead: u32, now: Instant) -> Instant {
        let earliest = self.paused_until.map_or(now, |until| until.max(now));
        let allowed = self.allowed(now) as usize;
        let mut times: VecDeque<Instant> =
            self.sent.iter().map(|(_, sent)| *sent).filter(|sent| after(*sent, WINDOW) > now).collect();
        // Only the last `allowed` requests stand in the way of the next.
        while times.len() > allowed {
            times.pop_front();
        }
        let mut at = earliest;
        for _ in 0..=ahead {
            if times.len() == allowed
                && let Some(oldest) = times.pop_front()
            {
                at = at.max(after(oldest, WINDOW));
            }
            times.push_back(at);
        }
        at
    }

    fn forget(&mut self, now: Instant) {
        while self.sent.front().is_some_and(|(_, sent)| after(*sent, WINDOW) <= now) {
            self.sent.pop_front();
        }
        self.paused_until = self.paused_until.filter(|&until| until > now);
    }

    fn pause(&self, now: Instant) -> Duration {
        self.paused_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    fn check_pause(&self, now: Instant, longest: Duration) -> Result<(), Refused> {
        let pause = self.pause(now);
        if pause > longest { Err(Refused::Pause(pause)) } else { Ok(()) }
    }

    fn beyond(&self, at: Instant, now: Instant) -> Refused {
        Refused::Deadline { per_minute: self.allowed(now), wait: at.saturating_duration_since(now) }
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

    const ANY_PAUSE: Duration = Duration::MAX;

    async fn permit(limiter: &RateLimiter) {
        limiter.acquire(None, ANY_PAUSE).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn no_minute_holds_more_than_the_limit() {
        let limiter = RateLimiter::per_minute(3);
        let start = Instant::now();
        let mut permits = Vec::new();
        for _ in 0..7 {
            permit(&limiter).await;
            permits.push(start.elapsed().as_secs());
        }
        assert_eq!(permits, [0, 0, 0, 60, 60, 60, 120]);
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
        permit(&limiter).await;
        assert_eq!(start.elapsed(), Duration::from_secs(7));

        tokio::time::advance(Duration::from_secs(60)).await;
        assert!((70..=75).contains(&limiter.state().per_minute_now));
        tokio::time::advance(Duration::from_secs(240)).await;
        assert_eq!(limiter.state().per_minute_now, 100);
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_that_ends_in_the_queue_says_how_long_it_would_have_taken() {
        let limiter = RateLimiter::per_minute(1);
        let start = Instant::now();
        permit(&limiter).await;
        let refused = limiter.acquire(Some(start + Duration::from_secs(10)), ANY_PAUSE).await.unwrap_err();
        assert_eq!(refused, Refused::Deadline { per_minute: 1, wait: Duration::from_secs(60) });
        assert_eq!(start.elapsed(), Duration::ZERO, "at once");
        assert!(
            limiter.acquire(Some(start + Duration::from_secs(60)), ANY_PAUSE).await.is_ok(),
            "no permit was used up"
        );
        assert_eq!(start.elapsed(), Duration::from_secs(60));
    }

    #[tokio::test(start_paused = true)]
    async fn dropped_calls_leave_the_queue() {
        let limiter = RateLimiter::per_minute(2);
        permit(&limiter).await;
        permit(&limiter).await;
        let start = Instant::now();
        let mut waiting: Vec<_> = (0..10).map(|_| Box::pin(limiter.acquire(None, ANY_PAUSE))).collect();
        for one in &mut waiting {
            assert!(tokio::time::timeout(Duration::from_millis(1), one).await.is_err());
        }
        assert_eq!(limiter.state().waiting, 10);
        drop(waiting);
        assert_eq!((limiter.state().waiting, limiter.state().in_window), (0, 2));
        permit(&limiter).await;
        assert_eq!(start.elapsed(), Duration::from_secs(60));
    }

    #[tokio::test(start_paused = true)]
    async fn a_permit_that_is_given_back_is_free_at_once() {
        let limiter = RateLimiter::per_minute(1);
        let start = Instant::now();
        let first = limiter.acquire(None, ANY_PAUSE).await.unwrap();
        let waiting = tokio::spawn({
            let limiter = limiter.clone();
            async move { permit(&limiter).await }
        });
        tokio::time::sleep(Duration::from_secs(5)).await;
        first.give_back();
        waiting.await.unwrap();
        assert_eq!(start.elapsed(), Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_moves_the_queue_without_a_burst_after_it() {
        let limiter = RateLimiter::per_minute(3);
        let start = Instant::now();
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..9 {
            let limiter = limiter.clone();
            calls.spawn(async move {
                permit(&limiter).await;
                start.elapsed()
            });
        }
        tokio::time::sleep(Duration::from_secs(50)).await;
        limiter.throttled(Some(Duration::from_secs(70)));
        let mut times: Vec<_> = calls.join_all().await.into_iter().map(|time| time.as_secs()).collect();
        times.sort_unstable();
        assert_eq!(times[..3], [0, 0, 0]);
        assert!(times[3] >= 120, "{times:?}");
        for window in times.windows(4) {
            assert!(window[3] - window[0] >= 60, "{times:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_is_too_long_fails_at_once() {
        let limiter = RateLimiter::per_minute(3);
        limiter.throttled(Some(Duration::from_secs(3600)));
        let refused = limiter.acquire(None, Duration::from_secs(120)).await.unwrap_err();
        assert_eq!(refused, Refused::Pause(Duration::from_secs(3600)));
        limiter.throttled(Some(Duration::MAX));
        assert!(limiter.acquire(None, Duration::from_secs(120)).await.is_err(), "and nothing overflows");
    }

    #[test]
    fn clients_of_a_host_share_a_limiter_while_one_lives() {
        let one = RateLimiter::shared("a.example");
        let other = RateLimiter::shared("a.example");
        one.throttled(None);
        assert_eq!(other.state().throttled, 1);
        assert_eq!(RateLimiter::shared("b.example").state().throttled, 0);
        drop((one, other));
        assert_eq!(RateLimiter::shared("a.example").state().throttled, 0);
    }

    /// What a call does, in seconds.
    #[derive(Clone, Debug)]
    enum Caller {
        Waits { comes: u64 },
        Gives { comes: u64, up_after: u64 },
        HasDeadline { comes: u64, limit: u64 },
        GivesBack { comes: u64 },
    }

    fn caller() -> impl Strategy<Value = Caller> {
        let time = 0..200u64;
        prop_oneof![
            3 => time.clone().prop_map(|comes| Caller::Waits { comes }),
            1 => (time.clone(), 0..100u64).prop_map(|(comes, up_after)| Caller::Gives { comes, up_after }),
            1 => (time.clone(), 0..150u64).prop_map(|(comes, limit)| Caller::HasDeadline { comes, limit }),
            1 => time.prop_map(|comes| Caller::GivesBack { comes }),
        ]
    }

    /// Runs the callers and returns when requests were sent, in milliseconds.
    async fn run(per_minute: u32, callers: Vec<Caller>, pauses: Vec<(u64, u64)>) -> (Vec<u128>, RateLimiterState) {
        let limiter = RateLimiter::per_minute(per_minute);
        let start = Instant::now();
        let at = move |seconds| start + Duration::from_secs(seconds);
        let mut calls = tokio::task::JoinSet::new();
        for caller in callers {
            let limiter = limiter.clone();
            calls.spawn(async move {
                let sent = match caller {
                    Caller::Waits { comes } => {
                        sleep_until(at(comes)).await;
                        Some(limiter.acquire(None, ANY_PAUSE).await.unwrap())
                    }
                    Caller::Gives { comes, up_after } => {
                        sleep_until(at(comes)).await;
                        timeout_at(at(comes + up_after), limiter.acquire(None, ANY_PAUSE))
                            .await
                            .ok()
                            .map(Result::unwrap)
                    }
                    Caller::HasDeadline { comes, limit } => {
                        sleep_until(at(comes)).await;
                        let permit = limiter.acquire(Some(at(comes + limit)), ANY_PAUSE).await.ok();
                        assert!(start.elapsed() <= Duration::from_secs(comes + limit) + Duration::from_millis(2));
                        permit
                    }
                    Caller::GivesBack { comes } => {
                        sleep_until(at(comes)).await;
                        limiter.acquire(None, ANY_PAUSE).await.unwrap().give_back();
                        None
                    }
                };
                sent.map(|_| start.elapsed().as_millis())
            });
        }
        for (time, wait) in pauses {
            let limiter = limiter.clone();
            calls.spawn(async move {
                sleep_until(at(time)).await;
                limiter.throttled(Some(Duration::from_secs(wait)));
                None
            });
        }
        let mut times: Vec<_> = calls.join_all().await.into_iter().flatten().collect();
        times.sort_unstable();
        (times, limiter.state())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]

        #[test]
        fn whatever_calls_do_no_minute_holds_more_than_the_limit_and_nobody_starves(
            per_minute in 1..6u32,
            callers in prop::collection::vec(caller(), 1..40),
            pauses in prop::collection::vec((0..200u64, 0..90u64), 0..4),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
            let count = callers.iter().filter(|caller| matches!(caller, Caller::Waits { .. })).count();
            let (times, state) = runtime.block_on(run(per_minute, callers, pauses));
            for window in times.windows(per_minute as usize + 1) {
                let span = window[window.len() - 1] - window[0];
                // Timers of the runtime are exact to a millisecond.
                prop_assert!(span + 2 >= 60_000, "{per_minute} a minute: {times:?}");
            }
            prop_assert!(times.len() >= count, "those who wait are served");
            prop_assert_eq!(state.waiting, 0, "nobody is left in the queue");
        }
    }
}
