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
        let unused = Unused { permit: Some(permit), activity: turn.activity.clone() };
        let outcome = self.inner.attempt(request, turn).await;
        match &outcome {
            Err(failure) if failure.cause == Cause::NotConnected => drop(unused),
            Err(failure) if failure.cause == Cause::Throttled => {
                unused.keep();
                self.limiter.throttled(failure.error.retry_after());
            }
            _ => unused.keep(),
        }
        outcome
    }
}

/// A permit whose request may not have been sent yet.
struct Unused {
    permit: Option<Permit>,
    activity: Activity,
}

impl Unused {
    fn keep(mut self) {
        self.permit = None;
    }
}

impl Drop for Unused {
    /// A call that is dropped while it waits for its connection gives its permit back.
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take()
            && self.activity.was_not_sent()
        {
            permit.give_back();
        }
    }
}
