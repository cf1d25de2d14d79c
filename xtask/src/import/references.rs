//! References: written in one way, and to components only.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::document::{SCHEMA_REF, object_at, unescape};
use crate::names::rules;

/// What a reference refers to within its document.
pub(crate) fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(&pointer(reference)?)
}

/// The JSON pointer of a reference into its own document.
fn pointer(reference: &str) -> Option<String> {
    Some(percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?.into_owned())
}

/// Takes percent-encoding out of references, and makes components of the schemas within others that are referred to.
pub(crate) fn make_canonical(document: &mut Value) {
    let mut within = BTreeMap::new();
    each(document, &mut |reference| {
        let Some(pointer) = pointer(reference) else { return };
        if is_schema_within(&pointer) {
            within.insert(pointer.clone(), String::new());
        }
        *reference = format!("#{pointer}");
    });
    let mut made: Vec<(String, Value)> = Vec::new();
    let taken = |name: &str, made: &[(String, Value)]| {
        document.pointer("/components/schemas").is_some_and(|all| all.get(name).is_some())
            || made.iter().any(|(other, _)| other == name)
    };
    within.retain(|pointer, name| {
        let Some(schema) = document.pointer(pointer) else { return false };
        let words = words(pointer);
        // There are fewer schemas than numbers, so one of the names is free.
        let numbered = (2..).map(|number| format!("{words}{number}"));
        *name = std::iter::once(words.clone()).chain(numbered).find(|name| !taken(name, &made)).unwrap_or_default();
        made.push((name.clone(), schema.clone()));
        true
    });
    if made.is_empty() {
        return;
    }
    object_at(document, "components");
    object_at(&mut document["components"], "schemas").extend(made);
    each(document, &mut |reference| {
        if let Some(name) = within.get(reference.trim_start_matches('#')) {
            *reference = format!("{SCHEMA_REF}{name}");
        }
    });
}

/// Whether a pointer leads to a schema within another or within an operation.
fn is_schema_within(pointer: &str) -> bool {
    let parts: Vec<&str> = pointer.split('/').collect();
    match parts.as_slice() {
        ["", "components", "schemas", _] => false,
        [.., "properties" | "$defs" | "definitions" | "allOf" | "oneOf" | "anyOf", _] => true,
        [.., "schema" | "items" | "additionalProperties"] => true,
        _ => false,
    }
}

/// A name for the schema at a pointer: the last names on the way to it.
fn words(pointer: &str) -> String {
    let parts: Vec<String> = pointer.split('/').map(unescape).collect();
    let named = match parts.iter().rposition(|part| part == "properties" || part == "$defs" || part == "definitions") {
        Some(at) => parts.get(at + 1..),
        None => parts.get(2..),
    };
    let plain = ["schema", "content", "application/json"];
    let named = named.unwrap_or_default().iter().filter(|part| !plain.contains(&part.as_str()));
    rules::pascal(&named.map(String::as_str).collect::<Vec<_>>().join(" "))
}

/// Runs `change` on every reference.
fn each(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::Object(map) => members(map, change),
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, change)),
        _ => {}
    }
}

fn members(map: &mut Map<String, Value>, change: &mut impl FnMut(&mut String)) {
    for (key, inner) in map {
        match inner {
            Value::String(reference) if key == "$ref" => change(reference),
            // What stands in an example refers to nothing.
            _ if ["example", "examples", "default", "enum"].contains(&key.as_str()) => {}
            _ => each(inner, change),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_within_others_become_components() {
        let mut document = json!({
            "paths": { "/a": { "get": { "schema": { "$ref": "#/components/schemas/A/$defs/Owner" } } } },
            "components": { "schemas": {
                "A": { "$defs": { "Owner": { "type": "string" } }, "items": { "$ref": "#/components/schemas/B%20b" } },
                "Owner": { "type": "object" },
                "B b": {},
            } },
        });
        make_canonical(&mut document);
        assert_eq!(document["paths"]["/a"]["get"]["schema"]["$ref"], "#/components/schemas/Owner2");
        assert_eq!(document["components"]["schemas"]["Owner2"], json!({ "type": "string" }));
        assert_eq!(document["components"]["schemas"]["A"]["items"]["$ref"], "#/components/schemas/B b");
        assert_eq!(target(&document, "#/components/schemas/B%20b"), Some(&json!({})));
    }
}
