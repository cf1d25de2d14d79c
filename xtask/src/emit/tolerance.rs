//! The tests of tolerant reading: one for each type of an answer and one for each operation, a line each.
//!
//! A line names the type and where its schema stands; what is read, changed and expected follows from the schema when the
//! test runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use heck::ToSnakeCase as _;
use quote::{format_ident, quote};

use super::code::Code;
use crate::files::Output;
use crate::model::{Api, Area, Field, Kind, Ty, TypeDef};
use crate::names::rules;

pub(crate) fn emit(api: &Api, output: &mut Output) -> Result<()> {
    let version = api.module.as_str();
    let folder = Path::new("tests/tests/tolerance").join(version);
    output.own(&folder);
    let places = places(api)?;
    let mut add = |name: &str, code: Code| -> Result<()> {
        let path: PathBuf = folder.join(format!("{name}.rs"));
        output.add(path.clone(), code.finish(&path)?);
        Ok(())
    };
    for area in &api.areas {
        add(&area.name, of_area(api, &places, area)?)?;
    }
    let mut code = Code::new(&format!("Answers that areas of {version} share are read tolerantly."));
    code.text(&format!("\nuse drata_api::{version};\n\n"));
    for def in api.types.values().filter(|def| def.areas.len() > 1) {
        let area = def.areas.first().map_or("", String::as_str);
        code.text(&line(api, &places, def, &format!("{version}::{area}::")));
    }
    add("shared", code)?;
    let modules = api.areas.iter().map(|area| format_ident!("{}", area.name));
    let mut code = Code::new(&format!("Every answer of {version} is read tolerantly."));
    code.items(quote!(#(mod #modules;)* mod shared;))?;
    add("mod", code)
}

fn of_area(api: &Api, places: &BTreeMap<String, String>, area: &Area) -> Result<Code> {
    let version = api.module.as_str();
    let own: String = api
        .types
        .values()
        .filter(|def| def.areas.len() == 1 && def.areas.contains(&area.name))
        .map(|def| line(api, places, def, ""))
        .collect();
    let operations: String = area
        .operations
        .iter()
        .map(|operation| format!("operation!({}, {:?});\n", operation.name, api.rust_path(operation)))
        .collect();
    let mut code = Code::new(&format!("Every answer of the area `{}` is read tolerantly.", area.name));
    if !own.is_empty() {
        let import = format!("    use drata_api::{version}::{}::*;\n", area.name);
        code.text(&format!("\nmod answers {{\n{import}\n{}}}\n", indented(&own)));
    }
    code.text(&format!("\nmod operations {{\n{}}}\n", indented(&operations)));
    Ok(code)
}

/// Lines within a module.
fn indented(lines: &str) -> String {
    lines.lines().map(|line| format!("    {line}\n")).collect()
}

/// The test of a type: `answer!(connection: Connection, V1, "ConnectionResponse", provider_types = "providerTypes");`
fn line(api: &Api, places: &BTreeMap<String, String>, def: &TypeDef, module: &str) -> String {
    let Kind::Response(fields) = &def.kind else { return String::new() };
    let lists: String = fields
        .iter()
        .filter(|field| is_list(field))
        .map(|field| format!(", {} = {:?}", field.ident, field.wire))
        .collect();
    let test = rules::ident(&def.name.to_snake_case());
    let version = api.version.name().to_uppercase();
    format!("answer!({test}: {module}{}, {version}, {:?}{lists});\n", def.name, places[&def.name])
}

fn is_list(field: &Field) -> bool {
    matches!(field.ty.present().unboxed(), Ty::List(_))
}

/// Where the schema of each response's type stands in the effective document: a component, or a property on the way from
/// one or from an operation's response (`PagedResponse.data`).
fn places(api: &Api) -> Result<BTreeMap<String, String>> {
    let component = |def: &TypeDef| def.origins.iter().find(|origin| api.wire.schema(origin).is_some()).cloned();
    let mut places: BTreeMap<String, String> =
        api.types.values().filter_map(|def| Some((def.name.clone(), component(def)?))).collect();
    for operation in api.operations() {
        if let Some(name) = operation.response.json.as_ref().and_then(Ty::named) {
            places.entry(name.to_owned()).or_insert_with(|| operation.id.clone());
        }
    }
    let mut open: BTreeSet<String> = places.keys().cloned().collect();
    while let Some(name) = open.pop_first() {
        let fields = api.types.get(&name).map_or(&[][..], |def| def.kind.fields());
        for field in fields {
            if let Some(inner) = field.ty.named().filter(|inner| !places.contains_key(*inner)) {
                places.insert(inner.to_owned(), format!("{}.{}", places[&name], field.wire));
                open.insert(inner.to_owned());
            }
        }
    }
    let responses = api.types.values().filter(|def| matches!(def.kind, Kind::Response(_)));
    for def in responses {
        places
            .get(&def.name)
            .with_context(|| format!("type {} of responses has no place in the effective document", def.name))?;
    }
    Ok(places)
}
