//! References that lead nowhere.

use serde_json::Value;

use crate::diagnosis::Diagnosis;
use crate::document::{Document, escape};

/// The first reference in the document that leads nowhere.
pub(crate) fn dangling(document: &Document) -> Option<Diagnosis> {
    find(&document.0, "", &document.0)
}

fn find(root: &Value, pointer: &str, value: &Value) -> Option<Diagnosis> {
    match value {
        Value::Object(map) => map.iter().find_map(|(key, inner)| match inner {
            Value::String(target) if key == "$ref" => {
                let found = target.strip_prefix('#').and_then(|target| root.pointer(target)).is_some();
                (!found).then(|| {
                    Diagnosis::new(
                        format!("{pointer}/$ref"),
                        format!("reference {target:?} leads nowhere"),
                        "ask the vendor for the whole document, or add the schema to this one before importing it",
                    )
                })
            }
            _ => find(root, &format!("{pointer}/{}", escape(key)), inner),
        }),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(index, inner)| find(root, &format!("{pointer}/{index}"), inner))
        }
        _ => None,
    }
}
