//! The spans we emit: one for each call, one for each attempt, with the names that OpenTelemetry has for HTTP clients.
//!
//! No bodies, queries, headers, paths or links are recorded, which hold addresses of people and secrets; a path is recorded as
//! its template.

use std::sync::Arc;
use std::time::Duration;

use drata_api::{Request, Response};
use tracing::{Instrument as _, Span, field};

use super::layer::Calls;
use crate::permissions::Recorder;
use drata_api::Error;

/// Traces calls, and remembers which operations were called. The outermost layer.
pub(crate) struct Traced<S> {
    pub(crate) server: Arc<Server>,
    pub(crate) recorder: Recorder,
    pub(crate) inner: S,
}

/// The server as spans name it.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) port: u16,
}

tokio::task_local! {
    /// The span of the call that is being made: ours, which may be disabled, and never one of the program's.
    static CALL: Span;
}

impl<S: Calls> Calls for Traced<S> {
    async fn call(&self, request: Box<Request>) -> Result<Response, Error> {
        if let Some(operation) = request.operation {
            self.recorder.record(operation);
        }
        let span = call(&request, &self.server);
        // Nobody listens, and this is not part of another call that somebody listens to.
        if span.is_disabled() && CALL.try_with(|_| ()).is_err() {
            return self.inner.call(request).await;
        }
        let outcome = CALL.scope(span.clone(), self.inner.call(request)).instrument(span.clone()).await;
        self::outcome(&span, outcome.as_ref().map(|response| response.status));
        outcome
    }
}

/// The span of a whole call.
fn call(request: &Request, server: &Server) -> Span {
    let span = tracing::info_span!(
        "drata.call",
        otel.name = field::Empty,
        otel.kind = "internal",
        otel.status_code = field::Empty,
        drata.operation.id = field::Empty,
        drata.api.version = field::Empty,
        drata.attempts = field::Empty,
        drata.rate_limit.wait_ms = field::Empty,
        http.request.method = request.method.as_str(),
        http.response.status_code = field::Empty,
        server.address = field::Empty,
        server.port = field::Empty,
        url.template = field::Empty,
        error.type = field::Empty,
    );
    if span.is_disabled() {
        return span;
    }
    if request.link.is_none() {
        span.record("drata.api.version", request.version.as_str());
        span.record("server.address", server.address.as_str());
        span.record("server.port", server.port);
    }
    match request.operation {
        Some(operation) => {
            span.record("otel.name", operation.rust_path);
            span.record("drata.operation.id", operation.operation_id);
            span.record("url.template", operation.path);
        }
        None if request.link.is_some() => {
            span.record("otel.name", "download");
        }
        None => {
            span.record("otel.name", request.method.as_str());
        }
    }
    span
}

/// Notes on the span of the call how many attempts it took, and how long it waited for the rate limit.
pub(crate) fn attempts(number: u32, waited: Duration) {
    let _ = CALL.try_with(|span| {
        span.record("drata.attempts", number);
        if !waited.is_zero() {
            span.record("drata.rate_limit.wait_ms", u64::try_from(waited.as_millis()).unwrap_or(u64::MAX));
        }
    });
}

/// The span of one attempt.
pub(crate) fn attempt(request: &Request, number: u32) -> Span {
    let span = tracing::debug_span!(
        "drata.attempt",
        otel.name = field::Empty,
        otel.kind = "client",
        otel.status_code = field::Empty,
        http.request.method = request.method.as_str(),
        http.request.resend_count = field::Empty,
        http.response.status_code = field::Empty,
        url.template = field::Empty,
        error.type = field::Empty,
    );
    if span.is_disabled() {
        return span;
    }
    match request.operation {
        Some(operation) => {
            span.record("otel.name", format_args!("{} {}", request.method, operation.path));
            span.record("url.template", operation.path);
        }
        None => {
            span.record("otel.name", request.method.as_str());
        }
    }
    if number > 1 {
        span.record("http.request.resend_count", number - 1);
    }
    span
}

/// Runs `work` inside of a span, if anybody listens to it.
pub(crate) async fn inside<F: Future>(span: &Span, work: F) -> F::Output {
    if span.is_disabled() { work.await } else { work.instrument(span.clone()).await }
}

/// Adds how it ended.
pub(crate) fn outcome(span: &Span, outcome: Result<http::StatusCode, &Error>) {
    if span.is_disabled() {
        return;
    }
    match outcome {
        Ok(status) => {
            span.record("http.response.status_code", status.as_u16());
        }
        Err(error) => {
            if let Some(status) = error.status() {
                span.record("http.response.status_code", status.as_u16());
            }
            span.record("otel.status_code", "ERROR");
            span.record("error.type", error_type(error));
        }
    }
}

/// The kind of failure, of which there are few: the status, as OpenTelemetry has it, or a word.
pub(crate) fn error_type(error: &Error) -> &str {
    if let Some(status) = error.status().filter(|_| !error.is_decode()) {
        // The names of statuses live as long as the program; those without a name are told apart by the status field.
        return status_text(status);
    }
    if error.is_held_back() {
        "rate_limit"
    } else if error.is_deadline() {
        "deadline"
    } else if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connect"
    } else if error.is_transport() {
        "connection"
    } else if error.is_io() {
        "io"
    } else {
        "_OTHER"
    }
}

fn status_text(status: http::StatusCode) -> &'static str {
    static TEXTS: std::sync::LazyLock<Vec<String>> =
        std::sync::LazyLock::new(|| (0..1000).map(|code: u16| code.to_string()).collect());
    TEXTS.get(usize::from(status.as_u16())).map_or("_OTHER", String::as_str)
}
