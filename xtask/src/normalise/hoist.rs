//! Objects declared in place get a name: their owner's and their field's.

use serde_json::Value;

use super::enums::{add_named, inline_name, is_named, operation_owners};
use crate::document::{Document, refer_to};
use crate::overlay::{DOC, RUST_NAME};

pub(crate) fn name_inline_objects(document: &mut Document) -> anyhow::Result<()> {
    let owners = operation_owners(document);
    let mut moved: Vec<(String, String, Value)> = Vec::new();
    document.each_schema(|pointer, schema| {
        if schema.get("properties").is_none() || is_named(pointer) {
            return;
        }
        let given = schema.get(RUST_NAME).and_then(Value::as_str).map(str::to_owned);
        let mut name = given.clone().unwrap_or_else(|| inline_name(pointer, &owners));
        if given.is_none() && pointer.ends_with("/schema") {
            name += if pointer.contains("/requestBody/") { "Request" } else { "Response" };
        }
        let mut named = schema.clone();
        let mut left = refer_to(&name);
        // What describes the field stays with the field; what names the type goes with the type.
        for key in [DOC, super::NULLABLE, "nullable", "deprecated"] {
            if let Some(value) = named.as_object_mut().and_then(|map| map.shift_remove(key)) {
                left[key] = value;
            }
        }
        let field = pointer.trim_end_matches("/items").rsplit_once("/properties/").map(|(_, field)| field);
        if let Some(field) = field {
            named[DOC] = format!("What stands in `{field}`.").into();
        }
        *schema = left;
        moved.push((pointer.to_owned(), name, named));
    });
    add_named(document, moved)
}
