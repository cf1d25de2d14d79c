//! Formats of strings: times and files become types of the SDK, all others stay strings.

use serde_json::Value;

use crate::document::Document;

pub(crate) fn mark_formats(document: &mut Document) {
    document.each_schema(|_, schema| {
        let Some(map) = schema.as_object_mut() else { return };
        if map.get("type").and_then(Value::as_str) != Some("string") {
            // A format beside a reference or a boolean describes nothing.
            if !matches!(map.get("type").and_then(Value::as_str), Some("integer" | "number")) {
                map.shift_remove("format");
            }
            return;
        }
        let format = map.get("format").and_then(Value::as_str).map(str::to_owned);
        match format.as_deref() {
            // The service writes dates where it declares times and the other way round: one type reads both.
            Some("date" | "date-time") => {
                map.insert("format".to_owned(), "date-time".into());
            }
            Some("binary") | None => {}
            Some(_) => {
                map.shift_remove("format");
            }
        }
    });
}
