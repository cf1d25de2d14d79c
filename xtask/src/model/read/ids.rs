//! Identifiers get types of their own, where the contract lets a rule tell what they identify.
//!
//! A placeholder picks a row of the collection before it: `/workspaces/{workspaceId}` of `/workspaces`. The rows are what
//! the operations on that path return, so their `id`, or the field called like the placeholder, has the same type. A field
//! or a parameter called `workspaceId` has it too. Where two rules disagree, or none tells, a number stays a number. The table
//! keeps what was told of each collection, each row and each name, so that a new document tells nothing else of them.

use std::collections::{BTreeMap, BTreeSet};

use super::naming::Names;
use crate::model::{IdType, Kind, Operation, ParamPlace, Ty, TypeDef};
use crate::names::{Section, Table, rules};

/// What the name of a row's type may have behind its noun.
const VIEWS: [&str; 8] = ["Compact", "Detail", "Details", "Info", "ListItem", "Minimal", "Summary", "Overview"];

/// What the table says of a name that no rule tells.
const NUMBER: &str = "i64";

/// A collection of rows that a placeholder picks one of.
#[derive(Debug, Default)]
struct Collection {
    noun: String,
    /// The noun of the rows that the collection is below.
    parent: String,
    /// The names of the placeholders that pick its rows.
    placeholders: BTreeSet<String>,
    /// Whether its rows are picked by number.
    numbers: bool,
    /// The types of its rows, each with the field that identifies it.
    rows: BTreeMap<String, String>,
}

/// Gives identifiers their types, in place. Collections that the table lacks are added to it.
pub(super) fn assign(
    names: &mut Names,
    table: &mut Table,
    types: &mut BTreeMap<String, TypeDef>,
    operations: &mut [Operation],
) -> BTreeMap<String, IdType> {
    let collections = collections(operations, types, table);
    let named = name(&collections, names, table);
    rows(&collections, &named, table, types);
    placeholders(&named, types, operations);
    let meanings = meanings(&collections, &named);
    fields(&meanings, table, types, operations);
    let mut ids: BTreeMap<String, IdType> = BTreeMap::new();
    for name in used(types, operations) {
        let noun = rules::words(name.strip_suffix("Id").unwrap_or(&name)).join(" ").to_lowercase();
        let of = named.iter().filter(|(_, other)| **other == name).map(|(path, _)| path.clone()).collect();
        ids.insert(name.clone(), IdType { name, noun, collections: of, areas: BTreeSet::new() });
    }
    ids
}

/// The path before each placeholder, its own placeholders without names.
fn before(path: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut seen = String::new();
    for part in path.split('/').skip(1) {
        if let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            found.push((seen.clone(), name.to_owned()));
            seen += "/{}";
        } else {
            seen += &format!("/{part}");
        }
    }
    found
}

/// A path without the names of its placeholders.
fn bare(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

fn collections(
    operations: &[Operation],
    types: &BTreeMap<String, TypeDef>,
    table: &Table,
) -> BTreeMap<String, Collection> {
    let mut found: BTreeMap<String, Collection> = BTreeMap::new();
    for operation in operations {
        for (path, placeholder) in before(&operation.path) {
            let Some(param) =
                operation.params.iter().find(|param| param.place == ParamPlace::Path && param.wire == placeholder)
            else {
                continue;
            };
            let statics: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != "{}").collect();
            let Some((last, parents)) = statics.split_last() else { continue };
            // A placeholder right behind another one picks from nothing that has a name.
            if path.ends_with("{}") {
                continue;
            }
            let collection = found.entry(path.clone()).or_default();
            collection.noun = rules::singular(&rules::pascal(last));
            collection.parent =
                parents.last().map(|parent| rules::singular(&rules::pascal(parent))).unwrap_or_default();
            let forms = param
                .ty
                .named()
                .and_then(|name| types.get(name))
                .is_some_and(|def| matches!(def.kind, Kind::Forms(..)));
            collection.numbers |= param.ty == Ty::Int || forms;
            collection.placeholders.insert(placeholder);
        }
    }
    for operation in operations {
        let path = bare(&operation.path);
        let (of, listing) = match path.strip_suffix("/{}") {
            Some(collection) => (collection.to_owned(), false),
            None => (path, true),
        };
        let Some(collection) = found.get_mut(&of) else { continue };
        let row = match (&operation.paging, &operation.response.json) {
            (Some(paging), _) => paging.item.named(),
            (None, Some(ty)) if !listing || operation.method == "post" => ty.named(),
            _ => None,
        };
        let Some(def) = row.and_then(|row| types.get(row)) else { continue };
        let has =
            |wire: &str| def.kind.fields().iter().any(|field| field.wire == wire && *field.ty.present() == Ty::Int);
        let by_placeholder = collection.placeholders.iter().find(|name| *name != "id" && has(name)).cloned();
        if let Some(field) = by_placeholder.or_else(|| has("id").then(|| "id".to_owned())) {
            collection.rows.insert(def.name.clone(), field);
        }
    }
    lists(operations, types, table, &mut found);
    found.retain(|_, collection| collection.numbers);
    found
}

