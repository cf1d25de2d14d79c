//! One operation of the contract, ready to be served.

use std::sync::Arc;

use http::Method;

use crate::resource::{KindId, Plan};
use crate::schema::SchemaId;

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
    pub const fn root(self) -> &'static str {
        match self {
            Self::V1 => "/public",
            Self::V2 => "/public/v2",
        }
    }
}

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// The version of the API it belongs to.
    pub version: ApiVersion,
    /// The vendor's identifier.
    pub id: Arc<str>,
    /// The HTTP method.
    pub method: Method,
    /// The path below the version's root, such as `/connections/{id}`.
    pub path: String,
    /// What stands in its path, its query and its headers.
    pub parameters: Vec<Parameter>,
    /// The body it takes, if it takes one.
    pub body: Option<Body>,
    /// In the order of their statuses.
    pub answers: Vec<Answer>,
    /// The machine names of the permissions that the key needs.
    pub permissions: Vec<String>,
    /// The plan features that the account needs.
    pub entitlements: Vec<String>,
    /// The names that `expand[]` takes.
    pub expands: Vec<Arc<str>>,
    /// The rows that the parameters of the path name, in their order.
    pub anchors: Vec<Anchor>,
    /// The row that the path is about, by its place among the anchors.
    pub target: Option<usize>,
    /// The kind of the collection or the thing that the path ends at.
    pub resource: KindId,
    /// What it does to its resource.
    pub plan: Plan,
}

/// A parameter of the path and the resource whose row it names.
#[derive(Debug)]
pub struct Anchor {
    /// The parameter's name.
    pub parameter: String,
    /// The kind of the row.
    pub kind: KindId,
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// The name on the wire, such as `expand[]`.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// Whether a request must have it.
    pub required: bool,
    /// The schema of its value.
    pub schema: SchemaId,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
}

/// A request body.
#[derive(Debug)]
pub struct Body {
    /// Whether a request must have one.
    pub required: bool,
    /// The schemas by media type.
    pub content: Vec<(String, Option<SchemaId>)>,
}

/// A documented answer.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The schemas by media type; none when there is no body.
    pub content: Vec<(String, Option<SchemaId>)>,
}

impl Answer {
    /// The schema of its JSON body.
    pub fn json(&self) -> Option<SchemaId> {
        self.content.iter().find(|(media, _)| media == "application/json").and_then(|(_, schema)| *schema)
    }
}

impl Operation {
    /// The identifier without its controller: `getConnections`.
    pub fn short_id(&self) -> &str {
        self.id.rsplit('_').next().unwrap_or(&self.id)
    }

    /// Whether `name` means this operation: its identifier, the short form of it, or `GET /connections`.
    pub fn is_called(&self, name: &str) -> bool {
        let by_route =
            || name.split_once(' ').is_some_and(|(method, path)| self.method.as_str() == method && path == self.path);
        *self.id == *name || self.short_id() == name || by_route()
    }

    /// The parameter with this name on the wire.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The parameters that stand there.
    pub fn in_place(&self, place: Place) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.place == place)
    }

    /// The answer to a request that did what was asked: the first documented success.
    pub fn success(&self) -> Option<&Answer> {
        self.answers.iter().find(|answer| (200..300).contains(&answer.status))
    }

    /// The documented answer with this status.
    pub fn answer(&self, status: u16) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.status == status)
    }
}
