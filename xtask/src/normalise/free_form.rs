//! Schemas that leave open what stands there.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::directions::{Direction, directions};
use crate::document::{Document, SCHEMAS, escape, text};

/// The forms of an identifier, by the overlay: the name of the form and its prefix.
pub(crate) const ID_FORMS: &str = "x-id-forms";

/// Opens what the contract leaves open.
///
/// In answers, an object without properties is any JSON: samples hold plain texts there. In requests it is an object.
/// `additionalProperties: false` is not repeated: it would make an answer with a new field unreadable.
pub(crate) fn open(document: &mut Document) {
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
        close(schema, in_request);
    });
}

fn close(schema: &mut Value, in_request: bool) {
    let Some(map) = schema.as_object_mut() else { return };
    if map.contains_key(ID_FORMS) {
        // progenitor sees a text; the surface puts the identifier's own type in its place.
        for key in ["oneOf", "anyOf", "type", "format"] {
            map.shift_remove(key);
        }
        map.insert("type".to_owned(), "string".into());
        map.insert("enum".to_owned(), json!(["id"]));
        return;
    }
    if map.contains_key("properties") {
        map.insert("type".to_owned(), "object".into());
        map.shift_remove("additionalProperties");
        return;
    }
    // A schema of objects that are values of one type stays a map.
    let typed_map = map.get("additionalProperties").and_then(Value::as_object).is_some_and(|inner| !inner.is_empty());
    if text(&Value::Object(map.clone()), "type") != "object" || typed_map {
        return;
    }
    map.shift_remove("additionalProperties");
    if in_request {
        map.insert("additionalProperties".to_owned(), true.into());
    } else {
        map.shift_remove("type");
    }
}
