//! The contract as data: the effective document, without the code generated from it.

use std::sync::LazyLock;

use drata_api::ApiVersion;
use serde_json::{Map, Value};

/// The effective document of a version.
#[derive(Debug)]
pub struct Contract(Value);

/// What stands at a place, as JSON.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'a> {
    /// Anything.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A text, with its format.
    Text(&'a str),
    /// A text of a set; holds the first one.
    Enumeration(&'a str),
    /// A list of items of this schema.
    List(&'a Value),
    /// Texts to values of this schema.
    Map(&'a Value),
    /// Properties by name, some of them required.
    Object(&'a Map<String, Value>, &'a [Value]),
}

impl Contract {
    /// The contract of a version.
    pub fn of(version: ApiVersion) -> &'static Self {
        static V1: LazyLock<Contract> =
            LazyLock::new(|| Contract::parse(include_str!("../../crates/drata-contract/contract/v1.json")));
        static V2: LazyLock<Contract> =
            LazyLock::new(|| Contract::parse(include_str!("../../crates/drata-contract/contract/v2.json")));
        match version {
            ApiVersion::V1 => &V1,
            ApiVersion::V2 => &V2,
            other => panic!("{other} has no contract"),
        }
    }

    fn parse(text: &str) -> Self {
        Self(serde_json::from_str(text).expect("codegen writes JSON"))
    }

    /// The schema at `path`: a component or an operation's answer, then property after property, lists entered.
    ///
    /// `PagedResponse.data` is the schema of an item of its list `data`.
    ///
    /// # Panics
    /// When there is none.
    pub fn schema(&self, path: &str) -> &Value {
        let mut steps = path.split('.');
        let root = steps.next().unwrap_or_default();
        let start = self.0["components"]["schemas"].get(root).or_else(|| self.answer(root));
        let start = start.unwrap_or_else(|| panic!("the contract has neither a schema nor an answer {root}"));
        steps.fold(self.item(start), |schema, name| match self.shape(schema) {
            Shape::Object(properties, _) => {
                self.item(properties.get(name).unwrap_or_else(|| panic!("{path}: no property {name}")))
            }
            other => panic!("{path}: {name} is asked of {other:?}"),
        })
    }

    /// The schema of an operation's first JSON success.
    pub fn answer(&self, operation_id: &str) -> Option<&Value> {
        let paths = self.0["paths"].as_object()?.values();
        let operation = paths
            .flat_map(|item| item.as_object().into_iter().flat_map(Map::values))
            .find(|operation| operation["operationId"] == operation_id)?;
        let successes = operation["responses"].as_object()?.iter().filter(|(status, _)| status.starts_with('2'));
        successes
            .map(|(_, response)| &response["content"]["application/json"]["schema"])
            .find(|schema| schema.is_object())
    }

    /// The schema behind references and lone `allOf`s.
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let named = schema["$ref"].as_str().and_then(|path| self.0.pointer(path.trim_start_matches('#')));
        match (named, schema["allOf"].as_array().map(Vec::as_slice)) {
            (Some(named), _) => self.resolve(named),
            (None, Some([single])) => self.resolve(single),
            _ => schema,
        }
    }

    /// The name of the component that a schema refers to.
    pub fn name<'a>(&'a self, schema: &'a Value) -> Option<&'a str> {
        let reference = schema["$ref"].as_str().or_else(|| schema["allOf"].get(0)?["$ref"].as_str())?;
        reference.rsplit('/').next()
    }

    /// Whether `null` may stand there.
    pub fn is_nullable(&self, schema: &Value) -> bool {
        schema["nullable"] == true || self.resolve(schema)["nullable"] == true
    }

    /// What stands there.
    pub fn shape<'a>(&'a self, schema: &'a Value) -> Shape<'a> {
        let schema = self.resolve(schema);
        let first = schema["enum"].as_array().and_then(|values| values.iter().find_map(Value::as_str));
        match (schema["type"].as_str(), first) {
            (_, Some(first)) => Shape::Enumeration(first),
            (Some("boolean"), _) => Shape::Boolean,
            (Some("integer"), _) => Shape::Integer,
            (Some("number"), _) => Shape::Number,
            (Some("string"), _) => Shape::Text(schema["format"].as_str().unwrap_or_default()),
            (Some("array"), _) => Shape::List(&schema["items"]),
            _ => self.object(schema),
        }
    }

    fn object<'a>(&'a self, schema: &'a Value) -> Shape<'a> {
        let properties = schema["properties"].as_object().filter(|properties| !properties.is_empty());
        match (properties, schema["additionalProperties"].as_object()) {
            (Some(properties), _) => {
                Shape::Object(properties, schema["required"].as_array().map_or(&[], Vec::as_slice))
            }
            (None, Some(values)) if !values.is_empty() => Shape::Map(&schema["additionalProperties"]),
            _ => Shape::Any,
        }
    }

    /// The schema of a list's items, however deep; of anything else, its own.
    fn item<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match self.shape(schema) {
            Shape::List(items) => self.item(items),
            _ => schema,
        }
    }
}
