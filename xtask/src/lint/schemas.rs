//! What is wrong with schemas, wherever they stand.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::action;
use crate::compare::wire::{Reach, Shape, Way, reaches};
use crate::diagnosis::Diagnosis as Finding;
use crate::document::{Document, SCHEMAS, items, text};

/// A schema, where it stands, and which ways it travels.
struct Seen<'a> {
    document: &'a Document,
    pointer: &'a str,
    schema: &'a Value,
    ways: BTreeSet<Way>,
}

/// The findings about every schema.
pub(super) fn findings(document: &Document) -> Vec<Finding> {
    let reaches = reaches(document);
    let mut found = Vec::new();
    document.clone().each_schema(|pointer, schema| {
        let seen = Seen { document, pointer, schema, ways: ways(&reaches, pointer) };
        // What only an error holds, or nothing reaches, the SDK does not read.
        if seen.ways.iter().any(|way| *way != Way::Error) {
            found.extend(
                [default_misfit(&seen), sample_misfit(&seen), words_misfit(&seen), unknown_required(&seen)]
                    .into_iter()
                    .flatten(),
            );
        }
    });
    found
}

fn ways(reaches: &BTreeMap<String, Reach>, pointer: &str) -> BTreeSet<Way> {
    match pointer.strip_prefix(SCHEMAS) {
        Some(rest) => {
            let name = rest.trim_start_matches('/').split('/').next().unwrap_or_default();
            reaches.get(name).map(|reach| reach.ways.clone()).unwrap_or_default()
        }
        None if pointer.contains("/responses/2") => [Way::Response].into(),
        None if pointer.contains("/responses/") => [Way::Error].into(),
        None => [Way::Request].into(),
    }
}

impl Seen<'_> {
    fn finding(
        &self,
        rule: &'static str,
        problem: String,
        effect: &str,
        fix: String,
        absorbed: bool,
    ) -> Option<Finding> {
        let operation = self
            .document
            .operations()
            .find(|(place, _)| self.pointer.starts_with(&format!("{}/", place.pointer())))
            .map(|(_, operation)| text(operation, "operationId").to_owned());
        let finding = Finding::unusual(rule, self.pointer, problem, effect, fix).absorbed_if(absorbed);
        Some(match operation {
            Some(id) => finding.in_operation(id),
            None => finding,
        })
    }
}

/// A default that is no value of its type.
fn default_misfit(seen: &Seen<'_>) -> Option<Finding> {
    let default = seen.schema.get("default")?;
    let values = items(seen.schema, "enum");
    let limit = |key: &str| seen.schema.get(key).and_then(Value::as_f64);
    let problem = if !fits(seen.document.resolve(seen.schema), default) {
        format!("the default {default} is not of the declared type {}", text(seen.schema, "type"))
    } else if !values.is_empty() && !values.contains(default) {
        format!("the default {default} is none of the declared values")
    } else if default.as_f64().zip(limit("minimum")).is_some_and(|(default, least)| default < least)
        || default.as_f64().zip(limit("maximum")).is_some_and(|(default, most)| default > most)
    {
        format!("the default {default} is outside the declared limits")
    } else {
        return None;
    };
    let fix = action::merge(seen.document, seen.pointer, "{ default: null }");
    seen.finding(
        "default-misfit",
        problem,
        "strict generators refuse the document; the SDK sends no defaults",
        fix,
        true,
    )
}

