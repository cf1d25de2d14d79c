//! Requests that were recorded, sent again.

use std::io;

use bytes::Bytes;
use http::Request;
use http::header::{AUTHORIZATION, HeaderValue};
use http_body_util::Full;

use super::handling;
use super::record::{LONGEST_BODY, Received, is_masked};
use super::service::Service;

/// The response to a request that was sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replayed {
    /// The status; 0 where the connection was reset instead.
    pub status: u16,
    /// The body.
    pub body: Bytes,
}

/// Sends recorded requests again, each at the time at which it was received.
pub(crate) async fn replay(service: &Service, requests: &[Received]) -> io::Result<Vec<Replayed>> {
    let mut responses = Vec::with_capacity(requests.len());
    for (place, received) in requests.iter().enumerate() {
        let wrong = |what: &str| {
            let named = format!("request {} ({} {})", place + 1, received.method, received.path);
            io::Error::new(io::ErrorKind::InvalidInput, format!("{named} cannot be sent again: {what}"))
        };
        if received.body.len() >= LONGEST_BODY {
            return Err(wrong("the record holds only the beginning of its body"));
        }
        let uri = if received.query.is_empty() {
            received.path.clone()
        } else {
            format!("{}?{}", received.path, received.query)
        };
        let request = Request::builder().method(received.method.clone()).uri(uri);
        let mut request = request.body(()).map_err(|error| wrong(&error.to_string()))?;
        *request.headers_mut() = received.headers.clone();
        if let Some(key) = key(service, received) {
            request.headers_mut().insert(AUTHORIZATION, key);
        }
        let (parts, ()) = request.into_parts();
        let (reply, _) = handling::handle(service, &parts, Full::new(received.body.clone()), received.at).await;
        responses.push(match reply {
            Some(reply) => {
                let (status, _, _, body) = reply.into_bytes();
                Replayed { status, body }
            }
            None => Replayed { status: 0, body: Bytes::new() },
        });
    }
    Ok(responses)
}

/// The key that a recorded request was sent with: the one of the sandbox that ends as the record says.
fn key(service: &Service, received: &Received) -> Option<HeaderValue> {
    let masked = received.headers.get(AUTHORIZATION)?;
    let access = service.access.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    let known = access.keys.keys().find(|key| is_masked(masked, key))?;
    HeaderValue::try_from(format!("Bearer {known}")).ok()
}
