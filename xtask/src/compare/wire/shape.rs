//! What a schema is to a client: the type that the SDK gives it, rather than how the document spells it.

use std::borrow::Cow;
use std::fmt;

use serde_json::Value;

use crate::document::{items, reference, text};
use crate::plain::has_fractions;

/// The type of a value in the SDK, one level deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Integer,
    Number,
    Boolean,
    Text,
    Time,
    File,
    List,
    Fields,
    Map,
    Alternatives,
    Open,
}

impl Shape {
    /// The shape of a schema that is no reference.
    pub(crate) fn of(schema: &Value) -> Self {
        match text(schema, "type") {
            "number" if has_fractions(schema) => Self::Number,
            "number" | "integer" => Self::Integer,
            "boolean" => Self::Boolean,
            "string" => match text(schema, "format") {
                "date" | "date-time" => Self::Time,
                "binary" => Self::File,
                _ => Self::Text,
            },
            "array" => Self::List,
            _ if schema.get("properties").is_some() => Self::Fields,
            _ if ["oneOf", "anyOf", "allOf"].iter().any(|key| schema.get(key).is_some()) => Self::Alternatives,
            "object" if schema.get("additionalProperties").is_some_and(Value::is_object) => Self::Map,
            _ => Self::Open,
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Integer => "integer",
            Self::Number => "fraction",
            Self::Boolean => "boolean",
            Self::Text => "text",
            Self::Time => "time",
            Self::File => "file",
            Self::List => "list",
            Self::Fields => "object with fields",
            Self::Map => "map",
            Self::Alternatives => "choice of types",
            Self::Open => "any JSON",
        })
    }
}

/// A schema with an `allOf` around one schema resolved: what stands beside it describes the place.
pub(crate) fn plain(schema: &Value) -> Cow<'_, Value> {
    let [single] = items(schema, "allOf") else { return Cow::Borrowed(schema) };
    let mut plain = single.clone();
    if let (Some(map), Some(beside)) = (plain.as_object_mut(), schema.as_object()) {
        for key in ["nullable", "deprecated", "default"] {
            if let Some(value) = beside.get(key) {
                map.insert(key.to_owned(), value.clone());
            }
        }
    }
    Cow::Owned(plain)
}

/// What a reader would call the type: its shape, of which items, and the name where it has one.
pub(crate) fn describe(schema: &Value) -> String {
    let schema = plain(schema);
    if let Some(name) = reference(&schema) {
        return name.to_owned();
    }
    let shape = Shape::of(&schema);
    match schema.get("items") {
        Some(item) if shape == Shape::List => format!("list of {}", describe(item)),
        _ if schema.get("enum").is_some() => "enumeration".to_owned(),
        _ => shape.to_string(),
    }
}

pub(crate) fn nullable(schema: &Value) -> bool {
    schema.get("nullable") == Some(&Value::Bool(true))
}
