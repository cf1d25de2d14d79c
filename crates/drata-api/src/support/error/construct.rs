//! How errors are made: used by the decoder, by transports and by what is built on them.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use super::bounds::{self, MAX_BODY, MAX_TEXT};
use super::fault::{self, Fault};
use super::{Error, Inner, Kind, Phase, Rejection, Undecoded};
use crate::support::checkpoint::Checkpoint;
use crate::support::meta::OperationMeta;
use crate::support::rejected::Rejected;
use crate::support::request_id::request_id;

/// How transports, and what is built on them, make errors.
impl Error {
    fn new(operation: Option<&'static OperationMeta>, kind: Kind) -> Self {
        Self(Box::new(Inner {
            kind,
            operation,
            endpoint: None,
            attempts: 0,
            outcome_unknown: false,
            is_link: false,
            out_of_budget: false,
            checkpoint: None,
            source: None,
        }))
    }

    /// The request breaks a rule of the contract and was not sent. `problem` holds the value and the rule.
    pub fn invalid(operation: Option<&'static OperationMeta>, problem: impl Into<String>) -> Self {
        Self::new(operation, Kind::Invalid(short(problem.into())))
    }

    /// The client is not set up for what is asked. `problem` holds the value and the rule, never the key.
    pub fn configuration(problem: impl Into<String>) -> Self {
        Self::new(None, Kind::Config(problem.into()))
    }

    /// The request of this method writes, and the client is read-only; `None` when it reads.
    pub fn unless_read(method: &Method, operation: Option<&'static OperationMeta>) -> Option<Self> {
        let reads = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        (!reads).then(|| Self::new(operation, Kind::ReadOnly(method.clone())))
    }

    /// A successful response whose body is not what the contract says. `path` is the JSON path, such as `data[3].id`; `problem`
    /// holds no value of the response.
    pub fn decode(
        operation: Option<&'static OperationMeta>,
        status: StatusCode,
        path: impl Into<String>,
        problem: impl Into<String>,
        body: Bytes,
    ) -> Self {
        let problem = match fault::page_title(&body) {
            Some(title) if title.is_empty() => "it is an HTML page".to_owned(),
            Some(title) => format!("it is the HTML page {title:?}"),
            None => problem.into(),
        };
        let path = short(path.into());
        let undecoded = Undecoded { status, path, problem: short(problem), is_item: false, body: bounded(body) };
        Self::new(operation, Kind::Decode(undecoded))
    }

    /// A write was accepted, and its response lacks the documented body.
    pub fn missing_body(operation: Option<&'static OperationMeta>, status: StatusCode, headers: &HeaderMap) -> Self {
        let request_id = request_id(headers).map(|id| short(id.to_owned()));
        Self::new(operation, Kind::MissingBody { status, request_id })
    }

    /// A successful response is larger than `limit` bytes.
    pub fn too_large(operation: Option<&'static OperationMeta>, status: StatusCode, limit: usize) -> Self {
        Self::new(operation, Kind::TooLarge { status, limit })
    }

    /// One item of a list that is not what the contract says.
    pub fn item(operation: Option<&'static OperationMeta>, rejected: &Rejected) -> Self {
        let mut path = format!("[{}]", rejected.index());
        if !rejected.path().is_empty() {
            path = format!("{path}.{}", rejected.path());
        }
        let undecoded = Undecoded {
            status: StatusCode::OK,
            path: short(path),
            problem: short(rejected.problem().to_owned()),
            is_item: true,
            body: bounded(Bytes::copy_from_slice(rejected.raw().as_bytes())),
        };
        Self::new(operation, Kind::Decode(undecoded))
    }

    /// A response with a status other than 2xx.
    pub fn status_code(
        operation: Option<&'static OperationMeta>,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        let request_id = request_id(&headers).map(|id| short(id.to_owned()));
        let refusal = Rejection {
            status,
            fault: Fault::read(&headers, &body),
            request_id,
            retry_after: None,
            headers,
            body: bounded(body),
        };
        Self::new(operation, Kind::Status(refusal))
    }

    /// A redirect that was not followed. `host` is where it points.
    pub fn redirect(operation: Option<&'static OperationMeta>, status: StatusCode, host: Option<String>) -> Self {
        Self::new(operation, Kind::Redirect { status, host: host.map(short) })
    }

    /// No connection was established, for the reason `problem`.
    pub fn connect(operation: Option<&'static OperationMeta>, problem: impl Into<String>) -> Self {
        Self::new(operation, Kind::Connect(short(problem.into())))
    }

    /// No connection was established within `waited`.
    pub fn connect_timeout(operation: Option<&'static OperationMeta>, waited: Duration) -> Self {
        Self::new(operation, Kind::Timeout { waited, phase: Phase::Connect })
    }

    /// Nothing was received for `waited`.
    pub fn read_timeout(operation: Option<&'static OperationMeta>, waited: Duration) -> Self {
        Self::new(operation, Kind::Timeout { waited, phase: Phase::Read })
    }

