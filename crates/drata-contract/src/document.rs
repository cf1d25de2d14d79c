//! The part of an OpenAPI 3.0 document that the sandbox reads.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A whole document.
#[derive(Deserialize)]
pub(crate) struct Document {
    pub(crate) paths: BTreeMap<String, PathItem>,
    pub(crate) components: Components,
}

/// The named schemas.
#[derive(Deserialize)]
pub(crate) struct Components {
    pub(crate) schemas: BTreeMap<String, RawSchema>,
}

/// The operations of one path.
#[derive(Deserialize)]
pub(crate) struct PathItem {
    pub(crate) get: Option<RawOperation>,
    pub(crate) put: Option<RawOperation>,
    pub(crate) post: Option<RawOperation>,
    pub(crate) patch: Option<RawOperation>,
    pub(crate) delete: Option<RawOperation>,
    #[serde(default)]
    pub(crate) parameters: Vec<RawParameter>,
}

/// One operation.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawOperation {
    pub(crate) operation_id: String,
    #[serde(default)]
    pub(crate) parameters: Vec<RawParameter>,
    pub(crate) request_body: Option<RawBody>,
    pub(crate) responses: BTreeMap<String, RawResponse>,
    #[serde(default, rename = "x-drata-permissions")]
    pub(crate) permissions: OneOrMany,
    #[serde(default, rename = "x-drata-entitlement")]
    pub(crate) entitlements: OneOrMany,
}

/// A parameter in the path, the query or a header.
#[derive(Clone, Deserialize)]
pub(crate) struct RawParameter {
    pub(crate) name: String,
    #[serde(rename = "in")]
    pub(crate) place: String,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) schema: RawSchema,
}

/// A request body.
#[derive(Deserialize)]
pub(crate) struct RawBody {
    #[serde(default)]
    pub(crate) required: bool,
    pub(crate) content: BTreeMap<String, RawMedia>,
}

/// One documented answer.
#[derive(Deserialize)]
pub(crate) struct RawResponse {
    #[serde(default)]
    pub(crate) content: BTreeMap<String, RawMedia>,
}

/// One media type of a body.
#[derive(Deserialize)]
pub(crate) struct RawMedia {
    pub(crate) schema: Option<RawSchema>,
}

/// A schema as it stands in the document.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RawSchema {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) format: Option<String>,
    #[serde(rename = "enum")]
    pub(crate) values: Option<Vec<Value>>,
    #[serde(default)]
    pub(crate) nullable: bool,
    pub(crate) properties: Option<BTreeMap<String, RawSchema>>,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    pub(crate) items: Option<Box<RawSchema>>,
    pub(crate) additional_properties: Option<Additional>,
    #[serde(default)]
    pub(crate) all_of: Vec<RawSchema>,
    #[serde(default)]
    pub(crate) one_of: Vec<RawSchema>,
    #[serde(default)]
    pub(crate) any_of: Vec<RawSchema>,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) min_length: Option<usize>,
    pub(crate) max_length: Option<usize>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    #[serde(default)]
    pub(crate) unique_items: bool,
    pub(crate) default: Option<Value>,
}

/// `additionalProperties`: a switch or a schema.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Additional {
    Switch(bool),
    Schema(Box<RawSchema>),
}

/// An extension that holds one text or several.
#[derive(Default, Deserialize)]
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
