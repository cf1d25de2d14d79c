//! References: written in one way, and to components only.

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::document::{SCHEMA_REF, SCHEMAS, object_at, unescape};
use crate::names::rules;

/// What a reference refers to within its document.
pub(crate) fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    root.pointer(&pointer(reference)?)
}

/// The JSON pointer of a reference into its own document.
fn pointer(reference: &str) -> Option<String> {
    Some(percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()?.into_owned())
}

/// Takes percent-encoding out of references, gives every component schema a name that OpenAPI allows, and makes components of
/// the schemas within others that are referred to. After it, a reference to a schema is its name and nothing to decode.
pub(crate) fn make_canonical(document: &mut Value) {
    each(document, &mut |reference| {
        if let Some(pointer) = pointer(reference) {
            *reference = format!("#{pointer}");
        }
    });
    name_components(document);
    lift_inner(document);
}

/// Gives a name of letters, digits and `.-_` to each component schema that has another, such as `Page<Risk>`: a pointer to
/// any other name would have to be escaped.
fn name_components(document: &mut Value) {
    let Some(schemas) = document.pointer_mut(SCHEMAS).and_then(Value::as_object_mut) else { return };
    let legal = |one: char| one.is_ascii_alphanumeric() || ".-_".contains(one);
    let (kept, others): (Vec<String>, Vec<String>) = schemas.keys().cloned().partition(|name| name.chars().all(legal));
    let mut taken: BTreeSet<String> = kept.into_iter().collect();
    let mut renamed = BTreeMap::new();
    for name in others {
        let words: Vec<String> = rules::ascii(&name).split(|one| !legal(one)).map(str::to_owned).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
        let plain = if words.is_empty() { "Unnamed".to_owned() } else { words.join("_") };
        let given = free(&plain, |name| taken.contains(name));
        taken.insert(given.clone());
        renamed.insert(name, given);
    }
    if renamed.is_empty() {
        return;
    }
    let named = std::mem::take(schemas).into_iter();
    schemas.extend(named.map(|(name, schema)| (renamed.get(&name).cloned().unwrap_or(name), schema)));
    each(document, &mut |reference| {
        let Some(rest) = reference.strip_prefix(SCHEMA_REF) else { return };
        let (name, below) = rest.split_once('/').map_or((rest, None), |(name, below)| (name, Some(below)));
        if let Some(name) = renamed.get(&unescape(name)) {
            *reference =
                below.map_or_else(|| format!("{SCHEMA_REF}{name}"), |below| format!("{SCHEMA_REF}{name}/{below}"));
        }
    });
}

/// The name, with a number behind it if it is taken.
fn free(name: &str, taken: impl Fn(&str) -> bool) -> String {
    // There are fewer schemas than numbers, so one of the names is free.
    let numbered = (2..).map(|number| format!("{name}{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

/// Makes components of the schemas within others that are referred to.
fn lift_inner(document: &mut Value) {
    let mut within = BTreeMap::new();
    each(document, &mut |reference| {
        if let Some(pointer) = reference.strip_prefix('#').filter(|pointer| is_schema_within(pointer)) {
            within.insert(pointer.to_owned(), String::new());
        }
    });
    let mut made: Vec<(String, Value)> = Vec::new();
    within.retain(|pointer, name| {
        let Some(schema) = document.pointer(pointer) else { return false };
        *name = free(&words(pointer), |name| {
            document.pointer(SCHEMAS).is_some_and(|all| all.get(name).is_some())
                || made.iter().any(|(other, _)| other == name)
        });
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
                "B_b": {},
                "Page<a/b~c>": { "items": { "$ref": "#/components/schemas/Page%3Ca~1b~0c%3E" } },
            } },
        });
        make_canonical(&mut document);
        assert_eq!(document["paths"]["/a"]["get"]["schema"]["$ref"], "#/components/schemas/Owner2");
        assert_eq!(document["components"]["schemas"]["Owner2"], json!({ "type": "string" }));
        assert_eq!(document["components"]["schemas"]["A"]["items"]["$ref"], "#/components/schemas/B_b2");
        assert_eq!(target(&document, "#/components/schemas/B%5Fb2"), Some(&json!({})));
        assert_eq!(
            document["components"]["schemas"]["Page_a_b_c"],
            json!({ "items": { "$ref": "#/components/schemas/Page_a_b_c" } })
        );
    }
}
