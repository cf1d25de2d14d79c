//! The values of enumerations.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::items;

/// The values of an enumeration of strings, in their order, without repetition and without `null`.
pub(crate) fn enum_values(schema: &Value) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    items(schema, "enum").iter().filter_map(Value::as_str).filter(|value| seen.insert(*value)).collect()
}

/// Whether the values are strings: one or more of them, and nothing else but `null`.
pub(super) fn strings(values: &Value) -> bool {
    let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
    values.iter().any(Value::is_string) && values.iter().all(|value| value.is_string() || value.is_null())
}
