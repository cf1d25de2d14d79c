//! The rate limit: each attempt has its permit.

use drata_api::{Request, Response};

use super::activity::Activity;
use super::failure::{Cause, Failure};
use super::layer::Attempts;
use super::rate_limiter::{Permit, RateLimiter, Refused};
use super::turn::Turn;
use drata_api::Error;

/// Waits for a permit before each attempt, and tells the limiter about each 429.
pub(crate) struct Paced<S> {
    pub(crate) limiter: RateLimiter,
    pub(crate) inner: S,
}

impl<S: Attempts> Attempts for Paced<S> {
    async fn attempt(&self, request: &Request, turn: &mut Turn) -> Result<Response, Failure> {
        // A signed link leads to a store of files, which the service's limit is not about.
        if request.link.is_some() {
            return self.inner.attempt(request, turn).await;
        }
        let deadline = turn.deadline.of_queue();
        let permit = self.limiter.acquire(deadline, turn.max_pause).await.map_err(|refused| {
            let error = match refused {
                Refused::Deadline { per_minute, wait } => {
                    Error::queue(request.operation, per_minute, turn.deadline.limit(), wait)
                }
                Refused::Pause(wait) => Error::paused(request.operation, wait),
            };
            Failure::new(error, Cause::NotSent)
        })?;
        if !permit.waited.is_zero() {
            let waited = u64::try_from(permit.waited.as_millis()).unwrap_or(u64::MAX);
            tracing::debug!(wait_ms = waited, "waited for the rate limit");
            turn.deadline.waited(permit.waited);
            turn.waited += permit.waited;
        }
        let held = Held { permit: Some(permit), activity: turn.activity.clone() };
        let outcome = self.inner.attempt(request, turn).await;
        if let Err(failure) = &outcome
            && failure.cause == Cause::Throttled
        {
            self.limiter.throttled(failure.error.retry_after());
        }
        drop(held);
        outcome
    }
}

/// A permit while its attempt is made.
struct Held {
    permit: Option<Permit>,
    activity: Activity,
}

