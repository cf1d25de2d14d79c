//! The one way from a generated operation to a transport and back.

use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::checkpoint::ListIdentity;
use super::client::{Access, Client};
use super::decode::{Decoded, decode};
use super::error::Error;
use super::meta::OperationMeta;
use super::request::{Body, ByteStream, Delivery, PartValue, Request, Response, ResponseBody, Transport};
use super::validate::{Validate, Violation};
use super::wire::WireText;

/// What stays as it is in a path segment: the unreserved characters of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as it stands in a path segment.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Query parameters that say where in a list one is, and not which list it is.
const POSITION: [&str; 5] = ["page", "cursor", "includeTotalCount", "limit", "size"];

/// A request being built, and the client that will send it.
///
/// Setters cannot fail; a value that breaks a rule of the contract is kept with the rule, until the same setter is given
/// another value, and returned by the sending method.
#[derive(Clone)]
pub struct Call {
    transport: Arc<dyn Transport>,
    request: Request,
    /// The rules that are broken at the moment, each with what broke it; what is set again is checked again.
    violations: Vec<(Place, String, String)>,
}

/// A response on its way, all of it.
type Buffered = Pin<Box<dyn Future<Output = Result<Response<Bytes>, Error>> + Send>>;

/// Where in a request a value stands: two places may have parameters of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Path,
    Query,
    Header,
    Body,
    /// What no setter of the contract has set.
    Beyond,
}

impl Call {
    /// Begins a call of `operation`. The path still holds its `{placeholders}`.
    pub fn new<A: Access>(client: &Client<A>, operation: &'static OperationMeta) -> Self {
        let mut request = Request::new(operation.version, operation.method.clone(), operation.path);
        request.operation = Some(operation);
        Self::from_request(client, request)
    }

    /// A call of a request written by hand.
    pub fn from_request<A: Access>(client: &Client<A>, request: Request) -> Self {
        Self { transport: Arc::clone(client.transport()), request, violations: Vec::new() }
    }

    /// Returns the request as it stands.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Returns the request, for changes that the typed setters do not cover.
    pub fn request_mut(&mut self) -> &mut Request {
        &mut self.request
    }

    /// Returns the first rule that a value breaks at present.
    pub fn violation(&self) -> Option<&str> {
        self.violations.first().map(|(_, _, problem)| problem.as_str())
    }

    /// Notes what became of all checks of a value; a later note of the same name in the same place replaces this one.
    pub(super) fn check(&mut self, place: Place, name: &str, checked: Result<(), Violation>) {
        self.violations.retain(|(at, other, _)| *at != place || other != name);
        if let Err(violation) = checked {
            self.violations.push((place, name.to_owned(), violation.under(name).to_string()));
        }
    }

    /// Notes that what was set for `name` breaks a rule: the call is refused unless it is set anew.
    pub fn refuse(&mut self, name: &str, violation: Violation) {
        self.check(Place::Beyond, name, Err(violation));
    }

    /// Returns what makes its list the list it is, for checkpoints.
    #[doc(hidden)]
    pub fn list_identity(&self) -> ListIdentity {
        let query = self.request.query.iter().filter(|(name, _)| !POSITION.contains(&name.as_ref()));
        let mut query: Vec<_> = query.map(|(name, value)| (name.to_string(), value.clone())).collect();
        query.sort();
        ListIdentity {
            operation: self.request.operation.map_or("", |operation| operation.operation_id).to_owned(),
            path: self.request.path.clone(),
            query,
        }
    }

    /// Fills the placeholder `{name}` of the path.
    pub fn path(self, name: &'static str, value: impl WireText) -> Self {
        self.path_text(name, &value.wire_text(), Ok(()))
    }

    /// Fills the placeholder `name` with `text`, of which the contract's limits are `checked`.
    pub(super) fn path_text(mut self, name: &'static str, text: &str, checked: Result<(), Violation>) -> Self {
        // An empty segment, or one made of dots, would silently address another resource.
        let segment = match text {
            "" | "." | ".." => Err(Violation::new(format!("{} cannot stand in a path", shown(text)))),
            _ => Ok(()),
        };
        self.check(Place::Path, name, segment.and(checked));
        self.fill(name, &encoded(text));
        self
    }

    /// Puts what is encoded in the place of `{name}`.
    pub(super) fn fill(&mut self, name: &str, encoded: &str) {
        self.request.path = self.request.path.replace(&format!("{{{name}}}"), encoded);
    }

