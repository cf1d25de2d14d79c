//! What a call brought, whatever its type.

use bytes::Bytes;
use drata_api::OperationMeta;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::Error;

/// A successful response of a [`NamedCall`](super::NamedCall), with its body buffered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NamedResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; empty when there is none.
    pub body: Bytes,
    pub(super) meta: &'static OperationMeta,
}

impl NamedResponse {
    /// Reads the body as JSON; `null` when there is none.
    ///
    /// # Errors
    ///
    /// When it is something else.
    pub fn json(&self) -> Result<Value, Error> {
        if self.body.trim_ascii().is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::decode(Some(self.meta), self.status, "", error.to_string(), self.body.clone()))
    }
}
