//! What is told to `tracing`: one span for a call, one for each try, with the names OpenTelemetry has for HTTP clients.
//!
//! Neither bodies nor queries nor headers are recorded: queries hold addresses of people, headers hold the key.

use drata_api::Request;
use reqwest::Url;
use tracing::{Span, field};

use crate::Error;
use crate::base_url::BaseUrl;

/// The span of a whole call.
pub(crate) fn call(request: &Request) -> Span {
    let span = tracing::info_span!(
        "drata.call",
        otel.name = field::Empty,
        otel.kind = "internal",
        otel.status_code = field::Empty,
        drata.operation.id = field::Empty,
        drata.api.version = request.version.as_str(),
        drata.attempts = field::Empty,
        http.request.method = request.method.as_str(),
        http.response.status_code = field::Empty,
        url.template = field::Empty,
        error.type = field::Empty,
    );
    match request.operation {
        Some(operation) => {
            span.record("otel.name", operation.rust_path);
            span.record("drata.operation.id", operation.operation_id);
            span.record("url.template", operation.path);
        }
        None => {
            span.record("otel.name", request.method.as_str());
        }
    }
    span
}

/// The span of one try.
pub(crate) fn attempt(request: &Request, base: &BaseUrl, url: &Url, number: u32) -> Span {
    let span = tracing::debug_span!(
        "drata.attempt",
        otel.name = field::Empty,
        otel.kind = "client",
        http.request.method = request.method.as_str(),
        http.request.resend_count = field::Empty,
        http.response.status_code = field::Empty,
        server.address = base.host(),
        server.port = base.port(),
        url.scheme = url.scheme(),
        url.path = url.path(),
        url.template = field::Empty,
        error.type = field::Empty,
    );
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

/// Adds how it ended.
pub(crate) fn outcome(span: &Span, outcome: Result<http::StatusCode, &Error>) {
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

/// A word for the kind of failure, of which there are few.
fn error_type(error: &Error) -> &'static str {
    if error.is_deadline() {
        "deadline"
    } else if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connect"
    } else if error.is_transport() {
        "broken"
    } else if error.is_redirect() {
        "redirect"
    } else if error.is_rate_limited() {
        "rate_limited"
    } else if error.is_server_error() {
        "server"
    } else if error.status().is_some() {
        "refused"
    } else {
        "client"
    }
}
