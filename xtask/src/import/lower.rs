//! OpenAPI 3.1 and 3.2 lowered to 3.0, where they have such a form.
//!
//! A list of types is one type, nullable if `null` is among them, or a choice; `const` is an enumeration of one value;
//! `examples` of a schema are its first; an exclusive limit is a limit and a flag; what stands beside a reference moves into
//! a composition.

use serde_json::{Map, Value, json};

/// Lowers a document in place. One of 3.0 stays as it is.
pub(crate) fn to_3_0(document: &mut Value) {
    // YAML reads an unquoted version as a number.
    if let Some(version) = document.get("openapi").filter(|version| version.is_number()) {
        document["openapi"] = format!("{version}.0").into();
    }
    let newer =
        document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1") || version.starts_with("3.2"));
    if !newer {
        return;
    }
    document["openapi"] = "3.0.3".into();
    if let Some(root) = document.as_object_mut() {
        root.shift_remove("jsonSchemaDialect");
        root.shift_remove("webhooks");
        root.entry("paths").or_insert_with(|| json!({}));
    }
    lower(document, Place::Document);
}

/// What a value is, as far as it decides about its keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Anything that holds schemas somewhere below.
    Document,
    Schema,
    /// An object whose members are schemas by name.
    Named,
}

fn lower(value: &mut Value, place: Place) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| lower(item, place)),
        // `true` is any JSON, and `false` is nothing that could be sent or read.
        Value::Bool(_) if place == Place::Schema => *value = json!({}),
        Value::Object(map) => {
            if place == Place::Schema {
                schema(map);
            }
            for (key, inner) in map.iter_mut() {
                let below = match (place, key.as_str()) {
                    (Place::Named, _) => Place::Schema,
                    (Place::Document, "schema") => Place::Schema,
                    (Place::Document, "schemas") => Place::Named,
                    (Place::Document, _) => Place::Document,
                    (Place::Schema, "properties") => Place::Named,
                    (Place::Schema, "items" | "not" | "allOf" | "oneOf" | "anyOf") => Place::Schema,
                    (Place::Schema, "additionalProperties") if inner.is_object() => Place::Schema,
                    (Place::Schema, _) => continue,
                };
                // An example may hold anything, also what looks like a schema.
                if place == Place::Document && ["example", "examples", "default"].contains(&key.as_str()) {
                    continue;
                }
                lower(inner, below);
            }
        }
        _ => {}
    }
}

fn schema(map: &mut Map<String, Value>) {
    if map.len() > 1
        && let Some(target) = map.shift_remove("$ref")
    {
        map.insert("allOf".to_owned(), json!([{ "$ref": target }]));
    }
    if let Some(value) = map.shift_remove("const") {
        map.entry("type").or_insert_with(|| crate::document::json_type(&value).into());
        map.insert("enum".to_owned(), json!([value]));
    }
    if let Some(Value::Array(examples)) = map.shift_remove("examples")
        && let Some(first) = examples.into_iter().next()
    {
        map.entry("example").or_insert(first);
    }
    for (exclusive, inclusive) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if map.get(exclusive).is_some_and(Value::is_number)
            && let Some(limit) = map.insert(exclusive.to_owned(), true.into())
        {
            map.insert(inclusive.to_owned(), limit);
        }
    }
    let media = map.shift_remove("contentMediaType");
    let encoding = map.shift_remove("contentEncoding");
    let binary = media
        .as_ref()
        .and_then(Value::as_str)
        .is_some_and(|media| !media.contains("json") && !media.starts_with("text/"));
    if binary && encoding.is_none() {
        map.insert("type".to_owned(), "string".into());
        map.insert("format".to_owned(), "binary".into());
    }
    if let Some(first) = map.shift_remove("prefixItems") {
        // A tuple is a list of anything that its places may hold.
        map.insert("items".to_owned(), json!({ "anyOf": first }));
    }
    let Some(Value::Array(types)) = map.get("type").cloned() else {
        if map.get("type") == Some(&"null".into()) {
            map.shift_remove("type");
            map.insert("nullable".to_owned(), true.into());
        }
        return;
    };
    let mut kinds: Vec<Value> = types.clone();
    kinds.retain(|kind| kind != "null");
    if kinds.len() < types.len() {
        map.insert("nullable".to_owned(), true.into());
    }
    match kinds.as_slice() {
        [] => drop(map.shift_remove("type")),
        [one] => drop(map.insert("type".to_owned(), one.clone())),
        several => {
            // What limits one of the kinds goes with it.
            let parts: Vec<Value> = several.iter().map(|kind| part(map, kind)).collect();
            map.retain(|key, _| ["description", "nullable", "deprecated", "example", "title"].contains(&key.as_str()));
            map.insert("oneOf".to_owned(), parts.into());
        }
    }
}

/// The keys of a schema that say something of one kind of value.
fn part(map: &Map<String, Value>, kind: &Value) -> Value {
    let keys: &[&str] = match kind.as_str() {
        Some("string") => &["format", "minLength", "maxLength", "pattern", "enum"],
        Some("number" | "integer") => &["format", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
        Some("array") => &["items", "minItems", "maxItems"],
        Some("object") => &["properties", "required", "additionalProperties"],
        _ => &[],
    };
    let kept =
        map.iter().filter(|(key, _)| keys.contains(&key.as_str())).map(|(key, value)| (key.clone(), value.clone()));
    let mut part: Map<String, Value> = kept.collect();
    part.insert("type".to_owned(), kind.clone());
    part.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_schema_is_said_in_the_older_words() {
        for (newer, older) in [
            (json!({ "type": ["string", "null"] }), json!({ "type": "string", "nullable": true })),
            (json!({ "const": "ON" }), json!({ "type": "string", "enum": ["ON"] })),
            (
                json!({ "type": "number", "exclusiveMinimum": 0 }),
                json!({ "type": "number", "exclusiveMinimum": true, "minimum": 0 }),
            ),
            (json!({ "$ref": "#/x", "description": "d" }), json!({ "description": "d", "allOf": [{ "$ref": "#/x" }] })),
            (json!({ "type": "string", "examples": ["a", "b"] }), json!({ "type": "string", "example": "a" })),
            (
                json!({ "type": ["string", "integer"], "maxLength": 3, "minimum": 1 }),
                json!({ "oneOf": [{ "maxLength": 3, "type": "string" }, { "minimum": 1, "type": "integer" }] }),
            ),
            (json!({ "contentMediaType": "application/pdf" }), json!({ "type": "string", "format": "binary" })),
            (json!({ "type": "array", "items": true }), json!({ "type": "array", "items": {} })),
        ] {
            let mut document = json!({ "openapi": "3.1.0", "components": { "schemas": { "A": newer } } });
            to_3_0(&mut document);
            assert_eq!(document["components"]["schemas"]["A"], older);
            assert_eq!(document["openapi"], "3.0.3");
        }
    }
}