    /// Sets the query parameter `name`, replacing what was there.
    pub fn query(&mut self, name: &'static str, value: impl WireText) {
        self.request.query.retain(|(other, _)| other != name);
        self.request.query.push((name.into(), value.wire_text()));
    }

    /// Sets the JSON body.
    pub fn json<T: Serialize + Validate + ?Sized>(mut self, body: &T) -> Self {
        self.check(Place::Body, "", body.validate());
        match serde_json::to_vec(body) {
            Ok(bytes) => self.request.body = Body::Json(bytes.into()),
            Err(error) => self.refuse("", Violation::new(format!("the body cannot be written as JSON: {error}"))),
        }
        self
    }

    /// Renames the parts called `from` of a form body.
    pub fn rename_part(&mut self, from: &str, to: impl Into<String>) {
        let to = to.into();
        if let Body::Form(form) = &mut self.request.body {
            for part in form.parts.iter_mut().filter(|part| part.name == from) {
                part.name = to.clone().into();
            }
        }
    }

    /// Sets a field of the body, whether or not the contract knows it.
    pub fn extra_field(&mut self, name: String, value: Value) {
        match &mut self.request.body {
            Body::Form(form) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                form.parts.retain(|part| part.name != name);
                form.text(name, text);
            }
            body @ Body::Empty => *body = Body::Json(json!({ name: value }).to_string().into()),
            Body::Json(bytes) => match serde_json::from_slice::<Map<String, Value>>(bytes) {
                Ok(mut fields) => {
                    fields.insert(name, value);
                    *bytes = Value::Object(fields).to_string().into();
                }
                Err(_) => self.refuse(&name, Violation::new("the body is no object, so it takes no field")),
            },
            Body::Raw { content_type, .. } => {
                let problem = format!("a body of {content_type} takes no field");
                self.refuse(&name, Violation::new(problem));
            }
        }
    }

    /// What goes out, unless a rule is broken.
    fn outgoing(self) -> Result<(Arc<dyn Transport>, Request), Error> {
        match self.violations.into_iter().next() {
            Some((_, _, problem)) => Err(Error::invalid(self.request.operation, problem)),
            None => Ok((self.transport, self.request)),
        }
    }

    /// Sends it and collects the body, of the media type `accept`.
    ///
    /// In a box, which every way of receiving shares: what is asked for, and how, then is no part of their futures.
    fn buffered(mut self, accept: &'static str) -> Buffered {
        self.request.accept = Some(accept);
        self.request.delivery = Delivery::Buffered;
        let outgoing = self.outgoing();
        Box::pin(async move {
            let (transport, request) = outgoing?;
            let Response { status, headers, body, .. } = transport.send(request).await?;
            Ok(Response::new(status, headers, collect(body).await?))
        })
    }

    /// As JSON, or as the vendor's kind of it that was asked for.
    fn buffered_json(self) -> Buffered {
        let vendors = self.request.accept.filter(|media| media.ends_with("+json"));
        self.buffered(vendors.unwrap_or("application/json"))
    }

    /// Decodes the body of a response, and tells the transport about what lists in it rejected.
    fn decoded<T: DeserializeOwned>(
        transport: &dyn Transport,
        operation: Option<&'static OperationMeta>,
        response: Response<Bytes>,
    ) -> Result<Response<T>, Error> {
        let Response { status, headers, body, .. } = response;
        let Decoded { value, rejected } = decode(operation, status, body)?;
        if !rejected.is_empty() {
            transport.items_rejected(operation, &rejected);
        }
        let mut response = Response::new(status, headers, value);
        response.rejected = rejected;
        Ok(response)
    }

    /// Sends it and returns the response as the transport delivers it.
    pub async fn receive_response(self) -> Result<Response, Error> {
        let (transport, request) = self.outgoing()?;
        transport.send(request).await
    }

    /// Sends it and decodes the JSON body.
    pub async fn receive<T: DeserializeOwned>(self) -> Result<T, Error> {
        self.receive_json().await.map(Response::into_body)
    }

    /// Sends it and decodes the JSON body, which a write that was accepted may lack.
    pub async fn receive_json<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        self.receive_json_and_body().await.map(|(response, _)| response)
    }

    /// As [`receive_json`](Self::receive_json), with the body as it came.
    #[doc(hidden)]
    pub async fn receive_json_and_body<T: DeserializeOwned>(self) -> Result<(Response<T>, Bytes), Error> {
        let (transport, operation) = (Arc::clone(&self.transport), self.request.operation);
        let reads = self.request.is_read();
        let response = self.buffered_json().await?;
        if !reads && response.body.trim_ascii().is_empty() {
            return Err(Error::missing_body(operation, response.status, &response.headers));
        }
        let body = response.body.clone();
        Ok((Self::decoded(&*transport, operation, response)?, body))
    }

    /// Sends it and decodes the JSON body, if there is one.
    pub async fn receive_optional<T: DeserializeOwned>(self) -> Result<Response<Option<T>>, Error> {
        let (transport, operation) = (Arc::clone(&self.transport), self.request.operation);
        let response = self.buffered_json().await?;
        if response.body.trim_ascii().is_empty() {
            return Ok(response.map(|_| None));
        }
        Ok(Self::decoded(&*transport, operation, response)?.map(Some))
    }

    /// Sends it and discards the body of the response.
    pub async fn receive_nothing(self) -> Result<Response<()>, Error> {
        Ok(self.buffered_json().await?.map(drop))
    }

    /// Sends it and reads the body as text of the media type `accept`.
    pub async fn receive_text(self, accept: &'static str) -> Result<Response<String>, Error> {
        let operation = self.request.operation;
        let Response { status, headers, body, .. } = self.buffered(accept).await?;
        let text = String::from_utf8(body.into()).map_err(|error| {
            let problem = format!("{accept} that is not UTF-8: {}", error.utf8_error());
            Error::decode(operation, status, "", problem, error.into_bytes().into())
        })?;
        Ok(Response::new(status, headers, text))
    }

    /// Sends it and reads the body as bytes of the media type `accept`.
    pub async fn receive_bytes(self, accept: &'static str) -> Result<Response<Bytes>, Error> {
        self.buffered(accept).await
    }

    /// Sends it and streams the body of the media type `accept`.
    pub async fn receive_stream(mut self, accept: &'static str) -> Result<ByteStream, Error> {
        self.request.accept = Some(accept);
        self.request.delivery = Delivery::Streamed;
        match self.receive_response().await?.body {
            ResponseBody::Stream(stream) => Ok(stream),
            ResponseBody::Buffered(bytes) => Ok(Box::pin(Once(Some(bytes)))),
        }
    }
}

