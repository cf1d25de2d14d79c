//! Schemas that leave open what stands there.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::directions::{Direction, directions};
use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{Document, SCHEMAS, escape, text};
use crate::keys::{DOC, ID_FORMS, RULE_NAME};

/// The types of OpenAPI; none is any.
const KINDS: [&str; 7] = ["", "array", "boolean", "integer", "number", "object", "string"];

/// Opens what the contract leaves open.
///
/// In responses, an object without properties is any JSON: samples hold plain strings there. In requests it is an object.
/// `additionalProperties: false` is not repeated: it would make a response with a new field unreadable.
pub(crate) fn open(document: &mut Document, found: &mut Findings) {
    let requests: BTreeSet<String> = directions(document)
        .into_iter()
        .filter(|(_, direction)| *direction == Direction::Request)
        .map(|(name, _)| format!("{SCHEMAS}/{}", escape(&name)))
        .collect();
    document.each_schema(|pointer, schema| {
        let in_request = pointer.contains("/requestBody/")
            || requests.iter().any(|name| {
                pointer.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            });
        let kind = text(schema, "type");
        if !KINDS.contains(&kind) && schema.get("properties").is_none() && schema.get(ID_FORMS).is_none() {
            found.push(Diagnosis::unusual(
                "type",
                pointer,
                format!("{kind:?} is no type that OpenAPI has"),
                "it is any JSON to a user",
                "in corrections.yaml: a `merge` with the type that occurs",
            ));
        }
        close(schema, in_request);
    });
}

fn close(schema: &mut Value, in_request: bool) {
    let Some(map) = schema.as_object_mut() else { return };
    if map.contains_key(ID_FORMS) {
        // progenitor sees an enumeration; the model knows the identifier's forms.
        map.retain(|key, _| [ID_FORMS, DOC, RULE_NAME, "example"].contains(&key.as_str()));
        map.insert("type".to_owned(), "string".into());
        map.insert("enum".to_owned(), json!(["id"]));
        return;
    }
    if map.contains_key("properties") {
        map.insert("type".to_owned(), "object".into());
        map.shift_remove("additionalProperties");
        return;
    }
    match text(&Value::Object(map.clone()), "type") {
        "array" => {
            // A list that does not say of what is one of anything.
            map.entry("items").or_insert_with(|| json!({}));
            return;
        }
        "object" => {}
        "boolean" | "integer" | "number" | "string" => return,
        _ if map.contains_key("$ref") => return,
        _ => {
            // No type at all, or one that OpenAPI does not have, is any JSON.
            map.retain(|key, _| key.starts_with("x-") || [DOC, "deprecated", "nullable"].contains(&key.as_str()));
            return;
        }
    }
    // An object of values of one type stays a map.
    if map.get("additionalProperties").and_then(Value::as_object).is_some_and(|inner| !inner.is_empty()) {
        return;
    }
    map.shift_remove("additionalProperties");
    if in_request {
        map.insert("additionalProperties".to_owned(), true.into());
    } else {
        map.shift_remove("type");
    }
}
