//! Requests to the service and back.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use drata_api::{
    Answer, Body, CallOptions, Idempotency, OperationMeta, PartValue, Request, Response, ResponseBody, SendFuture,
    Transport,
};
use http::{HeaderValue, Method, header};
use reqwest::Url;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::activity::Activity;
use crate::api_key::ApiKey;
use crate::base_url::{BaseUrl, host_and_port};
use crate::body;
use crate::failure::Failure;
use crate::permissions::Recorder;
use crate::retrier::{Retrier, Terms};
use crate::retry_after::retry_after;
use crate::{Error, RateLimiter, connecting, multipart, trace};

/// The most bytes read of an answer that is an error.
const MAX_ERROR_BODY: usize = 256 * 1024;

/// How long things may take.
#[derive(Clone, Debug)]
pub(crate) struct Timeouts {
    pub(crate) connect: Duration,
    /// Between two bytes, and from the request's last to the answer's first.
    pub(crate) read: Duration,
    /// For a whole call without files.
    pub(crate) call: Duration,
}

/// Sends requests with the key to one host, and nowhere else.
pub(crate) struct HttpTransport {
    pub(crate) http: reqwest::Client,
    pub(crate) base: BaseUrl,
    pub(crate) key: ApiKey,
    pub(crate) timeouts: Timeouts,
    pub(crate) retrier: Retrier,
    pub(crate) limiter: RateLimiter,
    pub(crate) recorder: Recorder,
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> SendFuture<'_> {
        let span = trace::call(&request);
        let call = async move {
            if let Some(operation) = request.operation {
                self.recorder.record(operation);
            }
            let terms = self.terms(&request);
            let until = request.options.deadline.map(|limit| Instant::now() + limit);
            let mut attempts = 0;
            let outcome = self
                .retrier
                .run(&terms, |number| {
                    attempts = number;
                    self.attempt(&request, number, until)
                })
                .await;
            let span = tracing::Span::current();
            span.record("drata.attempts", attempts);
            trace::outcome(&span, outcome.as_ref().map(|response| response.status));
            outcome
        };
        Box::pin(call.instrument(span))
    }
}

impl HttpTransport {
    fn terms(&self, request: &Request) -> Terms {
        Terms {
            operation: request.operation,
            endpoint: self.base.label(),
            idempotency: idempotency(request),
            repeatable: request.body.is_repeatable(),
            max_attempts: request.options.max_attempts,
            deadline: self.deadline(request),
            limiter: self.limiter.clone(),
        }
    }

    /// Files take as long as they take: unless a deadline is asked for, only silence ends their transfer.
    fn deadline(&self, request: &Request) -> Option<Duration> {
        let transfers_file = request.answer == Answer::Stream || has_file(&request.body);
        request.options.deadline.or((!transfers_file).then_some(self.timeouts.call))
    }

    async fn attempt(&self, request: &Request, number: u32, until: Option<Instant>) -> Result<Response, Failure> {
        let query = request.query.iter().map(|(name, value)| (name.as_ref(), value.as_str()));
        let url = self.base.join(request.version, &request.path, query).map_err(Failure::last)?;
        let span = trace::attempt(request, &self.base, &url, number);
        let exchange = self.exchange(request, url, until).instrument(span.clone());
        let outcome = match request.options.attempt_timeout {
            Some(limit) => tokio::time::timeout(limit, exchange)
                .await
                .unwrap_or_else(|_| Err(Failure::of_silence(request.operation, limit))),
            None => exchange.await,
        };
        trace::outcome(&span, outcome.as_ref().map(|response| response.status).map_err(|failure| &failure.error));
        outcome
    }

    async fn exchange(&self, request: &Request, url: Url, until: Option<Instant>) -> Result<Response, Failure> {
        let operation = request.operation;
        let timeouts = self.attempt_timeouts(&request.options);
        let limit = timeouts.read;
        let activity = Activity::new();
        let outgoing = self.outgoing(request, url, &activity).await.map_err(Failure::last)?;
        let mut answer = timeouts.send(operation, outgoing, &activity).await?;

        let status = answer.status();
        if status.is_redirection() {
            return Err(Failure::last(Error::redirect(operation, status, redirect_host(&answer))));
        }
        if !status.is_success() {
            return Err(self.refusal(request, answer, limit).await);
        }
        let headers = std::mem::take(answer.headers_mut());
        let body = match request.answer {
            Answer::Stream => ResponseBody::Stream(body::stream(
                answer,
                operation,
                self.base.label(),
                limit,
                request.options.deadline.zip(until),
            )),
            Answer::Whole => ResponseBody::Whole(body::whole(&mut answer, operation, limit).await?),
        };
        Ok(Response::new(status, headers, body))
    }

