//! The one error of the SDK.

mod advice;
mod bounds;
mod fault;
mod predicates;
mod redact;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

use self::fault::Fault;
pub use self::redact::Redact;
use super::checkpoint::Checkpoint;
use super::meta::OperationMeta;

/// Why a call failed.
///
/// Its message says what happened and what to do about it. A program asks the predicates (`is_…`) which kind of failure it
/// is, and the accessors for its parts; the set of kinds may grow.
///
/// An error never holds the API key, no more than 64 KiB of a response, and in its message no more than 500 characters of a
/// value.
///
/// ```
/// # fn handle(error: drata_api::Error) {
/// if error.is_forbidden() {
///     let operation = error.operation().expect("a typed call");
///     eprintln!("ask for the permission {}", operation.permission_name);
/// } else if error.is_rate_limited() {
///     eprintln!("come back in {:?}", error.retry_after());
/// }
/// # }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    operation: Option<&'static OperationMeta>,
    /// The endpoint name shown in errors: a region and its host.
    endpoint: Option<Arc<str>>,
    attempts: u32,
    outcome_unknown: bool,
    /// The request was for a signed link, which carries its own permission and is not Drata's.
    is_link: bool,
    /// The retry budget was used up, so that no further attempt was made.
    out_of_budget: bool,
    checkpoint: Option<Checkpoint>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

enum Kind {
    /// Not sent: the request breaks a rule of the contract.
    Invalid(String),
    /// Not sent: the client may only read.
    ReadOnly(Method),
    /// Not sent: the client is not set up for it.
    Config(String),
    /// A 2xx whose body is not what the contract says.
    Decode(Undecoded),
    /// A 2xx of a write without the body that the contract documents.
    MissingBody { status: StatusCode, request_id: Option<String> },
    /// A 2xx with a body above the limit.
    TooLarge { status: StatusCode, limit: usize },
    /// A status other than 2xx.
    Status(Rejection),
    /// A redirect, which is never followed. Holds the host it points to.
    Redirect { status: StatusCode, host: Option<String> },
    /// No connection was established.
    Connect(String),
    /// Time ran out in one attempt.
    Timeout { waited: Duration, phase: Phase },
    /// The connection broke off.
    Broken(String),
    /// The service refused to process the request, and says so: HTTP/2 can.
    Unprocessed(String),
    /// The time for the whole call ran out.
    Deadline(Duration),
    /// The rate limit leaves no room within the deadline.
    Queue { per_minute: u32, deadline: Duration, wait: Duration },
    /// The service asked to wait longer than the policy allows, before this call.
    Paused { wait: Duration },
    /// A file on this side could not be read or written.
    Io(String),
    /// A list handed out the same cursor, of so many characters, twice.
    RepeatedCursor { length: usize },
    /// A list is longer than the service lets one read.
    PageLimit { max_page: u32, reachable: u64, total: u64 },
    /// A checkpoint that belongs to another list.
    Checkpoint(String),
    /// A job of the service failed, or did not end in time.
    Job(String),
}

/// In which part of an attempt time ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// No connection was established.
    Connect,
    /// Nothing was received.
    Read,
    /// The attempt as a whole took too long.
    Attempt,
}

struct Undecoded {
    status: StatusCode,
    path: String,
    problem: String,
    /// One item of a list whose other items are fine.
    is_item: bool,
    body: Bytes,
}

struct Rejection {
    status: StatusCode,
    fault: Fault,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    headers: HeaderMap,
    body: Bytes,
}