fn fits(schema: &Value, value: &Value) -> bool {
    match text(schema, "type") {
        "number" => value.is_number(),
        "integer" => value.is_i64(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => true,
    }
}

/// A sample whose JSON type contradicts the declared one.
fn sample_misfit(seen: &Seen<'_>) -> Option<Finding> {
    let observed = text(seen.schema, "x-observed-type");
    let declared = text(seen.schema, "type");
    let agrees = match declared {
        "" => true,
        "integer" => observed == "number",
        declared => observed == declared,
    };
    let shape = Shape::of(seen.schema);
    if observed.is_empty() || agrees || shape == Shape::Open {
        return None;
    }
    let read = seen.ways.contains(&Way::Response);
    let (effect, absorbed) = match (read, shape, observed) {
        (false, ..) => ("the SDK writes the declared type; if the sample is right, requests are rejected", false),
        (true, Shape::Text, "number" | "boolean") => ("the SDK reads either as a text", true),
        (true, Shape::Integer | Shape::Number, "string") => {
            ("the SDK reads numbers in quotes; a text that is no number cannot be read", false)
        }
        (true, Shape::List, _) => ("the SDK keeps what stands in place of a list as its only item", true),
        (true, Shape::Boolean, "string") => ("the SDK reads booleans in quotes; another text cannot be read", false),
        _ => ("if the sample is right, the response cannot be read", false),
    };
    // A single value is how the vendor's tool shows a parameter that may be repeated.
    let absorbed =
        absorbed || (!read && shape == Shape::List && observed == "string" && seen.pointer.contains("/parameters/"));
    let fix = format!(
        "{}, or, where the declared type is right, merge {{ x-observed-type: null }}",
        action::merge(seen.document, seen.pointer, &format!("{{ type: {observed} }}"))
    );
    seen.finding("sample-misfit", format!("declared {declared}, and the sample is {observed}"), effect, fix, absorbed)
}

/// A field that may be null by our words and not by its type.
fn words_misfit(seen: &Seen<'_>) -> Option<Finding> {
    let (object, name) = seen.pointer.rsplit_once("/properties/")?;
    let says_null = text(seen.schema, "description").split(|c: char| !c.is_alphabetic()).any(|word| word == "null");
    let required = items(seen.document.0.pointer(object)?, "required").iter().any(|required| required == name);
    if !says_null || !required || seen.schema["nullable"] == true || !seen.ways.contains(&Way::Response) {
        return None;
    }
    let fix = action::merge(seen.document, seen.pointer, "{ nullable: true }");
    seen.finding(
        "words-misfit",
        "null by the words of docs.yaml, and never null by its type".to_owned(),
        "if the words are right, a response with a null cannot be read",
        format!("{fix}, or other words"),
        false,
    )
}

/// A field that is required and not declared.
fn unknown_required(seen: &Seen<'_>) -> Option<Finding> {
    let required = items(seen.schema, "required");
    let properties = seen.schema.get("properties")?;
    let unknown: Vec<&str> =
        required.iter().filter_map(Value::as_str).filter(|name| properties.get(name).is_none()).collect();
    if unknown.is_empty() {
        return None;
    }
    let kept: Vec<&str> =
        required.iter().filter_map(Value::as_str).filter(|name| properties.get(name).is_some()).collect();
    let fix = action::merge(seen.document, seen.pointer, &format!("{{ required: [{}] }}", kept.join(", ")));
    let problem = format!("required, and declared nowhere: {}", unknown.join(", "));
    seen.finding(
        "unknown-required",
        problem,
        "the field has no name in the SDK, so a request can never hold it",
        fix,
        false,
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The rules that complain about `schema`, as a field of a response.
    fn rules(schema: &Value) -> Vec<&'static str> {
        let document = Document(json!({
            "paths": { "/a": { "get": { "operationId": "A_get", "responses": { "200": { "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/A" } } } } } } } },
            "components": { "schemas": { "A": schema } },
        }));
        findings(&document).iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn each_rule_finds_its_fault_and_nothing_else() {
        for (schema, expected) in [
            (json!({ "type": "number", "default": "50" }), vec!["default-misfit"]),
            (json!({ "type": "number", "maximum": 10, "default": 50 }), vec!["default-misfit"]),
            (json!({ "type": "string", "enum": ["A"], "default": "B" }), vec!["default-misfit"]),
            (json!({ "type": "number", "maximum": 10, "default": 5 }), vec![]),
            (json!({ "type": "number", "x-observed-type": "string" }), vec!["sample-misfit"]),
            (json!({ "type": "integer", "x-observed-type": "number" }), vec![]),
            (json!({ "type": "object", "x-observed-type": "string" }), vec![]),
            (
                json!({ "type": "array", "items": { "type": "string" }, "x-observed-type": "string" }),
                vec!["sample-misfit"],
            ),
            (
                json!({ "type": "object", "properties": { "a": { "type": "string" } }, "required": ["a", "b"] }),
                vec!["unknown-required"],
            ),
            (
                json!({ "properties": { "a": { "type": "string", "description": "Null, or null." } }, "required": ["a"] }),
                vec!["words-misfit"],
            ),
            (json!({ "properties": { "a": { "type": "string", "description": "May be null." } } }), vec![]),
        ] {
            assert_eq!(rules(&schema), expected, "{schema}");
        }
    }
}
