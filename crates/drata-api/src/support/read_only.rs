//! A transport that refuses to write.

use std::future::ready;
use std::sync::Arc;

use super::error::Error;
use super::meta::OperationMeta;
use super::rejected::Rejected;
use super::request::{Request, SendFuture, Transport};

/// Sends reading requests through another transport, and refuses all others.
#[derive(Clone, Debug)]
pub(crate) struct ReadOnlyTransport(pub(crate) Arc<dyn Transport>);

impl Transport for ReadOnlyTransport {
    fn send(&self, request: Request) -> SendFuture<'_> {
        match Error::unless_read(&request.method, request.operation) {
            None => self.0.send(request),
            Some(error) => Box::pin(ready(Err(error))),
        }
    }

    fn items_rejected(&self, operation: Option<&'static OperationMeta>, rejected: &[Rejected]) {
        self.0.items_rejected(operation, rejected);
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method, StatusCode};

    use super::*;
    use crate::{ApiVersion, Call, Client, Response, ResponseBody};

    /// Accepts everything.
    #[derive(Debug)]
    struct Anything;

    impl Transport for Anything {
        fn send(&self, _: Request) -> SendFuture<'_> {
            let body = ResponseBody::Buffered("1".into());
            Box::pin(ready(Ok(Response::new(StatusCode::OK, HeaderMap::new(), body))))
        }
    }

    fn outcome(call: Call) -> Result<i64, Error> {
        let mut future = std::pin::pin!(call.receive::<i64>());
        match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
            std::task::Poll::Ready(outcome) => outcome,
            std::task::Poll::Pending => panic!("nothing to wait for"),
        }
    }

    #[test]
    fn a_read_only_client_does_not_write_whatever_is_done_to_its_calls() {
        let client = Client::new(Anything);
        let read_only = client.read_only();
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::from_bytes(b"MERGE").unwrap()]
        {
            let request = || Request::new(ApiVersion::V2, method.clone(), "/x");
            assert!(outcome(Call::from_request(&client, request())).is_ok());

            let error = outcome(Call::from_request(&read_only, request())).unwrap_err();
            assert!(error.is_read_only() && !error.outcome_unknown(), "{error}");
            // Begun as a read, changed by hand.
            let mut changed = Call::from_request(&read_only, Request::new(ApiVersion::V2, Method::GET, "/x"));
            changed.request_mut().method = method.clone();
            assert!(outcome(changed).unwrap_err().is_read_only());
            // Made from the client that a call can be asked for.
            let mut replaced = Call::from_request(&read_only, Request::new(ApiVersion::V2, Method::GET, "/x"));
            *replaced.request_mut() = request();
            assert!(outcome(replaced).unwrap_err().is_read_only());
        }
        assert_eq!(
            outcome(Call::from_request(&read_only, Request::new(ApiVersion::V2, Method::GET, "/x"))).unwrap(),
            1
        );
    }
}
