//! A transport that needs no network.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use drata_api::{Client, Request, Response, ResponseBody, SendFuture, Transport};
use http::{HeaderMap, StatusCode};

/// A transport that answers every request with the same bytes, and remembers the requests.
#[derive(Clone, Debug)]
pub struct Canned {
    status: StatusCode,
    body: Bytes,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Canned {
    /// Answers with this status and body.
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self { status, body: body.into(), requests: Arc::default() }
    }

    /// A client over it.
    pub fn client(&self) -> Client {
        Client::new(self.clone())
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Transport for Canned {
    fn send(&self, request: Request) -> SendFuture<'_> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        let response = Response::new(self.status, HeaderMap::new(), ResponseBody::Buffered(self.body.clone()));
        Box::pin(async move { Ok(response) })
    }
}
