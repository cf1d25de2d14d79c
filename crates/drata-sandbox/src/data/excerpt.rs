//! The first rows of a longer list within a row.

use serde_json::Value;

use crate::contract::schema::Object;

/// As many rows as an embedded part of a list shows.
pub(super) const EXCERPT: usize = 10;

/// Whether an object is a part of a list and nothing else.
pub(super) fn is_sublist(object: &Object) -> bool {
    let only = |name: &str| matches!(name, "data" | "totalCount" | "total" | "page" | "limit");
    object.property("data").is_some() && object.properties.iter().all(|property| only(&property.name))
}

/// Rows as a part of a list that says how long it is.
pub(super) fn with_count(object: &Object, rows: Value, count: u64) -> Value {
    let mut rows = Some(rows);
    let mut part = |name: &str| match name {
        "data" => rows.take().unwrap_or_default(),
        "page" => 1.into(),
        "limit" => EXCERPT.into(),
        _ => count.into(),
    };
    let names = object.properties.iter().map(|property| property.name.to_string());
    Value::Object(names.map(|name| (name.clone(), part(&name))).collect())
}