    async fn outgoing(
        &self,
        request: &Request,
        url: Url,
        activity: &Activity,
    ) -> Result<reqwest::RequestBuilder, Error> {
        let mut out = self.http.request(request.method.clone(), url);
        out = out.header(header::AUTHORIZATION, self.key.header());
        // The caller's headers come beside it, never in its place.
        for (name, value) in request.headers.iter().filter(|(name, _)| name != header::AUTHORIZATION) {
            out = out.header(name, value);
        }
        if let Some(accept) = request.accept {
            out = out.header(header::ACCEPT, HeaderValue::from_static(accept));
        }
        Ok(match &request.body {
            Body::Empty if request.method == Method::GET => out,
            // Some servers and proxies want to be told that a writing request has no body.
            Body::Empty => out.header(header::CONTENT_LENGTH, 0),
            Body::Json(content) => out.header(header::CONTENT_TYPE, "application/json").body(content.clone()),
            Body::Raw { content_type, content } => {
                out.header(header::CONTENT_TYPE, content_type.as_ref()).body(content.clone())
            }
            Body::Form(form) => out.multipart(multipart::build(form, activity).await?),
            _ => return Err(Error::invalid(request.operation, "this kind of body is unknown to the transport")),
        })
    }

    /// Reads what the service has to say about its refusal. The status counts, also when the body does not arrive.
    async fn refusal(&self, request: &Request, mut answer: reqwest::Response, limit: Duration) -> Failure {
        let status = answer.status();
        let headers = std::mem::take(answer.headers_mut());
        let body = body::beginning(&mut answer, limit, MAX_ERROR_BODY).await;
        let wait = retry_after(&headers, SystemTime::now());
        let error = Error::status_code(request.operation, status, headers, self.key.redact(body));
        Failure::of_status(error.with_retry_after(wait))
    }

    pub(crate) fn attempt_timeouts(&self, options: &CallOptions) -> AttemptTimeouts {
        AttemptTimeouts {
            connect: options.connect_timeout.unwrap_or(self.timeouts.connect),
            read: options.read_timeout.unwrap_or(self.timeouts.read),
        }
    }
}

/// How long one try may wait for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AttemptTimeouts {
    pub(crate) connect: Duration,
    pub(crate) read: Duration,
}

impl AttemptTimeouts {
    /// Sends the request and waits for the head of the answer.
    pub(crate) async fn send(
        &self,
        operation: Option<&'static OperationMeta>,
        request: reqwest::RequestBuilder,
        activity: &Activity,
    ) -> Result<reqwest::Response, Failure> {
        let sent = connecting::within(self.connect, activity, request.send());
        activity
            .bound(self.read, sent)
            .await
            .ok_or_else(|| Failure::of_silence(operation, self.read))?
            .map_err(|error| Failure::of_client(operation, error, self.connect))
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("base_url", &self.base)
            .field("key", &self.key)
            .field("timeouts", &self.timeouts)
            .field("retry_policy", &self.retrier.policy)
            .field("rate_limiter", &self.limiter.state())
            .finish_non_exhaustive()
    }
}

/// Whether the request may be sent twice: what the contract or the caller says, or what HTTP says about its method.
fn idempotency(request: &Request) -> Idempotency {
    let by_method = || match request.method {
        Method::GET | Method::HEAD | Method::OPTIONS => Idempotency::Safe,
        Method::PUT | Method::DELETE => Idempotency::Idempotent,
        _ => Idempotency::Unsafe,
    };
    let by_contract = || request.operation.map(|operation| operation.idempotency);
    request.options.idempotency.or_else(by_contract).unwrap_or_else(by_method)
}

fn has_file(body: &Body) -> bool {
    match body {
        Body::Form(form) => form.parts.iter().any(|part| matches!(part.value, PartValue::File(_))),
        _ => false,
    }
}

fn redirect_host(answer: &reqwest::Response) -> Option<String> {
    let target = answer.headers().get(header::LOCATION)?.to_str().ok()?;
    answer.url().join(target).ok().map(|url| host_and_port(&url))
}

/// For what shares a transport.
pub(crate) type Shared = Arc<HttpTransport>;
