//! Who is called what: the table first, then the rules, each name given out once in its scope.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{Document, SCHEMAS, escape, members, reference, text};
use crate::keys::{FORM, ID_FORMS, JSON_ALTERNATIVE, RULE_NAME, STANDS_IN};
use crate::names::{Scope, Section, Table, rules, scope};
use crate::plain::{Envelope, area_of, directions, enum_values, paging, plain_id, response_schema};

/// Every name of a version.
pub(super) struct Names {
    /// Area, method, builder and constant of each operation, in the order of the document.
    pub(super) operations: Vec<OperationNames>,
    /// The type of each schema, by its key.
    pub(super) types: BTreeMap<String, String>,
    /// The handle of each area.
    pub(super) handles: BTreeMap<String, String>,
    /// The scope of types, where identifiers find theirs too.
    pub(super) type_scope: Scope,
}

/// What an operation is called.
#[derive(Clone, Debug, Default)]
pub(super) struct OperationNames {
    pub(super) area: String,
    pub(super) method: String,
    pub(super) builder: String,
    pub(super) constant: String,
}

impl Names {
    pub(super) fn give(document: &Document, table: &mut Table, found: &mut Findings) -> Self {
        let operations = operations(document, table, found);
        let mut type_scope = Scope::new(scope::TYPES);
        let areas: BTreeSet<&str> = operations.iter().map(|operation| operation.area.as_str()).collect();
        let handles = areas
            .into_iter()
            .map(|area| (area.to_owned(), type_scope.give(&[format!("{}Api", rules::pascal(area))], area)))
            .collect();
        let types = types(document, table, &mut type_scope, found);
        Self { operations, types, handles, type_scope }
    }
}

/// The line of the table that an operation has. An operation of two bodies has two.
fn key(operation: &Value) -> String {
    let id = plain_id(operation);
    if operation.get(FORM).is_some() { format!("{id} (form)") } else { id }
}

fn operations(document: &Document, table: &mut Table, found: &mut Findings) -> Vec<OperationNames> {
    let all: Vec<(crate::document::Place, &Value)> = document.operations().collect();
    let mut given: Vec<OperationNames> = vec![OperationNames::default(); all.len()];
    let mut modules = Scope::new(scope::MODULES);
    let mut scopes: BTreeMap<String, Scope> = BTreeMap::new();
    let names: Vec<String> = table.names(Section::Areas).map(|(_, name)| name.to_owned()).collect();
    for name in names {
        // Two tags with one module are one area.
        let _ = modules.claim(&name, &name);
    }
    // What the table says comes first, so that nothing new takes it.
    for (index, (place, operation)) in all.iter().enumerate() {
        let key = key(operation);
        let Some(path) = table.name(Section::Operations, &key) else { continue };
        table.name(Section::Areas, operation.as_object().map_or("", area_of));
        let valid = path
            .split_once("::")
            .filter(|(area, method)| rules::snake(area) == *area && rules::snake(method) == *method);
        let Some((area, method)) = valid else {
            found.push(misnamed(
                table,
                Section::Operations,
                &key,
                &path,
                "`area::method`, both in snake case and no keyword",
            ));
            continue;
        };
        let scope = scopes.entry(area.to_owned()).or_insert_with(|| Scope::new(scope::HANDLE));
        if let Err(other) = scope.claim(method, &key) {
            found.push(
                Diagnosis::refused(
                    table.place(Section::Operations, &key),
                    format!("{path} is the name of {other} already"),
                    "give one of the two another name in the table",
                )
                .in_operation(text(operation, "operationId")),
            );
        }
        let _ = (modules.claim(area, area), place);
        given[index] = OperationNames { area: area.to_owned(), method: method.to_owned(), ..OperationNames::default() };
    }
    let mut new: Vec<usize> = (0..all.len()).filter(|index| given[*index].method.is_empty()).collect();
    // The form is the usual way, so it chooses before its JSON alternative.
    new.sort_by_key(|index| all[*index].1.get(JSON_ALTERNATIVE).is_some());
    for index in new {
        let (place, operation) = &all[index];
        let tag = operation.as_object().map_or("", area_of);
        let area = table.name(Section::Areas, tag).unwrap_or_else(|| {
            let module = rules::module(tag);
            let name = modules.give(&[module.clone(), format!("{}_area", module.trim_end_matches('_'))], tag);
            table.add(Section::Areas, tag, &name);
            name
        });
        let scope = scopes.entry(area.clone()).or_insert_with(|| Scope::new(scope::HANDLE));
        let id = plain_id(operation);
        let short = rules::operation(&id, &area, place, Envelope::of(operation).is_some());
        let whole = rules::snake(id.rsplit('_').next().unwrap_or(&id));
        let kind = if operation.get(FORM).is_some() { "form" } else { "json" };
        let candidates = match operation.get(JSON_ALTERNATIVE).is_some() {
            true => vec![format!("{short}_json"), format!("{whole}_json")],
            false if operation.get(FORM).is_some() => vec![short.clone(), format!("{short}_{kind}"), whole],
            false => vec![short.clone(), whole, format!("{}_{area}", short.trim_end_matches('_'))],
        };
        let method = scope.give(&candidates, &id);
        table.add(Section::Operations, &key(operation), &format!("{area}::{method}"));
        given[index] = OperationNames { area, method, ..OperationNames::default() };
    }
    builders(&mut given);
    given
}

