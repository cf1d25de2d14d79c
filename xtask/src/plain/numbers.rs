//! Numbers are integers unless the overlay says `format: double`.
//!
//! The vendor declares every number as `number`, also ids and counts; a fraction is the exception and needs evidence. A
//! limit, a step, a default or a value that is no whole number is such evidence.

use serde_json::Value;

use crate::document::{Document, items, text};

pub(crate) fn make_integers(document: &mut Document) {
    document.each_schema(|_, schema| {
        let integer = match text(schema, "type") {
            "number" => !has_fractions(schema),
            "integer" => true,
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

/// Whether a number may be one with a fraction.
pub(crate) fn has_fractions(schema: &Value) -> bool {
    const EVIDENCE: [&str; 4] = ["minimum", "maximum", "multipleOf", "default"];
    let is_fraction = |value: &Value| value.as_f64().is_some_and(|number| number.fract() != 0.0);
    matches!(text(schema, "format"), "double" | "float")
        || EVIDENCE.iter().filter_map(|key| schema.get(*key)).chain(items(schema, "enum")).any(is_fraction)
}
