//! How long one attempt may take, and what for.

use std::time::Duration;

use drata_api::{CallOptions, Request, Response};
use tokio::time::{timeout, timeout_at};
use tracing::Instrument as _;

use super::activity::Silence;
use super::failure::{Cause, Failure};
use super::layer::Attempts;
use super::turn::Turn;
use super::{connecting, trace};
use drata_api::Error;

/// How long things may take.
#[derive(Clone, Debug)]
pub(crate) struct Timeouts {
    pub(crate) connect: Duration,
    /// Between two bytes, and from the request's last to the response's first.
    pub(crate) read: Duration,
    /// For a whole call without files, where the program says it.
    pub(crate) call: Option<Duration>,
}

impl Timeouts {
    pub(crate) fn connect(&self, options: &CallOptions) -> Duration {
        options.connect_timeout.unwrap_or(self.connect)
    }

    pub(crate) fn read(&self, options: &CallOptions) -> Duration {
        options.read_timeout.unwrap_or(self.read)
    }
}

/// Limits each attempt: the connect timeout, the read timeout, the attempt timeout, and the call's deadline.
pub(crate) struct Limited<S> {
    pub(crate) timeouts: Timeouts,
    pub(crate) inner: S,
}

impl<S: Attempts> Attempts for Limited<S> {
    async fn attempt(&self, request: &Request, turn: &mut Turn) -> Result<Response, Failure> {
        let operation = request.operation;
        let options = &request.options;
        let (connect, read) = (self.timeouts.connect(options), self.timeouts.read(options));
        let span = trace::attempt(request, turn.number);
        let (activity, deadline) = (turn.activity.clone(), turn.deadline);

        let exchange = activity.bound(read, connecting::within(connect, &activity, self.inner.attempt(request, turn)));
        let bounded = async {
            match exchange.await {
                Ok(Err(failure)) if failure.error.is_connect() && failure.error.is_timeout() => {
                    Err(Failure::new(Error::connect_timeout(operation, connect), Cause::NotConnected))
                }
                Ok(outcome) => outcome,
                Err(Silence::Service) => Err(Failure::new(Error::read_timeout(operation, read), Cause::Transient)),
                Err(Silence::Reader(name)) => Err(Failure::last(Error::io(
                    format!("{name} delivered nothing for {read:?}, so it was not sent"),
                    std::io::ErrorKind::TimedOut.into(),
                ))),
            }
        };
        // What ends while the connection is established was not sent.
        let cut_off = |error| {
            let cause = if activity.was_not_sent() { Cause::NotConnected } else { Cause::Transient };
            Err(Failure::new(error, cause))
        };
        let limited = async {
            match options.attempt_timeout {
                Some(limit) => {
                    timeout(limit, bounded).await.unwrap_or_else(|_| cut_off(Error::attempt_timeout(operation, limit)))
                }
                None => bounded.await,
            }
        };
        let outcome = async {
            match deadline.until() {
                Some(until) => timeout_at(until, limited).await.unwrap_or_else(|_| {
                    let mut failure = cut_off(Error::deadline(operation, deadline.limit(), None));
                    if let Err(failure) = &mut failure {
                        failure.is_out_of_time = true;
                    }
                    failure
                }),
                None => limited.await,
            }
        }
        .instrument(span.clone())
        .await;
        trace::outcome(&span, outcome.as_ref().map(|response| response.status).map_err(|failure| &failure.error));
        outcome
    }
}
