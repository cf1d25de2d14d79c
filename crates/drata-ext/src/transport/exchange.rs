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
        client: &reqwest::Client,
        outgoing: reqwest::Request,
    ) -> Result<Response, Failure> {
        let operation = request.operation;
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
                let whole = match turn.deadline.until() {
                    // It ends the attempt from outside.
                    Some(_) => whole.await,
                    None => match timeout(BODY_TIME, whole).await {
                        Ok(whole) => whole,
                        Err(_) => {
                            return Err(Failure::new(Error::attempt_timeout(operation, BODY_TIME), Cause::Transient));
                        }
                    },
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

#[cfg(test)]
mod tests {
    use drata_api::{ApiVersion, SignedLink};
    use http::Method;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;
    use crate::transport::activity::Activity;
    use crate::transport::turn::Deadline;

    /// What comes of a request to a server that sends `response`, and then closes the connection or `stalls`.
    async fn exchange(request: Request, response: &'static str, stalls: bool) -> Result<Response, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/x", listener.local_addr().unwrap());
        let server = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0, "a request");
            stream.write_all(response.as_bytes()).await.unwrap();
            if stalls {
                std::future::pending::<()>().await;
            }
        };
        let second = Duration::from_secs(1);
        let exchange = Exchange {
            endpoint: "the test".into(),
            timeouts: Timeouts { connect: second, read: second, call: None },
            max_response_bytes: 10,
            proxies: Proxies::None,
        };
        let turn = Turn {
            number: 1,
            deadline: Deadline::none(),
            max_pause: second,
            activity: Activity::new(),
            waited: Duration::ZERO,
        };
        assert!(turn.activity.was_not_sent());
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let outcome = {
            let exchanging = exchange.send(&request, &turn, &http, http.get(url).build().unwrap());
            tokio::pin!(exchanging, server);
            tokio::select! {
                outcome = &mut exchanging => outcome,
                () = &mut server => exchanging.await,
            }
        };
        assert!(!turn.activity.was_not_sent());
        outcome
    }

    fn get() -> Request {
        Request::new(ApiVersion::V2, Method::GET, "/x")
    }

    fn link() -> Request {
        Request::download(SignedLink::new("https://files.example.com/x?signature=s1gned".to_owned()))
    }

    #[tokio::test]
    async fn a_success_is_delivered_with_status_headers_and_body() {
        let response = "HTTP/1.1 207 Multi\r\nx-request-id: r1\r\ncontent-length: 3\r\n\r\n[1]";
        let response = exchange(get(), response, false).await.unwrap();
        assert_eq!((response.status.as_u16(), response.request_id()), (207, Some("r1")));
        assert!(matches!(response.body, ResponseBody::Buffered(body) if body == "[1]"));
    }

    #[tokio::test]
    async fn a_body_above_the_limit_is_an_error_that_no_attempt_mends() {
        for response in [
            "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n6\r\n123456\r\n6\r\n123456\r\n",
        ] {
            let failure = exchange(get(), response, true).await.unwrap_err();
            assert!(failure.cause == Cause::Final && failure.error.is_response_too_large(), "{}", failure.error);
        }
    }

    #[tokio::test]
    async fn a_rejection_keeps_its_status_although_its_body_breaks_off_or_stalls() {
        let response = "HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 99\r\n\r\nbusy";
        for stalls in [false, true] {
            let failure = exchange(get(), response, stalls).await.unwrap_err();
            assert_eq!((failure.cause, failure.error.retry_after()), (Cause::Transient, Some(Duration::from_secs(7))));
            assert_eq!(failure.error.message().as_deref(), Some("busy"));
        }
    }

    #[tokio::test]
    async fn a_redirect_is_no_way_and_another_status_of_the_300s_no_redirect() {
        let response = "HTTP/1.1 302 Found\r\nlocation: https://login.example.com/x\r\ncontent-length: 0\r\n\r\n";
        let failure = exchange(get(), response, false).await.unwrap_err();
        assert!(failure.error.is_redirect() && failure.error.to_string().contains("login.example.com"));
        let failure = exchange(get(), "HTTP/1.1 304 Not Modified\r\n\r\n", false).await.unwrap_err();
        assert!(!failure.error.is_redirect() && failure.cause == Cause::Final);
        assert_eq!(failure.error.status(), Some(StatusCode::NOT_MODIFIED));
    }

    #[tokio::test]
    async fn what_a_store_of_files_says_is_shown_without_the_link() {
        let response =
            "HTTP/1.1 403 No\r\n\r\n<Error><Code>Expired</Code><Message>too late</Message><Url>s1gned</Url></Error>";
        let failure = exchange(link(), response, false).await.unwrap_err();
        assert_eq!(failure.error.message().as_deref(), Some("Expired: too late"));
        assert!(!format!("{:?} {:?}", failure.error, failure.error.raw_body()).contains("s1gned"));
    }
}