/// The beginning of a value, for an error.
fn shown(value: &str) -> String {
    const LONGEST: usize = 100;
    let cut: String = value.chars().take(LONGEST).collect();
    let more = if cut.len() < value.len() { "…" } else { "" };
    format!("{cut:?}{more}")
}

/// A stream of one chunk.
struct Once(Option<Bytes>);

impl futures_core::Stream for Once {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.take().map(Ok))
    }
}

async fn collect(body: ResponseBody) -> Result<Bytes, Error> {
    match body {
        ResponseBody::Buffered(bytes) => Ok(bytes),
        ResponseBody::Stream(mut stream) => {
            let mut all = Vec::new();
            while let Some(chunk) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
                all.extend_from_slice(&chunk?);
            }
            Ok(all.into())
        }
    }
}

/// The shape of the request: which parameters it has and of what kind its body is, without their values.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call").field("request", &self.request).field("violations", &self.violations.len()).finish()
    }
}

impl std::fmt::Display for Call {
    /// The request as it goes over the wire, without host and key. It shows the values in it; headers that are marked as
    /// sensitive are hidden.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let request = &self.request;
        write!(f, "{} {}{}", request.method, request.version.path_prefix(), request.path)?;
        for (index, (name, value)) in request.query.iter().enumerate() {
            f.write_char(if index == 0 { '?' } else { '&' })?;
            write!(f, "{name}={value}")?;
        }
        for (name, value) in &request.headers {
            let shown = if value.is_sensitive() { "hidden".into() } else { String::from_utf8_lossy(value.as_bytes()) };
            write!(f, "\n{name}: {shown}")?;
        }
        match &request.body {
            Body::Empty => Ok(()),
            Body::Json(bytes) => write!(f, "\n\n{}", String::from_utf8_lossy(bytes)),
            Body::Raw { content_type, content } => {
                write!(f, "\ncontent-type: {content_type}\n\n{} bytes", content.len())
            }
            Body::Form(form) => {
                f.write_str("\n")?;
                for part in &form.parts {
                    match &part.value {
                        PartValue::Text(text) => write!(f, "\n{}: {text}", part.name)?,
                        PartValue::File(file) => {
                            write!(f, "\n{}: @{} ({})", part.name, file.file_name(), file.content_type())?;
                        }
                    }
                }
                Ok(())
            }
        }
    }
}
