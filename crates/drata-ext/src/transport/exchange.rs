//! One request over HTTP, and its response.

use std::sync::Arc;
use std::time::SystemTime;

use drata_api::{Delivery, Request, Response, ResponseBody};
use http::header;

use super::base_url::host_and_port;
use super::body;
use super::failure::Failure;
use super::limits::Timeouts;
use super::retry_after::retry_after;
use super::turn::Turn;
use drata_api::Error;

/// The most bytes read of a response that is an error.
const MAX_ERROR_BODY: usize = 256 * 1024;

/// Sends requests, and tells successes from failures.
pub(crate) struct Exchange {
    pub(crate) endpoint: Arc<str>,
    pub(crate) timeouts: Timeouts,
    /// The most bytes of a buffered response.
    pub(crate) max_response_bytes: usize,
    /// The proxy, as errors name it.
    pub(crate) proxy: Option<Arc<str>>,
}

impl Exchange {
    pub(crate) async fn send(
        &self,
        request: &Request,
        turn: &Turn,
        outgoing: reqwest::RequestBuilder,
    ) -> Result<Response, Failure> {
        let operation = request.operation;
        let failed = |error| Failure::of_client(operation, error, self.proxy.as_deref());
        let mut response = outgoing.send().await.map_err(failed)?;
        turn.activity.touch();
        let status = response.status();
        if status.is_redirection() {
            return Err(Failure::last(Error::redirect(operation, status, redirect_host(&response))));
        }
        if !status.is_success() {
            return Err(self.rejection(request, response).await);
        }
        let headers = std::mem::take(response.headers_mut());
        let body = match request.delivery {
            Delivery::Streamed => ResponseBody::Stream(body::stream(body::Streamed {
                response,
                operation,
                endpoint: Arc::clone(&self.endpoint),
                read_timeout: self.timeouts.read(&request.options),
                // A deadline of the client's own does not end a transfer.
                deadline: request.options.deadline.zip(turn.deadline.until()),
                is_link: request.link.is_some(),
            })),
            _ => {
                let limit = request.options.max_response_bytes.unwrap_or(self.max_response_bytes);
                let whole = body::buffered(&mut response, headers.get(header::CONTENT_LENGTH), limit, &turn.activity);
                match whole.await {
                    Ok(bytes) => ResponseBody::Buffered(bytes),
                    Err(body::Problem::TooLarge) => {
                        return Err(Failure::last(Error::too_large(operation, status, limit)));
                    }
                    Err(body::Problem::Broken(error)) => return Err(failed(error)),
                }
            }
        };
        Ok(Response::new(status, headers, body))
    }

    /// Reads what the service has to say about a rejection. The status counts, also when the body does not arrive.
    async fn rejection(&self, request: &Request, mut response: reqwest::Response) -> Failure {
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        let time = self.timeouts.read(&request.options);
        let mut body = body::beginning(&mut response, time, MAX_ERROR_BODY).await;
        if request.link.is_some() {
            body = reason(&String::from_utf8_lossy(&body)).into();
        }
        let wait = retry_after(&headers, SystemTime::now());
        let error = Error::status_code(request.operation, status, headers, body);
        Failure::of_status(error.with_retry_after(wait))
    }
}

fn redirect_host(response: &reqwest::Response) -> Option<String> {
    let target = response.headers().get(header::LOCATION)?.to_str().ok()?;
    response.url().join(target).ok().map(|url| host_and_port(&url))
}

/// What a store of files says about a rejection, without the parts of the link that it may repeat.
fn reason(text: &str) -> String {
    let element = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once('<').map(|(value, _)| value)
    };
    match (element("Code"), element("Message")) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => String::new(),
    }
}
