//! References that lead nowhere.

use serde_json::Value;

use crate::diagnosis::Diagnosis;
use crate::document::{Document, escape};

/// The references of a contract that lead nowhere.
pub(crate) fn dangling(document: &Document) -> Vec<Diagnosis> {
    let mut found = Vec::new();
    find(&document.0, "", &document.0, &mut found);
    found
}

fn find(root: &Value, pointer: &str, value: &Value, found: &mut Vec<Diagnosis>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match inner {
                    Value::String(target) if key == "$ref" => {
                        if target.strip_prefix('#').and_then(|target| root.pointer(target)).is_none() {
                            found.push(Diagnosis::refused(
                                format!("{pointer}/$ref"),
                                format!("reference {target:?} leads nowhere"),
                                "ask the vendor for the whole document, or add the schema to this one before importing it",
                            ));
                        }
                    }
                    _ => find(root, &format!("{pointer}/{}", escape(key)), inner, found),
                }
            }
        }
        Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                find(root, &format!("{pointer}/{index}"), inner, found);
            }
        }
        _ => {}
    }
}
