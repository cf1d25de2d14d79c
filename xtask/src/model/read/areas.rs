//! Which area things belong to: operations by their names, types and identifiers by the operations that reach them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::naming::Names;
use crate::document::Document;
use crate::keys::{AREA_DOCS, AREA_EXAMPLES, AREA_VERSIONS};
use crate::model::{Api, Area, Kind, Operation, Ty, TypeDef};
use crate::names::rules;

/// The areas with their operations in the order in which people need them. Types learn which areas reach them; those that none does
/// are dropped, and so are identifying fields of lists noted.
pub(super) fn gather(
    module: &str,
    document: &Document,
    names: &Names,
    types: &mut BTreeMap<String, TypeDef>,
    operations: Vec<Operation>,
) -> Vec<Area> {
    for operation in &operations {
        for name in reached(operation, types) {
            if let Some(def) = types.get_mut(&name) {
                def.areas.insert(operation.area.clone());
            }
        }
    }
    types.retain(|_, def| !def.areas.is_empty());
    let docs = by_area(document, names, AREA_DOCS);
    let mut versions = by_area(document, names, AREA_VERSIONS);
    let mut examples = by_area(document, names, AREA_EXAMPLES);
    let mut areas: BTreeMap<String, Vec<Operation>> = BTreeMap::new();
    for mut operation in operations {
        if let Some(paging) = &mut operation.paging {
            paging.key = key(&paging.item, types);
        }
        areas.entry(operation.area.clone()).or_default().push(operation);
    }
    areas
        .into_iter()
        .map(|(name, mut operations)| {
            operations.sort_by_cached_key(|operation| rules::need(&operation.name));
            Area {
                doc: docs.get(&name).cloned().unwrap_or_default(),
                versions: versions.remove(&name),
                example: examples.remove(&name),
                handle: names.handles.get(&name).cloned().unwrap_or_default(),
                feature: rules::feature(module, &name),
                name,
                operations,
            }
        })
        .collect()
}

/// The field that identifies an item: its `id`.
fn key(item: &Ty, types: &BTreeMap<String, TypeDef>) -> Option<String> {
    if matches!(item, Ty::Option(_)) {
        return None;
    }
    let def = types.get(item.named()?)?;
    let field = def.kind.fields().iter().find(|field| field.wire == "id")?;
    matches!(field.ty.present(), Ty::Int | Ty::Str | Ty::Id(_)).then(|| field.wire.clone())
}

/// What the overlay says of each area: what it says of the first tag that leads to the area, or of the area where the tag
/// leads to several, as in `Users and Roles (roles)`.
fn by_area(document: &Document, names: &Names, key: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for ((_, operation), name) in document.operations().zip(&names.operations) {
        let Some(tag) = operation["tags"][0].as_str() else { continue };
        let own = document.0[key].get(format!("{tag} ({})", name.area));
        let words = own.or_else(|| document.0[key].get(tag)).and_then(Value::as_str);
        if let Some(words) = words {
            found.entry(name.area.clone()).or_insert_with(|| words.to_owned());
        }
    }
    found
}

/// The names of all types that an operation reaches.
fn reached(operation: &Operation, types: &BTreeMap<String, TypeDef>) -> BTreeSet<String> {
    let mut open = BTreeSet::new();
    operation.params.iter().for_each(|param| param.ty.collect(&mut open));
    operation.body.iter().filter_map(|body| body.ty()).for_each(|ty| ty.collect(&mut open));
    operation.response.json.iter().for_each(|ty| ty.collect(&mut open));
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

/// Notes which areas reach each identifier.
pub(super) fn place_ids(api: &mut Api) {
    let mut reach: Vec<(String, String)> = Vec::new();
    let id = |ty: &Ty| match ty.innermost() {
        Ty::Id(name) => Some(name.clone()),
        _ => None,
    };
    for operation in api.operations() {
        reach.extend(operation.params.iter().filter_map(|param| Some((id(&param.ty)?, operation.area.clone()))));
    }
    for def in api.types.values() {
        let numbers = match &def.kind {
            Kind::Forms(number, _) => number.clone(),
            _ => None,
        };
        let ids = def.kind.fields().iter().filter_map(|field| id(&field.ty)).chain(numbers);
        for id in ids {
            reach.extend(def.areas.iter().map(|area| (id.clone(), area.clone())));
        }
    }
    for (id, area) in reach {
        if let Some(id) = api.ids.get_mut(&id) {
            id.areas.insert(area);
        }
    }
}
