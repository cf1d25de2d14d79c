//! A request before it meets the network, and the response after.

use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::error::Error;
use super::meta::{ApiVersion, Idempotency, OperationMeta};
use super::rejected::Rejected;
use super::request_id::request_id;
use super::retry_policy::RetryPolicy;
use super::upload::Upload;

/// One request as the contract describes it: no host, no key, no body read yet.
///
/// It can be cloned and sent again, so a transport can retry it; see [`Upload`] for the one body that cannot.
#[derive(Clone)]
#[non_exhaustive]
pub struct Request {
    /// The operation it came from; `None` when it was written by hand.
    pub operation: Option<&'static OperationMeta>,
    /// The version whose root the path stands below.
    pub version: ApiVersion,
    /// The HTTP method.
    pub method: Method,
    /// The path below the version's root, with its values percent-encoded.
    pub path: String,
    /// A signed link that is requested in place of a path of the API. The key does not go there.
    pub link: Option<SignedLink>,
    /// Query pairs, in order, not yet encoded. A name may repeat.
    pub query: Vec<(Cow<'static, str>, String)>,
    /// Header parameters of the operation.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Body,
    /// The media type asked for, if the response has a body.
    pub accept: Option<&'static str>,
    /// Whether the response is buffered or streamed.
    pub delivery: Delivery,
    /// What this call asks of the transport beside its defaults.
    pub options: CallOptions,
}

impl Request {
    /// A request for `path` (already encoded, beginning with `/`) below the root of `version`.
    pub fn new(version: ApiVersion, method: Method, path: impl Into<String>) -> Self {
        Self {
            operation: None,
            version,
            method,
            path: path.into(),
            link: None,
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::Empty,
            accept: Some("application/json"),
            delivery: Delivery::Buffered,
            options: CallOptions::default(),
        }
    }

    /// A request that fetches what a signed link leads to, as a stream.
    pub fn download(link: SignedLink) -> Self {
        let mut request = Self::new(ApiVersion::V1, Method::GET, "");
        request.link = Some(link);
        request.accept = None;
        request.delivery = Delivery::Streamed;
        request
    }

    /// Returns whether its method only reads: what a read-only client lets through.
    pub fn is_read(&self) -> bool {
        matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS)
    }

    /// Returns whether it may be sent twice: what the caller or the contract says, or what HTTP says about its method.
    pub fn idempotency(&self) -> Idempotency {
        let by_method = || match self.method {
            Method::GET | Method::HEAD | Method::OPTIONS => Idempotency::Safe,
            Method::PUT | Method::DELETE => Idempotency::Idempotent,
            _ => Idempotency::Unsafe,
        };
        let by_contract = || self.operation.map(|operation| operation.idempotency);
        self.options.idempotency.or_else(by_contract).unwrap_or_else(by_method)
    }
}

/// The shape of the request: names and sizes, no values.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Request");
        out.field("method", &self.method).field("version", &self.version);
        match self.operation {
            Some(operation) => out.field("path", &operation.path),
            None if self.link.is_some() => out.field("link", &"hidden"),
            None => out.field("path", &format_args!("{} bytes", self.path.len())),
        };
        let query: Vec<&str> = self.query.iter().map(|(name, _)| name.as_ref()).collect();
        let headers: Vec<&HeaderName> = self.headers.iter().map(|(name, _)| name).collect();
        out.field("query", &query).field("headers", &headers).field("body", &self.body).field("options", &self.options);
        out.finish()
    }
}

/// An address that carries its own permission, as responses hold it: whoever knows it may read the file. `Debug` shows its
/// host alone.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedLink(Arc<str>);

impl SignedLink {
    /// Takes a link.
    pub fn new(link: impl Into<Arc<str>>) -> Self {
        Self(link.into())
    }

    /// Returns the link itself: a secret.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SignedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
        write!(f, "SignedLink({})", host.unwrap_or("not a URL").rsplit('@').next().unwrap_or_default())
    }
}

/// How the body of a response is delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Delivery {
    /// Read by the transport, up to its limit of size; so it can try again when the response breaks off.
    #[default]
    Buffered,
    /// As it arrives.
    Streamed,
}

/// What one call asks of the transport beside the client's defaults.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// Time for the whole call: all attempts, the waits between them, and the wait for the rate limit.
    pub deadline: Option<Duration>,
    /// Time for one attempt, from connecting to the last byte of the response.
    pub attempt_timeout: Option<Duration>,
    /// Time for a connection to be established, where one has to be made.
    pub connect_timeout: Option<Duration>,
    /// The longest gap between received bytes, from the end of the request on.
    pub read_timeout: Option<Duration>,
    /// How failed attempts are repeated, in place of the client's policy.
    pub retry_policy: Option<RetryPolicy>,
    /// The most attempts, the first included, in place of the policy's.
    pub max_attempts: Option<u32>,
    /// Whether it may be sent twice, in place of what the operation says.
    pub idempotency: Option<Idempotency>,
    /// The most bytes of a buffered response, decompressed, in place of the client's limit.
    pub max_response_bytes: Option<usize>,
}

