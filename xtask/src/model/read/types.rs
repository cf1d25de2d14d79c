//! The named types: progenitor's types of their fields, joined with what only the contract says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::naming::Names;
use super::oracle::Oracle;
use crate::document::{Document, items, members, reference, text};
use crate::field_rules::FieldRule;
use crate::keys::{ARGUMENT, DOC, FORM, ID_FORMS, LIMITS};
use crate::model::{Field, IdForm, Kind, Limits, Ty, TypeDef, Variant};
use crate::names::{Scope, rules, scope};
use crate::plain::{Direction, body_schema, directions, enum_values, nullable};

/// The way a struct travels.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Response,
    Request,
    Form,
}

/// Every type, by its name. Enumerations of one name are one, with the values of all.
pub(super) fn read(document: &Document, oracle: &Oracle, names: &Names) -> BTreeMap<String, TypeDef> {
    let directions = directions(document);
    let forms = forms(document);
    let mut all: BTreeMap<String, TypeDef> = BTreeMap::new();
    for (number, (key, schema)) in document.schemas().enumerate() {
        let Some(name) = names.types.get(key) else { continue };
        if let Some(known) = all.get_mut(name) {
            known.origins.push(key.clone());
            if let Kind::Enum(known) = &mut known.kind {
                let wires: Vec<&str> =
                    known.iter().map(|variant| variant.wire.as_str()).chain(enum_values(schema)).collect();
                *known = variants(&wires.into_iter().map(str::to_owned).collect::<Vec<_>>());
            }
            continue;
        }
        let role = match directions.get(key) {
            _ if forms.contains(key) => Role::Form,
            Some(Direction::Request) => Role::Request,
            _ => Role::Response,
        };
        let kind = if schema.get(ID_FORMS).is_some() {
            Kind::Forms(None, id_forms(schema))
        } else if schema.get("properties").is_some() {
            fields(schema, oracle.properties(number), role, names)
        } else {
            Kind::Enum(variants(&enum_values(schema).into_iter().map(str::to_owned).collect::<Vec<_>>()))
        };
        let def = TypeDef {
            name: name.clone(),
            origins: vec![key.clone()],
            doc: text(schema, DOC).to_owned(),
            rules: rules(schema, &kind),
            kind,
            areas: BTreeSet::new(),
        };
        all.insert(name.clone(), def);
    }
    all
}

/// The rules about fields of what is sent. A file that JSON cannot hold is no field there.
fn rules(schema: &Value, kind: &Kind) -> Vec<FieldRule> {
    if matches!(kind, Kind::Response(_)) {
        return Vec::new();
    }
    let has = |wire: &String| kind.fields().iter().any(|field| field.wire == *wire);
    let mut rules = FieldRule::of(schema);
    rules.iter_mut().for_each(|rule| rule.fields.retain(has));
    rules.retain(|rule| rule.fields.len() > usize::from(!rule.how_many.needs_one()));
    rules
}

/// The schemas that are bodies of forms.
fn forms(document: &Document) -> BTreeSet<String> {
    document
        .operations()
        .filter(|(_, operation)| operation.get(FORM).is_some())
        .filter_map(|(_, operation)| reference(body_schema(operation)?).map(str::to_owned))
        .collect()
}

fn id_forms(schema: &Value) -> Vec<IdForm> {
    let mut scope = Scope::new(&["Id", "Self"]);
    members(schema, ID_FORMS)
        .map(|(form, prefix)| IdForm {
            name: scope.give(&[rules::pascal(form)], form),
            prefix: prefix.as_str().unwrap_or_default().to_owned(),
        })
        .collect()
}

/// The variants of these values, in their order and each once.
fn variants(wires: &[String]) -> Vec<Variant> {
    let mut scope = Scope::new(scope::VARIANTS);
    let mut seen = BTreeSet::new();
    wires
        .iter()
        .filter(|wire| seen.insert(wire.as_str()))
        .map(|wire| {
            let name = rules::variant(wire);
            Variant { name: scope.give(&[name.clone(), format!("{name}Value")], wire), wire: wire.clone() }
        })
        .collect()
}

