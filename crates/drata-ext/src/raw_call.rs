//! Requests that the contract does not know.

use bytes::Bytes;
use drata_api::{Access, ApiVersion, Body, Call, Client, Form, Idempotency, Operation, Request, Response};
use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;

/// A request written by hand: same key, retries, limits and errors as a typed call. Made by [`Drata::request`] and
/// [`Drata::get`]. Its timeouts and tries are set as a typed call's, with the methods of [`Operation`].
///
/// ```no_run
/// # async fn example(drata: drata_ext::Drata) -> Result<(), drata_ext::Error> {
/// let groups: serde_json::Value = drata.get("/v2/groups").query("size", 100).receive().await?;
/// # Ok(())
/// # }
/// ```
///
/// [`Drata::request`]: crate::Drata::request
/// [`Drata::get`]: crate::Drata::get
#[derive(Clone, Debug)]
#[must_use]
pub struct RawCall {
    call: Call,
    problem: Option<String>,
}

impl RawCall {
    pub(crate) fn new<A: Access>(client: &Client<A>, method: Method, path: &str) -> Self {
        let problem = check(path).err();
        let (version, path) = match path.strip_prefix(ApiVersion::V2.path_prefix()) {
            Some(rest) if rest.starts_with('/') => (ApiVersion::V2, rest),
            _ => (ApiVersion::V1, path),
        };
        Self { call: Call::from_request(client, Request::new(version, method, path)), problem }
    }

    /// Adds a query pair. A name may repeat; it goes over the wire as it is here, so lists often need `"expand[]"`.
    pub fn query(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.call.request_mut().query.push((name.into().into(), value.to_string()));
        self
    }

    /// Sets the body to `value` as JSON.
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.call.request_mut().body = Body::Json(json.into()),
            Err(error) => self.problem = Some(format!("the body cannot be written as JSON: {error}")),
        }
        self
    }

    /// Sets the body to a form, with files perhaps.
    pub fn form(mut self, form: Form) -> Self {
        self.call.request_mut().body = Body::Form(form);
        self
    }

    /// Sets the body to bytes of the media type `content_type`.
    pub fn body(mut self, content_type: impl Into<String>, content: impl Into<Bytes>) -> Self {
        self.call.request_mut().body = Body::Raw { content_type: content_type.into().into(), content: content.into() };
        self
    }

    /// Says whether it may be sent twice, where the method says something else.
    pub fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.call.request_mut().options.idempotency = Some(idempotency);
        self
    }

    /// Sends it and decodes the JSON answer.
    ///
    /// # Errors
    ///
    /// As any call, and when the answer is not a `T`.
    pub async fn receive<T: DeserializeOwned>(self) -> Result<T, Error> {
        self.checked()?.receive().await
    }

    /// Sends it and lets go of whatever the answer holds.
    ///
    /// # Errors
    ///
    /// As any call.
    pub async fn receive_nothing(self) -> Result<(), Error> {
        self.checked()?.receive_nothing().await.map(Response::into_body)
    }

    /// Sends it and hands over status, headers and the whole body, whatever its media type.
    ///
    /// # Errors
    ///
    /// As any call.
    pub async fn receive_response(self) -> Result<Response, Error> {
        let mut call = self.checked()?;
        call.request_mut().accept = Some("*/*");
        call.receive_response().await
    }

    fn checked(self) -> Result<Call, Error> {
        match self.problem {
            Some(problem) => Err(Error::invalid(None, problem)),
            None => Ok(self.call),
        }
    }
}

impl Operation for RawCall {
    type Output = Response;

    fn call(&self) -> &Call {
        &self.call
    }

    fn call_mut(&mut self) -> &mut Call {
        &mut self.call
    }
}

fn check(path: &str) -> Result<(), String> {
    if !path.starts_with('/') {
        return Err(format!("the path {path:?} does not begin with \"/\": it stands below the base URL"));
    }
    if path.contains(['?', '#']) {
        return Err(format!("the path {path:?} holds a query or a fragment: add queries with .query(name, value)"));
    }
    if path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(format!("the path {path:?} holds {:?} or {:?}, which lead elsewhere", ".", ".."));
    }
    Ok(())
}
