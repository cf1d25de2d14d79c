//! Every operation gets an id of its own and one tag.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{Document, Place, text};
use crate::names::rules;

/// The tag of operations that carry none.
const UNTAGGED: &str = "Other";

pub(crate) fn fill(document: &mut Document, found: &mut Findings) {
    let mut seen = BTreeSet::new();
    document.each_operation(|place, operation| {
        let given = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        if given.is_empty() || !seen.insert(given.clone()) {
            let made = made_id(place);
            let problem = match given.is_empty() {
                true => "the operation has no id".to_owned(),
                false => format!("the operation id {given:?} is that of another operation too"),
            };
            found.push(
                Diagnosis::unusual(
                    "operation-id",
                    place.pointer(),
                    problem,
                    format!("it is called {made}, after its path"),
                    "ask the vendor for ids; until then the path has to stay as it is",
                )
                .in_operation(&made),
            );
            seen.insert(made.clone());
            operation.insert("operationId".to_owned(), made.into());
        }
        // One operation of the vendor's carries a tag twice.
        let tag = area_of(operation).to_owned();
        operation.insert("tags".to_owned(), vec![tag].into());
    });
}

/// The tag that an operation is filed under.
pub(crate) fn area_of(operation: &Map<String, Value>) -> &str {
    let tag = operation.get("tags").and_then(|tags| tags.get(0)).and_then(Value::as_str);
    tag.filter(|tag| !tag.trim().is_empty()).unwrap_or(UNTAGGED)
}

/// An id after the method and the path: `getRolesByRoleId`.
fn made_id(place: &Place) -> String {
    let parts = place.path.split('/').filter(|part| !part.is_empty()).map(|part| match part.strip_prefix('{') {
        Some(name) => format!("By{}", rules::pascal(name.trim_end_matches('}'))),
        None => rules::pascal(part),
    });
    place.method.clone() + &parts.collect::<String>()
}

/// The operation's id.
pub(super) fn id(operation: &Value) -> &str {
    text(operation, "operationId")
}