impl Drop for Held {
    /// However the attempt ends, also when it is dropped: the permit goes back if nothing was sent, and counts otherwise.
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take()
            && self.activity.was_not_sent()
        {
            permit.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::Duration;

    use drata_api::ResponseBody;
    use http::{HeaderMap, Method, StatusCode};
    use tokio::time::{Instant, sleep, timeout};

    use super::*;
    use crate::transport::turn::Deadline;

    /// What is below: it does what it is told, once for each attempt.
    struct Below(Mutex<Vec<Does>>);

    #[derive(Clone, Copy)]
    enum Does {
        /// Responds after this time.
        Respond(Duration),
        /// Fails before anything is sent.
        NotSent,
        /// Fails after it was sent.
        Broken,
        /// Responds with 429.
        Throttle(u64),
        /// Connects for ever.
        Connect,
    }

    impl Attempts for Below {
        async fn attempt(&self, _: &Request, turn: &mut Turn) -> Result<Response, Failure> {
            let does = self.0.lock().unwrap().remove(0);
            match does {
                Does::Respond(time) => {
                    turn.activity.sending();
                    sleep(time).await;
                    Ok(Response::new(StatusCode::OK, HeaderMap::new(), ResponseBody::Buffered("1".into())))
                }
                Does::NotSent => Err(Failure::last(Error::configuration("no key"))),
                Does::Broken => {
                    turn.activity.sending();
                    Err(Failure::new(Error::broken(None, "reset"), Cause::Transient))
                }
                Does::Throttle(seconds) => {
                    turn.activity.sending();
                    let status = StatusCode::TOO_MANY_REQUESTS;
                    let error = Error::status_code(None, status, HeaderMap::new(), Default::default());
                    Err(Failure::of_status(error.with_retry_after(Some(Duration::from_secs(seconds)))))
                }
                Does::Connect => {
                    turn.activity.sending();
                    let _connecting = turn.activity.connecting();
                    std::future::pending().await
                }
            }
        }
    }

    fn paced(per_minute: u32, does: &[Does]) -> Paced<Below> {
        Paced { limiter: RateLimiter::per_minute(per_minute), inner: Below(Mutex::new(does.to_vec())) }
    }

    fn turn(deadline: Deadline) -> Turn {
        Turn {
            number: 1,
            deadline,
            max_pause: Duration::from_secs(120),
            activity: Activity::new(),
            waited: Duration::ZERO,
        }
    }

    fn request() -> Request {
        Request::new(drata_api::ApiVersion::V2, Method::POST, "/x")
    }

    #[tokio::test(start_paused = true)]
    async fn a_permit_counts_if_the_request_may_have_been_sent_and_goes_back_otherwise() {
        for (does, counts) in
            [(Does::Respond(Duration::ZERO), 1), (Does::Broken, 1), (Does::Throttle(1), 1), (Does::NotSent, 0)]
        {
            let layer = paced(5, &[does]);
            let _ = layer.attempt(&request(), &mut turn(Deadline::none())).await;
            assert_eq!(layer.limiter.state().in_window, counts);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_attempt_that_is_dropped_keeps_its_permit_only_if_it_was_sent() {
        for (does, counts) in [(Does::Connect, 0), (Does::Respond(Duration::from_secs(9)), 1)] {
            let layer = paced(5, &[does]);
            let (request, mut turn) = (request(), turn(Deadline::none()));
            assert!(timeout(Duration::from_secs(1), layer.attempt(&request, &mut turn)).await.is_err());
            let state = layer.limiter.state();
            assert_eq!((state.in_window, state.waiting), (counts, 0));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_in_the_queue_and_is_dropped_leaves_it() {
        let layer = paced(1, &[Does::Respond(Duration::ZERO)]);
        layer.attempt(&request(), &mut turn(Deadline::none())).await.unwrap();
        let (request, mut turn) = (request(), turn(Deadline::none()));
        assert!(timeout(Duration::from_secs(1), layer.attempt(&request, &mut turn)).await.is_err());
        assert_eq!((layer.limiter.state().in_window, layer.limiter.state().waiting), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_of_the_caller_s_ends_in_the_queue_and_the_default_does_not() {
        let start = Instant::now();
        let layer = paced(1, &[Does::Respond(Duration::ZERO), Does::Respond(Duration::ZERO)]);
        layer.attempt(&request(), &mut turn(Deadline::none())).await.unwrap();
        let mut asked = turn(Deadline::asked(Duration::from_secs(10)));
        let failure = layer.attempt(&request(), &mut asked).await.unwrap_err();
        assert!(failure.cause == Cause::NotSent && failure.error.is_held_back(), "{:?}", failure.error);
        assert_eq!(start.elapsed(), Duration::ZERO);
        let mut waiting = turn(Deadline::default_of(Duration::from_secs(10)));
        layer.attempt(&request(), &mut waiting).await.unwrap();
        assert_eq!((start.elapsed(), waiting.waited), (Duration::from_secs(60), Duration::from_secs(60)));
        assert_eq!(waiting.deadline.until(), Some(start + Duration::from_secs(70)), "it moves by what was waited");
    }

    #[tokio::test(start_paused = true)]
    async fn a_429_pauses_every_caller_and_a_pause_too_long_fails() {
        let start = Instant::now();
        let layer = paced(100, &[Does::Throttle(30), Does::Throttle(3600)]);
        layer.attempt(&request(), &mut turn(Deadline::none())).await.unwrap_err();
        layer.attempt(&request(), &mut turn(Deadline::none())).await.unwrap_err();
        assert_eq!(start.elapsed(), Duration::from_secs(30));
        let failure = layer.attempt(&request(), &mut turn(Deadline::none())).await.unwrap_err();
        assert_eq!(failure.error.retry_after(), Some(Duration::from_secs(3600)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_signed_link_needs_no_permit() {
        let layer = paced(1, &[Does::Respond(Duration::ZERO); 3]);
        for _ in 0..3 {
            let link = Request::download(drata_api::SignedLink::new("https://files.example.com/x".to_owned()));
            layer.attempt(&link, &mut turn(Deadline::none())).await.unwrap();
        }
        assert_eq!(layer.limiter.state().in_window, 0);
    }
}