/// Builders and constants follow from the methods, in the order of their names.
fn builders(given: &mut [OperationNames]) {
    let mut order: Vec<usize> = (0..given.len()).collect();
    order.sort_by(|left, right| {
        (&given[*left].area, &given[*left].method).cmp(&(&given[*right].area, &given[*right].method))
    });
    let mut scopes: BTreeMap<String, (Scope, Scope)> = BTreeMap::new();
    for index in order {
        let one = &mut given[index];
        let (builders, constants) =
            scopes.entry(one.area.clone()).or_insert_with(|| (Scope::new(scope::BUILDERS), Scope::new(scope::STATICS)));
        let builder = rules::pascal(&one.method);
        one.builder = builders.give(&[builder.clone(), format!("{builder}Request")], &one.method);
        one.constant = constants.give(&[rules::shouty(&one.method)], &one.method);
    }
}

/// A line of the table whose name is none.
fn misnamed(table: &Table, section: Section, key: &str, name: &str, rule: &str) -> Diagnosis {
    Diagnosis::refused(
        table.place(section, key),
        format!("{name:?} is no name for {key}: a name of `{}` is {rule}", section.name()),
        "give it a name that is",
    )
}

fn types(document: &Document, table: &mut Table, scope: &mut Scope, found: &mut Findings) -> BTreeMap<String, String> {
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    // The first place of each name: the others share its type.
    let mut first: BTreeMap<String, String> = BTreeMap::new();
    for (key, _) in document.schemas() {
        let Some(name) = table.name(Section::Types, key) else { continue };
        if rules::pascal(&name) != name {
            found.push(misnamed(table, Section::Types, key, &name, "in camel case and no keyword"));
            continue;
        }
        match first.get(&name).cloned() {
            Some(other) => share(document, table, (key, &other), &name, found),
            None => {
                if let Err(other) = scope.claim(&name, key) {
                    found.push(Diagnosis::refused(
                        table.place(Section::Types, key),
                        format!("{name} is the name of {other} already"),
                        "give it another name in the table",
                    ));
                }
                first.insert(name.clone(), key.clone());
            }
        }
        given.insert(key.clone(), name);
    }
    let items = page_items(document);
    let directions = directions(document);
    let mut new: Vec<&String> =
        document.schemas().map(|(key, _)| key).filter(|key| !given.contains_key(*key)).collect();
    // Schemas that the vendor names choose before places, and pages after the items that they are named after.
    new.sort_by_key(|key| {
        (items.contains_key(*key), document.schema(key).is_some_and(|schema| schema.get(STANDS_IN).is_some()))
    });
    for key in new {
        let schema = document.schema(key).unwrap_or(&Value::Null);
        let rule = match text(schema, RULE_NAME) {
            "" => rules::type_name(key),
            name => rules::pascal(name),
        };
        let page = items.get(key).and_then(|item| given.get(item)).map(|item| format!("{item}Page"));
        // What is read and what is written are never of one type.
        let same_way: BTreeMap<&String, &String> = given
            .iter()
            .filter(|(other, _)| schema.get("properties").is_none() || directions.get(*other) == directions.get(key))
            .collect();
        if let Some(name) = proposal(document, schema, &rule, &same_way) {
            table.add(Section::Types, key, &name);
            given.insert(key.clone(), name);
            continue;
        }
        let whole = rules::pascal(&key.replace(['?', '.', '#', '[', ']', '{', '}'], " "));
        let candidates: Vec<String> = page.into_iter().chain([rule.clone(), whole, format!("{rule}Model")]).collect();
        let name = scope.give(&candidates, key);
        table.add(Section::Types, key, &name);
        given.insert(key.clone(), name);
    }
    given
}

