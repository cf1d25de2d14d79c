//! Sample strings: of a format, and as long as they have to be.

use serde_json::Value;

use crate::document::text;

/// A string of the schema's format and length.
pub(super) fn sample_string(schema: &Value) -> String {
    let length = |name: &str| schema[name].as_f64().map(|length| length as usize);
    fitting(sample(false, schema), length("minLength"), length("maxLength"))
}

/// A string of the schema's format.
pub(super) fn sample(time: bool, schema: &Value) -> String {
    match text(schema, "format") {
        "email" => "ada@example.com".to_owned(),
        "uri" | "url" => "https://example.com/sample".to_owned(),
        "uuid" => "3fa85f64-5717-4562-b3fc-2c963f66afa6".to_owned(),
        "date" => "2026-01-15".to_owned(),
        "date-time" => "2026-01-15T09:30:00.000Z".to_owned(),
        _ if time => "2026-01-15T09:30:00.000Z".to_owned(),
        _ => match schema["enum"].get(0).and_then(Value::as_str) {
            Some(value) => value.to_owned(),
            None => "sample".to_owned(),
        },
    }
}

/// The words, so often or so many of them that the limits hold.
pub(super) fn fitting(words: String, least: Option<usize>, most: Option<usize>) -> String {
    let least = least.unwrap_or_default();
    let words = match words.chars().count() {
        count if count < least => words.repeat(least.div_ceil(count.max(1))),
        _ => words,
    };
    match most.filter(|most| *most >= least) {
        Some(most) => words.chars().take(most).collect(),
        None => words,
    }
}
