//! Calls every operation through the public typed API, and says what came of it.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::iter;
use std::sync::{Arc, Mutex, PoisonError};

use drata_api::{ApiVersion, Client, Error, Request, SendFuture, Transport};
use futures_util::{Stream, StreamExt as _, stream};
use http::{Method, StatusCode};
use serde::Serialize;

use crate::Sample;
use crate::sample::Reply;
use crate::samples;

/// What came of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The answer was read, to its last row; what lists within it could not read was kept as it came.
    Ok,
    /// The service refused the call.
    ApiError,
    /// The answer, or a row of its page, is not what the contract says.
    DecodeError,
    /// The call did not arrive, no answer came, or the request was not valid to begin with.
    TransportError,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// One call, as the program prints it.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// The vendor's identifier of the operation.
    pub operation_id: &'static str,
    /// Where the operation stands in Rust.
    pub rust_path: &'static str,
    /// The method.
    pub method: String,
    /// The path template.
    pub path: &'static str,
    /// The status of the answer, if one came.
    pub status: Option<u16>,
    /// What came of it.
    pub outcome: Outcome,
    /// What to know about it; empty when all is well.
    pub detail: String,
}

/// All calls together, as the program prints them last.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Summary {
    /// How many calls were made.
    pub calls: usize,
    /// How many had each outcome.
    pub outcomes: BTreeMap<Outcome, usize>,
}

impl Summary {
    /// Counts a call.
    pub fn count(&mut self, line: &Line) {
        self.calls += 1;
        *self.outcomes.entry(line.outcome).or_default() += 1;
    }

    /// Whether there were calls, and every one of them went well.
    pub fn is_ok(&self) -> bool {
        self.calls > 0 && self.outcomes.keys().all(|outcome| *outcome == Outcome::Ok)
    }
}

/// The samples that a run calls: one for each operation of `version`, or those of one area, or one operation.
pub fn selection<'a>(
    version: ApiVersion,
    area: Option<&'a str>,
    only: Option<&'a str>,
) -> impl Iterator<Item = &'static Sample> + 'a {
    samples::all(version)
        .filter(|sample| !sample.alternative)
        .filter(move |sample| area.is_none_or(|area| area == sample.meta.area))
        .filter(move |sample| only.is_none_or(|only| only == sample.meta.operation_id))
}

/// When a sample has its turn: first what reads, then what writes, last what deletes, the innermost rows first, so that no
/// call takes away what another is about.
fn turn(sample: &Sample) -> (u8, Reverse<usize>) {
    match sample.meta.method {
        Method::GET => (0, Reverse(0)),
        Method::DELETE => (2, Reverse(sample.meta.path.matches('/').count())),
        _ => (1, Reverse(0)),
    }
}

/// Calls the samples through `client`, each `repeat` times, up to `concurrency` of one turn at a time.
pub fn exercise(
    client: &Client,
    samples: impl Iterator<Item = &'static Sample>,
    repeat: usize,
    concurrency: usize,
) -> impl Stream<Item = Line> {
    let mut turns: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for sample in samples {
        turns.entry(turn(sample)).or_default().extend(iter::repeat_n(sample, repeat));
    }
    let transport = Arc::clone(client.transport());
    stream::iter(turns.into_values()).flat_map(move |samples| {
        let transport = Arc::clone(&transport);
        stream::iter(samples)
            .map(move |sample| call(sample, Arc::clone(&transport)))
            .buffer_unordered(concurrency.max(1))
    })
}

async fn call(sample: &'static Sample, transport: Arc<dyn Transport>) -> Line {
    let watch = Watch { transport, status: Arc::default() };
    let status = Arc::clone(&watch.status);
    let result = (sample.minimal)(&Client::new(watch)).await;
    let seen = *status.lock().unwrap_or_else(PoisonError::into_inner);
    let status = result.as_ref().err().and_then(Error::status).or(seen);
    let (outcome, detail) = judge(result);
    Line {
        operation_id: sample.meta.operation_id,
        rust_path: sample.meta.rust_path,
        method: sample.meta.method.to_string(),
        path: sample.meta.path,
        status: status.map(|status| status.as_u16()),
        outcome,
        detail,
    }
}

fn judge(result: Result<Reply, Error>) -> (Outcome, String) {
    match result {
        Ok(Reply { rows: Some(row), .. }) => (Outcome::DecodeError, format!("a row was rejected: {row}")),
        Ok(Reply { kept: Some(kept), .. }) => (Outcome::Ok, format!("kept as it came: {kept}")),
        Ok(Reply { .. }) => (Outcome::Ok, String::new()),
        Err(error) => {
            let outcome = match &error {
                error if error.is_decode() => Outcome::DecodeError,
                error if error.status().is_some() => Outcome::ApiError,
                _ => Outcome::TransportError,
            };
            (outcome, error.to_string())
        }
    }
}

/// Whether the operations of `version` stand right below the base URL, without the version's own segment: a server that was
/// given one version's document alone often serves it so. One that has neither keeps to the vendor's way.
pub async fn stands_at_root(client: &Client, version: ApiVersion) -> bool {
    if version.path_prefix().is_empty() {
        return false;
    }
    let Some(probe) = samples::all(version).find(|sample| sample.meta.is_read() && !sample.meta.path.contains('{'))
    else {
        return false;
    };
    let status = |root: bool| async move {
        let transport = Arc::clone(client.transport());
        let outcome = if root {
            (probe.minimal)(&Client::new(AtRoot(transport))).await
        } else {
            (probe.minimal)(&Client::new(transport)).await
        };
        outcome.err().and_then(|error| error.status())
    };
    status(false).await == Some(StatusCode::NOT_FOUND) && status(true).await != Some(StatusCode::NOT_FOUND)
}

/// Sends requests right below the base URL, without the segment of their version.
#[derive(Debug)]
pub struct AtRoot(pub Arc<dyn Transport>);

impl Transport for AtRoot {
    fn send(&self, mut request: Request) -> SendFuture<'_> {
        // Version 1 is the one whose paths have no segment.
        request.version = ApiVersion::V1;
        self.0.send(request)
    }
}

/// Notes the status of the one call that is made through it.
#[derive(Debug)]
struct Watch {
    transport: Arc<dyn Transport>,
    status: Arc<Mutex<Option<StatusCode>>>,
}

impl Transport for Watch {
    fn send(&self, request: Request) -> SendFuture<'_> {
        Box::pin(async move {
            let response = self.transport.send(request).await?;
            *self.status.lock().unwrap_or_else(PoisonError::into_inner) = Some(response.status);
            Ok(response)
        })
    }
}
