//! Fields that are there only when they are asked for.
//!
//! The service leaves related objects out unless `expand[]` names them, also where their schema requires them. So a field
//! that an operation can expand is optional wherever the schema that has it is reached.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::enum_values;
use crate::document::{Document, items, text};

pub(crate) fn make_optional(document: &mut Document) {
    // The fields that some operation expands, by the schema that has them.
    let mut expandable: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (_, operation) in document.operations() {
        let names = expansions(document, operation);
        let mut reached = BTreeSet::new();
        if !names.is_empty() {
            document.reach(&operation["responses"], &mut reached);
        }
        for name in reached {
            expandable.entry(name).or_default().extend(names.iter().cloned());
        }
    }
    for (name, fields) in expandable {
        let Some(required) = document.schemas_mut().get_mut(&name).and_then(|schema| schema.get_mut("required")) else {
            continue;
        };
        if let Some(list) = required.as_array_mut() {
            list.retain(|field| !field.as_str().is_some_and(|field| fields.contains(field)));
        }
    }
}

/// The names that the operation's `expand[]` takes.
fn expansions(document: &Document, operation: &Value) -> BTreeSet<String> {
    items(operation, "parameters")
        .iter()
        .filter(|parameter| matches!(text(parameter, "name"), "expand[]" | "expand"))
        .flat_map(|parameter| enum_values(document.resolve(&parameter["schema"]["items"])))
        .map(str::to_owned)
        .collect()
}