    /// One attempt was not finished within `limit`.
    pub fn attempt_timeout(operation: Option<&'static OperationMeta>, limit: Duration) -> Self {
        Self::new(operation, Kind::Timeout { waited: limit, phase: Phase::Attempt })
    }

    /// The service says that it did not process the request, for the reason `problem`.
    pub fn unprocessed(operation: Option<&'static OperationMeta>, problem: impl Into<String>) -> Self {
        Self::new(operation, Kind::Unprocessed(short(problem.into())))
    }

    /// The rate limit of `per_minute` requests leaves room after `wait` only, beyond the `deadline`.
    pub fn queue(
        operation: Option<&'static OperationMeta>,
        per_minute: u32,
        deadline: Duration,
        wait: Duration,
    ) -> Self {
        Self::new(operation, Kind::Queue { per_minute, deadline, wait })
    }

    /// The service asked not to be sent anything for `wait`, which is longer than the retry policy allows.
    pub fn paused(operation: Option<&'static OperationMeta>, wait: Duration) -> Self {
        Self::new(operation, Kind::Paused { wait })
    }

    /// The connection broke off, for the reason `problem`.
    pub fn broken(operation: Option<&'static OperationMeta>, problem: impl Into<String>) -> Self {
        Self::new(operation, Kind::Broken(short(problem.into())))
    }

    /// The time `limit` for the whole call ran out; `last` is what went wrong in the last attempt.
    pub fn deadline(operation: Option<&'static OperationMeta>, limit: Duration, last: Option<Self>) -> Self {
        let mut error = Self::new(operation, Kind::Deadline(limit));
        if let Some(last) = last {
            error.0.endpoint.clone_from(&last.0.endpoint);
            error.0.source = Some(Box::new(last));
        }
        error
    }

    /// A file on this side could not be read or written. `problem` names it.
    pub fn io(problem: impl Into<String>, source: std::io::Error) -> Self {
        let problem = problem.into();
        Self::new(None, Kind::Io(format!("{problem}: {source}"))).with_source(source)
    }

    /// As [`Error::io`], with a problem that says all.
    pub fn io_problem(problem: impl Into<String>, source: std::io::Error) -> Self {
        Self::new(None, Kind::Io(short(problem.into()))).with_source(source)
    }

    /// A list handed out `cursor` a second time.
    pub fn repeated_cursor(operation: Option<&'static OperationMeta>, cursor: &str) -> Self {
        Self::new(operation, Kind::RepeatedCursor { length: cursor.chars().count() })
    }

    /// A list has `total` rows, and only `reachable` stand on pages up to `max_page`.
    pub fn page_limit(operation: Option<&'static OperationMeta>, max_page: u32, reachable: u64, total: u64) -> Self {
        Self::new(operation, Kind::PageLimit { max_page, reachable, total })
    }

    /// A checkpoint does not belong to the list it was to resume. `problem` says what differs.
    pub fn other_list(operation: Option<&'static OperationMeta>, problem: impl Into<String>) -> Self {
        Self::new(operation, Kind::Checkpoint(problem.into()))
    }

    /// A job of the service failed or did not end in time.
    pub fn job(operation: Option<&'static OperationMeta>, problem: impl Into<String>) -> Self {
        Self::new(operation, Kind::Job(short(problem.into())))
    }

    /// Adds what it came from.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Adds how long the service asks to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        if let Kind::Status(refusal) = &mut self.0.kind {
            refusal.retry_after = wait;
        }
        self
    }

    /// Adds the operation, unless it has one.
    #[must_use]
    pub fn with_operation(mut self, operation: Option<&'static OperationMeta>) -> Self {
        self.0.operation = self.0.operation.or(operation);
        self
    }

    /// Notes that the retry budget is used up.
    #[must_use]
    pub fn with_retry_budget_exhausted(mut self) -> Self {
        self.0.out_of_budget = true;
        self
    }

    /// Adds the endpoint name shown in errors: a region, or a host.
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: Arc<str>) -> Self {
        self.0.endpoint = Some(endpoint);
        self
    }

    /// Adds how many attempts were made.
    #[must_use]
    pub fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Notes that the request may have taken effect.
    #[must_use]
    pub fn with_outcome_unknown(mut self) -> Self {
        self.0.outcome_unknown = true;
        self
    }

    /// Notes that the request was for a signed link.
    #[must_use]
    pub fn with_link(mut self) -> Self {
        self.0.is_link = true;
        self
    }

    /// Adds where to resume the walk.
    #[must_use]
    pub fn with_checkpoint(mut self, checkpoint: Checkpoint) -> Self {
        self.0.checkpoint = Some(checkpoint);
        self
    }
}

fn short(text: String) -> String {
    bounds::short(text, MAX_TEXT)
}

/// The beginning of a body, so that an error that is kept does not keep a page of megabytes with it.
fn bounded(body: Bytes) -> Bytes {
    if body.len() > MAX_BODY { Bytes::copy_from_slice(&body[..MAX_BODY]) } else { body }
}
