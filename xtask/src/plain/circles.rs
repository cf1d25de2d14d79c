//! Objects that require themselves: no value of theirs ends, so what leads back is optional.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{Document, SCHEMAS, escape, items, members, reference};
use crate::keys::NULLABLE;

pub(crate) fn open(document: &mut Document, found: &mut Findings) {
    let required: BTreeMap<String, BTreeMap<String, String>> =
        document.schemas().map(|(name, schema)| (name.clone(), needs(schema))).collect();
    for (name, fields) in &required {
        for (field, target) in fields {
            if !leads(&required, target, name) {
                continue;
            }
            found.push(Diagnosis::unusual(
                "circle",
                format!("{SCHEMAS}/{}/properties/{}", escape(name), escape(field)),
                format!("{name} requires itself through {field}, so no value of it ends"),
                "the field is optional",
                format!("in corrections.yaml: `schema: {name}` and a `merge` of `required` without {field}"),
            ));
            let list = document.schemas_mut().get_mut(name).and_then(|schema| schema.get_mut("required"));
            if let Some(list) = list.and_then(Value::as_array_mut) {
                list.retain(|one| one != field.as_str());
            }
        }
    }
}

/// The fields that an object must have and whose value is another object, which cannot be null.
fn needs(schema: &Value) -> BTreeMap<String, String> {
    let required = items(schema, "required");
    members(schema, "properties")
        .filter(|(name, property)| required.iter().any(|one| one == name.as_str()) && property.get(NULLABLE).is_none())
        .filter_map(|(name, property)| Some((name.clone(), reference(property)?.to_owned())))
        .collect()
}

/// Whether what `from` needs leads to `to`.
fn leads(required: &BTreeMap<String, BTreeMap<String, String>>, from: &str, to: &str) -> bool {
    let mut open = vec![from];
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name) {
            open.extend(required.get(name).into_iter().flat_map(|fields| fields.values().map(String::as_str)));
        }
    }
    false
}
