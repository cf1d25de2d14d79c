//! Limits of a value: which moved, and whether fewer values are within.

use serde_json::Value;

/// The kind of the change, what changed, and whether values that were within are outside now.
pub(super) type LimitChange = (&'static str, String, bool);

/// Limits and whether a larger one lets more through.
const NUMBERS: [(&str, bool); 6] = [
    ("minLength", false),
    ("maxLength", true),
    ("minimum", false),
    ("maximum", true),
    ("minItems", false),
    ("maxItems", true),
];

/// Keys whose presence or value limits in a way that is not a matter of more or less.
const OTHERS: [&str; 3] = ["pattern", "exclusiveMinimum", "exclusiveMaximum"];

/// How the limits changed.
pub(super) fn changes(old: &Value, new: &Value) -> Vec<LimitChange> {
    let mut found = Vec::new();
    for (key, larger_lets_more) in NUMBERS {
        let at = |schema: &Value| schema.get(key).and_then(Value::as_f64);
        let (before, after) = (at(old), at(new));
        if before == after {
            continue;
        }
        let tightened = match (before, after) {
            (Some(before), Some(after)) => (after < before) == larger_lets_more,
            (None, _) => true,
            (_, None) => false,
        };
        found.push(change(key, old, new, tightened));
    }
    for key in OTHERS {
        if old.get(key) != new.get(key) {
            let off = |value: Option<&Value>| value.is_none_or(|value| *value == Value::Bool(false));
            if off(old.get(key)) && off(new.get(key)) {
                continue;
            }
            found.push(change(key, old, new, !off(new.get(key))));
        }
    }
    found
}

fn change(key: &str, old: &Value, new: &Value, tightened: bool) -> LimitChange {
    let at = |schema: &Value| schema.get(key).map_or_else(|| "none".to_owned(), Value::to_string);
    let kind = if tightened { "limit-tightened" } else { "limit-loosened" };
    (kind, format!("{key} was {} and is {}", at(old), at(new)), tightened)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fewer_values_within_is_tighter() {
        for (old, new, tightened) in [
            (json!({ "maxLength": 10 }), json!({ "maxLength": 5 }), true),
            (json!({ "maxLength": 5 }), json!({ "maxLength": 10 }), false),
            (json!({ "minimum": 1 }), json!({ "minimum": 2 }), true),
            (json!({ "minimum": 2 }), json!({ "minimum": 1 }), false),
            (json!({}), json!({ "maxItems": 3 }), true),
            (json!({ "maxItems": 3 }), json!({}), false),
            (json!({}), json!({ "pattern": "^a" }), true),
            (json!({ "exclusiveMinimum": true }), json!({ "exclusiveMinimum": false }), false),
        ] {
            let found = changes(&old, &new);
            assert_eq!(
                found.iter().map(|(_, _, tightened)| *tightened).collect::<Vec<_>>(),
                [tightened],
                "{old} to {new}"
            );
        }
        assert_eq!(changes(&json!({ "maximum": 5 }), &json!({ "maximum": 5.0 })), []);
    }
}
