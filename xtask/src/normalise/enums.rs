//! Enumerations: every one gets a name, and equal ones become one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diagnosis::{Diagnoses, Diagnosis};
use crate::document::{Document, SCHEMAS, items, refer_to, reference, text};
use crate::names;
use crate::overlay::{DOC, RUST_NAME};

/// The values of an enumeration of texts, in their order, without repetition and without `null`.
pub(crate) fn enum_values(schema: &Value) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    items(schema, "enum").iter().filter_map(Value::as_str).filter(|value| seen.insert(*value)).collect()
}

/// Moves every inline enumeration to a named schema: the owner's name and the field's.
pub(crate) fn name_inline(document: &mut Document) -> anyhow::Result<()> {
    let mut moved: Vec<(String, String, Value)> = Vec::new();
    let owners = operation_owners(document);
    let wires = parameter_names(document);
    document.each_schema(|pointer, schema| {
        let Some(map) = schema.as_object_mut() else { return };
        if !map.contains_key("enum") || is_named(pointer) {
            return;
        }
        let values = map.get("enum").cloned().unwrap_or_default();
        if !values.as_array().is_some_and(|values| values.iter().any(Value::is_string)) {
            map.shift_remove("enum");
            return;
        }
        let mut named = serde_json::json!({ "type": "string", "enum": values });
        let given = map.shift_remove(RUST_NAME);
        if let Some(forms) = map.shift_remove(super::ID_FORMS) {
            named[super::ID_FORMS] = forms;
        }
        let name = match given.as_ref().and_then(Value::as_str) {
            Some(given) => given.to_owned(),
            None => inline_name(pointer, &owners),
        };
        if let Some(given) = given {
            named[RUST_NAME] = given;
        }
        // The words of the field are about the field; the type says which field's values it holds.
        named[DOC] = format!("Values of `{}`.", field_name(pointer, &wires)).into();
        for key in ["enum", "type", "format"] {
            map.shift_remove(key);
        }
        map.insert("$ref".to_owned(), refer_to(&name)["$ref"].clone());
        moved.push((pointer.to_owned(), name, named));
    });
    add_named(document, moved)
}

