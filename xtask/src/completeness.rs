//! The guard at the end: every operation of the contract, and every schema that one reaches, was generated.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::diagnosis::{Diagnoses, Diagnosis};
use crate::document::{Document, Place, SCHEMAS, escape, text};
use crate::normalise::{directions, enum_values};
use crate::surface::{Kind, Surface, Ty};

/// Fails naming what is missing. `effective` is the document before it was made plain.
pub(crate) fn check(effective: &Document, surface: &Surface) -> Result<()> {
    let mut missing = Vec::new();
    let generated: BTreeSet<(&str, &str, &str)> = surface
        .areas
        .iter()
        .flat_map(|area| &area.operations)
        .map(|operation| (operation.method.as_str(), operation.path.as_str(), operation.id.as_str()))
        .collect();
    for (Place { path, method }, operation) in effective.operations() {
        let id = text(operation, "operationId");
        if !generated.contains(&(method.as_str(), path.as_str(), id)) {
            let place = Place { path, method }.pointer();
            missing.push(lost(place, "this operation").in_operation(id));
        }
    }
    missing.extend(schemas(effective, surface));
    missing.extend(nameless(surface));
    Diagnoses(missing).into_result()
}

/// Schemas that a success or a request reaches and that are neither a type nor what a type holds in their place.
fn schemas(effective: &Document, surface: &Surface) -> Vec<Diagnosis> {
    let vendors: BTreeSet<&str> = surface.types.values().map(|def| def.vendor.as_str()).collect();
    let enums: BTreeSet<BTreeSet<&str>> = surface
        .types
        .values()
        .filter_map(|def| match &def.kind {
            Kind::Enum(variants) => Some(variants.iter().map(|(_, wire)| wire.as_str()).collect()),
            _ => None,
        })
        .collect();
    let mut successes = effective.clone();
    successes.each_operation(|_, operation| {
        if let Some(responses) = operation.get_mut("responses").and_then(serde_json::Value::as_object_mut) {
            responses.retain(|status, _| status.starts_with('2'));
            for (_, response) in responses.iter_mut() {
                // An answer of another media type is handed on as text, whatever schema describes it.
                if let Some(content) = response.get_mut("content").and_then(serde_json::Value::as_object_mut) {
                    content.retain(|media, _| media == "application/json");
                }
            }
        }
    });
    directions(&successes)
        .into_keys()
        .filter_map(|name| Some((effective.schema(&name)?, name)))
        .filter(|(schema, name)| {
            let has_fields =
                schema.pointer("/properties").and_then(serde_json::Value::as_object).is_some_and(|map| !map.is_empty());
            let values: BTreeSet<&str> = enum_values(schema).into_iter().collect();
            // Without fields and values it is no type of its own: what it is stands where it is used.
            let is_type = has_fields || !values.is_empty();
            is_type && !vendors.contains(name.as_str()) && !enums.contains(&values)
        })
        .map(|(_, name)| lost(format!("{SCHEMAS}/{}", escape(&name)), "this schema"))
        .collect()
}

/// Types that progenitor made up for a schema that no pass gave a name, such as a choice between several.
fn nameless(surface: &Surface) -> Vec<Diagnosis> {
    let unknown = |ty: &Ty| ty.named().is_some_and(|name| !surface.types.contains_key(name));
    let mend = |target: String| {
        format!("in corrections.yaml: {target} and a `merge` or `replace` that makes its schema plainer")
    };
    let problem =
        |what: &str| format!("the schema of {what} is none that a rule knows: a choice, a contradiction or the like");
    let mut found = Vec::new();
    for operation in surface.areas.iter().flat_map(|area| &area.operations) {
        let pointer = Place { path: operation.path.clone(), method: operation.method.clone() }.pointer();
        let target = format!("`operation: {}`", operation.id);
        let answer = operation.answer.json.iter().map(|ty| (ty, "responses", "its answer".to_owned()));
        let body = operation.body.iter().map(|body| (&body.ty, "requestBody", "its body".to_owned()));
        let params =
            operation.params.iter().map(|param| (&param.ty, "parameters", format!("parameter {}", param.wire)));
        for (_, part, what) in answer.chain(body).chain(params).filter(|(ty, _, _)| unknown(ty)) {
            let diagnosis = Diagnosis::new(format!("{pointer}/{part}"), problem(&what), mend(target.clone()));
            found.push(diagnosis.in_operation(&operation.id));
        }
    }
    for def in surface.types.values() {
        for field in def.kind.fields().iter().filter(|field| unknown(&field.ty)) {
            found.push(Diagnosis::new(
                format!("{SCHEMAS}/{}/properties/{}", escape(&def.vendor), escape(&field.wire)),
                problem(&format!("property {}", field.wire)),
                mend(format!("`schema: {}`, `property: {}`", def.vendor, field.wire)),
            ));
        }
    }
    found
}

fn lost(pointer: String, what: &str) -> Diagnosis {
    Diagnosis::new(
        pointer,
        format!("{what} was lost on the way: nothing was generated from it"),
        "find the pass of xtask/src/normalise that drops it: run `cargo xtask inventory` before and after the change of the contract",
    )
}
