//! How long one attempt may take, and what for.

use std::time::Duration;

use drata_api::{CallOptions, Request, Response};
use tokio::time::Instant;

use super::activity::RanOut;
use super::failure::{Cause, Failure};
use super::layer::Attempts;
use super::time::after;
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
        let (activity, deadline) = (turn.activity.clone(), turn.deadline);
        // What cannot be done in time is not begun: a write would have happened, perhaps.
        if deadline.is_over() {
            return Err(out_of_time(Error::deadline(operation, deadline.limit(), None), Cause::NotSent));
        }
        let span = trace::attempt(request, turn.number);
        let timeout = options.attempt_timeout.map(|limit| (limit, after(Instant::now(), limit)));
        let until = [timeout.map(|(_, until)| until), deadline.until()].into_iter().flatten().min();

        // In a box, because it is large, and would be moved and held anew by each limit around it.
        let attempt = Box::pin(self.inner.attempt(request, turn));
        let exchange = connecting::within(connect, &activity, attempt);
        // What ends before there is a connection was not sent.
        let cause = || if activity.was_not_sent() { Cause::NotConnected } else { Cause::Transient };
        let outcome = match trace::inside(&span, activity.bound(read, until, exchange)).await {
            Ok(Err(failure)) if failure.error.is_connect() && failure.error.is_timeout() => {
                Err(Failure::new(Error::connect_timeout(operation, connect), Cause::NotConnected))
            }
            Ok(outcome) => outcome,
            Err(RanOut::Service) => Err(Failure::new(Error::read_timeout(operation, read), Cause::Transient)),
            Err(RanOut::Reader(name)) => Err(Failure::last(Error::io(
                format!("{name} delivered nothing for {read:?}, so it was not sent"),
                std::io::ErrorKind::TimedOut.into(),
            ))),
            Err(RanOut::Whole) => Err(match timeout {
                Some((limit, end)) if deadline.until().is_none_or(|until| end <= until) => {
                    Failure::new(Error::attempt_timeout(operation, limit), cause())
                }
                _ => out_of_time(Error::deadline(operation, deadline.limit(), None), cause()),
            }),
        };
        trace::outcome(&span, outcome.as_ref().map(|response| response.status).map_err(|failure| &failure.error));
        outcome
    }
}

/// The call's deadline ended an attempt.
fn out_of_time(error: Error, cause: Cause) -> Failure {
    Failure { is_out_of_time: true, ..Failure::new(error, cause) }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use drata_api::ResponseBody;
    use http::{HeaderMap, Method, StatusCode};
    use tokio::time::sleep;

    use super::*;
    use crate::transport::activity::Activity;
    use crate::transport::turn::Deadline;

    const SECOND: Duration = Duration::from_secs(1);

    /// How far an attempt gets before it stands still.
    #[derive(Clone, Copy, Debug)]
    enum Reaches {
        /// A file that has to be read before anything is sent.
        Nothing,
        /// A connection that is never established.
        Connecting,
        /// A service that is silent.
        Sent,
        /// A file that delivers nothing any more.
        Reading,
        /// A response, one byte a second, that takes so many.
        Response(u32),
    }

    impl Attempts for Reaches {
        async fn attempt(&self, _: &Request, turn: &mut Turn) -> Result<Response, Failure> {
            let activity = &turn.activity;
            match self {
                Self::Nothing => pending().await,
                Self::Connecting => {
                    activity.sending();
                    let _connecting = activity.connecting();
                    pending().await
                }
                Self::Sent => {
                    activity.sending();
                    pending().await
                }
                Self::Reading => {
                    activity.sending();
                    activity.reading(&"the file x".into());
                    pending().await
                }
                Self::Response(seconds) => {
                    activity.sending();
                    for _ in 0..*seconds {
                        sleep(SECOND).await;
                        activity.touch();
                    }
                    Ok(Response::new(StatusCode::OK, HeaderMap::new(), ResponseBody::Buffered("1".into())))
                }
            }
        }
    }

    /// What comes of an attempt, and after which time.
    async fn attempt(
        reaches: Reaches,
        deadline: Deadline,
        set: impl FnOnce(&mut CallOptions),
    ) -> (Result<Response, Failure>, Duration) {
        let timeouts = Timeouts { connect: 10 * SECOND, read: 60 * SECOND, call: None };
        let mut request = Request::new(drata_api::ApiVersion::V2, Method::POST, "/x");
        set(&mut request.options);
        let mut turn =
            Turn { number: 1, deadline, max_pause: SECOND, activity: Activity::new(), waited: Duration::ZERO };
        let start = Instant::now();
        let outcome = Limited { timeouts, inner: reaches }.attempt(&request, &mut turn).await;
        (outcome, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn the_read_timeout_counts_silence_and_names_who_is_silent() {
        let (outcome, time) = attempt(Reaches::Sent, Deadline::none(), |_| {}).await;
        let failure = outcome.unwrap_err();
        assert_eq!((time, failure.cause), (60 * SECOND, Cause::Transient));
        assert!(failure.error.is_timeout(), "{}", failure.error);
        let (outcome, time) =
            attempt(Reaches::Reading, Deadline::none(), |options| options.read_timeout = Some(SECOND)).await;
        let failure = outcome.unwrap_err();
        assert_eq!((time, failure.cause), (SECOND, Cause::Final));
        assert!(failure.error.is_io() && failure.error.to_string().contains("the file x"), "{}", failure.error);
        let (outcome, time) = attempt(Reaches::Response(300), Deadline::none(), |_| {}).await;
        assert!(outcome.is_ok() && time == 300 * SECOND, "bytes that move put it off");
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_cut_off_before_it_has_a_connection_was_not_sent() {
        for (reaches, cause) in [
            (Reaches::Nothing, Cause::NotConnected),
            (Reaches::Connecting, Cause::NotConnected),
            (Reaches::Sent, Cause::Transient),
            (Reaches::Response(9), Cause::Transient),
        ] {
            let (outcome, time) =
                attempt(reaches, Deadline::none(), |options| options.attempt_timeout = Some(5 * SECOND)).await;
            let failure = outcome.unwrap_err();
            assert_eq!((failure.cause, failure.is_out_of_time, time), (cause, false, 5 * SECOND), "{reaches:?}");
            let (outcome, time) = attempt(reaches, Deadline::asked(5 * SECOND), |_| {}).await;
            let failure = outcome.unwrap_err();
            assert_eq!((failure.cause, failure.is_out_of_time, time), (cause, true, 5 * SECOND), "{reaches:?}");
            assert!(failure.error.is_deadline());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_begun_after_the_deadline() {
        let (outcome, time) = attempt(Reaches::Response(0), Deadline::asked(Duration::ZERO), |_| {}).await;
        let failure = outcome.unwrap_err();
        assert_eq!((failure.cause, failure.is_out_of_time, time), (Cause::NotSent, true, Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn limits_as_long_as_can_be_do_no_harm() {
        let (outcome, _) = attempt(Reaches::Response(3), Deadline::asked(Duration::MAX), |options| {
            options.read_timeout = Some(Duration::MAX);
            options.connect_timeout = Some(Duration::MAX);
            options.attempt_timeout = Some(Duration::MAX);
        })
        .await;
        assert!(outcome.is_ok());
    }
}
