//! Limits are set aside: they become checks, not types.
//!
//! Left in place, `maxLength` makes a newtype of every string and `minimum` an unsigned or non-zero number.

use serde_json::{Map, Value};

use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{Document, text};
use crate::keys::LIMITS;

/// The limits that go together: the lower and the upper one.
const PAIRS: [[&str; 2]; 3] = [["minLength", "maxLength"], ["minimum", "maximum"], ["minItems", "maxItems"]];

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

pub(crate) fn set_aside(document: &mut Document, found: &mut Findings) {
    document.each_schema(|pointer, schema| {
        let whole = text(schema, "type") == "integer";
        let Some(map) = schema.as_object_mut() else { return };
        let mut limits: Map<String, Value> = PAIRS
            .iter()
            .flatten()
            .filter_map(|key| map.shift_remove_entry(*key))
            .filter(|(_, value)| value.is_number())
            .collect();
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
        for pair in PAIRS {
            if let Some(problem) = contradiction(&limits, pair) {
                pair.iter().for_each(|key| drop(limits.shift_remove(*key)));
                found.push(Diagnosis::unusual(
                    "limits",
                    pointer,
                    problem,
                    "neither is checked before a request is sent",
                    format!(
                        "in corrections.yaml: a `merge` with the `{}` and the `{}` that the service has",
                        pair[0], pair[1]
                    ),
                ));
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

/// Why no value is within a pair of limits.
fn contradiction(limits: &Map<String, Value>, [low, high]: [&str; 2]) -> Option<String> {
    let limit = |key: &str| limits.get(key).and_then(Value::as_f64);
    match (limit(low), limit(high)) {
        (Some(least), Some(most)) if least > most => {
            Some(format!("{low} {least} is above {high} {most}, so no value is within"))
        }
        (_, Some(most)) if high != "maximum" && most < 0.0 => {
            Some(format!("{high} {most} is negative, so no value is within"))
        }
        _ => None,
    }
}
