//! What the layers of the transport have in common.

use drata_api::{Request, Response};

use super::failure::Failure;
use super::turn::Turn;
use drata_api::Error;

/// A layer that sees whole calls.
pub(crate) trait Calls: Send + Sync {
    /// Makes the call. The request is in a box, since it goes from layer to layer.
    fn call(&self, request: Box<Request>) -> impl Future<Output = Result<Response, Error>> + Send;
}

/// A layer that sees each attempt of a call.
pub(crate) trait Attempts: Send + Sync {
    /// Makes the attempt.
    fn attempt(&self, request: &Request, turn: &mut Turn) -> impl Future<Output = Result<Response, Failure>> + Send;
}
