//! The service's limit, kept on this side.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::window::{RateLimiterState, Window};

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
/// No span of 60 seconds ever holds more requests than the limit, also where they arrive late: the minute of a request begins
/// when it is over, not when it was allowed to go. That is why it is not a token bucket, such as the crate `governor` has: one
/// that lets a whole minute's requests go at once lets twice as many go within some minute, and one that does not, spreads a
/// burst that the service would have taken.
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

/// Why there is no permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is none before the deadline, only after this time.
    Deadline { per_minute: u32, wait: Duration },
    /// The service asked for a pause that is longer than the caller waits for.
    Pause(Duration),
}

/// The permission to send one request. It counts while it is held and for a minute after, unless it is given back.
#[derive(Debug)]
pub(crate) struct Permit {
    limiter: Option<Arc<Inner>>,
    /// How long it was waited for.
    pub(crate) waited: Duration,
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
        let window = Mutex::new(Window::new(requests.max(1)));
        Self(Some(Arc::new(Inner { window, head: tokio::sync::Mutex::new(()), changed: Notify::new() })))
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
        inner.window().state(Instant::now())
    }

    /// Waits for a permit. Fails at once when there is none before `deadline`, or when the service asked for a pause that is
    /// longer than `max_pause`.
    pub(crate) async fn acquire(&self, deadline: Option<Instant>, max_pause: Duration) -> Result<Permit, Refused> {
        let Some(inner) = &self.0 else { return Ok(Permit { limiter: None, waited: Duration::ZERO }) };
        let start = Instant::now();
        {
            let mut window = inner.window();
            check_pause(&window, start, max_pause)?;
            if window.waiting == 0 && window.take(start).is_ok() {
                return Ok(inner.permit(start));
            }
            let ahead = window.waiting;
            check_deadline(&mut window, deadline, ahead, start)?;
            window.waiting += 1;
        }
        // Dropped wherever it waits, the call leaves the queue.
        let place = Place(inner);
        let _head = match deadline {
            None => inner.head.lock().await,
            Some(deadline) => match timeout_at(deadline, inner.head.lock()).await {
                Ok(head) => head,
                Err(_) => return Err(beyond(&mut inner.window(), 0, Instant::now())),
            },
        };
        loop {
            // Made before looking, so that no change between looking and waiting is missed.
            let changed = inner.changed.notified();
            let at = {
                let now = Instant::now();
                let mut window = inner.window();
                check_pause(&window, now, max_pause)?;
                match window.take(now) {
                    Ok(()) => {
                        drop(window);
                        drop(place);
                        return Ok(inner.permit(start));
                    }
                    Err(at) => {
                        check_deadline(&mut window, deadline, 0, now)?;
                        at
                    }
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

fn check_pause(window: &Window, now: Instant, longest: Duration) -> Result<(), Refused> {
    let pause = window.pause(now);
    if pause > longest { Err(Refused::Pause(pause)) } else { Ok(()) }
}

/// Checks that a permit that `ahead` others go before comes before the deadline.
fn check_deadline(window: &mut Window, deadline: Option<Instant>, ahead: u32, now: Instant) -> Result<(), Refused> {
    match deadline {
        Some(deadline) if window.time_of(ahead, now) > deadline => Err(beyond(window, ahead, now)),
        _ => Ok(()),
    }
}

fn beyond(window: &mut Window, ahead: u32, now: Instant) -> Refused {
    let wait = window.time_of(ahead, now).saturating_duration_since(now);
    Refused::Deadline { per_minute: window.allowed(now), wait }
}

impl Inner {
    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn permit(self: &Arc<Self>, start: Instant) -> Permit {
        Permit { limiter: Some(Arc::clone(self)), waited: start.elapsed() }
    }
}

impl Permit {
    /// Gives it back, because nothing was sent.
    pub(crate) fn give_back(mut self) {
        if let Some(inner) = self.limiter.take() {
            inner.window().give_back();
            inner.changed.notify_waiters();
        }
    }
}

impl Drop for Permit {
    /// The request is over: from here on its minute counts.
    fn drop(&mut self) {
        if let Some(inner) = self.limiter.take() {
            inner.window().sent(Instant::now());
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
    async fn a_request_that_arrives_late_counts_from_then() {
        let limiter = RateLimiter::per_minute(3);
        let start = Instant::now();
        let mut slow = Vec::new();
        for _ in 0..3 {
            slow.push(limiter.acquire(None, ANY_PAUSE).await.unwrap());
        }
        // They wait nine seconds for their connections, so that the service sees them then.
        tokio::time::sleep(Duration::from_secs(9)).await;
        assert_eq!(limiter.state().in_window, 3);
        drop(slow);
        permit(&limiter).await;
        assert_eq!(start.elapsed(), Duration::from_secs(69));
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
