//! Named schemas get their names in Rust, and no two get the same.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnosis::{Diagnoses, Diagnosis};
use crate::document::{Document, SCHEMAS, escape, refer_to, reference};
use crate::names;
use crate::overlay::RUST_NAME;

/// Where the vendor's name of a schema is kept.
pub(crate) const VENDOR_NAMES: &str = "x-vendor-name";

/// Names that the surface uses itself, or that would shadow the prelude.
const TAKEN: [&str; 12] =
    ["Option", "Vec", "String", "Box", "List", "Patch", "Timestamp", "Upload", "Extra", "Result", "Some", "None"];

pub(crate) fn rename(document: &mut Document) -> anyhow::Result<()> {
    let mut found = Vec::new();
    let mut chosen: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, schema) in document.schemas() {
        let ours = match schema.get(RUST_NAME).and_then(Value::as_str) {
            Some(given) => given.to_owned(),
            None => names::type_name(name),
        };
        let mend = format!("in corrections.yaml: `schema: {name}` and a `name` that says what it is");
        let pointer = format!("{SCHEMAS}/{}", escape(name));
        if ours.is_empty() || ours.ends_with(|last: char| last.is_ascii_digit()) || TAKEN.contains(&ours.as_str()) {
            found.push(Diagnosis::new(pointer, format!("the rules name this type {ours:?}, which cannot stay"), mend));
        }
        chosen.entry(ours).or_default().push(name.clone());
    }
    for (ours, vendors) in chosen.iter().filter(|(_, vendors)| vendors.len() > 1) {
        found.push(Diagnosis::new(
            format!("{SCHEMAS}/{}", escape(&vendors[0])),
            format!("several types would be called {ours}: {}", vendors.join(", ")),
            "in corrections.yaml: give all but one of them a `name` (a schema, or the property or parameter it stands in)",
        ));
    }
    Diagnoses(found).into_result()?;

    let ours: BTreeMap<String, String> = chosen
        .into_iter()
        .flat_map(|(ours, vendors)| vendors.into_iter().map(move |vendor| (vendor, ours.clone())))
        .collect();
    document.each_schema(|_, schema| {
        if let Some(name) = reference(schema).and_then(|name| ours.get(name)) {
            schema["$ref"] = refer_to(name)["$ref"].clone();
        }
    });
    let schemas = document.schemas_mut();
    for (vendor, mut schema) in std::mem::take(schemas) {
        schema[VENDOR_NAMES] = vendor.clone().into();
        schemas.insert(ours[&vendor].clone(), schema);
    }
    Ok(())
}
