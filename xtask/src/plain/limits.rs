//! Limits are set aside: they become checks, not types.
//!
//! Left in place, `maxLength` makes a newtype of every string and `minimum` an unsigned or non-zero number.

use serde_json::{Map, Value};

use crate::document::{Document, text};
use crate::keys::LIMITS;

const KEYS: [&str; 6] = ["minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"];

/// Keys that would change the type and that no check of ours needs.
const DROPPED: [&str; 8] = [
    "pattern",
    "default",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

pub(crate) fn set_aside(document: &mut Document) {
    document.each_schema(|_, schema| {
        let whole = matches!(text(schema, "type"), "integer" | "number")
            && !matches!(text(schema, "format"), "double" | "float");
        let Some(map) = schema.as_object_mut() else { return };
        let mut limits: Map<String, Value> =
            KEYS.iter().filter_map(|key| map.shift_remove_entry(*key)).filter(|(_, value)| value.is_number()).collect();
        for (key, exclusive, step) in [("minimum", "exclusiveMinimum", 1.0), ("maximum", "exclusiveMaximum", -1.0)] {
            if map.get(exclusive) == Some(&Value::Bool(true))
                && let Some(limit) = limits.get(key).and_then(Value::as_f64)
                && whole
            {
                // The next whole number is the first that is within.
                let within = if step > 0.0 { limit.floor() + 1.0 } else { limit.ceil() - 1.0 };
                limits.insert(key.to_owned(), within.into());
            }
        }
        if !limits.is_empty() {
            map.insert(LIMITS.to_owned(), limits.into());
        }
        for key in DROPPED {
            map.shift_remove(key);
        }
    });
}
