//! Requests that the contract does not know.

use std::future::IntoFuture;
use std::pin::Pin;

use bytes::Bytes;
use drata_api::{
    Access, ApiVersion, Body, Call, Client, Error, Form, Idempotency, Operation, Request, Response, Violation,
};
use http::{HeaderName, HeaderValue, Method};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::raw_list::RawList;

/// A request written by hand: same key, retries, limits and errors as a typed call. Made by [`Drata::request`] and
/// [`Drata::get`]. Its timeouts and attempts are set as a typed call's, with the methods of [`Operation`].
///
/// `.await` sends it and returns status, headers and body; [`receive`](Self::receive) decodes the body.
///
/// ```no_run
/// use drata_ext::http::Method;
///
/// # async fn example(drata: drata_ext::Drata) -> Result<(), drata_ext::Error> {
/// let groups: serde_json::Value = drata.get("/v2/groups").query("size", 100).receive().await?;
/// let changed = drata
///     .request(Method::PATCH, "/v2/groups/1")
///     .header("if-match", "v3")
///     .json(&serde_json::json!({"name": "Engineering"}))
///     .await?;
/// println!("{} {:?}", changed.status, changed.request_id());
/// # Ok(())
/// # }
/// ```
///
/// [`Drata::request`]: crate::Drata::request
/// [`Drata::get`]: crate::Drata::get
#[derive(Clone, Debug)]
#[must_use = "a request does nothing until it is sent or awaited"]
pub struct RawCall {
    call: Call,
}

impl RawCall {
    pub(super) fn new<A: Access>(client: &Client<A>, method: Method, path: &str) -> Self {
        let (version, rest) = match path.strip_prefix(ApiVersion::V2.path_prefix()) {
            Some(rest) if rest.starts_with('/') => (ApiVersion::V2, rest),
            _ => (ApiVersion::V1, path),
        };
        let mut call = Call::from_request(client, Request::new(version, method, rest));
        if let Err(problem) = check(path) {
            call.refuse("", Violation::new(problem));
        }
        Self { call }
    }

    /// Adds a query pair. A name may repeat; it goes over the wire as it is here, so lists often need `"expand[]"`.
    pub fn query(mut self, name: impl Into<String>, value: impl ToString) -> Self {
        self.call.request_mut().query.push((name.into().into(), value.to_string()));
        self
    }

    /// Sets a header, replacing one of that name. A value that cannot stand in a header is an error when the call is sent; the
    /// key is not a header of the caller's, so `authorization` is ignored.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        let (name, value) = (name.as_ref(), value.as_ref());
        match (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => return self.extra_header(name, value),
            (Err(_), _) => {
                let problem = format!("{name:?} is not the name of a header");
                self.call.refuse("", Violation::new(problem));
            }
            // The value may be a secret.
            (_, Err(_)) => self
                .call
                .refuse(name, Violation::new("cannot stand in a header: only visible ASCII can, without line breaks")),
        }
        self
    }

    /// Sets the body to `value` as JSON.
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.call.request_mut().body = Body::Json(json.into()),
            Err(error) => {
                self.call.refuse("", Violation::new(format!("the body cannot be written as JSON: {error}")));
            }
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

    /// Walks through it as a list, with the methods of [`ListExt`](crate::ListExt).
    pub fn list(self) -> RawList {
        RawList::new(self.call)
    }

    /// Sends it and decodes the JSON body of the response.
    ///
    /// # Errors
    ///
    /// As any call, and when the response is not a `T`.
    pub async fn receive<T: DeserializeOwned>(self) -> Result<T, Error> {
        self.call.receive().await
    }

    /// Sends it and decodes the JSON body of the response, with status and headers.
    ///
    /// # Errors
    ///
    /// As [`receive`](Self::receive).
    pub async fn receive_json<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        self.call.receive_json().await
    }

    /// Sends it and discards the body of the response.
    ///
    /// # Errors
    ///
    /// As any call.
    pub async fn receive_nothing(self) -> Result<(), Error> {
        self.call.receive_nothing().await.map(Response::into_body)
    }

    /// Sends it and returns status, headers and body, whatever its media type.
    ///
    /// # Errors
    ///
    /// As any call.
    pub async fn send(self) -> Result<Response<Bytes>, Error> {
        self.call.receive_bytes("*/*").await
    }
}

impl IntoFuture for RawCall {
    type Output = Result<Response<Bytes>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl Operation for RawCall {
    type Output = Response<Bytes>;

    fn call(&self) -> &Call {
        &self.call
    }

    fn call_mut(&mut self) -> &mut Call {
        &mut self.call
    }
}

/// Checks that a path leads where it seems to: an address parser takes dots, backslashes and line breaks for more than they
/// look like.
fn check(path: &str) -> Result<(), String> {
    let shown: String = path.chars().take(100).collect();
    if !path.starts_with('/') {
        return Err(format!("the path {shown:?} does not begin with \"/\": it stands below the base URL"));
    }
    if path.contains(['?', '#']) {
        return Err(format!("the path {shown:?} holds a query or a fragment: add queries with .query(name, value)"));
    }
    if path.contains(|letter: char| letter == '\\' || letter.is_control()) {
        return Err(format!("the path {shown:?} holds a backslash or a control character: encode it"));
    }
    let is_dots = |segment: &str| {
        let plain = segment.replace("%2e", ".").replace("%2E", ".");
        matches!(plain.as_str(), "." | "..")
    };
    if path.split('/').any(is_dots) {
        return Err(format!("the path {shown:?} holds {:?} or {:?}, which lead elsewhere", ".", ".."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::transport::base_url::BaseUrl;

    #[test]
    fn paths_that_lead_elsewhere_are_refused() {
        for bad in ["x", "/a?b", "/a#b", "/../x", "/a/%2e%2e/x", "/a/.%2E/x", "/\\..\\x", "/.\t./x", "/a/./b"] {
            assert!(check(bad).is_err(), "{bad}");
        }
        for good in ["/groups", "/groups/email%3Aada%40example.com", "/a..b/.c"] {
            assert!(check(good).is_ok(), "{good}");
        }
    }

    proptest! {
        #[test]
        fn no_path_leads_out_of_the_base_url(path in "(/|[a-z%2eE.\\\\\t/@:?#\\[\\]]){0,20}") {
            let base = BaseUrl::parse("https://gateway.example/drata/public").unwrap();
            if check(&path).is_ok() {
                let url = base.join(ApiVersion::V2, &path, []).unwrap();
                prop_assert!(url.as_str().starts_with("https://gateway.example/drata/public/v2/"), "{path:?} {url}");
            }
            if let Ok(url) = base.join(ApiVersion::V2, &path, []) {
                prop_assert!(url.as_str().starts_with("https://gateway.example/drata/public/v2/"), "{path:?} {url}");
            }
        }
    }
}
