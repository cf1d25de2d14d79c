//! The effective document as plain OpenAPI 3.0: what a linter takes and any generator understands, and what programs read
//! that follow the contract at run time.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::numbers::has_fractions;
use super::{expansions, identify};
use crate::document::{Document, SCHEMAS, reference, text};
use crate::keys::{AREA_DOCS, AREA_EXAMPLES, AREA_VERSIONS, DOC, ID_FORMS, OBSERVED, UNDOCUMENTED_FORM};

/// The effective document without the keys that only the generator reads.
pub(crate) fn document(effective: Document) -> Document {
    let mut document = effective;
    identify::file(&mut document);
    expansions::make_optional(&mut document);
    describe_tags(&mut document);
    document.each_operation(|_, operation| {
        let words = operation.get(DOC).and_then(Value::as_str).unwrap_or_default().to_owned();
        let first = words.split_once(". ").map_or(words.as_str(), |(first, _)| first);
        operation.insert("summary".to_owned(), first.trim_end_matches('.').into());
        if let Some(tags) = operation.get_mut("tags").and_then(Value::as_array_mut) {
            tags.truncate(1);
        }
        for (status, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            response[DOC] = reason(status).into();
        }
        operation.retain(|key, _| key != UNDOCUMENTED_FORM);
    });
    let types: BTreeMap<String, String> = document
        .schemas()
        .map(|(name, schema)| (name.clone(), text(schema, "type").to_owned()))
        .filter(|(_, of)| !of.is_empty())
        .collect();
    document.each_schema(|_, schema| plain(schema, &types));
    remove_unreached(&mut document);
    if let Some(root) = document.0.as_object_mut() {
        [AREA_DOCS, AREA_VERSIONS, AREA_EXAMPLES].iter().for_each(|key| drop(root.shift_remove(*key)));
        root["info"]["license"] = json!({ "name": "MIT OR Apache-2.0", "url": "https://spdx.org/licenses/MIT.html" });
        root["info"][DOC] = "The public API of Drata: its contract with corrections, in words of our own.".into();
    }
    document
}

/// A schema as OpenAPI 3.0 means it. `types` are those of the named schemas.
fn plain(schema: &mut Value, types: &BTreeMap<String, String>) {
    if text(schema, "type") == "number" {
        let (kind, format) = if has_fractions(schema) { ("number", "double") } else { ("integer", "int64") };
        schema["type"] = kind.into();
        schema["format"] = format.into();
    }
    let beside_reference = reference(schema).is_some();
    let referred = schema.pointer("/allOf/0").and_then(reference).and_then(|name| types.get(name)).cloned();
    let Some(map) = schema.as_object_mut() else { return };
    map.retain(|key, _| ![OBSERVED, ID_FORMS].contains(&key.as_str()));
    // What is referred to has a type, and another beside it can only contradict it.
    let nullable = map.get("nullable") == Some(&Value::Bool(true));
    if let Some(referred) = referred {
        map.shift_remove("type");
        // `nullable` says something about a type, so it needs one beside it.
        if nullable {
            map.insert("type".to_owned(), referred.into());
        }
    } else if nullable && !map.contains_key("type") {
        map.shift_remove("nullable");
    }
    // A format says something about a text or a number; beside a reference it says nothing.
    if map.contains_key("allOf") {
        map.shift_remove("format");
    }
    if beside_reference {
        map.retain(|key, _| key == "$ref");
    }
    // Numbers have no names, so an enumeration of them is one that every number may extend; its first is an example.
    let number = map.get("enum").and_then(Value::as_array).and_then(|values| values.iter().find(|one| one.is_number()));
    if let Some(number) = number.cloned() {
        map.shift_remove("enum");
        map.entry("example").or_insert(number);
    }
    if let Some(default) = map.get("default") {
        let fits = match map.get("type").and_then(Value::as_str) {
            Some("integer") => default.is_i64(),
            Some("string") => default.is_string(),
            Some("boolean") => default.is_boolean(),
            _ => true,
        };
        if !fits {
            map.shift_remove("default");
        }
    }
}

fn describe_tags(document: &mut Document) {
    let words = document.0.get(AREA_DOCS).cloned().unwrap_or_default();
    let tags: Vec<Value> = words
        .as_object()
        .into_iter()
        .flatten()
        .map(|(tag, words)| json!({ "name": tag, "description": words }))
        .collect();
    document.0["tags"] = tags.into();
}

/// Component schemas that nothing refers to.
fn remove_unreached(document: &mut Document) {
    loop {
        let all = document.0.to_string();
        let before = document.schemas().count();
        document.schemas_mut().retain(|name, _| all.contains(&format!("\"#{SCHEMAS}/{name}\"")));
        if document.schemas().count() == before {
            return;
        }
    }
}

/// What a status means here.
fn reason(status: &str) -> &'static str {
    match status {
        "200" => "Success",
        "201" => "Created",
        "204" => "Success, without a body",
        "207" => "Success for some items; each says what became of it",
        "400" => "The request is not valid",
        "401" => "No key, or one that is not valid here",
        "402" => "The plan lacks the feature",
        "403" => "The key lacks the permission",
        "404" => "Not found",
        "409" => "In conflict with a business rule",
        "412" => "The terms are not accepted",
        "413" => "Too large",
        "422" => "Understood, and not possible",
        "503" => "A third party is not available",
        _ => "The service failed",
    }
}
