//! The identifier that the service gave a request.

use http::{HeaderMap, HeaderName};

/// Headers that may carry it, the most telling first.
const HEADERS: [HeaderName; 5] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-amzn-requestid"),
    HeaderName::from_static("x-amzn-trace-id"),
    HeaderName::from_static("x-amz-cf-id"),
    HeaderName::from_static("cf-ray"),
];

/// Returns the identifier of a request, by the headers of its response.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    HEADERS.iter().find_map(|name| headers.get(name)?.to_str().ok()).filter(|id| !id.is_empty())
}
