//! Which area a type belongs to: the one whose operations reach it, or all that do.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::Value;

use super::{Area, Operation, Surface, TypeDef};
use crate::contract::Version;
use crate::document::Document;
use crate::overlay::AREA_DOCS;

pub(crate) fn place(
    version: Version,
    document: &Document,
    mut types: BTreeMap<String, TypeDef>,
    operations: Vec<Operation>,
) -> Result<Surface> {
    for operation in &operations {
        for name in reached(operation, &types) {
            if let Some(def) = types.get_mut(&name) {
                def.areas.insert(operation.area.clone());
            }
        }
    }
    let mut areas: BTreeMap<String, Vec<Operation>> = BTreeMap::new();
    for operation in operations {
        areas.entry(operation.area.clone()).or_default().push(operation);
    }
    let docs = area_docs(document);
    let areas = areas
        .into_iter()
        .map(|(name, mut operations)| {
            operations.sort_by(|left, right| left.name.cmp(&right.name));
            Area { doc: docs.get(&name).cloned().unwrap_or_default(), name, operations }
        })
        .collect();
    Ok(Surface { version, areas, types })
}

/// The words of an area are those of the tags that lead to it.
fn area_docs(document: &Document) -> BTreeMap<String, String> {
    let mut docs: BTreeMap<String, String> = BTreeMap::new();
    for (_, operation) in document.operations() {
        let area = crate::document::text(operation, crate::normalise::AREA);
        let words =
            operation["tags"][0].as_str().and_then(|tag| document.0[AREA_DOCS].get(tag)).and_then(Value::as_str);
        if let Some(words) = words {
            docs.entry(area.to_owned()).or_insert_with(|| words.to_owned());
        }
    }
    docs
}

/// The names of all types that an operation reaches.
fn reached(operation: &Operation, types: &BTreeMap<String, TypeDef>) -> BTreeSet<String> {
    let mut open = BTreeSet::new();
    operation.params.iter().for_each(|param| param.ty.collect(&mut open));
    operation.body.iter().for_each(|body| body.ty.collect(&mut open));
    operation.answer.json.iter().for_each(|ty| ty.collect(&mut open));
    let mut done = BTreeSet::new();
    while let Some(name) = open.pop_first() {
        if let Some(def) = types.get(&name) {
            let mut next = BTreeSet::new();
            def.kind.fields().iter().for_each(|field| field.ty.collect(&mut next));
            open.extend(next.into_iter().filter(|next| !done.contains(next) && *next != name));
        }
        done.insert(name);
    }
    done
}
