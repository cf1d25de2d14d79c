//! Choices and compositions: each becomes one plain schema.
//!
//! Several objects under `allOf` are one object with the fields of all. A choice that may be null is nullable; one of
//! strings is a string, one of enumerations the union of their values. A number or a string that identifies something is
//! an identifier of two forms. Any other choice is any JSON, with a finding.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::enums::enum_values;
use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{Document, SCHEMAS, items, members, refer_to, reference, text};
use crate::keys::{DOC, ID_FORMS, NULLABLE, RULE_NAME};
use crate::names::rules;

/// The form of an identifier that is a string as it stands.
const STRING_FORM: &str = "Text";

pub(crate) fn decide(document: &mut Document, found: &mut Findings) {
    identifiers(document);
    let whole = document.clone();
    document.each_schema(|pointer, schema| {
        if schema.get(ID_FORMS).is_some() {
            return;
        }
        if schema.get("allOf").is_some() {
            compose(&whole, pointer, schema, found);
        }
        for key in ["oneOf", "anyOf"] {
            if schema.get(key).is_some() {
                choose(&whole, pointer, schema, key, found);
            }
        }
        // An object that may be fields and more is its fields; what is more is kept as unknown fields.
    });
}

/// Whether a schema is a choice between a number and a string.
pub(crate) fn number_or_string(document: &Document, schema: &Value) -> bool {
    let kinds: BTreeSet<&str> = ["oneOf", "anyOf"]
        .iter()
        .flat_map(|key| items(schema, key))
        .map(|one| match text(document.resolve(one), "type") {
            "integer" => "number",
            other => other,
        })
        .collect();
    kinds == BTreeSet::from(["number", "string"]) && schema.get(ID_FORMS).is_none()
}

/// A path parameter, or a field of a request called `xId`, that is a number or a string: an identifier of several forms.
/// Its type is the component that the overlay added for the noun, else one of two forms.
fn identifiers(document: &mut Document) {
    let whole = document.clone();
    let mut needed = BTreeSet::new();
    let mut reference_of = |schema: &mut Value, noun: &str| {
        if noun.is_empty() || !number_or_string(&whole, schema) {
            return;
        }
        let name = format!("{noun}Ref");
        let beside = schema.as_object().cloned().unwrap_or_default();
        *schema = refer_to(&name);
        for key in [DOC, NULLABLE, "nullable", "deprecated"] {
            if let Some(value) = beside.get(key) {
                schema[key] = value.clone();
            }
        }
        needed.insert(name);
    };
    document.each_operation(|place, operation| {
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            let name = text(parameter, "name").to_owned();
            let in_path = text(parameter, "in") == "path";
            let noun = match noun_of(&name) {
                "" if in_path => collection_noun(&place.path, &name),
                noun => rules::pascal(noun),
            };
            if let Some(schema) = parameter.get_mut("schema")
                && (in_path || !noun_of(&name).is_empty())
            {
                reference_of(schema, &noun);
            }
        }
    });
    let written: Vec<String> = super::directions(document)
        .into_iter()
        .filter(|(_, direction)| *direction == super::Direction::Request)
        .map(|(name, _)| name)
        .collect();
    for name in written {
        if let Some(properties) = document.schemas_mut().get_mut(&name).and_then(|schema| schema.get_mut("properties"))
        {
            for (field, schema) in properties.as_object_mut().into_iter().flatten() {
                reference_of(schema, &rules::pascal(noun_of(field)));
            }
        }
    }
    for name in needed {
        let noun = name.trim_end_matches("Ref").to_owned();
        document.schemas_mut().entry(name.clone()).or_insert_with(|| {
            json!({
                ID_FORMS: { STRING_FORM: "" },
                RULE_NAME: name,
                DOC: format!("What identifies one of {}: a number or a string.", rules::words(&noun).join(" ").to_lowercase()),
            })
        });
    }
}

/// The noun of a name that ends in `Id`: that of `controlId` is `control`.
pub(crate) fn noun_of(name: &str) -> &str {
    name.strip_suffix("Id").or_else(|| name.strip_suffix("_id")).unwrap_or_default()
}

