//! One operation of the contract, ready to be served.

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::Arc;

use http::Method;
use serde::de::{Deserialize, Deserializer, Error as _};

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
    /// Both versions.
    pub const ALL: [Self; 2] = [Self::V1, Self::V2];

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
    /// The area, as the generated crate names its module: `risks`.
    pub area: Cow<'static, str>,
    /// The name within its area, as the generated crate names the method: `list`.
    pub name: Cow<'static, str>,
    /// What it does, in our words.
    pub doc: Cow<'static, str>,
    /// Whether the vendor marks it as beta.
    pub beta: bool,
    /// Whether the vendor marks it as deprecated.
    pub deprecated: bool,
    /// Whether it is a `POST` that writes once when it is sent twice.
    pub upsert: bool,
    /// What it replaces as a whole, where what is not sent is lost.
    pub replaces: Option<Cow<'static, str>>,
    /// How it pages, if it does.
    pub paging: Option<Paging>,
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
    /// The name of the permission in the web application, such as `Risks: List Risks`.
    pub permission_name: Cow<'static, str>,
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

/// How a list pages, and where in a response its parts stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// By `cursor` and `size`, as version 2; else by `page` and `limit`, as version 1.
    pub by_cursor: bool,
    /// The most rows that a page may ask for.
    pub max_size: u32,
    /// The last page that the service serves, where the contract names one.
    pub max_page: Option<u32>,
    /// Whether `includeTotalCount` is understood.
    pub counts: bool,
    /// The properties on the way to the rows.
    pub rows: Vec<String>,
    /// The properties on the way to the number of rows on all pages.
    pub total: Option<Vec<String>>,
    /// The properties on the way to the cursor of the next page.
    pub cursor: Option<Vec<String>>,
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
    /// What it does, in our words.
    pub doc: Cow<'static, str>,
    /// Where it stands.
    pub place: Place,
    /// Whether a request must have it.
    pub required: bool,
    /// The schema of its value.
    pub schema: SchemaId,
    /// How it is written, if that does not follow from its value: a scalar is a text; in a query, each item of a list is a
    /// pair, and so is each scalar of an object, its way in brackets.
    pub style: Option<Style>,
}

/// A way of writing a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A list as one text, the items apart by a character: `1,2`.
    Join(char),
    /// Behind a dot: `.7`, or `.7,8` with a character between the items of a list.
    Label(Option<char>),
    /// Behind its name: `;id=7`, or `;id=7,8` with a character between the items of a list; if that is `;`, each has the name.
    Matrix(Option<char>),
    /// An object as one text, its names and values apart by commas: `a,1,b,2`, or with `=` as the character `a=1,b=2`.
    Pairs(char),
    /// An object as one pair for each property, under the property's name.
    Spread,
    /// The text of its JSON.
    Json,
}

impl FromStr for Style {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once(':').unwrap_or((text, ""));
        match (name, rest.chars().next()) {
            ("join", Some(between)) => Ok(Self::Join(between)),
            ("label", between) => Ok(Self::Label(between)),
            ("matrix", between) => Ok(Self::Matrix(between)),
            ("pairs", Some(within)) => Ok(Self::Pairs(within)),
            ("spread", None) => Ok(Self::Spread),
            ("json", None) => Ok(Self::Json),
            _ => Err(format!("{text:?} is no way of writing a parameter")),
        }
    }
}

impl<'de> Deserialize<'de> for Style {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
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

/// A documented response.
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
    /// Where it stands in Rust: `v2::risks::list`.
    pub fn rust_path(&self) -> String {
        format!("{}::{}::{}", self.version.as_str(), self.area, self.name)
    }

    /// Whether it only reads.
    pub fn is_read(&self) -> bool {
        self.method == Method::GET
    }

    /// The properties on the way to the rows of a list, paged or not; `None` when it returns something else.
    pub fn rows(&self) -> Option<Vec<&str>> {
        if let Some(paging) = &self.paging {
            return Some(paging.rows.iter().map(String::as_str).collect());
        }
        match &self.plan {
            Plan::List { envelope, .. } => Some(envelope.path.iter().map(|step| &**step).collect()),
            _ => None,
        }
    }

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

    /// The schema of its JSON body.
    pub fn json_body(&self) -> Option<SchemaId> {
        self.body_as("application/json")
    }

    /// The schema of its body as a form, with files perhaps.
    pub fn form_body(&self) -> Option<SchemaId> {
        self.body_as("multipart/form-data")
    }

    fn body_as(&self, media: &str) -> Option<SchemaId> {
        let content = &self.body.as_ref()?.content;
        content.iter().find(|(known, _)| known == media).and_then(|(_, schema)| *schema)
    }

    /// The response to a request that did what was asked: the first documented success.
    pub fn success(&self) -> Option<&Answer> {
        self.answers.iter().find(|answer| (200..300).contains(&answer.status))
    }

    /// The documented response with this status.
    pub fn answer(&self, status: u16) -> Option<&Answer> {
        self.answers.iter().find(|answer| answer.status == status)
    }
}
