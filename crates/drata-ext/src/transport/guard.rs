//! The check that a read-only client only reads.

use drata_api::{Request, Response};

use super::layer::Calls;
use drata_api::Error;

/// Refuses requests that write, if it is to. It stands below everything that could change a request.
pub(crate) struct Guard<S> {
    pub(crate) read_only: bool,
    pub(crate) inner: S,
}

impl<S: Calls> Calls for Guard<S> {
    async fn call(&self, request: Box<Request>) -> Result<Response, Error> {
        match Error::unless_read(&request.method, request.operation) {
            Some(error) if self.read_only => Err(error),
            _ => self.inner.call(request).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, Method, StatusCode};

    use super::*;

    /// Accepts everything.
    struct Anything;

    impl Calls for Anything {
        async fn call(&self, _: Box<Request>) -> Result<Response, Error> {
            Ok(Response::new(StatusCode::OK, HeaderMap::new(), drata_api::ResponseBody::Buffered("1".into())))
        }
    }

    #[tokio::test]
    async fn a_read_only_client_sends_no_other_method_than_those_that_read() {
        for (method, reads) in [
            (Method::GET, true),
            (Method::HEAD, true),
            (Method::POST, false),
            (Method::PUT, false),
            (Method::PATCH, false),
            (Method::DELETE, false),
        ] {
            let request = || Box::new(Request::new(drata_api::ApiVersion::V1, method.clone(), "/x"));
            let outcome = Guard { read_only: true, inner: Anything }.call(request()).await;
            assert_eq!(outcome.is_ok(), reads, "{method}");
            assert!(Guard { read_only: false, inner: Anything }.call(request()).await.is_ok());
        }
    }
}
