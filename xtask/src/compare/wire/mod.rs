//! What changed on the wire between two contracts, classified for a client.
//!
//! - *run*: a program built with the SDK of the old document fails, or means something else, once the service follows the
//!   new one.
//! - *compatible*: it works as before.
//!
//! The SDK is tolerant, and the classes count on that: enumerations are open and types with fields non-exhaustive, so that
//! a new value or a new field of a response is compatible; a field that is optional or nullable is an `Option` either way; a
//! number in quotes is a number; any 2xx is a success. What is compared are the contracts, not the overlays over them.

mod bodies;
mod change;
mod comparison;
mod fields;
mod limits;
mod operations;
mod parameters;
mod reach;
mod schemas;
mod shape;
mod values;

pub(crate) use change::{Change, Class};
pub(crate) use comparison::compare;
pub(crate) use reach::{Reach, Way, reaches};
pub(crate) use shape::Shape;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::document::Document;

    /// A document with one of everything that a contract holds.
    fn document() -> Value {
        let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let media = |schema: Value| json!({ "application/json": { "schema": schema } });
        json!({
            "servers": [{ "url": "https://example.com" }],
            "paths": { "/a/{id}": { "put": {
                "operationId": "A_put",
                "tags": ["A"],
                "deprecated": true,
                "x-drata-permissions": ["a-put"],
                "x-drata-permission-name": "A: Put",
                "x-drata-entitlement": "PLAN",
                "x-drata-beta": true,
                "security": [{ "oauth": [] }],
                "parameters": [
                    { "name": "id", "in": "path", "required": true, "schema": { "oneOf": [{ "type": "number" }, { "type": "string" }] } },
                    { "name": "kinds[]", "in": "query", "required": true, "style": "form", "deprecated": true, "schema": {
                        "type": "array", "minItems": 1, "maxItems": 9, "items": { "type": "string", "nullable": true, "enum": ["A", "B"] } } },
                    { "name": "size", "in": "query", "schema": { "type": "number", "minimum": 1, "maximum": 50, "default": 20 } },
                ],
                "requestBody": { "required": true, "content": {
                    "application/json": { "schema": schema("Write") },
                    "multipart/form-data": { "schema": schema("Write") },
                } },
                "responses": { "200": { "content": media(schema("Read")) }, "404": { "content": media(schema("Fault")) } },
            } } },
            "components": { "schemas": {
                "Write": { "type": "object", "additionalProperties": false, "required": ["name"], "properties": {
                    "name": { "type": "string", "minLength": 1, "maxLength": 9, "pattern": "^a", "format": "email" },
                    "labels": { "type": "object", "additionalProperties": { "type": "string" } },
                    "note": { "nullable": true, "allOf": [schema("Note")] },
                } },
                "Note": { "type": "object", "properties": { "text": { "type": "string", "deprecated": true } } },
                "Read": { "type": "object", "required": ["id", "state"], "properties": {
                    "id": { "type": "number", "format": "double", "x-observed-type": "string" },
                    "state": { "type": "string", "nullable": true, "enum": ["ON", "OFF"] },
                    "at": { "type": "string", "format": "date-time" },
                    "next": { "allOf": [schema("Read")] },
                } },
                "Fault": { "type": "object", "properties": { "code": { "type": "number" } } },
            } },
        })
    }

    /// Every JSON pointer into `value`.
    fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
        let children: Vec<(String, &Value)> = match value {
            Value::Object(map) => map.iter().map(|(key, value)| (crate::document::escape(key), value)).collect(),
            Value::Array(list) => list.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
            _ => Vec::new(),
        };
        for (key, value) in children {
            let pointer = format!("{at}/{key}");
            pointers(value, &pointer, found);
            found.push(pointer);
        }
    }

    fn without(document: &Value, pointer: &str) -> Value {
        let mut document = document.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match document.pointer_mut(parent).unwrap() {
            Value::Object(map) => {
                map.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
            }
            Value::Array(list) => {
                list.remove(key.parse().unwrap());
            }
            other => panic!("{other} holds nothing"),
        }
        document
    }

    #[test]
    fn no_change_goes_unnoticed() {
        let old = document();
        let mut all = Vec::new();
        pointers(&old, "", &mut all);
        let unnoticed = |new: Value| compare(&Document(old.clone()), &Document(new)).is_empty();
        let mut missed = Vec::new();
        // References that lead nowhere are rejected on import, and a path parameter is required whatever is said.
        let dangles = |pointer: &str| {
            let named = pointer.strip_prefix("/components").is_some_and(|rest| rest.matches('/').count() <= 2);
            named || pointer.ends_with("/$ref") || pointer.ends_with("/parameters/0/required")
        };
        for pointer in all.iter().filter(|pointer| !dangles(pointer)) {
            if unnoticed(without(&old, pointer)) {
                missed.push(format!("{pointer} removed"));
            }
            let mut altered = old.clone();
            let value = altered.pointer_mut(pointer).unwrap();
            *value = match &*value {
                Value::String(text) => format!("{text}X").into(),
                Value::Number(number) => (number.as_i64().unwrap() + 1).into(),
                Value::Bool(flag) => (!flag).into(),
                _ => continue,
            };
            if unnoticed(altered) {
                missed.push(format!("{pointer} altered"));
            }
        }
        assert!(missed.is_empty(), "{missed:#?}");
    }

    #[test]
    fn the_way_a_field_travels_decides() {
        let class = |pointer: &str, change: &dyn Fn(&mut Value)| -> Vec<(&'static str, Class)> {
            let old = document();
            let mut new = old.clone();
            change(new.pointer_mut(pointer).unwrap());
            compare(&Document(old), &Document(new)).iter().map(|change| (change.kind, change.class())).collect()
        };
        let (write, read, fault) =
            ("/components/schemas/Write", "/components/schemas/Read", "/components/schemas/Fault/properties/code/type");
        let required = |schema: &mut Value| {
            schema["properties"]["new"] = json!({ "type": "string" });
            schema["required"].as_array_mut().unwrap().push("new".into());
        };
        assert_eq!(class(write, &required), [("required-field-added", Class::Run)]);
        assert_eq!(class(read, &required), [("required-field-added", Class::Compatible)]);

        let optional = |schema: &mut Value| schema["required"] = json!([]);
        assert_eq!(class(write, &optional), [("field-optional", Class::Compatible)]);
        // `state` may be null already, and so is an option either way.
        assert_eq!(class(read, &optional), [("field-optional", Class::Run), ("field-optional", Class::Compatible)]);

        let retype = |kind: &mut Value| *kind = "string".into();
        assert_eq!(class(fault, &retype), [("retyped", Class::Compatible)]);
        assert_eq!(
            class(&format!("{write}/properties/labels/additionalProperties/type"), &|kind| *kind = "number".into()),
            [("retyped", Class::Run)]
        );
        // Strings are read whatever scalar comes.
        assert_eq!(
            class(&format!("{read}/properties/at"), &|at| *at = json!({ "type": "string" })),
            [("retyped", Class::Run)]
        );
    }

    #[test]
    fn a_type_that_holds_itself_ends() {
        let old = document();
        let new: Value = serde_json::from_str(
            &old.to_string().replace("schemas/Read", "schemas/Seen").replace("\"Read\"", "\"Seen\""),
        )
        .unwrap();
        let kinds: Vec<&str> = compare(&Document(old), &Document(new)).iter().map(|change| change.kind).collect();
        assert_eq!(kinds, ["type-renamed"]);
    }
}
