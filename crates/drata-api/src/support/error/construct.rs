//! How errors come about: used by the decoder, by transports and by what is built on them.

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::fault::{self, Fault};
use super::{Error, Inner, Kind, MAX_BODY, Refusal, Undecoded};
use crate::support::checkpoint::Checkpoint;
use crate::support::list::Rejected;
use crate::support::meta::OperationMeta;
use crate::support::request::request_id;

impl Error {
    fn new(operation: Option<&'static OperationMeta>, kind: Kind) -> Self {
        Self(Box::new(Inner {
            kind,
            operation,
            endpoint: None,
            attempts: 0,
            outcome_unknown: false,
            is_link: false,
            checkpoint: None,
            source: None,
        }))
    }

    /// The request breaks a rule of the contract and was not sent. `problem` holds the value and the rule.
    pub fn invalid(operation: Option<&'static OperationMeta>, problem: impl Into<String>) -> Self {
        Self::new(operation, Kind::Invalid(problem.into()))
    }

    /// The client is not set up for what is asked. `problem` holds the value and the rule, never the key.
    pub fn configuration(problem: impl Into<String>) -> Self {
        Self::new(None, Kind::Config(problem.into()))
    }

    /// A successful answer whose body is not what the contract says. `path` is the JSON path, such as `data[3].id`.
    pub fn decode(
        operation: Option<&'static OperationMeta>,
        status: StatusCode,
        path: impl Into<String>,
        problem: impl Into<String>,
        body: Bytes,
    ) -> Self {
        let path = path.into();
        let excerpt = fault::excerpt(&body, &path);
        let body = bounded(body);
        let undecoded = Undecoded { status, path, problem: problem.into(), excerpt, is_item: false, body };
        Self::new(operation, Kind::Decode(undecoded))
    }

    /// A write was accepted, and its response lacks the documented body.
    pub fn missing_body(operation: Option<&'static OperationMeta>, status: StatusCode) -> Self {
        Self::new(operation, Kind::MissingBody(status))
    }

    /// One item of a list that is not what the contract says.
    pub fn item(operation: Option<&'static OperationMeta>, rejected: &Rejected) -> Self {
        let raw = Bytes::from(rejected.raw().to_string());
        let mut path = format!("[{}]", rejected.index());
        if !rejected.path().is_empty() {
            path = format!("{path}.{}", rejected.path());
        }
        let undecoded = Undecoded {
            status: StatusCode::OK,
            excerpt: fault::excerpt(&raw, rejected.path()),
            path,
            problem: rejected.problem().to_owned(),
            is_item: true,
            body: bounded(raw),
        };
        Self::new(operation, Kind::Decode(undecoded))
    }

    /// An answer with a status other than 2xx.
    pub fn status_code(
        operation: Option<&'static OperationMeta>,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        let request_id = request_id(&headers).map(str::to_owned);
        let refusal =
            Refusal { status, fault: Fault::read(&headers, &body), request_id, retry_after: None, body: bounded(body) };
        Self::new(operation, Kind::Status(refusal))
    }

    /// A redirect that was not followed. `host` is where it points.
    pub fn redirect(operation: Option<&'static OperationMeta>, status: StatusCode, host: Option<String>) -> Self {
        Self::new(operation, Kind::Redirect { status, host })
    }

    /// No connection came about, for the reason `problem`.
    pub fn connect(operation: Option<&'static OperationMeta>, problem: impl Into<String>) -> Self {
        Self::new(operation, Kind::Connect(problem.into()))
    }

    /// Nothing came for the time `waited`.
    pub fn timeout(operation: Option<&'static OperationMeta>, waited: Duration, connecting: bool) -> Self {
        Self::new(operation, Kind::Timeout { waited, connecting })
    }

    /// The connection broke off, for the reason `problem`.
    pub fn broken(operation: Option<&'static OperationMeta>, problem: impl Into<String>) -> Self {
        Self::new(operation, Kind::Broken(problem.into()))
    }

    /// The time `limit` for the whole call ran out; `last` is what went wrong in the last try.
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

    /// A list handed out `cursor` a second time.
    pub fn repeated_cursor(operation: Option<&'static OperationMeta>, cursor: impl Into<String>) -> Self {
        Self::new(operation, Kind::RepeatedCursor(cursor.into()))
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
        Self::new(operation, Kind::Job(problem.into()))
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

    /// Adds whom the request was for: a region, or a host.
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: Arc<str>) -> Self {
        self.0.endpoint = Some(endpoint);
        self
    }

    /// Adds how many tries were made.
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

/// The beginning of a body, so that an error that is kept does not keep a page of megabytes with it.
fn bounded(body: Bytes) -> Bytes {
    if body.len() > MAX_BODY { Bytes::copy_from_slice(&body[..MAX_BODY]) } else { body }
}
