//! Formats of strings: times become a type of the SDK, files do in the fields of a form, all others stay strings.

use serde_json::Value;

use super::bodies::SLOT;
use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{Document, SCHEMAS, escape, reference};
use crate::keys::FORM;

pub(crate) fn mark_formats(document: &mut Document, found: &mut Findings) {
    let forms = forms(document);
    document.each_schema(|pointer, schema| {
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
            Some("binary") if is_field(pointer, &forms) => {}
            Some("binary") => {
                map.shift_remove("format");
                found.push(Diagnosis::unusual(
                    "file",
                    pointer,
                    "a file stands outside of a form, where bytes cannot be sent or read as they are",
                    "it is a string to a user",
                    "in corrections.yaml: a `merge` with the `format` that occurs, such as `byte` for Base64, or one that makes the \
                     body multipart/form-data",
                ));
            }
            None => {}
            Some(_) => {
                map.shift_remove("format");
            }
        }
    });
}

/// Where the bodies of forms stand.
fn forms(document: &Document) -> Vec<String> {
    let forms = document.operations().filter(|(_, operation)| operation.get(FORM).is_some());
    let bodies = forms.filter_map(|(place, operation)| {
        let named = reference(operation.pointer(SLOT)?).map(|name| format!("{SCHEMAS}/{}", escape(name)));
        Some(named.unwrap_or_else(|| place.pointer() + SLOT))
    });
    bodies.collect()
}

/// Whether a pointer leads to a field of a form, or to the items of one.
fn is_field(pointer: &str, forms: &[String]) -> bool {
    let field = |form: &String| pointer.strip_prefix(form.as_str())?.strip_prefix("/properties/");
    let mut fields = forms.iter().filter_map(field);
    fields.any(|field| !field.trim_end_matches("/items").contains('/'))
}
