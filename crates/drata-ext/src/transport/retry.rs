//! The loop around the attempts of one call.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use drata_api::{Delivery, Idempotency, Request, Response, RetryPolicy};
use tokio::time::sleep;

use super::activity::Activity;
use super::decision::{Decision, decide};
use super::failure::{Cause, Failure};
use super::host::endpoint_of;
use super::layer::{Attempts, Calls};
use super::retry_budget::RetryBudget;
use super::turn::{Deadline, Turn};
use drata_api::Error;

/// How long a call without files may take, unless the program says it. The wait for the rate limit does not count.
const DEFAULT_DEADLINE: Duration = Duration::from_secs(300);

/// Repeats attempts that failed, as far as policy, budget and deadline allow.
pub(crate) struct Retried<S> {
    pub(crate) policy: RetryPolicy,
    pub(crate) budget: RetryBudget,
    pub(crate) random: Mutex<fastrand::Rng>,
    /// The deadline of calls without files, where the program set one.
    pub(crate) deadline: Option<Duration>,
    pub(crate) endpoint: Arc<str>,
    pub(crate) inner: S,
}

impl<S: Attempts> Calls for Retried<S> {
    async fn call(&self, request: Box<Request>) -> Result<Response, Error> {
        let call = self.terms(&request);
        let mut turn = Turn {
            number: 0,
            deadline: self.deadline(&request),
            max_pause: call.policy.max_retry_after(),
            activity: Activity::new(),
            waited: Duration::ZERO,
        };
        let mut last: Option<Error> = None;
        let mut outcome_unknown = false;
        loop {
            turn.number += 1;
            turn.activity = Activity::new();
            let Failure { error, cause, is_out_of_time } = match self.inner.attempt(&request, &mut turn).await {
                Ok(response) => {
                    self.budget.reward(turn.number > 1);
                    record(&turn);
                    return Ok(response);
                }
                Err(failure) => failure,
            };
            let error = error.with_endpoint(Arc::clone(&call.endpoint)).with_operation(request.operation);
            let failure = Failure { error, cause, is_out_of_time };
            outcome_unknown |= failure.may_have_happened() && call.writes();
            let finish = |error: Error, attempts: u32| {
                let error = error.with_attempts(attempts);
                let error = if call.is_link { error.with_link() } else { error };
                if outcome_unknown { error.with_outcome_unknown() } else { error }
            };
            record(&turn);
            if cause == Cause::NotSent || is_out_of_time {
                // What went wrong before that is worth knowing.
                let attempts = if cause == Cause::NotSent { turn.number - 1 } else { turn.number };
                let error = match last {
                    Some(last) => failure.error.with_source(last),
                    None => failure.error,
                };
                return Err(finish(error, attempts));
            }
            if turn.activity.is_body_spent() {
                return Err(finish(failure.error, turn.number));
            }
            match decide(&call.policy, &failure, call.idempotency, turn.number, self.random()) {
                Decision::Retry(wait) if turn.deadline.allows(wait) => {
                    if !self.budget.spend() {
                        return Err(finish(failure.error.with_retry_budget_exhausted(), turn.number));
                    }
                    let waited = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                    tracing::debug!(error.type = super::trace::error_type(&failure.error), wait_ms = waited, "will try again");
                    sleep(wait).await;
                    last = Some(failure.error);
                }
                Decision::Retry(_) | Decision::Stop => return Err(finish(failure.error, turn.number)),
            }
        }
    }
}

/// What the loop has to know about one call.
struct Terms {
    policy: RetryPolicy,
    idempotency: Idempotency,
    endpoint: Arc<str>,
    is_link: bool,
}

impl Terms {
    /// Whether an attempt whose outcome is not known may have changed something.
    fn writes(&self) -> bool {
        self.idempotency != Idempotency::Safe
    }
}

impl<S> Retried<S> {
    fn terms(&self, request: &Request) -> Terms {
        let policy = request.options.retry_policy.as_ref().unwrap_or(&self.policy).clone();
        let policy = match (request.body.is_repeatable(), request.options.max_attempts) {
            (false, _) => policy.with_max_attempts(1),
            (true, Some(attempts)) => policy.with_max_attempts(attempts),
            (true, None) => policy,
        };
        Terms {
            policy,
            idempotency: request.idempotency(),
            endpoint: endpoint_of(request).unwrap_or_else(|| Arc::clone(&self.endpoint)),
            is_link: request.link.is_some(),
        }
    }

