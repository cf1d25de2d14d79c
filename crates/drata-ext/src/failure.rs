//! A try that failed, and what that means for the next.

use std::error::Error as StdError;
use std::time::Duration;

use drata_api::OperationMeta;
use http::StatusCode;

use crate::Error;

/// A failed try.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) cause: Cause,
}

/// What is known about why a try failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The request was never sent, since there was no connection.
    NeverArrived,
    /// The service refused it before it did anything (429).
    Throttled,
    /// It may pass; whether the service carried the request out is not known.
    Passing,
    /// The next try would fail like this one.
    Final,
}

impl Failure {
    pub(crate) fn new(error: Error, cause: Cause) -> Self {
        Self { error, cause }
    }

    /// Another try would not help.
    pub(crate) fn last(error: Error) -> Self {
        Self::new(error, Cause::Final)
    }

    /// An answer other than 2xx.
    pub(crate) fn of_status(error: Error) -> Self {
        let cause = match error.status() {
            Some(StatusCode::TOO_MANY_REQUESTS) => Cause::Throttled,
            Some(
                StatusCode::REQUEST_TIMEOUT
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT,
            ) => Cause::Passing,
            _ => Cause::Final,
        };
        Self::new(error, cause)
    }

    /// No whole answer. The address, which may hold secrets of a signed link, is taken out.
    pub(crate) fn of_client(
        operation: Option<&'static OperationMeta>,
        error: reqwest::Error,
        connect_timeout: Duration,
    ) -> Self {
        let error = error.without_url();
        let problem = root_cause(&error);
        let (failure, cause) = if error.is_connect() && error.is_timeout() {
            (Error::timeout(operation, connect_timeout, true), Cause::NeverArrived)
        } else if error.is_connect() {
            (Error::connect(operation, problem), Cause::NeverArrived)
        } else if error.is_builder() {
            (Error::invalid(operation, problem), Cause::Final)
        } else {
            (Error::broken(operation, problem), Cause::Passing)
        };
        Self::new(failure.with_source(error), cause)
    }

    /// Nothing came for `waited`.
    pub(crate) fn of_silence(operation: Option<&'static OperationMeta>, waited: Duration) -> Self {
        Self::new(Error::timeout(operation, waited, false), Cause::Passing)
    }
}

/// The innermost of a chain of errors, which is the one that says why.
pub(crate) fn root_cause(error: &(dyn StdError + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
