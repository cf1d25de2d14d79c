//! Fields that are there only when they are asked for.
//!
//! The service leaves related objects out unless `expand[]` names them, also where their schema requires them. So a field
//! that an operation can expand is optional wherever the schema that has it is reached.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::enum_values;
use crate::document::{Document, items, members, reference, text};

pub(crate) fn make_optional(document: &mut Document) {
    let mut expandable: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, operation) in document.operations() {
        let names = expansions(document, operation);
        if !names.is_empty() {
            let mut seen = BTreeSet::new();
            reach(document, &operation["responses"], &names, &mut seen, &mut expandable);
        }
    }
    for (name, fields) in expandable {
        let Some(required) = document.schemas_mut().get_mut(&name).and_then(|schema| schema.get_mut("required")) else {
            continue;
        };
        if let Some(list) = required.as_array_mut() {
            list.retain(|field| !field.as_str().is_some_and(|field| fields.contains(field)));
        }
    }
}

/// The names that the operation's `expand[]` takes.
fn expansions(document: &Document, operation: &Value) -> BTreeSet<String> {
    items(operation, "parameters")
        .iter()
        .filter(|parameter| matches!(text(parameter, "name"), "expand[]" | "expand"))
        .flat_map(|parameter| enum_values(document.resolve(&parameter["schema"]["items"])))
        .map(str::to_owned)
        .collect()
}

/// Notes the fields of these names in every schema that the response reaches.
fn reach(
    document: &Document,
    value: &Value,
    names: &BTreeSet<String>,
    seen: &mut BTreeSet<String>,
    found: &mut BTreeMap<String, BTreeSet<String>>,
) {
    if let Some(name) = reference(value)
        && seen.insert(name.to_owned())
        && let Some(schema) = document.schema(name)
    {
        let fields = members(schema, "properties").map(|(field, _)| field).filter(|field| names.contains(*field));
        found.entry(name.to_owned()).or_default().extend(fields.cloned());
        reach(document, schema, names, seen, found);
    }
    match value {
        Value::Object(map) => map.values().for_each(|inner| reach(document, inner, names, seen, found)),
        Value::Array(list) => list.iter().for_each(|inner| reach(document, inner, names, seen, found)),
        _ => {}
    }
}
