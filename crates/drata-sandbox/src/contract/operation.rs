//! One operation of the contract, ready to be served.

use std::sync::Arc;

use http::Method;

use super::resource::{KindId, Plan};
use super::schema::SchemaId;

/// A version of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ApiVersion {
    /// Served below `/public`.
    V1,
    /// Served below `/public/v2`.
    V2,
}

impl ApiVersion {
    /// `v1` or `v2`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }

    /// What stands before the path of an operation.
    pub(crate) const fn root(self) -> &'static str {
        match self {
            Self::V1 => "/public",
            Self::V2 => "/public/v2",
        }
    }
}

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) version: ApiVersion,
    /// The vendor's identifier.
    pub(crate) id: Arc<str>,
    pub(crate) method: Method,
    /// The path below the version's root, such as `/connections/{id}`.
    pub(crate) path: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) body: Option<Body>,
    /// In the order of their statuses.
    pub(crate) answers: Vec<Answer>,
    pub(crate) permissions: Vec<String>,
    pub(crate) entitlements: Vec<String>,
    /// The names that `expand[]` takes.
    pub(crate) expands: Vec<Arc<str>>,
    /// The rows that the parameters of the path name, in their order.
    pub(crate) anchors: Vec<Anchor>,
    /// The row that the path is about, by its place among the anchors.
    pub(crate) target: Option<usize>,
    pub(crate) plan: Plan,
}

/// A parameter of the path and the resource whose row it names.
#[derive(Debug)]
pub(crate) struct Anchor {
    pub(crate) parameter: String,
    pub(crate) kind: KindId,
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) required: bool,
    pub(crate) schema: SchemaId,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// A request body.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) required: bool,
    pub(crate) content: Vec<(String, Option<SchemaId>)>,
}

/// A documented answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content: Vec<(String, Option<SchemaId>)>,
}

impl Answer {
    /// The schema of its JSON body.
    pub(crate) fn json(&self) -> Option<SchemaId> {
        self.content.iter().find(|(media, _)| media == "application/json").and_then(|(_, schema)| *schema)
    }
}

impl Operation {
    /// The identifier without its controller: `getConnections`.
    pub(crate) fn short_id(&self) -> &str {
        self.id.rsplit('_').next().unwrap_or(&self.id)
    }

    /// Whether `name` means this operation: its identifier, the short form of it, or `GET /connections`.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let by_route =
            || name.split_once(' ').is_some_and(|(method, path)| self.method.as_str() == method && path == self.path);
        *self.id == *name || self.short_id() == name || by_route()
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    pub(crate) fn in_place(&self, place: Place) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.place == place)
    }

    /// The answer to a request that did what was asked: the first documented success.
    pub(crate) fn success(&self) -> Option<&Answer> {
        self.answers.iter().find(|answer| (200..300).contains(&answer.status))
    }

    /// The documented answer with this status.
    pub(crate) fn answer(&self, status: u16) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.status == status)
    }
}