fn fields(schema: &Value, types: Vec<Ty>, role: Role, names: &Names) -> Kind {
    let required: BTreeSet<&str> = items(schema, "required").iter().filter_map(Value::as_str).collect();
    let mut idents = Scope::new(if role == Role::Response { scope::RESPONSE_FIELDS } else { &[] });
    let mut setters = Scope::new(scope::REQUEST_FIELDS);
    let mut all = Vec::new();
    // The order of the contract, not the alphabet: it is the order in which the service writes them.
    for ((wire, property), ty) in members(schema, "properties").zip(types) {
        let ident = match text(property, ARGUMENT) {
            "" => rules::ident(wire),
            name => rules::ident(name),
        };
        let ident = idents.give(&[ident.clone(), format!("{}_", ident.trim_end_matches('_'))], wire);
        let setter = setters.give(&[ident.clone(), format!("{}_", ident.trim_end_matches('_'))], wire);
        let nullable = nullable::is_noted(property);
        let ty = with_nulls(ty, property).present().clone();
        let required = required.contains(wire.as_str());
        all.push(Field {
            ident,
            setter,
            wire: wire.clone(),
            ty: adjust(named(ty, names), role, required, nullable),
            required,
            doc: text(property, DOC).to_owned(),
            limits: limits(property),
            deprecated: property.get("deprecated") == Some(&Value::Bool(true)),
        });
    }
    match role {
        Role::Response => Kind::Response(all),
        Role::Request => Kind::Request(all),
        Role::Form => Kind::Form(all),
    }
}

/// A type whose names are those in Rust instead of the keys of schemas.
pub(super) fn named(ty: Ty, names: &Names) -> Ty {
    ty.map(&|ty| match ty {
        Ty::Named(key) => names.types.get(&key).cloned().map_or(Ty::Json, Ty::Named),
        other => other,
    })
}

/// A type with what may be null in it, which progenitor is not told.
pub(super) fn with_nulls(ty: Ty, schema: &Value) -> Ty {
    let within = |ty: Box<Ty>, key: &str| match schema.get(key) {
        Some(inner) if inner.is_object() => Box::new(with_nulls(*ty, inner)),
        _ => ty,
    };
    let ty = match ty {
        Ty::Vec(item) => Ty::Vec(within(item, "items")),
        Ty::List(item) => Ty::List(within(item, "items")),
        Ty::Map(value) => Ty::Map(within(value, "additionalProperties")),
        Ty::Option(inner) => return with_nulls(*inner, schema).optional(),
        other => other,
    };
    if nullable::is_noted(schema) && ty != Ty::Json { ty.optional() } else { ty }
}

/// The limits of a schema; a list has those of its items too, but for how many there are within each.
pub(super) fn limits(schema: &Value) -> Limits {
    let own = |schema: &Value| -> BTreeMap<&'static str, f64> {
        let set_aside = &schema[LIMITS];
        Limits::NAMES.iter().filter_map(|(wire, ours)| Some((*ours, set_aside[*wire].as_f64()?))).collect()
    };
    let mut all = schema.get("items").map(own).unwrap_or_default();
    all.retain(|name, _| !name.ends_with("_items"));
    all.extend(own(schema));
    Limits(all)
}

/// The type of a field from progenitor's, which cannot tell optional from nullable, nor absent lists from empty ones.
fn adjust(ty: Ty, role: Role, required: bool, nullable: bool) -> Ty {
    let present = match ty {
        Ty::Option(inner) => *inner,
        other => other,
    };
    match (role, required, nullable) {
        (Role::Response, true, false) => present.tolerant(),
        (Role::Response, _, _) => present.tolerant().optional(),
        (_, true, false) => present,
        (_, true, true) => present.optional(),
        (Role::Request, false, true) => Ty::Patch(Box::new(present)),
        (_, false, _) => present.optional(),
    }
}
