//! Objects and enumerations declared in place become named schemas. Their key is the place; their name follows from the
//! owner's name and the field's.

use std::collections::BTreeMap;

use serde_json::Value;

use super::enums::strings;
use super::identify::{area_of, id};
use crate::document::{Document, SCHEMAS, items, refer_to, text, unescape};
use crate::keys::{ARGUMENT, DOC, ID_FORMS, NULLABLE, RULE_NAME, STANDS_IN};
use crate::names::rules;

pub(crate) fn name_inline(document: &mut Document) {
    let places = Places::of(document);
    let mut moved: Vec<(String, Value)> = Vec::new();
    document.each_schema(|pointer, schema| {
        if is_named(pointer) || schema.get(ID_FORMS).is_some() {
            return;
        }
        let is_enum = match schema.get("enum") {
            Some(values) if strings(values) => true,
            Some(_) => {
                // Values that are no strings have no names; what holds them is their type.
                schema.as_object_mut().map(|map| map.shift_remove("enum"));
                false
            }
            None => false,
        };
        if !is_enum && schema.get("properties").is_none() {
            return;
        }
        let (key, mut name) = places.name(pointer);
        if !is_enum && pointer.ends_with("/schema") {
            name += if pointer.contains("/requestBody/") { "Request" } else { "Response" };
        }
        let mut named = schema.clone();
        let mut left = refer_to(&key);
        // What describes the field stays with the field.
        for described in [DOC, ARGUMENT, NULLABLE, "nullable", "deprecated"] {
            if let Some(value) = named.as_object_mut().and_then(|map| map.shift_remove(described)) {
                left[described] = value;
            }
        }
        if let Some(limits) = named.as_object_mut().and_then(|map| map.shift_remove(crate::keys::LIMITS)) {
            left[crate::keys::LIMITS] = limits;
        }
        named[RULE_NAME] = name.into();
        named[STANDS_IN] = places.stands_in(pointer).into();
        *schema = left;
        moved.push((key, named));
    });
    document.schemas_mut().extend(moved);
}

/// Whether the pointer is that of a named schema itself.
fn is_named(pointer: &str) -> bool {
    pointer.strip_prefix(SCHEMAS).is_some_and(|rest| rest.matches('/').count() == 1)
}

/// What schemas in place are named after.
struct Places {
    /// Operations and parameters by pointer: the key, and what a name begins with.
    operations: BTreeMap<String, (String, String)>,
    /// The names that schemas have by rule.
    schemas: BTreeMap<String, String>,
    /// The names of parameters on the wire.
    parameters: BTreeMap<String, String>,
}

impl Places {
    /// A read is named after what it is about, a write after what it does.
    fn of(document: &Document) -> Self {
        let mut operations = BTreeMap::new();
        let mut parameters = BTreeMap::new();
        for (place, operation) in document.operations() {
            let key = id(operation).replace(super::bodies::FRAGMENT, "");
            let area = operation.as_object().map_or("", area_of);
            let area: String = rules::words(&rules::module(area)).iter().map(|word| rules::singular(word)).collect();
            let method = key.rsplit('_').next().unwrap_or_default().to_owned();
            let owner = if place.method == "get" { area } else { rules::type_name(&method) };
            for (index, parameter) in items(operation, "parameters").iter().enumerate() {
                let wire = text(parameter, "name");
                let name: String = rules::words(&wire.replace("[]", "")).concat();
                let many = text(&parameter["schema"], "type") == "array";
                let name = if many { rules::singular(&name) } else { name };
                // `ConnectionConnectionType` says it twice.
                let whole = if name.starts_with(&owner) { name } else { format!("{owner}{name}") };
                let pointer = format!("{}/parameters/{index}", place.pointer());
                operations.insert(pointer.clone(), (format!("{key}?{wire}"), whole));
                parameters.insert(pointer, wire.to_owned());
            }
            let form = operation.get(crate::keys::FORM).is_some();
            operations.insert(place.pointer(), (if form { format!("{key}.form") } else { key }, owner));
        }
        let schemas = document.schemas().map(|(name, schema)| {
            let given = text(schema, RULE_NAME);
            (name.clone(), if given.is_empty() { rules::type_name(name) } else { given.to_owned() })
        });
        Self { operations, schemas: schemas.collect(), parameters }
    }

    /// The key of a place, and the name by rule: of its owner and of the fields on the way to it.
    fn name(&self, pointer: &str) -> (String, String) {
        let (mut key, mut name, rest) = match pointer.strip_prefix(SCHEMAS) {
            Some(rest) => {
                let rest = rest.trim_start_matches('/');
                let (owner, rest) = rest.split_once('/').unwrap_or((rest, ""));
                let owner = unescape(owner);
                (owner.clone(), self.schemas.get(&owner).cloned().unwrap_or_default(), rest.to_owned())
            }
            None => {
                let within =
                    |place: &&String| pointer.strip_prefix(place.as_str()).is_some_and(|rest| rest.starts_with('/'));
                let place =
                    self.operations.keys().filter(within).max_by_key(|place| place.len()).cloned().unwrap_or_default();
                let (key, owner) = self.operations.get(&place).cloned().unwrap_or_default();
                let rest = pointer[place.len()..].trim_start_matches('/').to_owned();
                let key = if rest.starts_with("responses/") { format!("{key}.response") } else { key };
                let key = if rest.starts_with("requestBody/") && !key.ends_with(".form") {
                    format!("{key}.body")
                } else {
                    key
                };
                (key, owner, rest)
            }
        };
        let mut parts = rest.split('/').peekable();
        while let Some(part) = parts.next() {
            match part {
                "properties" => {
                    let field = unescape(parts.next().unwrap_or_default());
                    let many = parts.peek() == Some(&"items");
                    let words: String = rules::words(&field.replace("[]", "")).concat();
                    key += &format!(".{field}");
                    name += &if many { rules::singular(&words) } else { words };
                }
                "items" => key += "[]",
                "additionalProperties" => key += "{}",
                _ => {}
            }
        }
        (key, name)
    }

    /// The name on the wire of the field or parameter that a schema stands in.
    fn stands_in(&self, pointer: &str) -> String {
        let pointer = pointer.trim_end_matches("/items");
        match pointer.strip_suffix("/schema").and_then(|pointer| self.parameters.get(pointer)) {
            Some(name) => name.clone(),
            None if pointer.ends_with("/schema") => String::new(),
            None => unescape(pointer.rsplit('/').next().unwrap_or_default()),
        }
    }
}
