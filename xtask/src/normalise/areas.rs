//! The area of an operation: its first tag, named by rule or by `corrections.yaml`.

use serde_json::Value;

use crate::document::Document;
use crate::names;

/// Where the area's module name is put.
pub(crate) const AREA: &str = "x-area";

/// Gives every operation its area, and just that as its tag: one operation of the vendor's carries a tag twice.
pub(crate) fn assign(document: &mut Document) {
    document.each_operation(|_, operation| {
        let tag =
            operation.get("tags").and_then(|tags| tags.get(0)).and_then(Value::as_str).unwrap_or("Other").to_owned();
        let area = operation.get(AREA).and_then(Value::as_str).map_or_else(|| names::module(&tag), str::to_owned);
        operation.insert(AREA.to_owned(), area.into());
        operation.insert("tags".to_owned(), vec![tag].into());
    });
}