/// What is known about the failure.
impl Error {
    /// The operation that failed; `None` for a request written by hand.
    pub fn operation(&self) -> Option<&'static OperationMeta> {
        self.0.operation
    }

    /// The HTTP status, when a response was received.
    pub fn status(&self) -> Option<StatusCode> {
        match &self.0.kind {
            Kind::Status(rejection) => Some(rejection.status),
            Kind::Decode(undecoded) => Some(undecoded.status),
            Kind::Redirect { status, .. } | Kind::MissingBody { status, .. } | Kind::TooLarge { status, .. } => {
                Some(*status)
            }
            _ => None,
        }
    }

    /// The vendor's number for this failure. There is no public list of them.
    pub fn code(&self) -> Option<i64> {
        self.rejection()?.fault.code
    }

    /// The vendor's name for this failure, where the response has one.
    pub fn name(&self) -> Option<&str> {
        self.rejection()?.fault.name.as_deref()
    }

    /// The vendor's message. Where it is a list or an object, its parts are joined by `"; "`.
    pub fn message(&self) -> Option<Cow<'_, str>> {
        match self.messages() {
            [] => None,
            [one] => Some(one.into()),
            many => Some(many.join("; ").into()),
        }
    }

    /// The vendor's messages, one by one: validation failures come as a list.
    pub fn messages(&self) -> &[String] {
        self.rejection().map_or(&[], |rejection| &rejection.fault.messages)
    }

    /// The identifier of the request, if the response has one: worth quoting to the vendor's support.
    pub fn request_id(&self) -> Option<&str> {
        match &self.0.kind {
            Kind::Status(rejection) => rejection.request_id.as_deref(),
            Kind::MissingBody { request_id, .. } => request_id.as_deref(),
            _ => None,
        }
    }

    /// How long to wait before the next attempt: as the service asks, or until the rate limit leaves room.
    pub fn retry_after(&self) -> Option<Duration> {
        match &self.0.kind {
            Kind::Status(rejection) => rejection.retry_after,
            Kind::Queue { wait, .. } | Kind::Paused { wait } => Some(*wait),
            _ => None,
        }
    }

    /// Whether no further attempt was made because the client's retry budget is used up, as in an outage. It refills with
    /// time and with successes.
    pub fn is_retry_budget_exhausted(&self) -> bool {
        self.0.out_of_budget
    }

    /// The response's body as it came, up to 64 KiB; for an item of a list, the JSON of the item.
    pub fn raw_body(&self) -> Option<&Bytes> {
        match &self.0.kind {
            Kind::Status(rejection) => Some(&rejection.body),
            Kind::Decode(undecoded) => Some(&undecoded.body),
            _ => None,
        }
    }

    /// The response's headers, when a status other than 2xx was received.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.rejection().map(|rejection| &rejection.headers)
    }

    /// The JSON path of the value that did not decode, such as `data[3].id`; empty for the whole body.
    pub fn decode_path(&self) -> Option<&str> {
        self.undecoded().map(|undecoded| undecoded.path.as_str())
    }

    /// How many attempts were made; 0 when the request never left.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Where to resume a walk through a list that broke off here.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.0.checkpoint.as_ref()
    }

    /// Whether the request may have taken effect although the call failed: read back before sending a write again.
    pub fn outcome_unknown(&self) -> bool {
        self.0.outcome_unknown
    }

    fn rejection(&self) -> Option<&Rejection> {
        match &self.0.kind {
            Kind::Status(rejection) => Some(rejection),
            _ => None,
        }
    }

    fn undecoded(&self) -> Option<&Undecoded> {
        match &self.0.kind {
            Kind::Decode(undecoded) => Some(undecoded),
            _ => None,
        }
    }
}

impl fmt::Debug for Error {
    /// The message and the facts, without bodies.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Error");
        out.field("message", &format_args!("{self}"));
        if let Some(operation) = self.0.operation {
            out.field("operation", &operation.operation_id);
        }
        if let Some(status) = self.status() {
            out.field("status", &status.as_u16());
        }
        out.field("attempts", &self.0.attempts);
        if let Some(source) = &self.0.source {
            out.field("source", source);
        }
        out.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

// Results of every operation hold it, so it stays a pointer.
const _: () = assert!(size_of::<Error>() <= 128);

// Last of the modules, since documentation shows the methods of a type in their order: what transports write comes after what
// programs ask.
mod construct;
