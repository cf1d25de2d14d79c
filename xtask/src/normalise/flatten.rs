//! Indirections that say nothing: `allOf` around one schema, and named schemas that are no type of their own.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::NULLABLE;
use crate::document::{Document, reference, text};

/// `allOf` with one member, put in its place. What stood beside it stays, as facts about the field.
pub(crate) fn single_all_of(document: &mut Document) {
    document.each_schema(|_, schema| {
        if schema.get("nullable").and_then(Value::as_bool) == Some(true) {
            schema[NULLABLE] = true.into();
        }
        let Some([single]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) else { return };
        let single = single.clone();
        if let (Some(map), Value::Object(single)) = (schema.as_object_mut(), single) {
            // A reference is the whole type; keys such as a stray `format` or `default` beside it describe nothing.
            map.retain(|key, _| {
                key.starts_with("x-") || ["description", "deprecated", "nullable"].contains(&key.as_str())
            });
            map.extend(single);
        }
    });
}

/// References to a named schema that is neither an object with fields nor an enumeration: what it is takes its place.
pub(crate) fn aliases(document: &mut Document) {
    // An object that lists no properties leaves open what it holds.
    document.each_schema(|_, schema| {
        if schema.get("properties").and_then(Value::as_object).is_some_and(Map::is_empty) {
            schema.as_object_mut().map(|map| map.shift_remove("properties"));
        }
    });
    let aliases: BTreeMap<String, Value> = document
        .schemas()
        .filter(|(_, schema)| reference(schema).is_none() && !is_type(schema))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    document.each_schema(|_, schema| {
        if let Some(alias) = reference(schema).and_then(|name| aliases.get(name)).cloned() {
            let beside = schema.as_object().cloned().unwrap_or_default();
            *schema = alias;
            for (key, value) in beside {
                if key != "$ref" {
                    schema[key] = value;
                }
            }
        }
    });
    document.schemas_mut().retain(|name, _| !aliases.contains_key(name));
}

/// Whether a named schema becomes a type of its own.
fn is_type(schema: &Value) -> bool {
    schema.get("properties").is_some()
        || schema.get("enum").is_some()
        || schema.get(super::ID_FORMS).is_some()
        || schema.get("oneOf").is_some()
        || schema.get("anyOf").is_some()
        || text(schema, "allOf").is_empty() && schema.get("allOf").is_some()
}

/// Named schemas that no operation reaches any more, such as those of errors.
pub(crate) fn unreached(document: &mut Document) {
    let reached = super::directions(document);
    document.schemas_mut().retain(|name, _| reached.contains_key(name));
}
