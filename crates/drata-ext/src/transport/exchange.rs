//! One request over HTTP, and its response.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use drata_api::{Delivery, Request, Response, ResponseBody};
use http::{StatusCode, header};
use tokio::time::timeout;

use super::base_url::host_and_port;
use super::body;
use super::failure::{Cause, Failure};
use super::limits::Timeouts;
use super::proxies::Proxies;
use super::retry_after::retry_after;
use super::turn::Turn;
use drata_api::Error;

/// The most bytes read of a response that is an error.
const MAX_ERROR_BODY: usize = 256 * 1024;
/// How long the body of a buffered response may take where no deadline says it: a call that sends files has none.
const BODY_TIME: Duration = Duration::from_secs(300);

/// Sends requests, and tells successes from failures.
pub(crate) struct Exchange {
    pub(crate) endpoint: Arc<str>,
    pub(crate) timeouts: Timeouts,
    /// The most bytes of a buffered response.
    pub(crate) max_response_bytes: usize,
    /// The proxies, which errors name.
    pub(crate) proxies: Proxies,
}

impl Exchange {
    pub(crate) async fn send(
        &self,
        request: &Request,
        turn: &Turn,
        outgoing: reqwest::RequestBuilder,
    ) -> Result<Response, Failure> {
        let operation = request.operation;
        let (client, outgoing) = outgoing.build_split();
        let outgoing = outgoing.map_err(|error| Failure::of_client(operation, error, None))?;
        let url = outgoing.url().clone();
        let failed = |error| Failure::of_client(operation, error, self.proxies.name(&url).as_deref());
        turn.activity.sending();
        let mut response = client.execute(outgoing).await.map_err(failed)?;
        turn.activity.touch();
        let status = response.status();
        if is_redirect(status) {
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
                let time = if turn.deadline.until().is_some() { Duration::MAX } else { BODY_TIME };
                let Ok(whole) = timeout(time, whole).await else {
                    return Err(Failure::new(Error::attempt_timeout(operation, time), Cause::Transient));
                };
                match whole {
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

/// Whether a response asks to be looked for elsewhere. Others of the 300s, such as 304, are statuses like any other.
fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
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
