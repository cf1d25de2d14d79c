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
    if let Value::String(text) = &value {
        // No part of a text has a name; where it is cut is said.
        let shown: String = text.chars().take(MOST / 4).collect();
        let note = format!("the first {} of {} bytes; the command line writes all of them", shown.len(), text.len());
        return CallToolResult::structured(json!({ "value": shown, "note": note }));
    }
    let hint = match value.is_array() {
        true => "use list_rows, which goes on from where a result ends",
        false => "ask for some of its parts with `fields`",
    };
    let parts: Map<String, Value> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, part)| (name.clone(), json!(format!("{} characters", part.to_string().len()))))
        .collect();
    let mut error = Failure::other(too_large(size)).hint(hint).to_json();
    error["parts"] = parts.into();
    CallToolResult::structured_error(error)
}

/// A result with a remark on it, where there is one.
pub(super) fn with_note(mut result: CallToolResult, note: Option<String>) -> CallToolResult {
    match (note, result.structured_content.take()) {
        (Some(note), Some(Value::Object(mut content))) => {
            content.insert("note".to_owned(), note.into());
            let is_error = result.is_error;
            result = CallToolResult::structured(content.into());
            result.is_error = is_error;
        }
        (_, content) => result.structured_content = content,
    }
    result
}

/// What came of a write, which is done however long its response is.
pub(super) fn written(mut result: Value) -> CallToolResult {
    let size = result["response"].to_string().len();
    if size > MOST {
        result["response"] = Value::Null;
        result["note"] = format!("{} and is left out; the write is done", too_large(size)).into();
    }
    CallToolResult::structured(result)
}

fn too_large(size: usize) -> String {
    format!("the response has {size} characters, more than {MOST}")
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
