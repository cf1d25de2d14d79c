//! Operations get their names in Rust, and no two of an area get the same.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{AREA, Envelope, MULTIPART_TWIN};
use crate::contract::Version;
use crate::diagnosis::{Diagnoses, Diagnosis};
use crate::document::{Document, text};
use crate::names;
use crate::overlay::RUST_NAME;

/// Where the vendor's operation id is kept, when progenitor gets ours.
pub(crate) const VENDOR_ID: &str = "x-operation-id";

pub(crate) fn rename(version: Version, document: &mut Document) -> anyhow::Result<()> {
    let mut chosen: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let mut found = Vec::new();
    document.each_operation(|place, operation| {
        let holder = Value::Object(operation.clone());
        let id = text(&holder, "operationId").replace("#multipart", "");
        let area = text(&holder, AREA).to_owned();
        let mut name = match holder.get(RUST_NAME).and_then(Value::as_str) {
            Some(given) => given.to_owned(),
            None => names::operation(&id, &area, place, Envelope::of(&holder).is_some()),
        };
        // The form is the usual way, so its JSON alternative says that it is one.
        if holder.get("x-json-alternative").is_some() {
            name += "_json";
        }
        if name.ends_with(|last: char| last.is_ascii_digit()) {
            found.push(
                Diagnosis::new(
                    place.pointer(),
                    format!("the rules name this operation {name}, which ends in a number"),
                    mend(&id),
                )
                .in_operation(&id),
            );
        }
        let form = holder.get(MULTIPART_TWIN).is_some();
        chosen.entry((area.clone(), name.clone())).or_default().push(if form {
            format!("{id} (form)")
        } else {
            id.clone()
        });
        operation.insert(VENDOR_ID.to_owned(), id.into());
        operation.insert(RUST_NAME.to_owned(), name.clone().into());
        operation.insert("operationId".to_owned(), format!("{area}__{name}").into());
    });
    for ((area, name), ids) in chosen.iter().filter(|(_, ids)| ids.len() > 1) {
        found.push(Diagnosis::new(
            "/paths",
            format!("several operations would be called {}::{area}::{name}: {}", version.name(), ids.join(", ")),
            mend(&ids[0]),
        ));
    }
    Diagnoses(found).into_result()
}

fn mend(id: &str) -> String {
    format!("in corrections.yaml: `operation: {id}` and a `name` of its own")
}
