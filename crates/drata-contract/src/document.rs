//! The part of an OpenAPI 3.0 document that is read, borrowed from its bytes.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use crate::operation::Style;
use crate::schema::Format;

/// A string, borrowed where it holds no escape.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Words<'a>(pub(crate) Cow<'a, str>);

impl Deref for Words<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Words<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Words<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Words<'de>, E> {
                Ok(Words(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Words<'de>, E> {
                Ok(Words(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Either)
    }
}

/// The members of an object, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Members<'a, T>(pub(crate) Vec<(Words<'a>, T)>);

impl<T> Default for Members<'_, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Members<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<'a, T>(PhantomData<(&'a (), T)>);
        impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for InOrder<'a, T> {
            type Value = Members<'a, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut input: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(member) = input.next_entry()? {
                    all.push(member);
                }
                Ok(Members(all))
            }
        }
        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

/// A whole document.
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(crate) struct Document<'a> {
    pub(crate) paths: Members<'a, PathItem<'a>>,
    pub(crate) components: Components<'a>,
    #[serde(default, rename = "x-drata-areas")]
    pub(crate) areas: Members<'a, Words<'a>>,
}

/// The named schemas.
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(crate) struct Components<'a> {
    pub(crate) schemas: Members<'a, RawSchema<'a>>,
}

/// The operations of one path.
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(crate) struct PathItem<'a> {
    pub(crate) get: Option<RawOperation<'a>>,
    pub(crate) put: Option<RawOperation<'a>>,
    pub(crate) post: Option<RawOperation<'a>>,
    pub(crate) patch: Option<RawOperation<'a>>,
    pub(crate) delete: Option<RawOperation<'a>>,
    #[serde(default)]
    pub(crate) parameters: Vec<RawParameter<'a>>,
}

/// One operation.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct RawOperation<'a> {
    pub(crate) operation_id: Words<'a>,
    #[serde(default)]
    pub(crate) description: Words<'a>,
    #[serde(default)]
    pub(crate) deprecated: bool,
    #[serde(default)]
    pub(crate) parameters: Vec<RawParameter<'a>>,
    pub(crate) request_body: Option<RawBody<'a>>,
    pub(crate) responses: Members<'a, RawResponse<'a>>,
    #[serde(default, rename = "x-drata-permissions")]
    pub(crate) permissions: OneOrMany,
    #[serde(default, rename = "x-drata-permission-name")]
    pub(crate) permission_name: Words<'a>,
    #[serde(default, rename = "x-drata-entitlement")]
    pub(crate) entitlements: OneOrMany,
    #[serde(default, rename = "x-drata-beta")]
    pub(crate) beta: bool,
    #[serde(default, rename = "x-drata-call")]
    pub(crate) call: RawCall<'a>,
}

/// What the generated crate knows of an operation.
#[derive(Default, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(crate) struct RawCall<'a> {
    pub(crate) area: Words<'a>,
    pub(crate) name: Words<'a>,
    #[serde(default)]
    pub(crate) upsert: bool,
    pub(crate) replaces: Option<Words<'a>>,
    pub(crate) paging: Option<RawPaging>,
}

/// How a list pages, and the ways into its page.
#[derive(serde::Deserialize)]
pub(crate) struct RawPaging {
    pub(crate) by: By,
    pub(crate) max: u32,
    pub(crate) last: Option<u32>,
    #[serde(default)]
    pub(crate) counts: bool,
    pub(crate) rows: Vec<String>,
    pub(crate) total: Option<Vec<String>>,
    pub(crate) cursor: Option<Vec<String>>,
}

/// By what a list pages.
#[derive(serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum By {
    Number,
    Cursor,
}

/// A parameter in the path, the query or a header.
#[derive(Clone, serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(crate) struct RawParameter<'a> {
    pub(crate) name: Words<'a>,
    #[serde(rename = "in")]
    pub(crate) place: Words<'a>,
    #[serde(default)]
    pub(crate) description: Words<'a>,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) schema: RawSchema<'a>,
    #[serde(default, rename = "x-drata-style")]
    pub(crate) style: Option<Style>,
}

/// A request body.
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(crate) struct RawBody<'a> {
    #[serde(default)]
    pub(crate) required: bool,
    pub(crate) content: Members<'a, RawMedia<'a>>,
}

/// One documented response.
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(crate) struct RawResponse<'a> {
    #[serde(default)]
    pub(crate) content: Members<'a, RawMedia<'a>>,
}

/// One media type of a body.
#[derive(serde::Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(crate) struct RawMedia<'a> {
    pub(crate) schema: Option<RawSchema<'a>>,
}

/// A schema as it stands in the document.
#[derive(Clone, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "'de: 'a"))]
pub(crate) struct RawSchema<'a> {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<Words<'a>>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<Kind>,
    #[serde(default)]
    pub(crate) format: Format,
    #[serde(default)]
    pub(crate) description: Words<'a>,
    #[serde(rename = "enum")]
    pub(crate) values: Option<Arc<[Value]>>,
    #[serde(default)]
    pub(crate) nullable: bool,
    #[serde(default)]
    pub(crate) deprecated: bool,
    pub(crate) properties: Option<Members<'a, RawSchema<'a>>>,
    #[serde(default)]
    pub(crate) required: Box<[Words<'a>]>,
    pub(crate) items: Option<Box<RawSchema<'a>>>,
    pub(crate) additional_properties: Option<Additional<'a>>,
    #[serde(default)]
    pub(crate) all_of: Box<[RawSchema<'a>]>,
    #[serde(default)]
    pub(crate) one_of: Box<[RawSchema<'a>]>,
    #[serde(default)]
    pub(crate) any_of: Box<[RawSchema<'a>]>,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) min_length: Option<usize>,
    pub(crate) max_length: Option<usize>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    #[serde(default)]
    pub(crate) unique_items: bool,
    pub(crate) default: Option<Box<Value>>,
}

/// `additionalProperties`: a switch or a schema.
#[derive(Clone, serde::Deserialize)]
#[serde(untagged, bound(deserialize = "'de: 'a"))]
pub(crate) enum Additional<'a> {
    Switch(bool),
    Schema(Box<RawSchema<'a>>),
}

/// An extension that holds one string or several.
#[derive(Default, serde::Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMany {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(crate) fn into_vec(self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::One(one) => vec![one],
            Self::Many(many) => many,
        }
    }
}

/// The types of JSON that a schema may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}
