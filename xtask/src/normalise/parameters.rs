//! Parameters that no builder can send: refused here, where they still have their names.

use serde_json::Value;

use crate::diagnosis::{Diagnoses, Diagnosis};
use crate::document::{Document, items, text};

pub(crate) fn check(document: &Document) -> anyhow::Result<()> {
    let mut found = Vec::new();
    for (place, operation) in document.operations() {
        let id = text(operation, "operationId");
        for (index, parameter) in items(operation, "parameters").iter().enumerate() {
            let (name, within) = (text(parameter, "name"), text(parameter, "in"));
            let placeholder = place.placeholders().any(|placeholder| placeholder == name);
            let problem = match (within, parameter.get("schema")) {
                ("path" | "query" | "header", None) => format!("parameter {name} has no schema, so it has no type"),
                ("path", _) if !placeholder => format!("the path {} has no place for parameter {name}", place.path),
                ("path" | "query" | "header", Some(schema)) if is_plain(document, schema) => continue,
                ("path" | "query" | "header", _) => {
                    format!("parameter {name} is an object or a list of lists, which no query can hold")
                }
                _ => format!("parameter {name} stands in a {within}, and only path, query and header can be sent"),
            };
            let mend = format!(
                "in corrections.yaml: `operation: {id}`, `parameter: {name}`, and `remove: true` or a `merge` that mends it"
            );
            found.push(
                Diagnosis::new(format!("{}/parameters/{index}", place.pointer()), problem, mend).in_operation(id),
            );
        }
        for name in place.placeholders() {
            let declared = |parameter: &Value| text(parameter, "in") == "path" && text(parameter, "name") == name;
            if !items(operation, "parameters").iter().any(declared) {
                let problem = format!("the path {} has a place for {name}, and no parameter fills it", place.path);
                let mend = format!(
                    "in corrections.yaml: `operation: {id}` and a `merge` with all its `parameters`, {name} among them"
                );
                found.push(Diagnosis::new(format!("{}/parameters", place.pointer()), problem, mend).in_operation(id));
            }
        }
    }
    Diagnoses(found).into_result()
}

/// Whether a value, or each value of a list, is one text.
fn is_plain(document: &Document, schema: &Value) -> bool {
    let schema = document.resolve(schema);
    let items = schema.get("items").map(|items| document.resolve(items));
    let holds_more = |schema: &Value| schema.get("properties").is_some() || text(schema, "type") == "object";
    !holds_more(schema) && items.is_none_or(|items| !holds_more(items) && text(items, "type") != "array")
}
