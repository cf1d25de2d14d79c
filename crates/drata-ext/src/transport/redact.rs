//! The key, taken out of everything that came from outside.

use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use drata_api::{ByteStream, Redact as _, Request, Response, ResponseBody};
use futures_core::Stream;
use http::HeaderValue;

use super::api_key::ApiKey;
use super::layer::Calls;
use super::redactor::Redactor;
use drata_api::Error;

/// How many earlier keys are looked for, since a request may be under way while the key is changed.
const EARLIER: usize = 4;

/// The key that requests are sent with, and those they were sent with before.
#[derive(Debug)]
pub(crate) struct Keys(RwLock<Arc<KeySet>>);

#[derive(Debug)]
struct KeySet {
    current: Option<ApiKey>,
    /// The current one last.
    all: Vec<ApiKey>,
    redactor: Arc<Redactor>,
}

impl Keys {
    pub(crate) fn new(key: Option<ApiKey>) -> Self {
        Self(RwLock::new(Arc::new(KeySet::new(key.into_iter().collect()))))
    }

    /// Sends requests with `key` from now on.
    pub(crate) fn replace(&self, key: ApiKey) {
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut all = keys.all.clone();
        all.push(key);
        let gone = all.len().saturating_sub(1 + EARLIER);
        all.drain(..gone);
        *keys = Arc::new(KeySet::new(all));
    }

    /// The value of the `Authorization` header, marked as sensitive.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        self.get().current.as_ref().map(ApiKey::header)
    }

    pub(crate) fn redactor(&self) -> Arc<Redactor> {
        Arc::clone(&self.get().redactor)
    }

    fn get(&self) -> Arc<KeySet> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl KeySet {
    fn new(all: Vec<ApiKey>) -> Self {
        Self { current: all.last().cloned(), redactor: Arc::new(Redactor::new(all.iter())), all }
    }
}

/// Takes the key out of responses and errors: headers, bodies, streams, and what errors hold.
pub(crate) struct Redacted<S> {
    pub(crate) keys: Arc<Keys>,
    pub(crate) inner: S,
}

impl<S: Calls> Calls for Redacted<S> {
    async fn call(&self, request: Box<Request>) -> Result<Response, Error> {
        // A store of files never saw the key.
        let is_link = request.link.is_some();
        let outcome = self.inner.call(request).await;
        let redactor = self.keys.redactor();
        let mut response = outcome.map_err(|error| error.redacted(&*redactor))?;
        redactor.headers(&mut response.headers);
        response.body = match response.body {
            ResponseBody::Buffered(bytes) => ResponseBody::Buffered(redactor.bytes(&bytes).unwrap_or(bytes)),
            ResponseBody::Stream(stream) if is_link => ResponseBody::Stream(stream),
            ResponseBody::Stream(stream) => {
                ResponseBody::Stream(Box::pin(RedactedStream { redactor, stream, held: BytesMut::new(), ended: false }))
            }
        };
        Ok(response)
    }
}

/// A stream without the key, also where it is spread over two chunks.
struct RedactedStream {
    redactor: Arc<Redactor>,
    stream: ByteStream,
    /// The end of what arrived, which may be the beginning of a key.
    held: BytesMut,
    ended: bool,
}