/// Adds the collections that no placeholder picks from, where nothing else has their noun or their rows. Those of the table
/// come first, so that a new list of the same rows does not take them.
fn lists(
    operations: &[Operation],
    types: &BTreeMap<String, TypeDef>,
    table: &Table,
    found: &mut BTreeMap<String, Collection>,
) {
    let known: BTreeSet<&str> = table.names(Section::Ids).map(|(path, _)| path).collect();
    let mut ordered: Vec<&Operation> = operations.iter().collect();
    ordered.sort_by_key(|operation| !known.contains(bare(&operation.path).as_str()));
    for operation in ordered {
        let path = bare(&operation.path);
        let row = operation.paging.as_ref().and_then(|paging| paging.item.named()).and_then(|row| types.get(row));
        let (Some(row), false) = (row, path.ends_with("{}") || found.contains_key(&path)) else { continue };
        let segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != "{}").collect();
        let Some((last, parents)) = segments.split_last() else { continue };
        let noun = rules::singular(&rules::pascal(last));
        let has_number = row.kind.fields().iter().any(|field| field.wire == "id" && *field.ty.present() == Ty::Int);
        let is_known = found.values().any(|other| other.noun == noun || other.rows.contains_key(&row.name));
        if has_number && !is_known {
            let parent = parents.last().map(|parent| rules::singular(&rules::pascal(parent))).unwrap_or_default();
            let rows = BTreeMap::from([(row.name.clone(), "id".to_owned())]);
            let collection = Collection { noun, parent, rows, numbers: true, ..Collection::default() };
            found.insert(path, collection);
        }
    }
}

/// The name of each collection's identifiers: the table's, else its noun's, with the parent's before it where two
/// collections of one noun have different rows.
fn name(collections: &BTreeMap<String, Collection>, names: &mut Names, table: &mut Table) -> BTreeMap<String, String> {
    let mut named: BTreeMap<String, String> = BTreeMap::new();
    for path in collections.keys() {
        if let Some(name) = table.name(Section::Ids, path) {
            if !named.values().any(|other| *other == name) {
                let _ = names.type_scope.claim(&name, path);
            }
            named.insert(path.clone(), name);
        }
    }
    // Collections that share a type of rows are views of one.
    let mut groups: Vec<Vec<&String>> = Vec::new();
    for (path, collection) in collections.iter().filter(|(_, collection)| !collection.rows.is_empty()) {
        let related = |other: &&String| {
            let other = &collections[*other];
            other.noun == collection.noun && other.rows.keys().any(|row| collection.rows.contains_key(row))
        };
        let (mut joined, rest): (Vec<Vec<&String>>, Vec<Vec<&String>>) =
            groups.into_iter().partition(|group| group.iter().any(related));
        groups = rest;
        let mut group: Vec<&String> = joined.drain(..).flatten().collect();
        group.push(path);
        groups.push(group);
    }
    // One without rows belongs to the only group of its noun.
    for (path, collection) in collections.iter().filter(|(_, collection)| collection.rows.is_empty()) {
        let mut same = groups.iter_mut().filter(|group| collections[group[0]].noun == collection.noun);
        if let (Some(group), None) = (same.next(), same.next()) {
            group.push(path);
        }
    }
    groups.sort_by_key(|group| group.iter().map(|path| path.matches('/').count()).min());
    let count = |noun: &str| groups.iter().filter(|group| collections[group[0]].noun == noun).count();
    for group in &groups {
        let first = &collections[group[0]];
        let known = group.iter().find_map(|path| named.get(*path)).cloned();
        let qualified = format!("{}{}Id", first.parent, first.noun);
        let mut candidates = vec![format!("{}Id", first.noun), qualified.clone()];
        if count(&first.noun) > 1 && !first.parent.is_empty() {
            candidates = vec![qualified];
        }
        for path in group {
            if named.contains_key(*path) {
                continue;
            }
            let name = match &known {
                Some(name) => name.clone(),
                None => match group.iter().find_map(|path| named.get(*path)) {
                    Some(name) => name.clone(),
                    None => names.type_scope.give(&candidates, path),
                },
            };
            table.add(Section::Ids, path, &name);
            named.insert((*path).clone(), name);
        }
    }
    named
}

