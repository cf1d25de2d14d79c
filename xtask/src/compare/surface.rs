//! The public surface of a model, one line an item, and what changed in it for a compiler.
//!
//! A type is listed where it is declared and once for every area that exports it, so that a type that only moves between
//! an area and the shared module changes nothing.

use std::collections::BTreeMap;

use crate::model::{Api, Body, Field, Kind, Operation, ParamPlace, Ty, TypeDef};

/// The surface: an item's path, and what is said of it.
type Lines = BTreeMap<String, String>;

/// What changed between two surfaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SurfaceChange {
    pub(crate) removed: Vec<String>,
    /// The item, what it was and what it is.
    pub(crate) changed: Vec<(String, String, String)>,
    pub(crate) added: Vec<String>,
    /// Types that several places share and whose values are the union of theirs: the type and the places that gained.
    pub(crate) unions: Vec<String>,
}

impl SurfaceChange {
    /// What the compiler of a user's program sees.
    pub(crate) fn between(old: &Api, new: &Api) -> Self {
        let (was, is) = (lines(old), lines(new));
        let changed = was.iter().filter_map(|(item, was)| {
            let is = is.get(item).filter(|is| *is != was)?;
            Some((item.clone(), was.clone(), is.clone()))
        });
        Self {
            removed: only_in(&was, &is),
            changed: changed.collect(),
            added: only_in(&is, &was),
            unions: unions(old, new),
        }
    }

    /// Whether a program that compiled may not compile any more.
    pub(crate) fn breaks(&self) -> bool {
        !self.removed.is_empty() || !self.changed.is_empty()
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.breaks() && self.added.is_empty()
    }
}

/// The items of one surface that the other lacks. What goes or comes with its owner is not listed beside it.
fn only_in(these: &Lines, others: &Lines) -> Vec<String> {
    let lacks = |item: &str| these.contains_key(item) && !others.contains_key(item);
    these.keys().filter(|item| lacks(item) && !owner(item).is_some_and(lacks)).cloned().collect()
}

/// What an item belongs to: a field to its type, a method to its area, all to their module.
fn owner(item: &str) -> Option<&str> {
    [" as ", ".", "::"].iter().find_map(|separator| item.rsplit_once(separator)).map(|(owner, _)| owner)
}

/// Enumerations that several places share and that gained values: all of their places take the new ones.
fn unions(old: &Api, new: &Api) -> Vec<String> {
    let values = |def: &TypeDef| match &def.kind {
        Kind::Enum(variants) => variants.len(),
        _ => 0,
    };
    new.types
        .values()
        .filter(|def| def.origins.len() > 1)
        .filter(|def| old.types.get(&def.name).is_some_and(|before| values(before) < values(def)))
        .map(|def| format!("{}::{} is shared by {}", new.module, def.name, def.origins.join(", ")))
        .collect()
}

fn lines(api: &Api) -> Lines {
    let mut lines = Lines::new();
    let module = &api.module;
    for area in &api.areas {
        lines.insert(format!("feature {}", area.feature), String::new());
        lines.insert(format!("{module}::{}", area.name), "mod".to_owned());
        for one in &area.operations {
            operation(api, one, &mut lines);
        }
    }
    for def in api.types.values() {
        for area in &def.areas {
            lines.insert(format!("{module}::{area}::{}", def.name), "type".to_owned());
        }
        definition(module, def, &mut lines);
    }
    for id in api.ids.values() {
        lines.insert(format!("{module}::ids::{}", id.name), "identifier".to_owned());
    }
    lines
}

