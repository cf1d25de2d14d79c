//! Results that fit an assistant's context: bounded, with a cursor to go on, and errors that say what to do.

use rmcp::model::CallToolResult;
use serde_json::{Map, Value, json};

use crate::failure::Failure;

/// The most characters of a result.
pub(super) const MOST: usize = 48_000;

/// A result that is one value; one that is too large is described by its parts.
pub(super) fn value(value: Value) -> CallToolResult {
    let size = value.to_string().len();
    if size <= MOST {
        return CallToolResult::structured(wrapped(value));
    }
    let parts: Map<String, Value> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, part)| (name.clone(), json!(format!("{} characters", part.to_string().len()))))
        .collect();
    CallToolResult::structured_error(json!({
        "error": format!("the result has {size} characters, more than {MOST}"),
        "do": "ask for some of its parts with `fields`",
        "parts": parts,
    }))
}

/// Structured content is an object in every revision of the protocol.
fn wrapped(value: Value) -> Value {
    if value.is_object() { value } else { json!({ "value": value }) }
}

/// A call that did not do what was asked.
pub(super) fn failure(failure: &Failure) -> CallToolResult {
    CallToolResult::structured_error(failure.to_json())
}

/// Arguments that are not what the tool takes.
pub(super) fn invalid(problem: impl Into<String>) -> CallToolResult {
    failure(&Failure::usage(problem))
}