/// The identifying fields of rows. A row of two kinds of collections is that of the one that it is named after.
fn rows(
    collections: &BTreeMap<String, Collection>,
    named: &BTreeMap<String, String>,
    table: &mut Table,
    types: &mut BTreeMap<String, TypeDef>,
) {
    let mut claims: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for (path, name) in named {
        for (row, field) in &collections[path].rows {
            claims.entry((row.clone(), field.clone())).or_default().insert(name.clone());
        }
    }
    let mut told: BTreeMap<(String, String), String> = BTreeMap::new();
    for ((row, wire), ids) in claims {
        let after = |id: &&String| id.strip_suffix("Id").is_some_and(|noun| row.starts_with(noun));
        let id = match ids.len() {
            1 => ids.first(),
            _ => ids.iter().filter(after).max_by_key(|id| id.len()),
        };
        if let Some(id) = id {
            told.insert((row, wire), id.clone());
        }
    }
    let nouns: BTreeSet<&String> = named.values().collect();
    for def in types.values_mut() {
        let view = nouns.iter().find(|id| {
            let view = def.name.strip_prefix(id.strip_suffix("Id").unwrap_or(id));
            view.is_some_and(|view| view.is_empty() || VIEWS.contains(&view))
        });
        let of_its_own = told.keys().any(|(row, _)| *row == def.name);
        let view = view.filter(|_| !of_its_own && matches!(def.kind, Kind::Response(_)));
        let origin = def.origins.first().cloned().unwrap_or_default();
        let name = def.name.clone();
        for field in def.kind.fields_mut().iter_mut().filter(|field| *field.ty.present() == Ty::Int) {
            let by_rule =
                told.get(&(name.clone(), field.wire.clone())).or_else(|| view.copied().filter(|_| field.wire == "id"));
            // What was told once stays told.
            let key = format!("{origin}.{}", field.wire);
            let id = table
                .name(Section::Ids, &key)
                .or_else(|| by_rule.cloned().inspect(|id| table.add(Section::Ids, &key, id)));
            if let Some(id) = id {
                field.ty = identified(field.ty.clone(), &id);
            }
        }
    }
}

/// The placeholders, and the numbers of identifiers of several forms.
fn placeholders(named: &BTreeMap<String, String>, types: &mut BTreeMap<String, TypeDef>, operations: &mut [Operation]) {
    let mut forms: BTreeMap<String, BTreeSet<&String>> = BTreeMap::new();
    for operation in operations {
        for (path, placeholder) in before(&operation.path) {
            let Some(id) = named.get(&path) else { continue };
            for param in &mut operation.params {
                if param.place == ParamPlace::Path && param.wire == placeholder {
                    if let Ty::Named(name) = &param.ty {
                        forms.entry(name.clone()).or_default().insert(id);
                    }
                    param.ty = identified(param.ty.clone(), id);
                }
            }
        }
    }
    for (name, ids) in forms {
        if let (Some(Kind::Forms(number, _)), [id]) =
            (types.get_mut(&name).map(|def| &mut def.kind), ids.into_iter().collect::<Vec<_>>().as_slice())
        {
            *number = Some((*id).clone());
        }
    }
}

