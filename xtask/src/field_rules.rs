//! Rules about fields of one object that no type can hold: exactly one of them, at least one, at most one.
//!
//! ```yaml
//! - { schema: BackgroundCheckCreateRequestPublicV2Dto, merge: { x-field-rules: [{ exactlyOneOf: [url, fileKey] }] } }
//! ```
//!
//! A document may say the first two itself, by a choice whose options only require a field each; the import writes those
//! as rules too, so that every later step knows one form.

use std::fmt;

use serde_json::{Value, json};

use crate::document::{Document, items};
use crate::keys::FIELD_RULES;

/// How many of the fields of a rule may have a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HowMany {
    Exactly,
    AtLeast,
    AtMost,
}

impl HowMany {
    const ALL: [Self; 3] = [Self::Exactly, Self::AtLeast, Self::AtMost];

    /// The key in the document.
    fn key(self) -> &'static str {
        match self {
            Self::Exactly => "exactlyOneOf",
            Self::AtLeast => "atLeastOneOf",
            Self::AtMost => "atMostOneOf",
        }
    }

    /// The word of the runtime's macros.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Exactly => "exactly_one_of",
            Self::AtLeast => "at_least_one_of",
            Self::AtMost => "at_most_one_of",
        }
    }

    /// Whether an object without any of the fields breaks the rule.
    pub(crate) fn needs_one(self) -> bool {
        self != Self::AtMost
    }

    /// Whether an object with two of the fields breaks the rule.
    pub(crate) fn takes_one(self) -> bool {
        self != Self::AtLeast
    }
}

/// One rule: how many of these fields may have a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldRule {
    pub(crate) how_many: HowMany,
    /// Their names on the wire.
    pub(crate) fields: Vec<String>,
}

impl FieldRule {
    /// The rules of a schema; what cannot be read is said by `plain`.
    pub(crate) fn of(schema: &Value) -> Vec<Self> {
        items(schema, FIELD_RULES).iter().filter_map(|rule| Self::read(rule).ok()).collect()
    }

    /// Reads one rule.
    pub(crate) fn read(rule: &Value) -> Result<Self, String> {
        let keys = HowMany::ALL.map(HowMany::key).join(", ");
        let entry = rule.as_object().filter(|rule| rule.len() == 1).and_then(|rule| rule.iter().next());
        let (key, fields) = entry.ok_or_else(|| format!("{rule} is no object with one of {keys}"))?;
        let how_many = HowMany::ALL.into_iter().find(|one| one.key() == key);
        let how_many = how_many.ok_or_else(|| format!("`{key}` is not one of {keys}"))?;
        let names = fields.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        let fields: Vec<String> = names.collect();
        if fields.len() < 2 {
            return Err(format!("`{key}` names {} fields, and it takes two to choose from", fields.len()));
        }
        Ok(Self { how_many, fields })
    }
}

impl fmt::Display for FieldRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.how_many.word().replace('_', " "), listed(&self.fields))
    }
}

/// Names as a sentence lists them.
pub(crate) fn listed(names: &[String]) -> String {
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}

/// Writes choices whose options only require one field each as rules.
pub(crate) fn lift(document: &mut Document) {
    document.each_schema(|_, schema| {
        for (key, how_many) in [("oneOf", HowMany::Exactly), ("anyOf", HowMany::AtLeast)] {
            let named: Option<Vec<&str>> = items(schema, key).iter().map(only_required).collect();
            let Some(fields) = named.filter(|fields| fields.len() > 1) else { continue };
            let rule = json!({ how_many.key(): fields });
            let Some(map) = schema.as_object_mut() else { continue };
            map.shift_remove(key);
            let rules = map.entry(FIELD_RULES).or_insert_with(|| json!([]));
            if let Some(rules) = rules.as_array_mut() {
                rules.push(rule);
            }
        }
    });
}

/// The field that an option requires, if that is all it says.
fn only_required(option: &Value) -> Option<&str> {
    let says = |key: &String| key == "required" || (key == "type" && option["type"] == "object");
    match items(option, "required") {
        [one] if option.as_object().is_some_and(|option| option.keys().all(says)) => one.as_str(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_of_required_fields_is_a_rule() {
        for (said, rules) in [
            (
                json!({ "oneOf": [{ "required": ["a"] }, { "required": ["b"] }] }),
                json!([{ "exactlyOneOf": ["a", "b"] }]),
            ),
            (
                json!({ "anyOf": [{ "type": "object", "required": ["a"] }, { "required": ["b"] }] }),
                json!([{ "atLeastOneOf": ["a", "b"] }]),
            ),
            // What says more than that stays a choice.
            (json!({ "oneOf": [{ "required": ["a", "b"] }, { "required": ["c"] }] }), Value::Null),
            (json!({ "oneOf": [{ "required": ["a"], "properties": {} }, { "required": ["b"] }] }), Value::Null),
        ] {
            let mut document = Document(json!({ "components": { "schemas": { "A": said } } }));
            lift(&mut document);
            assert_eq!(document.0["components"]["schemas"]["A"].get(FIELD_RULES).unwrap_or(&Value::Null), &rules);
        }
    }

    #[test]
    fn a_rule_says_what_is_wrong_with_it() {
        for (rule, problem) in [
            (json!({ "oneOf": ["a", "b"] }), "`oneOf` is not one of"),
            (json!({ "exactlyOneOf": ["a"] }), "names 1 fields"),
            (json!(["a", "b"]), "is no object"),
        ] {
            let error = FieldRule::read(&rule).unwrap_err();
            assert!(error.contains(problem), "{error}");
        }
    }
}