/// The names of parameters on the wire, by pointer.
fn parameter_names(document: &Document) -> BTreeMap<String, String> {
    document
        .operations()
        .flat_map(|(place, operation)| {
            let names = items(operation, "parameters").iter().map(|parameter| text(parameter, "name").to_owned());
            let pointer = place.pointer();
            names
                .enumerate()
                .map(move |(index, name)| (format!("{pointer}/parameters/{index}"), name))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The name on the wire of the field or parameter that a schema stands in.
fn field_name(pointer: &str, parameters: &BTreeMap<String, String>) -> String {
    let pointer = pointer.trim_end_matches("/items");
    match pointer.strip_suffix("/schema").and_then(|pointer| parameters.get(pointer)) {
        Some(name) => name.clone(),
        None => pointer.rsplit('/').next().unwrap_or_default().to_owned(),
    }
}

/// Adds schemas that got their names by rule; two different ones of one name are a finding, never one lost.
pub(crate) fn add_named(document: &mut Document, moved: Vec<(String, String, Value)>) -> anyhow::Result<()> {
    let mut found = Vec::new();
    let schemas = document.schemas_mut();
    for (pointer, name, schema) in moved {
        let differs = |other: &Value| {
            let mut other = other.clone();
            // Whether the name was given or found is no difference, nor is whose values they are.
            for key in [RUST_NAME, DOC] {
                other[key] = schema.get(key).cloned().unwrap_or_default();
            }
            let mut schema = schema.clone();
            for key in [RUST_NAME, DOC] {
                schema[key] = other[key].clone();
            }
            other != schema
        };
        match schemas.get(&name) {
            Some(other) if differs(other) => found.push(Diagnosis::new(
                pointer,
                format!("several different types would be called {name}"),
                "in corrections.yaml: give the property or the parameter's `schema` it stands in a `name`",
            )),
            Some(other) if other.get(RUST_NAME).is_some() => {}
            _ => {
                schemas.insert(name, schema);
            }
        }
    }
    Diagnoses(found).into_result()
}

/// Whether the pointer is that of a named schema itself.
pub(crate) fn is_named(pointer: &str) -> bool {
    pointer.strip_prefix(SCHEMAS).is_some_and(|rest| rest.matches('/').count() == 1)
}

/// What inline schemas of operations are named after, by the pointer of the operation or of its parameter: what a read is
/// about, or what a write does; and the parameter.
pub(crate) fn operation_owners(document: &Document) -> BTreeMap<String, String> {
    let mut owners = BTreeMap::new();
    for (place, operation) in document.operations() {
        let area: String =
            names::words(text(operation, super::AREA)).iter().map(|word| names::singular(word)).collect();
        let method = text(operation, "operationId").rsplit('_').next().unwrap_or_default().replace("#multipart", "");
        let owner = if place.method == "get" { area } else { names::type_name(&method) };
        for (index, parameter) in items(operation, "parameters").iter().enumerate() {
            let name: String = names::words(&text(parameter, "name").replace("[]", "")).concat();
            let many = text(&parameter["schema"], "type") == "array";
            let name = if many { names::singular(&name) } else { name };
            // `ConnectionConnectionType` says it twice.
            let whole = if name.starts_with(&owner) { name } else { format!("{owner}{name}") };
            owners.insert(format!("{}/parameters/{index}", place.pointer()), whole);
        }
        owners.insert(place.pointer(), owner);
    }
    owners
}

/// The name of an inline schema: of its owner and of the fields on the way to it.
pub(crate) fn inline_name(pointer: &str, owners: &BTreeMap<String, String>) -> String {
    let (owner, rest) = match pointer.strip_prefix(SCHEMAS) {
        Some(rest) => {
            let rest = rest.trim_start_matches('/');
            let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
            (names::type_name(name), rest.to_owned())
        }
        None => {
            let within =
                |place: &&String| pointer.strip_prefix(place.as_str()).is_some_and(|rest| rest.starts_with('/'));
            let place = owners.keys().filter(within).max_by_key(|place| place.len()).cloned().unwrap_or_default();
            (owners.get(&place).cloned().unwrap_or_default(), pointer[place.len()..].trim_start_matches('/').to_owned())
        }
    };
    let mut name = owner;
    let mut parts = rest.split('/').peekable();
    while let Some(part) = parts.next() {
        if part == "properties"
            && let Some(field) = parts.next()
        {
            let many = parts.peek() == Some(&"items");
            let words = names::words(&field.replace("[]", ""));
            let field: String = words.concat();
            name += &if many { names::singular(&field) } else { field };
        }
    }
    name
}

/// Makes one of the enumerations that have the same values, wherever they came from.
pub(crate) fn merge_equal(document: &mut Document) -> anyhow::Result<()> {
    let mut groups: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for (name, schema) in document.schemas() {
        let mut values: Vec<String> = enum_values(schema).into_iter().map(str::to_owned).collect();
        if values.is_empty() || schema.get(super::ID_FORMS).is_some() {
            continue;
        }
        values.sort();
        groups.entry(values).or_default().push(name.clone());
    }
    let mut found = Vec::new();
    let mut renamed = BTreeMap::new();
    for group in groups.values().filter(|group| group.len() > 1) {
        let given: BTreeSet<&str> =
            group.iter().filter_map(|name| document.schema(name)?.get(RUST_NAME)?.as_str()).collect();
        if given.len() > 1 {
            found.push(Diagnosis::new(
                format!("{SCHEMAS}/{}", group[0]),
                format!("one enumeration has several names: {}", given.iter().copied().collect::<Vec<_>>().join(", ")),
                "in corrections.yaml: keep one `name` for these equal enumerations",
            ));
        }
        // The vendor's own name for it, if there is one: it is the shortest that says `Enum`.
        let keeper = group
            .iter()
            .find(|name| document.schema(name).is_some_and(|schema| schema.get(RUST_NAME).is_some()))
            .or_else(|| group.iter().filter(|name| name.ends_with("Enum")).min_by_key(|name| name.len()))
            .or_else(|| group.iter().min_by_key(|name| name.len()))
            .cloned()
            .unwrap_or_default();
        for name in group.iter().filter(|name| **name != keeper) {
            renamed.insert(name.clone(), keeper.clone());
        }
    }
    document.each_schema(|_, schema| {
        if let Some(keeper) = reference(schema).and_then(|name| renamed.get(name)) {
            schema["$ref"] = refer_to(keeper)["$ref"].clone();
        }
    });
    document.schemas_mut().retain(|name, _| !renamed.contains_key(name));
    Diagnoses(found).into_result()
}
