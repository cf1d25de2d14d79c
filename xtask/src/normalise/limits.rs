//! Limits are set aside: they become checks, not types.
//!
//! Left in place, `maxLength` makes a newtype of every text and `minimum` an unsigned or non-zero number.

use serde_json::{Map, Value};

use crate::document::Document;

/// Where the limits of a schema are kept.
pub(crate) const LIMITS: &str = "x-limits";

const KEYS: [&str; 6] = ["minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"];

/// Keys that would change the type and that no check of ours needs.
const DROPPED: [&str; 4] = ["pattern", "default", "exclusiveMinimum", "exclusiveMaximum"];

pub(crate) fn set_aside(document: &mut Document) {
    document.each_schema(|_, schema| {
        let Some(map) = schema.as_object_mut() else { return };
        let limits: Map<String, Value> = KEYS.iter().filter_map(|key| map.shift_remove_entry(*key)).collect();
        if !limits.is_empty() {
            map.insert(LIMITS.to_owned(), limits.into());
        }
        for key in DROPPED {
            if let Some(value) = map.shift_remove(key) {
                map.insert(format!("x-{key}"), value);
            }
        }
    });
}
