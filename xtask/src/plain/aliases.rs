//! Indirections that say nothing: `allOf` around one schema, and named schemas that are no type of their own.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{Document, SCHEMAS, escape, reference, text, walk};
use crate::keys::{DOC, ID_FORMS, NULLABLE};

/// `allOf` with one member, put in its place. What stood beside it stays, as facts about the field.
pub(crate) fn single_all_of(document: &mut Document) {
    document.each_schema(|_, schema| {
        if schema.get("nullable").and_then(Value::as_bool) == Some(true) {
            schema[NULLABLE] = true.into();
        }
        let Some([single]) = schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) else { return };
        // Fields beside the one member are a second member.
        if schema.get("properties").is_some() {
            return;
        }
        let single = single.clone();
        if let (Some(map), Value::Object(single)) = (schema.as_object_mut(), single) {
            // A reference is the whole type; keys such as a stray `format` or `default` beside it describe nothing.
            let kept = [DOC, "deprecated", "nullable", "readOnly", "writeOnly"];
            map.retain(|key, _| key.starts_with("x-") || kept.contains(&key.as_str()));
            for (key, value) in single {
                map.entry(key).or_insert(value);
            }
        }
    });
}

/// References to a named schema that is neither an object with fields nor an enumeration: what it is takes its place.
pub(crate) fn expand(document: &mut Document, found: &mut Findings) {
    // An object that lists no properties leaves open what it holds.
    document.each_schema(|_, schema| {
        if schema.get("properties").and_then(Value::as_object).is_some_and(Map::is_empty) {
            schema.as_object_mut().map(|map| map.shift_remove("properties"));
        }
    });
    let mut aliases: BTreeMap<String, Value> = document
        .schemas()
        .filter(|(_, schema)| !is_type(schema))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    // Aliases of aliases, innermost first; what still leads to an alias after that many rounds leads to itself.
    for _ in 0..=aliases.len() {
        let before = aliases.clone();
        aliases.values_mut().for_each(|schema| walk("", schema, &mut |_, schema| replace(schema, &before)));
        if aliases == before {
            break;
        }
        if aliases.values().any(|schema| schema.to_string().len() > 1 << 20) {
            break;
        }
    }
    for (name, schema) in &mut aliases {
        let mut circle = false;
        walk("", schema, &mut |_, schema| {
            if reference(schema).is_some_and(|name| !document.schema(name).is_some_and(is_type)) {
                *schema = json!({});
                circle = true;
            }
        });
        if circle {
            found.push(Diagnosis::unusual(
                "circle",
                format!("{SCHEMAS}/{}", escape(name)),
                format!("{name} leads to itself without a field between"),
                "what it holds is any JSON from there on",
                format!("in corrections.yaml: `schema: {name}` and a `replace` that says what it holds"),
            ));
        }
    }
    document.each_schema(|_, schema| replace(schema, &aliases));
    document.schemas_mut().retain(|name, _| !aliases.contains_key(name));
}

/// Puts what an alias is in place of a reference to it; what stands beside the reference stays.
fn replace(schema: &mut Value, aliases: &BTreeMap<String, Value>) {
    let Some(alias) = reference(schema).and_then(|name| aliases.get(name)).cloned() else { return };
    let beside = schema.as_object().cloned().unwrap_or_default();
    // What an alias says of itself is about the alias.
    *schema = alias;
    for (key, value) in beside {
        if key != "$ref" {
            schema[key] = value;
        }
    }
}

/// Whether a named schema becomes a type of its own.
pub(crate) fn is_type(schema: &Value) -> bool {
    schema.get("properties").is_some()
        || text(schema, "type") == "string" && schema.get("enum").is_some_and(super::enums::strings)
        || schema.get(ID_FORMS).is_some()
}

/// Named schemas that no operation reaches any more, such as those of errors.
pub(crate) fn unreached(document: &mut Document) {
    let reached = super::directions(document);
    document.schemas_mut().retain(|name, _| reached.contains_key(name));
}
