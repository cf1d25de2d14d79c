//! What was received, for tests to look at.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method};

use crate::contract::operation::ApiVersion;

/// Longer bodies are cut in the record.
pub(crate) const LONGEST_BODY: usize = 64 * 1024;

/// One received request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Received {
    /// The time since the sandbox started.
    pub at: Duration,
    /// The HTTP method.
    pub method: Method,
    /// The path as it was sent, such as `/public/v2/vendors/5`.
    pub path: String,
    /// The query as it was sent, without the question mark; empty when there was none.
    pub query: String,
    /// The headers; of the key only its last four characters are kept.
    pub headers: HeaderMap,
    /// The body, cut after 64 KiB.
    pub body: Bytes,
    /// The operation it was for, by its identifier in the contract, and its version.
    pub operation: Option<(ApiVersion, Arc<str>)>,
    /// The status of the response; 0 when the connection was reset instead.
    pub status: u16,
    /// What the request did against the contract, and what the service would silently ignore.
    pub violations: Vec<String>,
    /// Whether the response was valid and nothing happened: the sandbox does not act out what the operation means.
    pub not_simulated: bool,
}

impl Received {
    /// The identifier of the operation without its controller, such as `getConnections`.
    pub fn operation_name(&self) -> Option<&str> {
        self.operation.as_ref().map(|(_, id)| id.rsplit('_').next().unwrap_or(id))
    }
}

/// The requests that a sandbox has received, oldest first, as they were when they were asked for.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    received: Vec<Received>,
    counts: BTreeMap<Arc<str>, u64>,
    total: u64,
}

impl Requests {
    /// The requests; of a long history only the last ten thousand are kept.
    pub fn all(&self) -> &[Received] {
        &self.received
    }

    /// The last request.
    pub fn last(&self) -> Option<&Received> {
        self.received.last()
    }

    /// How many requests there were, those that are no longer kept included.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many requests an operation received, by its identifier in the contract or the short form of it, such as
    /// `getConnections`.
    pub fn count(&self, operation: &str) -> u64 {
        let named = |id: &str| id == operation || id.rsplit('_').next() == Some(operation);
        self.counts.iter().filter(|(id, _)| named(id)).map(|(_, count)| count).sum()
    }

    /// How many requests each operation received, by its identifier in the contract.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts.iter().map(|(id, count)| (&**id, *count))
    }

    /// The requests whose effect the sandbox does not act out, each once, such as `POST /public/tickets`: a test that relies
    /// on what they bring about proves nothing.
    pub fn not_simulated(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for request in self.received.iter().filter(|request| request.not_simulated) {
            let named = format!("{} {}", request.method, request.path);
            if !all.contains(&named) {
                all.push(named);
            }
        }
        all
    }

    /// Every violation of the contract with the request it was found in; empty when every request followed it.
    pub fn violations(&self) -> Vec<String> {
        let each = self.received.iter().flat_map(|request| {
            request.violations.iter().map(move |problem| format!("{} {}: {problem}", request.method, request.path))
        });
        each.collect()
    }
}

/// Collects what is received.
#[derive(Debug)]
pub(crate) struct Log {
    kept: VecDeque<Received>,
    most: usize,
    counts: BTreeMap<Arc<str>, u64>,
    total: u64,
}

impl Log {
    pub(crate) fn new(most: usize) -> Self {
        Self { kept: VecDeque::new(), most, counts: BTreeMap::new(), total: 0 }
    }

    pub(crate) fn add(&mut self, mut received: Received) {
        self.total += 1;
        if let Some((_, id)) = &received.operation {
            *self.counts.entry(id.clone()).or_default() += 1;
        }
        if self.most == 0 {
            return;
        }
        if self.kept.len() == self.most {
            self.kept.pop_front();
        }
        received.body.truncate(LONGEST_BODY);
        self.kept.push_back(received);
    }

    pub(crate) fn snapshot(&self) -> Requests {
        Requests { received: self.kept.iter().cloned().collect(), counts: self.counts.clone(), total: self.total }
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::new(self.most);
    }
}

/// The headers without the key.
pub(crate) fn masked(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    if let Some(value) = headers.get_mut(AUTHORIZATION) {
        *value = mask(value);
    }
    headers
}

/// Whether a masked header may be that of a key.
pub(crate) fn is_masked(masked: &HeaderValue, key: &str) -> bool {
    HeaderValue::try_from(format!("Bearer {key}")).is_ok_and(|header| mask(&header) == *masked)
}

fn mask(value: &HeaderValue) -> HeaderValue {
    let text = value.to_str().unwrap_or_default();
    let (scheme, key) = text.split_once(' ').unwrap_or(("", text));
    // A short key would be shown in whole.
    let end = key.len().checked_sub(4).filter(|end| *end >= 8).and_then(|start| key.get(start..)).unwrap_or_default();
    HeaderValue::from_str(&format!("{scheme} ***{end}")).unwrap_or(HeaderValue::from_static("masked"))
}
