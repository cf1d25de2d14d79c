//! Numbers are integers unless the overlay says `format: double`.
//!
//! The vendor declares every number as `number`, also ids and counts; a fraction is the exception and needs evidence. A
//! limit that is no whole number is such evidence.

use serde_json::Value;

use crate::document::{Document, text};
use crate::keys::LIMITS;

pub(crate) fn make_integers(document: &mut Document) {
    document.each_schema(|_, schema| {
        let limits = schema.get(LIMITS).and_then(Value::as_object);
        let fractional =
            limits.into_iter().flatten().any(|(_, limit)| limit.as_f64().is_some_and(|limit| limit.fract() != 0.0));
        let integer = match (text(schema, "type"), text(schema, "format")) {
            ("number", "double" | "float") => false,
            ("number", _) => !fractional,
            ("integer", _) => true,
            _ => return,
        };
        schema["type"] = if integer { "integer" } else { "number" }.into();
        schema["format"] = if integer { "int64" } else { "double" }.into();
        // An enumeration of numbers is a number: its values have no names.
        if let Some(map) = schema.as_object_mut() {
            map.shift_remove("enum");
        }
    });
}
