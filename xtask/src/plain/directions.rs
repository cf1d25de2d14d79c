//! Which way a schema travels: read from responses, or written in requests.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::{Document, SCHEMAS, forget_required, refer_to, reference, unescape};
use crate::keys::RULE_NAME;
use crate::names::rules;

/// The way a named schema travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    /// Only read.
    Response,
    /// Only written.
    Request,
    /// Read and written.
    Both,
}

/// The direction of every named schema that an operation reaches.
pub(crate) fn directions(document: &Document) -> BTreeMap<String, Direction> {
    let mut read = BTreeSet::new();
    let mut written = BTreeSet::new();
    for (_, operation) in document.operations() {
        document.reach(&operation["responses"], &mut read);
        document.reach(&operation["requestBody"], &mut written);
        document.reach(&operation["parameters"], &mut written);
    }
    let all: BTreeSet<&String> = read.union(&written).collect();
    let direction = |name: &String| match (read.contains(name), written.contains(name)) {
        (true, true) => Direction::Both,
        (false, true) => Direction::Request,
        _ => Direction::Response,
    };
    all.into_iter().map(|name| (name.clone(), direction(name))).collect()
}

/// Fields that are only read leave what is written, and fields that are only written leave what is read.
pub(crate) fn keep_apart(document: &mut Document) {
    let directions = directions(document);
    document.each_schema(|pointer, schema| {
        let component = pointer.strip_prefix(SCHEMAS).and_then(|rest| rest.split('/').nth(1)).map(unescape);
        let written = match component {
            Some(name) => directions.get(&name) == Some(&Direction::Request),
            None => !pointer.contains("/responses/"),
        };
        let other = if written { "readOnly" } else { "writeOnly" };
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            let before = properties.len();
            properties.retain(|_, property| property.get(other) != Some(&Value::Bool(true)));
            if properties.len() < before {
                forget_required(schema);
            }
        }
    });
}

/// Objects that are read and written become two: reading is tolerant, and writing is strict.
pub(crate) fn separate(document: &mut Document) {
    let both: BTreeSet<String> = directions(document)
        .into_iter()
        .filter(|(name, direction)| {
            *direction == Direction::Both
                && document.schema(name).is_some_and(|schema| schema.get("properties").is_some())
        })
        .map(|(name, _)| name)
        .collect();
    if both.is_empty() {
        return;
    }
    let written = |name: &str| format!("{name}#written");
    let aim = |value: &mut Value| aim(value, &both, &written);
    document.each_operation(|_, operation| {
        for key in ["requestBody", "parameters"] {
            operation.get_mut(key).into_iter().for_each(aim);
        }
    });
    let requests: Vec<String> = directions(document)
        .into_iter()
        .filter(|(_, direction)| *direction == Direction::Request)
        .map(|(name, _)| name)
        .collect();
    let mut copies: Vec<(String, Value)> = Vec::new();
    for name in &both {
        if let Some(mut schema) = document.schema(name).cloned() {
            aim(&mut schema);
            schema[RULE_NAME] = format!("{}Input", rules::type_name(name)).into();
            copies.push((written(name), schema));
        }
    }
    let schemas = document.schemas_mut();
    for name in requests.iter().filter(|name| !both.contains(*name)) {
        schemas.get_mut(name).into_iter().for_each(aim);
    }
    schemas.extend(copies);
}

fn aim(value: &mut Value, both: &BTreeSet<String>, written: &dyn Fn(&str) -> String) {
    if let Some(name) = reference(value).filter(|name| both.contains(*name)) {
        value["$ref"] = refer_to(&written(name))["$ref"].clone();
    }
    match value {
        Value::Object(map) => map.values_mut().for_each(|inner| aim(inner, both, written)),
        Value::Array(list) => list.iter_mut().for_each(|inner| aim(inner, both, written)),
        _ => {}
    }
}
