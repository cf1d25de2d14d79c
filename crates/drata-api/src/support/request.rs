//! A request before it meets the network, and the answer after.

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
    /// Query pairs, in order, not yet encoded. A name may repeat.
    pub query: Vec<(Cow<'static, str>, String)>,
    /// Header parameters of the operation.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The body.
    pub body: Body,
    /// The media type asked for, if the answer has a body.
    pub accept: Option<&'static str>,
    /// Whether the answer is to be read whole or handed on as a stream.
    pub answer: Answer,
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
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::Empty,
            accept: Some("application/json"),
            answer: Answer::Whole,
            options: CallOptions::default(),
        }
    }
}

/// The shape of the request: names and sizes, no values.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Request");
        out.field("method", &self.method).field("version", &self.version);
        match self.operation {
            Some(operation) => out.field("path", &operation.path),
            None => out.field("path", &format_args!("{} bytes", self.path.len())),
        };
        let query: Vec<&str> = self.query.iter().map(|(name, _)| name.as_ref()).collect();
        let headers: Vec<&HeaderName> = self.headers.iter().map(|(name, _)| name).collect();
        out.field("query", &query).field("headers", &headers).field("body", &self.body).field("options", &self.options);
        out.finish()
    }
}

/// How the answer's body is to be handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answer {
    /// Read whole by the transport, which can therefore try again when it breaks off.
    #[default]
    Whole,
    /// Handed on as it arrives.
    Stream,
}

/// What one call asks of the transport beside the client's defaults.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// Time for the whole call: all tries and the waits between them.
    pub deadline: Option<Duration>,
    /// Time for one try, from connecting to the last byte of the answer.
    pub attempt_timeout: Option<Duration>,
    /// Time for a connection to come about, where one has to be made.
    pub connect_timeout: Option<Duration>,
    /// Time without a byte of the answer, from the end of the request on.
    pub read_timeout: Option<Duration>,
    /// The most tries, the first included.
    pub max_attempts: Option<u32>,
    /// Whether it may be sent twice, in place of what the operation says.
    pub idempotency: Option<Idempotency>,
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
    /// Whether the body can be built again for another try.
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
    /// A plain text field.
    Text(String),
    /// A file.
    File(Upload),
}

impl Form {
    /// Adds a text field.
    pub fn text(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        self.parts.push(Part { name: name.into(), value: PartValue::Text(value.into()) });
    }

    /// Adds a file.
    pub fn file(&mut self, name: impl Into<Cow<'static, str>>, file: Upload) {
        self.parts.push(Part { name: name.into(), value: PartValue::File(file) });
    }
}

/// A successful response (2xx): of a transport with its body as bytes, of a typed call with the body decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response<B = ResponseBody> {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: B,
}

impl<B> Response<B> {
    /// Builds a successful response.
    pub fn new(status: StatusCode, headers: HeaderMap, body: B) -> Self {
        Self { status, headers, body }
    }

    /// Returns the body, discarding status and headers.
    pub fn into_body(self) -> B {
        self.body
    }

    /// Converts the body.
    pub fn map<C>(self, convert: impl FnOnce(B) -> C) -> Response<C> {
        Response { status: self.status, headers: self.headers, body: convert(self.body) }
    }

    /// Returns the identifier of the request, if the response has one: worth quoting to the vendor's support.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }
}

/// Headers that may carry the identifier of a request, the most telling first.
const REQUEST_ID_HEADERS: [HeaderName; 5] = [
    HeaderName::from_static("x-request-id"),
    HeaderName::from_static("x-amzn-requestid"),
    HeaderName::from_static("x-amzn-trace-id"),
    HeaderName::from_static("x-amz-cf-id"),
    HeaderName::from_static("cf-ray"),
];

/// The identifier of a request, by the headers of its response.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    REQUEST_ID_HEADERS.iter().find_map(|name| headers.get(name)?.to_str().ok()).filter(|id| !id.is_empty())
}

/// The stream of a body that is not read yet.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// The body of a [`Response`].
pub enum ResponseBody {
    /// All of it.
    Whole(Bytes),
    /// As it arrives.
    Stream(ByteStream),
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
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
    /// Sends the request. Answers other than 2xx are errors.
    fn send(&self, request: Request) -> SendFuture<'_>;
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: Request) -> SendFuture<'_> {
        (**self).send(request)
    }
}
