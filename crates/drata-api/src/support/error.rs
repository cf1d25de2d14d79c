//! The one error of the SDK.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::meta::OperationMeta;

/// Why a call failed.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    operation: Option<&'static OperationMeta>,
}

#[derive(Debug)]
enum Kind {
    Invalid(String),
    Decode { status: StatusCode, path: String, problem: String, body: Bytes },
    Status { status: StatusCode, headers: HeaderMap, body: Bytes },
}

impl Error {
    /// The request breaks a rule of the contract and was not sent. `problem` holds the value and the rule.
    pub fn invalid(operation: Option<&'static OperationMeta>, problem: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind: Kind::Invalid(problem.into()), operation }))
    }

    /// A successful answer whose body is not what the contract says. `path` is the JSON path, such as `data[3].id`.
    pub fn decode(
        operation: Option<&'static OperationMeta>,
        status: StatusCode,
        path: impl Into<String>,
        problem: impl Into<String>,
        body: Bytes,
    ) -> Self {
        Self(Box::new(Inner { kind: Kind::Decode { status, path: path.into(), problem: problem.into(), body }, operation }))
    }

    /// An answer with a status other than 2xx.
    pub fn status_code(operation: Option<&'static OperationMeta>, status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self(Box::new(Inner { kind: Kind::Status { status, headers, body }, operation }))
    }

    /// The operation that failed.
    pub fn operation(&self) -> Option<&'static OperationMeta> {
        self.0.operation
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.kind)
    }
}

impl std::error::Error for Error {}
