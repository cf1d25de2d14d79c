//! A request that is refused, and the body that says so.

use serde_json::{Map, Value, json};

use crate::contract::Catalog;
use crate::contract::operation::{ApiVersion, Operation};

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: u16,
    /// The service's own number for the reason.
    pub(crate) code: u32,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, code: 10_000 + u32::from(status), message: message.into() }
    }

    /// A parameter or a body that the contract does not allow.
    pub(crate) fn invalid(problems: &[String]) -> Self {
        Self::new(400, problems.join("; "))
    }

    /// A row that is not there.
    pub(crate) fn missing(what: &str, id: &str) -> Self {
        Self::new(404, format!("no row of {what} has the id {id:?}"))
    }

    /// The documented body; where none is documented the usual one.
    pub(crate) fn body(&self, catalog: &Catalog, operation: Option<&Operation>) -> Value {
        let mut body = Map::new();
        body.insert("statusCode".to_owned(), self.status.into());
        body.insert("message".to_owned(), self.message.clone().into());
        body.insert("code".to_owned(), self.code.into());
        if operation.is_some_and(|operation| self.is_named(catalog, operation)) {
            body.insert("name".to_owned(), self.name().into());
        }
        let schema = operation.and_then(|operation| operation.answer(self.status)?.json());
        let takes_inputs = schema
            .and_then(|schema| catalog.schemas.object(schema))
            .is_some_and(|object| object.property("invalidInputs").is_some_and(|property| property.required));
        if takes_inputs {
            body.insert("invalidInputs".to_owned(), json!([]));
        }
        Value::Object(body)
    }

    /// Whether the body carries the name of the error: where its schema says so, else by the habit of version 2.
    fn is_named(&self, catalog: &Catalog, operation: &Operation) -> bool {
        match operation.answer(self.status).and_then(|answer| answer.json()) {
            Some(schema) => catalog.schemas.object(schema).is_some_and(|object| object.property("name").is_some()),
            None => operation.version == ApiVersion::V2 && matches!(self.status, 400 | 404 | 409 | 413 | 422 | 503),
        }
    }

    fn name(&self) -> &'static str {
        match self.status {
            400 => "BadRequestException",
            401 => "UnauthorizedException",
            402 => "PaymentRequiredException",
            403 => "ForbiddenException",
            404 => "NotFoundException",
            405 => "MethodNotAllowedException",
            409 => "ConflictException",
            412 => "PreconditionFailedException",
            413 => "PayloadTooLargeException",
            422 => "UnprocessableEntityException",
            429 => "TooManyRequestsException",
            503 => "ServiceUnavailableException",
            _ => "InternalServerErrorException",
        }
    }
}