impl Stream for RedactedStream {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if self.ended {
                return Poll::Ready(None);
            }
            match self.stream.as_mut().poll_next(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(chunk))) => {
                    self.held.extend_from_slice(&chunk);
                    let mut held = std::mem::take(&mut self.held);
                    if let Some(redacted) = self.redactor.bytes(&held) {
                        held = BytesMut::from(&redacted[..]);
                    }
                    let begun = self.redactor.begun(&held);
                    self.held = held.split_off(held.len() - begun);
                    if !held.is_empty() {
                        return Poll::Ready(Some(Ok(held.freeze())));
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    self.ended = true;
                    let redactor = Arc::clone(&self.redactor);
                    return Poll::Ready(Some(Err(error.redacted(&*redactor))));
                }
                Poll::Ready(None) => {
                    self.ended = true;
                    let rest = std::mem::take(&mut self.held);
                    return Poll::Ready((!rest.is_empty()).then(|| Ok(rest.freeze())));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt as _, stream};
    use http::{HeaderMap, HeaderName, StatusCode};
    use proptest::prelude::*;

    use super::super::redactor::HIDDEN;
    use super::*;

    const KEY: &str = "s3cret/k3y\"s";

    fn keys() -> Arc<Keys> {
        Arc::new(Keys::new(Some(ApiKey::new(KEY).unwrap())))
    }

    /// Returns the same outcome to every call.
    struct Canned<F>(F);

    impl<F: Fn() -> Result<Response, Error> + Send + Sync> Calls for Canned<F> {
        async fn call(&self, _: Box<Request>) -> Result<Response, Error> {
            (self.0)()
        }
    }

    #[tokio::test]
    async fn a_header_that_is_named_by_the_key_is_left_out() {
        let name = HeaderName::from_bytes(b"x-abcdef-ghijkl").unwrap();
        let headers = HeaderMap::from_iter([(name, HeaderValue::from_static("1"))]);
        let body = || ResponseBody::Buffered("1".into());
        let layer = Redacted {
            keys: Arc::new(Keys::new(Some(ApiKey::new("aBcdef-GhIjkl").unwrap()))),
            inner: Canned(move || Ok(Response::new(StatusCode::OK, headers.clone(), body()))),
        };
        assert!(layer.call(request()).await.unwrap().headers.is_empty());
    }

    #[tokio::test]
    async fn the_headers_of_a_rejection_hold_no_key_in_names_or_values() {
        let name = HeaderName::from_bytes(b"x-abcdef-ghijkl").unwrap();
        let headers = HeaderMap::from_iter([
            (name, HeaderValue::from_static("1")),
            (http::header::SERVER, HeaderValue::from_static("aBcdef-GhIjkl")),
        ]);
        let layer = Redacted {
            keys: Arc::new(Keys::new(Some(ApiKey::new("aBcdef-GhIjkl").unwrap()))),
            inner: Canned(move || {
                Err(Error::status_code(None, StatusCode::TOO_MANY_REQUESTS, headers.clone(), "".into()))
            }),
        };
        let error = layer.call(request()).await.unwrap_err();
        assert_eq!(error.headers().unwrap().len(), 1);
        assert_eq!(error.headers().unwrap()[http::header::SERVER], HIDDEN);
    }

    #[tokio::test]
    async fn a_message_that_was_cut_within_the_key_does_not_end_with_its_beginning() {
        for before in 470..505 {
            let layer = Redacted {
                keys: keys(),
                inner: Canned(move || Err(Error::connect(None, format!("{}{KEY} and more", "x".repeat(before))))),
            };
            let shown = layer.call(request()).await.unwrap_err().to_string();
            assert!(!shown.contains("s3"), "{before}: {shown}");
        }
        for before in [65_530, 65_525] {
            let body = format!("{}{KEY} and more", "x".repeat(before));
            let error =
                move || Error::status_code(None, StatusCode::BAD_REQUEST, HeaderMap::new(), body.clone().into());
            let layer = Redacted { keys: keys(), inner: Canned(move || Err(error())) };
            let error = layer.call(request()).await.unwrap_err();
            assert!(error.raw_body().unwrap().ends_with(b"xx") || error.raw_body().unwrap().ends_with(b"[key]"));
        }
    }

    fn request() -> Box<Request> {
        Box::new(Request::new(drata_api::ApiVersion::V2, http::Method::GET, "/x"))
    }

    #[tokio::test]
    async fn successes_are_redacted_in_headers_bodies_and_streams() {
        let body =
            || ResponseBody::Buffered(format!(r#"{{"a":"{KEY}","b":"s3cret\/k3y\"s s3cret%2Fk3y%22s"}}"#).into());
        let headers = HeaderMap::from_iter([(http::header::SERVER, HeaderValue::from_str(KEY).unwrap())]);
        let layer = Redacted {
            keys: keys(),
            inner: Canned(move || Ok(Response::new(StatusCode::OK, headers.clone(), body()))),
        };
        let response = layer.call(request()).await.unwrap();
        assert_eq!(response.headers[http::header::SERVER], HIDDEN);
        let ResponseBody::Buffered(body) = response.body else { panic!("buffered") };
        assert_eq!(body, r#"{"a":"[key]","b":"[key] [key]"}"#);
    }

    #[tokio::test]
    async fn errors_are_redacted_with_their_sources() {
        let layer = Redacted {
            keys: keys(),
            inner: Canned(|| {
                let source = std::io::Error::other(format!("sent {KEY}"));
                Err(Error::connect(None, format!("proxy said {KEY}")).with_source(source))
            }),
        };
        let error = layer.call(request()).await.unwrap_err();
        let source = std::error::Error::source(&error).unwrap();
        let shown = format!("{error} {error:?} {source} {source:?}");
        assert!(!shown.contains("s3cret") && shown.contains(HIDDEN), "{shown}");
    }

    #[test]
    fn a_key_is_still_hidden_after_another_took_its_place_and_a_short_one_leaves_words_alone() {
        let keys = keys();
        keys.replace(ApiKey::new("another-k3y").unwrap());
        assert_eq!(keys.redactor().text(&format!("{KEY} another-k3y")).unwrap(), "[key] [key]");
        let short = Keys::new(Some(ApiKey::new("x").unwrap()));
        assert_eq!(short.redactor().text("expected"), None);
    }

    proptest! {
        #[test]
        fn however_a_stream_is_cut_it_holds_no_key(cuts in prop::collection::vec(1..20usize, 0..30), times in 0..4usize) {
            let whole = format!("begin {}end", format!("{KEY} and ").repeat(times));
            let mut rest = whole.as_bytes();
            let mut chunks = Vec::new();
            for cut in cuts {
                let (chunk, more) = rest.split_at(cut.min(rest.len()));
                chunks.push(Ok(Bytes::copy_from_slice(chunk)));
                rest = more;
            }
            chunks.push(Ok(Bytes::copy_from_slice(rest)));
            let stream: ByteStream = Box::pin(stream::iter(chunks));
            let redacted =
                RedactedStream { redactor: keys().redactor(), stream, held: BytesMut::new(), ended: false };
            let parts = futures_util::FutureExt::now_or_never(redacted.collect::<Vec<_>>()).unwrap();
            let all: Vec<u8> = parts.into_iter().flat_map(|part| part.unwrap()).collect();
            let expected = whole.replace(KEY, HIDDEN);
            prop_assert_eq!(String::from_utf8(all).unwrap(), expected);
        }
    }
}