/// What a name that ends in `Id` means, where it means one thing: by the noun, or by the placeholder of one collection.
fn meanings(collections: &BTreeMap<String, Collection>, named: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut nouns: BTreeMap<String, BTreeSet<&String>> = BTreeMap::new();
    let mut placeholders: BTreeMap<String, BTreeSet<&String>> = BTreeMap::new();
    for (path, id) in named {
        let noun: String = rules::words(id.strip_suffix("Id").unwrap_or(id)).concat();
        nouns.entry(noun).or_default().insert(id);
        nouns.entry(collections[path].noun.clone()).or_default().insert(id);
        for placeholder in collections[path].placeholders.iter().filter(|name| *name != "id") {
            let noun = crate::plain::choices::noun_of(placeholder);
            if !noun.is_empty() {
                placeholders.entry(rules::pascal(noun)).or_default().insert(id);
            }
        }
    }
    // What a noun names beats what a placeholder happens to be called.
    placeholders.retain(|noun, _| !nouns.contains_key(noun) && !collections.values().any(|other| other.noun == *noun));
    let all = nouns.into_iter().chain(placeholders);
    all.filter(|(_, ids)| ids.len() == 1).filter_map(|(noun, ids)| Some((noun, (*ids.first()?).clone()))).collect()
}

/// The fields and parameters called `xId` and `xIds`. What a name means is decided when it is first seen, also that it is a
/// number.
fn fields(
    meanings: &BTreeMap<String, String>,
    table: &mut Table,
    types: &mut BTreeMap<String, TypeDef>,
    operations: &mut [Operation],
) {
    let mut told = |wire: &str, ty: &mut Ty| {
        let bare = wire.trim_end_matches("[]");
        let noun = bare.strip_suffix("Ids").unwrap_or_else(|| crate::plain::choices::noun_of(bare));
        if noun.is_empty() || *ty.innermost() != Ty::Int {
            return;
        }
        let key = format!("{noun}Id");
        let by_rule = || meanings.get(&rules::pascal(noun)).cloned().unwrap_or_else(|| NUMBER.to_owned());
        let id = table.name(Section::Ids, &key).unwrap_or_else(|| {
            let id = by_rule();
            table.add(Section::Ids, &key, &id);
            id
        });
        if id != NUMBER {
            *ty = identified(ty.clone(), &id);
        }
    };
    for field in types.values_mut().flat_map(|def| def.kind.fields_mut()) {
        told(&field.wire, &mut field.ty);
    }
    for param in operations.iter_mut().flat_map(|operation| &mut operation.params) {
        if param.place != ParamPlace::Path {
            told(&param.wire, &mut param.ty);
        }
    }
}

/// The type with every number in it an identifier; what is one already stays.
fn identified(ty: Ty, id: &str) -> Ty {
    ty.map(&|ty| match ty {
        Ty::Int => Ty::Id(id.to_owned()),
        other => other,
    })
}

/// The identifiers that a type or an operation has.
fn used(types: &BTreeMap<String, TypeDef>, operations: &[Operation]) -> BTreeSet<String> {
    let fields = types.values().flat_map(|def| def.kind.fields()).map(|field| &field.ty);
    let params = operations.iter().flat_map(|operation| &operation.params).map(|param| &param.ty);
    let numbers = types.values().filter_map(|def| match &def.kind {
        Kind::Forms(number, _) => number.clone(),
        _ => None,
    });
    let named = fields.chain(params).filter_map(|ty| match ty.innermost() {
        Ty::Id(name) => Some(name.clone()),
        _ => None,
    });
    named.chain(numbers).collect()
}
