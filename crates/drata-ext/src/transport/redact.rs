//! The key, taken out of everything that came from outside.

use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use drata_api::{ByteStream, Redact, Request, Response, ResponseBody};
use futures_core::Stream;
use http::HeaderValue;
use memchr::memmem::Finder;

use super::api_key::ApiKey;
use super::layer::Calls;
use drata_api::Error;

/// What stands in place of the key.
const HIDDEN: &str = "[key]";
/// The shortest key that is looked for: a shorter one is no key, and taking it out would leave holes in every other word.
const SHORTEST: usize = 8;
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

/// Finds keys in text, and takes them out.
pub(crate) struct Redactor {
    /// The ways in which the keys may be written, the longest first.
    needles: Vec<Finder<'static>>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor({} strings)", self.needles.len())
    }
}

impl Redactor {
    pub(crate) fn new<'a>(keys: impl Iterator<Item = &'a ApiKey>) -> Self {
        let mut needles: Vec<String> =
            keys.flat_map(|key| key.spellings()).filter(|key| key.len() >= SHORTEST).collect();
        needles.sort_unstable_by_key(|needle| std::cmp::Reverse(needle.len()));
        needles.dedup();
        Self { needles: needles.iter().map(|needle| Finder::new(needle).into_owned()).collect() }
    }

    /// How many bytes at the end may be the beginning of a key.
    fn begun(&self, bytes: &[u8]) -> usize {
        let begun = |needle: &Finder<'_>| {
            let longest = (needle.needle().len() - 1).min(bytes.len());
            (1..=longest).rev().find(|length| needle.needle().starts_with(&bytes[bytes.len() - length..]))
        };
        self.needles.iter().filter_map(begun).max().unwrap_or(0)
    }

    /// The first key at or after `from`, and where it ends.
    fn find(&self, bytes: &[u8], from: usize) -> Option<(usize, usize)> {
        let found = self.needles.iter().filter_map(|needle| {
            let start = from + needle.find(&bytes[from..])?;
            Some((start, start + needle.needle().len()))
        });
        found.min_by_key(|(start, _)| *start)
    }
}

impl Redact for Redactor {
    fn bytes(&self, bytes: &[u8]) -> Option<Bytes> {
        let (mut start, mut end) = self.find(bytes, 0)?;
        let mut out = BytesMut::with_capacity(bytes.len());
        let mut copied = 0;
        loop {
            out.extend_from_slice(&bytes[copied..start]);
            out.extend_from_slice(HIDDEN.as_bytes());
            copied = end;
            match self.find(bytes, copied) {
                Some(next) => (start, end) = next,
                None => break,
            }
        }
        out.extend_from_slice(&bytes[copied..]);
        Some(out.freeze())
    }

    fn text(&self, text: &str) -> Option<String> {
        // A key is ASCII, so that what is left is UTF-8 as before.
        self.bytes(text.as_bytes()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Takes the key out of responses and errors: headers, bodies, streams, and what errors hold.
pub(crate) struct Redacted<S> {
    pub(crate) keys: Arc<Keys>,
    pub(crate) inner: S,
}

impl<S: Calls> Calls for Redacted<S> {
    async fn call(&self, request: Request) -> Result<Response, Error> {
        // A store of files never saw the key.
        let is_link = request.link.is_some();
        let outcome = self.inner.call(request).await;
        let redactor = self.keys.redactor();
        let mut response = outcome.map_err(|error| error.redacted(&*redactor))?;
        for value in response.headers.values_mut() {
            if let Some(hidden) = redactor.bytes(value.as_bytes()) {
                *value = HeaderValue::from_bytes(&hidden).unwrap_or(HeaderValue::from_static(HIDDEN));
            }
        }
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
    use http::{HeaderMap, StatusCode};
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "s3cret/k3y\"s";

    fn keys() -> Arc<Keys> {
        Arc::new(Keys::new(Some(ApiKey::new(KEY).unwrap())))
    }

    /// Returns the same outcome to every call.
    struct Canned<F>(F);

    impl<F: Fn() -> Result<Response, Error> + Send + Sync> Calls for Canned<F> {
        async fn call(&self, _: Request) -> Result<Response, Error> {
            (self.0)()
        }
    }

    fn request() -> Request {
        Request::new(drata_api::ApiVersion::V2, http::Method::GET, "/x")
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
