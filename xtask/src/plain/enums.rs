//! The values of enumerations.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{Document, items, json_type, text};

/// The values of an enumeration of strings, in their order, without repetition and without `null`.
pub(crate) fn enum_values(schema: &Value) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    items(schema, "enum").iter().filter_map(Value::as_str).filter(|value| seen.insert(*value)).collect()
}

/// Whether the values are strings: one or more of them, and nothing else but `null`.
pub(super) fn strings(values: &Value) -> bool {
    let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
    values.iter().any(Value::is_string) && values.iter().all(|value| value.is_string() || value.is_null())
}

/// A schema that lists values and says no type has the type of its values. In a parameter, values of several types are text.
pub(super) fn give_types(document: &mut Document) {
    document.each_schema(|pointer, schema| {
        if !text(schema, "type").is_empty() {
            return;
        }
        let kinds: BTreeSet<&str> =
            items(schema, "enum").iter().map(json_type).filter(|kind| *kind != "null").collect();
        let is_scalar = kinds.iter().all(|kind| ["boolean", "number", "string"].contains(kind));
        match kinds.first() {
            Some(kind) if kinds.len() == 1 && is_scalar => schema["type"] = (*kind).into(),
            Some(_) if is_scalar && pointer.contains("/parameters/") => {
                schema["type"] = "string".into();
                schema.as_object_mut().map(|map| map.shift_remove("enum"));
            }
            _ => {}
        }
    });
}

/// Strings that are enumerated at a list are the values of its items.
pub(super) fn move_into_lists(document: &mut Document) {
    document.each_schema(|_, schema| {
        if text(schema, "type") != "array" || !schema.get("enum").is_some_and(strings) {
            return;
        }
        let Some(values) = schema.as_object_mut().and_then(|map| map.shift_remove("enum")) else { return };
        if let Some(items) = schema.get_mut("items").and_then(Value::as_object_mut)
            && items.get("type").is_some_and(|kind| kind == "string")
        {
            items.entry("enum").or_insert(values);
        }
    });
}
