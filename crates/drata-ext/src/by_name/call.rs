//! A call of an operation that is known by name.

use std::fmt;

use drata_api::{Access, ByteStream, Call, Client, Response, ResponseBody, Upload};
use drata_contract::operation::{Operation, Parameter};
use futures_util::TryStreamExt as _;
use serde_json::Value;

use super::list::NamedList;
use super::meta::Known;
use super::request::{self, Values};
use super::response::NamedResponse;
use super::row::Row;
use crate::Error;
use crate::lists::{Items, ListExt as _};

/// A call of an operation that is known by name. Made by [`Drata::operation`](crate::Drata::operation).
///
/// Values are set by their names on the wire. They are checked against the contract when the call is sent, all of them: a
/// call that breaks a rule is not sent, and its error names every rule that it breaks.
///
/// Timeouts and attempts are set as those of a typed call, with the methods of [`Operation`](crate::Operation).
#[derive(Clone)]
#[must_use = "a call does nothing until it is sent"]
pub struct NamedCall {
    call: Call,
    values: Values,
}

impl NamedCall {
    pub(super) fn new<A: Access>(client: &Client<A>, known: Known) -> Self {
        Self { call: Call::new(client, known.meta), values: Values::new(known) }
    }

    /// Returns what is known of the operation.
    pub fn known(&self) -> Known {
        self.values.known
    }

    /// Sets a parameter, or a field of the body where the operation has no parameter of this name. A parameter such as
    /// `expand[]` goes by `expand` too, and takes an array.
    pub fn set(mut self, name: &str, value: impl Into<Value>) -> Self {
        let own = |parameter: &&Parameter| parameter.name == name || parameter.name.strip_suffix("[]") == Some(name);
        match self.values.known.operation.parameters.iter().find(own) {
            Some(parameter) => {
                self.values.parameters.retain(|(other, _)| !std::ptr::eq(*other, parameter));
                self.values.parameters.push((parameter, value.into()));
                self
            }
            None => self.field(name, value),
        }
    }

    /// Sets a field of the body.
    pub fn field(mut self, name: &str, value: impl Into<Value>) -> Self {
        if self.values.known.operation.body.is_none() {
            let place = self.values.known.meta.rust_path;
            let has: Vec<&str> = self.values.known.operation.parameters.iter().map(|one| one.name.as_str()).collect();
            let has = if has.is_empty() { "none".to_owned() } else { has.join(", ") };
            self.values.problems.push(format!("{place} has no parameter {name:?}; it has {has}"));
        } else {
            self.values.fields.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Sets the body; fields that are set beside it replace those of the same name.
    pub fn body(mut self, body: impl Into<Value>) -> Self {
        self.values.body = Some(body.into());
        self
    }

    /// Adds a file to a field of the body, which is then sent as a form. Several files of one field are sent in this order.
    pub fn file(mut self, field: &str, file: Upload) -> Self {
        self.values.files.push((field.to_owned(), file));
        self
    }

    /// The fields of the body that take files.
    pub fn file_fields(&self) -> Vec<&'static str> {
        self.values.file_fields()
    }

    /// Whether the body has this field.
    pub fn has_field(&self, name: &str) -> bool {
        self.values.fields.contains_key(name) || self.values.body.as_ref().is_some_and(|body| body.get(name).is_some())
    }

    /// Whether the operation returns rows, paged or not.
    pub fn is_list(&self) -> bool {
        self.values.known.operation.rows().is_some()
    }

    /// Checks the call against the contract and returns the request as it would be sent. Its `Display` is what goes over
    /// the wire, without host and key.
    ///
    /// # Errors
    ///
    /// When it breaks rules of the contract; the error names all of them.
    pub fn request(&self) -> Result<Call, Error> {
        request::build(&self.values, self.call.clone())
    }

    /// Sends it and buffers the response: JSON where the response is JSON.
    ///
    /// # Errors
    ///
    /// As any call, and when it breaks rules of the contract.
    pub async fn send(self) -> Result<NamedResponse, Error> {
        let media = preferred(self.values.known.operation);
        self.send_as(media).await
    }

    /// Sends it and asks for a response of this media type, such as `text/csv`.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub async fn send_as(self, media: &'static str) -> Result<NamedResponse, Error> {
        let meta = self.values.known.meta;
        let mut call = self.request()?;
        call.request_mut().accept = Some(media);
        let Response { status, headers, body, .. } = call.receive_response().await?;
        let body = match body {
            ResponseBody::Buffered(bytes) => bytes,
            ResponseBody::Stream(stream) => stream
                .try_fold(Vec::new(), |mut all, chunk| async move {
                    all.extend_from_slice(&chunk);
                    Ok(all)
                })
                .await?
                .into(),
        };
        Ok(NamedResponse { status, headers, body, meta })
    }

    /// Sends it and streams a response of this media type.
    ///
    /// # Errors
    ///
    /// As [`Self::send`].
    pub async fn stream_as(self, media: &'static str) -> Result<ByteStream, Error> {
        self.request()?.receive_stream(media).await
    }

    /// Streams the rows of a list, page after page.
    ///
    /// # Errors
    ///
    /// When the operation is no list, or the call breaks rules of the contract.
    pub fn rows(self) -> Result<Items<NamedList<Value>>, Error> {
        Ok(self.list()?.stream())
    }

    /// Returns the list, to be read with [`ListExt`](crate::ListExt), with rows as [`Value`] or as
    /// [`RawRow`](super::RawRow).
    ///
    /// # Errors
    ///
    /// As [`Self::rows`].
    pub fn list<R: Row>(self) -> Result<NamedList<R>, Error> {
        if !self.is_list() {
            let problem = format!("{} returns one thing, not a list", self.values.known.meta.rust_path);
            return Err(Error::invalid(Some(self.values.known.meta), problem));
        }
        Ok(NamedList::new(self.request()?, self.values.known))
    }
}

/// The media type that a response is asked for: JSON, else the first that the contract names.
fn preferred(operation: &'static Operation) -> &'static str {
    const JSON: &str = "application/json";
    let successes = operation.answers.iter().filter(|answer| (200..300).contains(&answer.status));
    let mut media = successes.flat_map(|answer| &answer.content).map(|(media, _)| media.as_str());
    let first = media.next().unwrap_or(JSON);
    if first == JSON || media.any(|media| media == JSON) { JSON } else { first }
}

impl crate::Operation for NamedCall {
    type Output = NamedResponse;

    fn call(&self) -> &Call {
        &self.call
    }

    fn call_mut(&mut self) -> &mut Call {
        &mut self.call
    }
}

impl fmt::Debug for NamedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NamedCall").field(&self.values.known).finish()
    }
}
