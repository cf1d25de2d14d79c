//! What may be null, wherever it is said: at the place itself, by its enumeration, or by the named schema that it refers to.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{Document, items, reference};
use crate::keys::NULLABLE;

/// Notes at every place whether its value may be null. A named schema passes it on to the places that refer to it.
pub(crate) fn note(document: &mut Document) {
    document.each_schema(|_, schema| {
        if schema.get("nullable") == Some(&Value::Bool(true)) || items(schema, "enum").contains(&Value::Null) {
            schema[NULLABLE] = true.into();
        }
    });
    let named: BTreeSet<String> =
        document.schemas().filter(|(_, schema)| is_noted(schema)).map(|(name, _)| name.clone()).collect();
    for schema in document.schemas_mut().values_mut().filter_map(Value::as_object_mut) {
        schema.shift_remove(NULLABLE);
        schema.shift_remove("nullable");
    }
    document.each_schema(|_, schema| {
        if reference(schema).is_some_and(|name| named.contains(name)) {
            schema[NULLABLE] = true.into();
        }
    });
}

/// Whether the value at a place may be null.
pub(crate) fn is_noted(schema: &Value) -> bool {
    schema.get(NULLABLE) == Some(&Value::Bool(true))
}