/// The noun of the collection that a placeholder picks a row of.
pub(crate) fn collection_noun(path: &str, placeholder: &str) -> String {
    let before = path.split(&format!("/{{{placeholder}}}")).next().unwrap_or_default();
    let segment = before.rsplit('/').find(|part| !part.is_empty() && !part.starts_with('{')).unwrap_or_default();
    rules::singular(&rules::pascal(segment))
}

/// Makes one object of the members of an `allOf`.
fn compose(document: &Document, pointer: &str, schema: &mut Value, found: &mut Findings) {
    let mut parts = Vec::new();
    let mut open: Vec<(Value, usize)> = vec![(schema.clone(), 0)];
    let mut fits = true;
    while let Some((part, depth)) = open.pop() {
        // Deeper than any document goes is a circle.
        if depth > 32 {
            fits = false;
            break;
        }
        let part = document.resolve(&part).clone();
        open.extend(items(&part, "allOf").iter().rev().map(|inner| (inner.clone(), depth + 1)));
        fits &= ["oneOf", "anyOf", ID_FORMS].iter().all(|key| part.get(key).is_none());
        parts.push(part);
    }
    let kinds: BTreeSet<&str> = parts
        .iter()
        .map(|part| if part.get("properties").is_some() { "object" } else { text(part, "type") })
        .filter(|kind| !kind.is_empty())
        .collect();
    fits &= kinds.len() <= 1;
    let mut joined = Map::new();
    let mut properties = Map::new();
    let mut required: Vec<Value> = Vec::new();
    for part in &parts {
        for (name, property) in members(part, "properties") {
            let kind = |one: &Value| match document.resolve(one) {
                one if one.get("properties").is_some() => "object".to_owned(),
                one => text(one, "type").to_owned(),
            };
            let contradicts = properties
                .get(name)
                .map(&kind)
                .is_some_and(|other| !other.is_empty() && !kind(property).is_empty() && other != kind(property));
            if contradicts {
                found.push(unusual(pointer, &format!("{name}, of which the parts of an `allOf` say different types,")));
            }
            properties.insert(name.clone(), if contradicts { open_value(property) } else { property.clone() });
        }
        for name in items(part, "required") {
            if !required.contains(name) {
                required.push(name.clone());
            }
        }
        for (key, value) in part.as_object().into_iter().flatten() {
            if !["allOf", "properties", "required", "$ref"].contains(&key.as_str()) {
                joined.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    }
    if !properties.is_empty() {
        joined.insert("type".to_owned(), "object".into());
        joined.insert("properties".to_owned(), properties.into());
        joined.insert("required".to_owned(), required.into());
    }
    if !fits {
        *schema = open_value(schema);
        found.push(unusual(pointer, "a composition of different kinds of values"));
    } else {
        *schema = joined.into();
    }
}

/// Makes one schema of a choice.
fn choose(document: &Document, pointer: &str, schema: &mut Value, key: &str, found: &mut Findings) {
    let mut nullable = false;
    let mut options: Vec<Value> = Vec::new();
    for option in items(schema, key) {
        let resolved = document.resolve(option);
        let only_null = is_null(resolved);
        nullable |= only_null || option.get("nullable") == Some(&Value::Bool(true));
        if !only_null && !options.contains(option) {
            options.push(option.clone());
        }
    }
    let kinds: BTreeSet<&str> = options.iter().map(|one| text(document.resolve(one), "type")).collect();
    let scalar = |kinds: &[&'static str]| kinds.iter().copied().collect::<BTreeSet<&str>>();
    let lists: Vec<Vec<&str>> = options.iter().map(|one| enum_values(document.resolve(one))).collect();
    let chosen = match options.as_slice() {
        [one] => Some(one.clone()),
        [] => Some(json!({})),
        _ if kinds == scalar(&["string"]) && lists.iter().all(|values| !values.is_empty()) => {
            let mut values: Vec<&str> = Vec::new();
            lists.iter().flatten().for_each(|value| {
                if !values.contains(value) {
                    values.push(value)
                }
            });
            Some(json!({ "type": "string", "enum": values }))
        }
        _ if kinds == scalar(&["string"]) => Some(json!({ "type": "string" })),
        _ if kinds == scalar(&["integer"]) => Some(json!({ "type": "integer" })),
        _ if kinds == scalar(&["number"]) || kinds == scalar(&["integer", "number"]) => {
            let fraction =
                options.iter().any(|one| matches!(text(document.resolve(one), "format"), "double" | "float"));
            Some(if fraction { json!({ "type": "number", "format": "double" }) } else { json!({ "type": "number" }) })
        }
        // One value is a list of one where lists are written value by value.
        _ if pointer.contains("/parameters/") && one_or_many(document, &options, &kinds) => {
            let items: BTreeSet<&str> = options
                .iter()
                .map(|one| document.resolve(one))
                .map(|one| text(one.get("items").map_or(one, |items| document.resolve(items)), "type"))
                .collect();
            let item = if items.len() == 1 { items.first().copied().unwrap_or("string") } else { "string" };
            Some(json!({ "type": "array", "items": { "type": item } }))
        }
        // What is written in a path, a query or a header is text, whatever it is.
        _ if pointer.contains("/parameters/")
            && kinds.iter().all(|kind| ["boolean", "integer", "number", "string"].contains(kind)) =>
        {
            Some(json!({ "type": "string" }))
        }
        _ => None,
    };
    let chosen = chosen.unwrap_or_else(|| {
        let named: Vec<String> = options
            .iter()
            .map(|one| reference(one).map_or_else(|| text(one, "type").to_owned(), str::to_owned))
            .collect();
        found.push(unusual(pointer, &format!("a choice of {}", named.join(", "))));
        open_value(schema)
    });
    let beside = schema.as_object().cloned().unwrap_or_default();
    *schema = chosen;
    // Fields beside a choice are those of all its options, unless one of them is no object.
    let dropped: &[&str] = match kinds.iter().all(|kind| ["", "object"].contains(kind)) {
        true => &["oneOf", "anyOf", "discriminator", "type"],
        false => &["oneOf", "anyOf", "discriminator", "type", "properties", "required", "additionalProperties"],
    };
    for (key, value) in beside.into_iter().filter(|(key, _)| !dropped.contains(&key.as_str())) {
        if schema.get(&key).is_none() {
            schema[key] = value;
        }
    }
    if nullable {
        schema["nullable"] = true.into();
        schema[NULLABLE] = true.into();
    }
}

/// Whether an option says nothing but that there may be null, in one of the ways to say so.
fn is_null(option: &Value) -> bool {
    let values = items(option, "enum");
    text(option, "type") == "null"
        || !values.is_empty() && values.iter().all(Value::is_null)
        || option
            .as_object()
            .is_some_and(|keys| keys.keys().all(|key| ["nullable", NULLABLE, DOC].contains(&key.as_str())))
            && option.get("nullable") == Some(&Value::Bool(true))
}

/// Whether the options are scalars, and a list of scalars.
fn one_or_many(document: &Document, options: &[Value], kinds: &BTreeSet<&str>) -> bool {
    let scalar = |kind: &str| ["boolean", "integer", "number", "string"].contains(&kind);
    let of_scalars = |one: &Value| match document.resolve(one) {
        list if text(list, "type") == "array" => {
            list.get("items").is_some_and(|items| scalar(text(document.resolve(items), "type")))
        }
        one => scalar(text(one, "type")),
    };
    kinds.contains("array") && kinds.len() > 1 && options.iter().all(of_scalars)
}

/// Any JSON, with the description that was there.
fn open_value(schema: &Value) -> Value {
    match schema.get(DOC) {
        Some(words) => json!({ DOC: words }),
        None => json!({}),
    }
}

fn unusual(pointer: &str, what: &str) -> Diagnosis {
    let target = match pointer.strip_prefix(SCHEMAS) {
        Some(rest) => format!("`schema: {}`", rest.trim_start_matches('/').split('/').next().unwrap_or_default()),
        None => "the operation".to_owned(),
    };
    Diagnosis::unusual(
        "choice",
        pointer,
        format!("{what} has no type of its own"),
        "it is any JSON to a user",
        format!("in corrections.yaml: {target} and a `merge` or `replace` with the form that occurs"),
    )
}
