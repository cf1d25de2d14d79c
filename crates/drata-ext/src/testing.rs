//! What tests of programs need: a Drata that follows a script, without a network, and samples of responses.
//!
//! For tests against a Drata that behaves, with data and state, there is the crate `drata-sandbox`.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use drata_api::{Body, Error, Request, Response, ResponseBody, SendFuture, Transport};
use http::{HeaderMap, StatusCode};
use serde::Serialize;

pub use drata_api::sample;

use crate::client::Drata;

/// A Drata that follows a script: what each operation returns, by its place in Rust.
///
/// ```
/// use drata_ext::testing::{Script, sample};
/// use drata_ext::v2::workspaces::Workspace;
/// use drata_ext::Drata;
/// use serde_json::json;
///
/// /// The function under test.
/// async fn count_workspaces(drata: &Drata) -> Result<usize, drata_ext::Error> {
///     Ok(drata.v2().workspaces().list().await?.data.len())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), drata_ext::Error> {
/// let script = Script::new().on("v2::workspaces::list", 200, json!({
///     "data": [sample::<Workspace>(json!({"id": 1}))], "pagination": {"cursor": null}
/// }));
/// let drata = script.drata()?;
/// assert_eq!(count_workspaces(&drata).await?, 1);
/// assert_eq!(script.calls()[0].operation, "v2::workspaces::list");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Script(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    replies: HashMap<String, VecDeque<(u16, Vec<u8>)>>,
    calls: Vec<ScriptedCall>,
}

/// A call that a [`Script`] responded to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScriptedCall {
    /// The operation by its place in Rust, such as `v2::risks::list`; the method and path of a call written by hand.
    pub operation: String,
    /// The path with its values, below the version's root.
    pub path: String,
    /// The query.
    pub query: Vec<(String, String)>,
    /// The JSON body, if it has one.
    pub json: Option<Vec<u8>>,
}

impl Script {
    /// Returns an empty script.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a response to the operation at `operation`, such as `v2::risks::list`, or to a call written by hand, such as
    /// `GET /groups`. Responses are given in their order, the last one again and again.
    ///
    /// # Panics
    /// When the body cannot be written as JSON.
    #[must_use]
    pub fn on(self, operation: impl Into<String>, status: u16, body: impl Serialize) -> Self {
        let body = serde_json::to_vec(&body).unwrap_or_else(|error| panic!("the body cannot be written: {error}"));
        self.state().replies.entry(operation.into()).or_default().push_back((status, body));
        self
    }

    /// Builds a client that follows the script.
    ///
    /// # Errors
    /// As [`Builder::build`](crate::Builder::build).
    pub fn drata(&self) -> Result<Drata, Error> {
        Drata::builder().transport(self.clone()).build()
    }

    /// Returns the calls that were made, in their order.
    pub fn calls(&self) -> Vec<ScriptedCall> {
        self.state().calls.clone()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn respond(&self, request: &Request) -> Result<Response, Error> {
        let operation = match request.operation {
            Some(operation) => operation.rust_path.to_owned(),
            None => format!("{} {}", request.method, request.path),
        };
        let json = match &request.body {
            Body::Json(json) => Some(json.to_vec()),
            _ => None,
        };
        let query = request.query.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        let mut state = self.state();
        state.calls.push(ScriptedCall { operation: operation.clone(), path: request.path.clone(), query, json });
        let Some(replies) = state.replies.get_mut(&operation) else {
            return Err(Error::configuration(format!(
                "the script has no response to {operation}: add one with Script::on"
            )));
        };
        let reply = if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() };
        let (status, body) = reply.unwrap_or((500, Vec::new()));
        let status = StatusCode::from_u16(status)
            .map_err(|_| Error::configuration(format!("{status}, in the script for {operation}, is not a status")))?;
        if status.is_success() {
            Ok(Response::new(status, HeaderMap::new(), ResponseBody::Buffered(body.into())))
        } else {
            Err(Error::status_code(request.operation, status, HeaderMap::new(), body.into()).with_attempts(1))
        }
    }
}

impl Transport for Script {
    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move { self.respond(&request) })
    }
}
