//! The pass over the module `types`: structs and enumerations, without the code that progenitor gave them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use syn::{Attribute, Fields, Item, ItemEnum, ItemStruct, LitStr};

use super::{Field, Kind, Limits, Ty, TypeDef};
use crate::diagnosis::Diagnosis;
use crate::document::{Document, SCHEMAS, items, members, reference, text};
use crate::names;
use crate::normalise::{Direction, ID_FORMS, MULTIPART_TWIN, NULLABLE, VENDOR_NAMES, directions};
use crate::overlay::DOC;

/// Every type that the document names.
pub(crate) fn types(document: &Document, file: &syn::File) -> Result<BTreeMap<String, TypeDef>> {
    let made = module(file, "types")?;
    let directions = directions(document);
    let forms = forms(document);
    let mut all = BTreeMap::new();
    for (name, schema) in document.schemas() {
        let direction = directions.get(name).copied().unwrap_or(Direction::Answer);
        let vendor = text(schema, VENDOR_NAMES);
        let kind = if schema.get(ID_FORMS).is_some() {
            Kind::Ids(id_forms(schema))
        } else {
            match made.get(name.as_str()) {
                Some(Item::Enum(item)) if schema.get("enum").is_some() => Kind::Enum(variants(name, item)?),
                Some(Item::Struct(item)) if schema.get("properties").is_some() => {
                    let role = if forms.contains(name) { Role::Form } else { role(vendor, direction)? };
                    fields(schema, item, role)?
                }
                Some(_) => {
                    return Err(
                        no_rule(vendor, "it is neither an object with fields nor an enumeration of texts").into()
                    );
                }
                None => return Err(no_rule(vendor, "progenitor made no type of it").into()),
            }
        };
        let def = TypeDef {
            name: name.clone(),
            vendor: vendor.to_owned(),
            doc: text(schema, DOC).to_owned(),
            kind,
            areas: BTreeSet::new(),
        };
        all.insert(name.clone(), def);
    }
    Ok(all)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Answer,
    Request,
    Form,
}

fn role(vendor: &str, direction: Direction) -> Result<Role> {
    match direction {
        Direction::Answer => Ok(Role::Answer),
        Direction::Request => Ok(Role::Request),
        Direction::Both => {
            Err(no_rule(vendor, "an object is both read and written, and reading is tolerant where writing is strict")
                .into())
        }
    }
}

/// A type that no rule can make, by the vendor's name of it.
fn no_rule(vendor: &str, problem: &str) -> Diagnosis {
    Diagnosis::new(
        format!("{SCHEMAS}/{vendor}"),
        format!("{vendor} cannot be generated: {problem}"),
        format!(
            "in corrections.yaml: `schema: {vendor}` and a `merge` or `replace` that makes it plainer, or `add` a copy of it \
                 under another name and let one of its operations use that"
        ),
    )
}

/// The items of a module by name.
pub(crate) fn module<'a>(file: &'a syn::File, name: &str) -> Result<BTreeMap<String, &'a Item>> {
    let found = file.items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == name => module.content.as_ref(),
        _ => None,
    });
    let (_, items) = found.with_context(|| format!("progenitor wrote no module `{name}`: has its output changed?"))?;
    Ok(items
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item_struct) => Some((item_struct.ident.to_string(), item)),
            Item::Enum(item_enum) => Some((item_enum.ident.to_string(), item)),
            _ => None,
        })
        .collect())
}

/// The schemas that are bodies of forms.
fn forms(document: &Document) -> BTreeSet<String> {
    document
        .operations()
        .filter(|(_, operation)| operation.get(MULTIPART_TWIN).is_some())
        .filter_map(|(_, operation)| {
            reference(operation.pointer("/requestBody/content/application~1json/schema")?).map(str::to_owned)
        })
        .collect()
}

fn id_forms(schema: &Value) -> Vec<(String, String)> {
    members(schema, ID_FORMS)
        .map(|(form, prefix)| (form.clone(), prefix.as_str().unwrap_or_default().to_owned()))
        .collect()
}

/// The name on the wire: serde's `rename`, else the identifier.
fn renamed(attributes: &[Attribute], ident: &syn::Ident) -> Result<String> {
    let mut name = ident.to_string().trim_start_matches("r#").to_owned();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                name = meta.value()?.parse::<LitStr>()?.value();
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::Expr>()?;
            }
            Ok(())
        })?;
    }
    Ok(name)
}

/// The variants, named by typify; a name it could not make is refused.
fn variants(name: &str, item: &ItemEnum) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for variant in &item.variants {
        let wire = renamed(&variant.attrs, &variant.ident)?;
        let ident = variant.ident.to_string();
        if ident == "Unrecognized" {
            bail!("enumeration {name} has a value {wire:?} whose name is that of the catch-all");
        }
        all.push((ident, wire));
    }
    Ok(all)
}

fn fields(schema: &Value, item: &ItemStruct, role: Role) -> Result<Kind> {
    let name = text(schema, VENDOR_NAMES);
    let mut types: BTreeMap<String, Ty> = BTreeMap::new();
    let Fields::Named(named) = &item.fields else {
        return Err(no_rule(name, "progenitor made a struct without named fields").into());
    };
    for field in &named.named {
        let Some(ident) = &field.ident else { continue };
        let wire = renamed(&field.attrs, ident)?;
        let ty = Ty::parse(&field.ty).ok_or_else(|| {
            let ty = quote::quote!(#field).to_string();
            no_rule(name, &format!("no rule knows the type of its field {wire}: {ty}"))
        })?;
        types.insert(wire, ty);
    }
    let required: BTreeSet<&str> = items(schema, "required").iter().filter_map(Value::as_str).collect();
    let mut all = Vec::new();
    let mut idents = BTreeMap::new();
    // The order of the contract, not progenitor's alphabet: it is the order in which the service writes them.
    for (wire, property) in members(schema, "properties") {
        let ty = types.remove(wire).ok_or_else(|| no_rule(name, &format!("progenitor left out its field {wire}")))?;
        let ident = names::ident(wire);
        if let Some(other) = idents.insert(ident.clone(), wire) {
            return Err(no_rule(name, &format!("its fields {other} and {wire} would both be called {ident}")).into());
        }
        if role == Role::Answer && ident == "extra" {
            return Err(no_rule(name, "a field called `extra` collides with the one for unknown fields").into());
        }
        let nullable = property.get(NULLABLE).or(property.get("nullable")) == Some(&Value::Bool(true));
        let required = required.contains(wire.as_str());
        all.push(Field {
            ident,
            wire: wire.clone(),
            ty: adjust(ty, role, required, nullable),
            required,
            doc: text(property, DOC).to_owned(),
            limits: Limits::of(property),
            deprecated: property.get("deprecated") == Some(&Value::Bool(true)),
        });
    }
    Ok(match role {
        Role::Answer => Kind::Answer(all),
        Role::Request => Kind::Request(all),
        Role::Form => Kind::Form(all),
    })
}

/// The type of a field from progenitor's, which cannot tell optional from nullable, nor absent lists from empty ones.
fn adjust(ty: Ty, role: Role, required: bool, nullable: bool) -> Ty {
    let present = match ty {
        Ty::Option(inner) => *inner,
        other => other,
    };
    match (role, required, nullable) {
        (Role::Answer, true, false) => present.tolerant(),
        (Role::Answer, _, _) => present.tolerant().optional(),
        (_, true, false) => present,
        (_, true, true) => present.optional(),
        (Role::Request, false, true) => Ty::Patch(Box::new(present)),
        (_, false, _) => present.optional(),
    }
}