/// The item of each page that is the only one of its item.
fn page_items(document: &Document) -> BTreeMap<String, String> {
    let mut pages: BTreeMap<String, String> = BTreeMap::new();
    for (_, operation) in document.operations() {
        let Some(envelope) = Envelope::of(operation) else { continue };
        let Some(page) = response_schema(operation).and_then(reference) else { continue };
        let list = document.schema(page).and_then(|schema| paging::at(document, schema, &envelope.items));
        if let Some(item) = list.and_then(|list| list.get("items")).and_then(reference) {
            pages.insert(page.to_owned(), item.to_owned());
        }
    }
    // Two envelopes of one item keep the vendor's names: which of them is the page is not for a rule to say.
    let count = |item: &String| pages.values().filter(|other| *other == item).count();
    pages.iter().filter(|(_, item)| count(item) == 1).map(|(page, item)| (page.clone(), item.clone())).collect()
}

/// The type that a new place may share: one that was named by the same rule and is the same, or an enumeration of the same
/// values in a field of the same name.
fn proposal(document: &Document, schema: &Value, rule: &str, given: &BTreeMap<&String, &String>) -> Option<String> {
    let wire = text(schema, STANDS_IN);
    schema.get(STANDS_IN)?;
    let values = sorted(schema);
    given.iter().find_map(|(key, name)| {
        let other = document.schema(key)?;
        if schema.get("properties").is_some() {
            let by_rule = text(other, RULE_NAME) == rule || *name == rule;
            return (by_rule && alike(document, schema, other, 0)).then(|| (*name).clone());
        }
        let same = !values.is_empty() && sorted(other) == values && other.get(ID_FORMS).is_none();
        // What can be expanded is a matter of the operation, however alike two lists of it are.
        let field = *name == rule || text(other, STANDS_IN) == wire && !wire.starts_with("expand");
        (same && field).then(|| (*name).clone())
    })
}

fn sorted(schema: &Value) -> Vec<&str> {
    let mut values = enum_values(schema);
    values.sort_unstable();
    values
}

/// Whether two objects declared in place are the same.
fn alike(document: &Document, left: &Value, right: &Value, depth: usize) -> bool {
    let (left, right) = (document.resolve(left), document.resolve(right));
    if left == right || depth > 8 {
        return true;
    }
    let plain = |schema: &Value| {
        let mut schema = schema.clone();
        if let Some(map) = schema.as_object_mut() {
            map.retain(|key, _| {
                ["type", "format", "enum", "required", crate::keys::LIMITS, crate::keys::NULLABLE]
                    .contains(&key.as_str())
            });
        }
        schema
    };
    let names = |schema: &Value| members(schema, "properties").map(|(name, _)| name.clone()).collect::<Vec<_>>();
    let inner = |key: &str| match (left.get(key), right.get(key)) {
        (Some(left), Some(right)) => alike(document, left, right, depth + 1),
        (None, None) => true,
        _ => false,
    };
    plain(left) == plain(right)
        && names(left) == names(right)
        && inner("items")
        && members(left, "properties")
            .all(|(name, property)| alike(document, property, &right["properties"][name], depth + 1))
}

/// Two places of one name are enumerations, or the same.
fn share(document: &Document, table: &Table, (key, other): (&str, &str), name: &str, found: &mut Findings) {
    let (Some(left), Some(right)) = (document.schema(key), document.schema(other)) else { return };
    let enums = !enum_values(left).is_empty() && !enum_values(right).is_empty();
    if !enums && !alike(document, left, right, 0) {
        found.push(Diagnosis::refused(
            table.place(Section::Types, key),
            format!("{key} and {other} differ, and both are called {name}; only enumerations of strings share a type by their union"),
            format!("give one of them another name in the table ({SCHEMAS}/{})", escape(key)),
        ));
    }
}