/// The body of a request.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// Encoded JSON.
    Json(Bytes),
    /// `multipart/form-data`.
    Form(Form),
    /// Bytes of another media type.
    Raw {
        /// The media type.
        content_type: Cow<'static, str>,
        /// The content.
        content: Bytes,
    },
}

/// The kind of the body and its size.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Json(content) => write!(f, "Json({} bytes)", content.len()),
            Self::Form(form) => f.debug_tuple("Form").field(&form.parts).finish(),
            Self::Raw { content_type, content } => write!(f, "Raw({content_type}, {} bytes)", content.len()),
        }
    }
}

/// The name of the part and the size of its content.
impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            PartValue::Text(text) => write!(f, "{}: {} bytes", self.name, text.len()),
            PartValue::File(file) => write!(f, "{}: a file of {}", self.name, file.content_type()),
        }
    }
}

impl fmt::Debug for PartValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::File(file) => write!(f, "File({})", file.content_type()),
        }
    }
}

impl Body {
    /// Returns whether a file is part of it, which takes as long as it takes.
    pub fn has_file(&self) -> bool {
        match self {
            Self::Form(form) => form.parts.iter().any(|part| matches!(part.value, PartValue::File(_))),
            Self::Empty | Self::Json(_) | Self::Raw { .. } => false,
        }
    }

    /// Returns whether the body can be built again for another attempt.
    pub fn is_repeatable(&self) -> bool {
        match self {
            Self::Empty | Self::Json(_) | Self::Raw { .. } => true,
            Self::Form(form) => form.parts.iter().all(|part| match &part.value {
                PartValue::Text(_) => true,
                PartValue::File(upload) => upload.is_repeatable(),
            }),
        }
    }
}

/// A `multipart/form-data` body.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The parts, in order. A name may repeat.
    pub parts: Vec<Part>,
}

/// One part of a [`Form`].
#[derive(Clone)]
#[non_exhaustive]
pub struct Part {
    /// The field name.
    pub name: Cow<'static, str>,
    /// The content.
    pub value: PartValue,
}

/// The content of a [`Part`].
#[derive(Clone)]
pub enum PartValue {
    /// A plain string.
    Text(String),
    /// A file.
    File(Upload),
}

impl Form {
    /// Adds a string.
    pub fn text(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.parts.push(Part { name: name.into(), value: PartValue::Text(value.into()) });
    }

    /// Adds a file.
    pub fn file(&mut self, name: impl Into<Cow<'static, str>>, file: Upload) {
        self.parts.push(Part { name: name.into(), value: PartValue::File(file) });
    }
}

/// A successful response (2xx): of a transport with its body as bytes, of a typed call with the body decoded.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Response<B = ResponseBody> {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: B,
    /// The items that did not decode, wherever in the body their list stands; those of the lists themselves are found at
    /// [`List::rejected`](crate::List::rejected). Empty for a body that is not decoded.
    pub rejected: Vec<Rejected>,
}

impl<B> Response<B> {
    /// Builds a successful response.
    pub fn new(status: StatusCode, headers: HeaderMap, body: B) -> Self {
        Self { status, headers, body, rejected: Vec::new() }
    }

    /// Returns the body, discarding status and headers.
    pub fn into_body(self) -> B {
        self.body
    }

    /// Converts the body.
    pub fn map<C>(self, convert: impl FnOnce(B) -> C) -> Response<C> {
        let Self { status, headers, body, rejected } = self;
        Response { status, headers, body: convert(body), rejected }
    }

    /// Returns the identifier of the request, if the response has one: worth quoting to the vendor's support.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }
}

/// The stream of a body that is not read yet.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// The body of a [`Response`].
pub enum ResponseBody {
    /// All of it.
    Buffered(Bytes),
    /// As it arrives.
    Stream(ByteStream),
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Buffered(bytes) => write!(f, "Buffered({} bytes)", bytes.len()),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// The future a [`Transport`] returns.
pub type SendFuture<'a> = Pin<Box<dyn Future<Output = Result<Response, Error>> + Send + 'a>>;

/// What carries a [`Request`] to the service and brings back a success or an [`Error`].
///
/// The key, the host, retries, limits and timeouts are its business; `drata-ext` has the one that users want.
pub trait Transport: Send + Sync + fmt::Debug + 'static {
    /// Sends the request. Responses other than 2xx are errors.
    fn send(&self, request: Request) -> SendFuture<'_>;

    /// Takes note of items that did not decode, wherever in a response of `operation` they stand.
    fn items_rejected(&self, operation: Option<&'static OperationMeta>, rejected: &[Rejected]) {
        let _ = (operation, rejected);
    }
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: Request) -> SendFuture<'_> {
        (**self).send(request)
    }

    fn items_rejected(&self, operation: Option<&'static OperationMeta>, rejected: &[Rejected]) {
        (**self).items_rejected(operation, rejected);
    }
}