fn operation(api: &Api, operation: &Operation, lines: &mut Lines) {
    let path = api.rust_path(operation);
    let builder = format!("{}::{}::builder::{}", api.module, operation.area, operation.builder);
    let mut arguments: Vec<String> =
        operation.params.iter().filter(|param| param.required).map(|param| shown(&param.ty)).collect();
    arguments.extend(operation.body.as_ref().map(|body| match body {
        Body::Json { ty, .. } => shown(ty),
        Body::Form { ty } => format!("form {}", shown(ty)),
        Body::Raw { .. } => "bytes".to_owned(),
    }));
    let access = if operation.method == "get" { "" } else { "mut " };
    lines.insert(path, format!("{access}fn({}) -> {}", arguments.join(", "), operation.builder));
    let response = &operation.response;
    let sends = match (&response.json, response.others.first()) {
        (Some(ty), _) if response.optional => format!("{}, or nothing", shown(ty)),
        (Some(ty), _) => shown(ty),
        (None, Some(other)) if other.binary => "bytes".to_owned(),
        (None, Some(_)) => "String".to_owned(),
        (None, None) => "()".to_owned(),
    };
    lines.insert(builder.clone(), sends);
    for other in &response.others {
        lines.insert(format!("{builder}.stream_{}", other.word), "stream".to_owned());
    }
    for param in operation.params.iter().filter(|param| !param.required && param.place != ParamPlace::Path) {
        lines.insert(format!("{builder}.{}", param.ident), shown(&param.ty));
    }
    if let Some(paging) = &operation.paging {
        lines.insert(format!("{builder} as Paged"), shown(&paging.item));
    }
}

fn definition(module: &str, def: &TypeDef, lines: &mut Lines) {
    let path = format!("{module}::{}", def.name);
    let kind = match &def.kind {
        Kind::Response(_) => "struct of a response",
        Kind::Request(_) => "struct of a request",
        Kind::Form(_) => "struct of a form",
        Kind::Enum(_) => "enum",
        Kind::Forms(..) => "identifier of several forms",
    };
    lines.insert(path.clone(), kind.to_owned());
    for field in def.kind.fields() {
        lines.insert(format!("{path}.{}", field.ident), shown(&field.ty));
    }
    match &def.kind {
        Kind::Request(fields) | Kind::Form(fields) => {
            let required: Vec<&Field> = fields.iter().filter(|field| field.required).collect();
            let arguments: Vec<String> = required.iter().map(|field| shown(&field.ty)).collect();
            lines.insert(format!("{path}::new"), format!("fn({})", arguments.join(", ")));
            if required.is_empty() {
                lines.insert(format!("{path} as Default"), "implemented".to_owned());
            }
            for field in fields.iter().filter(|field| !field.required) {
                lines.insert(format!("{path}::{}", field.setter), shown(&field.ty));
            }
        }
        Kind::Enum(variants) => {
            for variant in variants {
                lines.insert(format!("{path}::{}", variant.name), "variant".to_owned());
            }
        }
        Kind::Forms(number, forms) => {
            lines.insert(format!("{path}::Id"), number.clone().unwrap_or_else(|| "i64".to_owned()));
            for form in forms {
                lines.insert(format!("{path}::{}", form.name), "form".to_owned());
            }
        }
        Kind::Response(_) => {}
    }
}

/// A type as a person writes it.
pub(crate) fn shown(ty: &Ty) -> String {
    match ty {
        Ty::Bool => "bool".to_owned(),
        Ty::Int => "i64".to_owned(),
        Ty::Float => "f64".to_owned(),
        Ty::Str => "String".to_owned(),
        Ty::Time => "Timestamp".to_owned(),
        Ty::File => "Upload".to_owned(),
        Ty::Json => "Value".to_owned(),
        Ty::Object => "Map<String, Value>".to_owned(),
        Ty::Id(name) | Ty::Named(name) => name.clone(),
        Ty::Vec(item) => format!("Vec<{}>", shown(item)),
        Ty::List(item) => format!("List<{}>", shown(item)),
        Ty::Map(value) => format!("BTreeMap<String, {}>", shown(value)),
        Ty::Option(inner) => format!("Option<{}>", shown(inner)),
        Ty::Patch(inner) => format!("Patch<{}>", shown(inner)),
        Ty::Boxed(inner) => format!("Box<{}>", shown(inner)),
    }
}
