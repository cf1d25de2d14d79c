//! What went wrong, how it is shown, and the exit code that it ends with.

use std::fmt;
use std::io;
use std::process::ExitCode;

use serde_json::{Map, Value, json};

/// Why a command did not do what was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    message: String,
    /// The error of the library, where it has more to say than its message.
    error: Option<Box<drata_ext::Error>>,
}

/// The kinds of failures, each with an exit code of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Something on this machine, or an outcome that is not good.
    Other,
    /// The command line, the configuration or a value is not valid; nothing was sent.
    Usage,
    /// The service rejected the request, or its response cannot be read.
    Rejected,
    /// The service has no such thing.
    NotFound,
    /// The key is not valid, or lacks a permission or a feature of the plan.
    Permission,
    /// The rate limit stayed exceeded.
    RateLimit,
    /// The service could not be reached, or did not respond in time.
    Network,
    /// A write that was not allowed or not confirmed; nothing was sent.
    NotAllowed,
    /// Ctrl-C.
    Interrupted,
    /// The reader of the output has seen enough.
    Pipe,
}

/// The exit codes, as help shows them.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
    0  done
    1  something on this machine failed, or not every record was accepted
    2  usage: the command line, the configuration or a value is not valid
    3  the service rejected the request
    4  not found
    5  permission: the key is not valid, or lacks a permission or a plan feature
    6  rate limit
    7  network: not reached, or no response in time
    8  a write that was not allowed (--write) or not confirmed (--yes)
  130  interrupted";

impl Kind {
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Pipe => 0,
            Self::Other => 1,
            Self::Usage => 2,
            Self::Rejected => 3,
            Self::NotFound => 4,
            Self::Permission => 5,
            Self::RateLimit => 6,
            Self::Network => 7,
            Self::NotAllowed => 8,
            Self::Interrupted => 130,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Other | Self::Pipe => "other",
            Self::Usage => "usage",
            Self::Rejected => "rejected",
            Self::NotFound => "not_found",
            Self::Permission => "permission",
            Self::RateLimit => "rate_limit",
            Self::Network => "network",
            Self::NotAllowed => "not_allowed",
            Self::Interrupted => "interrupted",
        }
    }
}

impl Failure {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), error: None }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub(crate) fn other(message: impl Into<String>) -> Self {
        Self::new(Kind::Other, message)
    }

    pub(crate) fn interrupted(message: impl Into<String>) -> Self {
        Self::new(Kind::Interrupted, message)
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &std::path::Path, doing: &str, error: &io::Error) -> Self {
        Self::other(format!("{} cannot be {doing}: {error}", path.display()))
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn error(&self) -> Option<&drata_ext::Error> {
        self.error.as_deref()
    }

    /// Adds what the user can do about it.
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.message = format!("{}; {hint}", self.message);
        self
    }

    pub(crate) fn code(&self) -> ExitCode {
        ExitCode::from(self.kind.code())
    }

    /// The error as programs read it. The key is in no error of the library, and so not in this.
    pub(crate) fn to_json(&self) -> Value {
        let mut error = Map::new();
        error.insert("kind".to_owned(), self.kind.name().into());
        error.insert("message".to_owned(), self.message.as_str().into());
        if let Some(known) = &self.error {
            let optional = [
                ("operation", known.operation().map(|operation| operation.rust_path.into())),
                ("status", known.status().map(|status| status.as_u16().into())),
                ("code", known.code().map(Value::from)),
                ("name", known.name().map(Value::from)),
                ("messages", Some(known.messages()).filter(|all| !all.is_empty()).map(|all| all.to_vec().into())),
                ("requestId", known.request_id().map(Value::from)),
                ("attempts", Some(known.attempts()).filter(|attempts| *attempts > 0).map(Value::from)),
                ("outcomeUnknown", known.outcome_unknown().then(|| true.into())),
            ];
            for (name, value) in optional {
                if let Some(value) = value {
                    error.insert(name.to_owned(), value);
                }
            }
        }
        json!({ "error": error, "exitCode": self.kind.code() })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<drata_ext::Error> for Failure {
    fn from(error: drata_ext::Error) -> Self {
        let kind = if error.is_invalid_request() || error.is_configuration() || error.is_checkpoint() {
            Kind::Usage
        } else if error.is_not_found() {
            Kind::NotFound
        } else if error.is_unauthorized() || error.is_forbidden() || error.is_plan_required() {
            Kind::Permission
        } else if error.is_rate_limited() {
            Kind::RateLimit
        } else if error.is_transport() || error.is_timeout() {
            Kind::Network
        } else if error.is_io() {
            Kind::Other
        } else {
            Kind::Rejected
        };
        Self { kind, message: error.to_string(), error: Some(Box::new(error)) }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Kind::Pipe, "the reader has gone"),
            _ => Self::other(format!("the output cannot be written: {error}")),
        }
    }
}