    /// Files take as long as they take: unless a deadline is asked for, only silence ends their transfer.
    fn deadline(&self, request: &Request) -> Deadline {
        let transfers_file = request.delivery == Delivery::Streamed || request.body.has_file();
        match (request.options.deadline, self.deadline) {
            (Some(limit), _) => Deadline::asked(limit),
            (None, _) if transfers_file => Deadline::none(),
            (None, Some(limit)) => Deadline::asked(limit),
            (None, None) => Deadline::default_of(DEFAULT_DEADLINE),
        }
    }

    fn random(&self) -> f64 {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).f64()
    }
}

/// Notes on the call's span what its attempts took.
fn record(turn: &Turn) {
    super::trace::attempts(turn.number, turn.waited);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use http::{HeaderMap, Method, StatusCode};
    use tokio::time::Instant;

    use super::*;

    /// Fails the first attempts in this way, and then succeeds.
    struct Failing<F> {
        times: u32,
        made: AtomicU32,
        failure: F,
    }

    impl<F: Fn() -> Failure + Send + Sync> Attempts for Failing<F> {
        async fn attempt(&self, _: &Request, _: &mut Turn) -> Result<Response, Failure> {
            if self.made.fetch_add(1, Ordering::Relaxed) < self.times {
                return Err((self.failure)());
            }
            let body = drata_api::ResponseBody::Buffered("1".into());
            Ok(Response::new(StatusCode::OK, HeaderMap::new(), body))
        }
    }

    fn retried<F>(times: u32, failure: F) -> Retried<Failing<F>> {
        Retried {
            policy: RetryPolicy::default(),
            budget: RetryBudget::default(),
            random: Mutex::new(fastrand::Rng::with_seed(7)),
            deadline: None,
            endpoint: "the test".into(),
            inner: Failing { times, made: AtomicU32::new(0), failure },
        }
    }

    fn request(method: Method) -> Box<Request> {
        Box::new(Request::new(drata_api::ApiVersion::V2, method, "/x"))
    }

    fn throttled(seconds: u64) -> impl Fn() -> Failure {
        move || {
            let error = Error::status_code(None, StatusCode::TOO_MANY_REQUESTS, HeaderMap::new(), Default::default());
            Failure::of_status(error.with_retry_after(Some(Duration::from_secs(seconds))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_retry_after_beyond_the_cap_fails_at_once_with_the_time() {
        let start = Instant::now();
        let layer = retried(9, throttled(3600));
        let error = layer.call(request(Method::GET)).await.unwrap_err();
        assert_eq!((error.attempts(), error.retry_after()), (1, Some(Duration::from_secs(3600))));
        assert!(error.to_string().contains("3600s"), "{error}");
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_policy_of_the_call_takes_the_place_of_the_client_s() {
        let layer = retried(9, throttled(1));
        let mut once = request(Method::GET);
        once.options.retry_policy = Some(RetryPolicy::never());
        assert_eq!(layer.call(once).await.unwrap_err().attempts(), 1);
        assert_eq!(layer.call(request(Method::GET)).await.unwrap_err().attempts(), 5);
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_was_not_processed_is_repeated_also_when_it_writes() {
        let layer = retried(2, || Failure::new(Error::unprocessed(None, "refused"), Cause::Unprocessed));
        assert!(layer.call(request(Method::POST)).await.is_ok());
        let layer = retried(2, || Failure::new(Error::broken(None, "reset"), Cause::Transient));
        let error = layer.call(request(Method::POST)).await.unwrap_err();
        assert!(error.attempts() == 1 && error.outcome_unknown(), "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_shows_what_went_wrong_before_it() {
        let layer = retried(9, throttled(60));
        let mut hurried = request(Method::GET);
        hurried.options.deadline = Some(Duration::from_secs(90));
        let error = layer.call(hurried).await.unwrap_err();
        assert!(error.is_rate_limited() && error.attempts() == 2, "{error}");
    }

    #[tokio::test(start_paused = true)]
    async fn durations_as_long_as_can_be_do_no_harm() {
        let layer = retried(1, throttled(0));
        let mut slow = request(Method::GET);
        slow.options.deadline = Some(Duration::MAX);
        slow.options.retry_policy = Some(RetryPolicy::default().with_max_retry_after(Duration::MAX));
        assert!(layer.call(slow).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn an_empty_budget_shows_in_the_error() {
        let layer = retried(u32::MAX, || Failure::new(Error::connect(None, "refused"), Cause::NotConnected));
        while layer.budget.spend() {}
        let error = layer.call(request(Method::GET)).await.unwrap_err();
        assert!(error.is_retry_budget_exhausted() && error.attempts() == 1, "{error}");
        assert!(error.to_string().contains("retry budget is used up"), "{error}");
    }
}
