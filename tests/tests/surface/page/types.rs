//! The types of a file: structs with the names on the wire, what a request must and may set, and every value of an
//! enumeration.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use syn::{ImplItem, ImplItemFn, Item, ItemImpl, ItemStruct};

use super::code::{
    Enumeration, Model, arguments, docs, first_sentence, macro_name, named, notes, parsed, returned, short,
};
use super::{Described, lines, list};

/// An enumeration of more values is shown by its first ones, the count and a digest of all.
const LONGEST: usize = 24;
const FIRST: usize = 8;

/// What every struct has.
const USUAL: [&str; 2] = ["derive(Clone, Debug, PartialEq)", "non_exhaustive"];
const USUAL_OF_A_FORM: [&str; 2] = ["derive(Clone, Debug)", "non_exhaustive"];

/// A struct and what belongs to it.
#[derive(Default)]
struct Parts<'a> {
    declared: Option<&'a ItemStruct>,
    /// The macro that reads or writes it, and what it is called with.
    models: Vec<(String, Model)>,
    functions: Vec<&'a ImplItemFn>,
    /// What else is implemented, and conditions of single parts.
    more: Vec<String>,
    conditions: Vec<String>,
}

pub(super) fn describe(file: &syn::File, described: &mut Described, out: &mut String) {
    let mut structs: BTreeMap<String, Parts<'_>> = BTreeMap::new();
    let mut enums: BTreeMap<String, String> = BTreeMap::new();
    let mut others: Vec<String> = notes(&file.attrs, &[]);
    for item in &file.items {
        match item {
            Item::Struct(item) => {
                structs.entry(item.ident.to_string()).or_default().declared = Some(item);
            }
            Item::Impl(item) => implementation(item, structs.entry(short(&*item.self_ty)).or_default()),
            Item::Macro(item) => match macro_name(item).as_str() {
                kind @ ("model" | "request_model" | "form_model") => {
                    let model: Model = parsed(&item.mac.tokens);
                    let parts = structs.entry(model.name.to_string()).or_default();
                    parts.conditions.push(notes(&item.attrs, &[]).join("; "));
                    parts.models.push((kind.to_owned(), model));
                }
                kind @ ("open_enum" | "id_forms") => {
                    let one: Enumeration = parsed(&item.mac.tokens);
                    described.count("types", &one.attributes);
                    enums.insert(one.name.to_string(), enumeration(kind, &one, &notes(&item.attrs, &[])));
                }
                _ => others.push(short(item)),
            },
            other => others.push(short(other)),
        }
    }
    for (name, parts) in structs {
        structure(&name, &parts, described, out);
    }
    out.push('\n');
    enums.values().for_each(|text| out.push_str(text));
    others.iter().for_each(|other| out.push_str(&format!("also: {other}\n")));
}

fn implementation<'a>(item: &'a ItemImpl, parts: &mut Parts<'a>) {
    parts.conditions.push(notes(&item.attrs, &[]).join("; "));
    if let Some((of, _)) = &item.trait_ {
        parts.more.push(short(of));
        return;
    }
    for one in &item.items {
        match one {
            ImplItem::Fn(function) => parts.functions.push(function),
            other => parts.more.push(short(other)),
        }
    }
}

fn structure(name: &str, parts: &Parts<'_>, described: &mut Described, out: &mut String) {
    let kinds: Vec<&str> = parts.models.iter().map(|(kind, _)| kind.as_str()).collect();
    let Some(item) = parts.declared else {
        out.push_str(&format!("also: {name}, which is declared elsewhere: {}\n", kinds.join(", ")));
        return;
    };
    out.push('\n');
    let usual = if kinds == ["form_model"] { USUAL_OF_A_FORM } else { USUAL };
    described.count("types", &item.attrs);
    let mut heading = vec![match kinds.as_slice() {
        ["model"] => "read".to_owned(),
        ["request_model"] => "sent".to_owned(),
        ["form_model"] => "sent as a form".to_owned(),
        others => format!("macros {others:?}"),
    }];
    heading.extend(parts.more.iter().cloned());
    let own = notes(&item.attrs, &usual);
    // All parts of a type stand behind the condition of the type.
    let condition = own.iter().find(|note| note.starts_with("if ")).cloned().unwrap_or_default();
    heading
        .extend(parts.conditions.iter().filter(|other| **other != condition).map(|other| format!("a part {other:?}")));
    heading.extend(own);
    let constructor = parts.functions.iter().find(|function| function.sig.ident == "new");
    let required: Vec<(String, String)> = constructor.map(|function| arguments(function)).unwrap_or_default();
    if let Some(function) = constructor {
        let names: Vec<&str> = required.iter().map(|(name, _)| name.as_str()).collect();
        heading.push(format!("new({}) -> {}", names.join(", "), returned(function)).replace(" -> Self", ""));
    }
    let model = parts.models.first().map(|(_, model)| model);
    heading.extend(model.iter().flat_map(|model| &model.rules).cloned());
    lines(out, "", &format!("struct {name}: {}", heading.join("; ")));
    let mut seen = Vec::new();
    for field in &item.fields {
        let Some(ident) = &field.ident else { continue };
        let ty = short(&field.ty);
        if ident == "extra" && ty == "Extra" {
            seen.push("extra".to_owned());
            continue;
        }
        described.count("fields", &field.attrs);
        let on_wire = model.and_then(|model| model.fields.iter().find(|one| one.ident == *ident));
        let mut line = match on_wire {
            Some(on_wire) => named(ident, &on_wire.wire),
            None => format!("{ident} (not on the wire)"),
        };
        line += &format!(": {ty}");
        if let Some((_, accepted)) = required.iter().find(|(name, _)| ident == name) {
            line += &format!(" <- new({accepted})");
        }
        let sets = |function: &&&ImplItemFn| function.sig.ident != "new" && assigns(function, &ident.to_string());
        for setter in parts.functions.iter().filter(sets) {
            described.count("setters", &setter.attrs);
            let accepted: Vec<String> = arguments(setter).into_iter().map(|(_, ty)| ty).collect();
            let called = if setter.sig.ident == *ident { String::new() } else { format!("{}: ", setter.sig.ident) };
            let mut more = notes(&setter.attrs, &["must_use"]);
            if returned(setter) != "Self" {
                more.push(format!("-> {}", returned(setter)));
            }
            line += &format!(" <- {called}{}", accepted.join(", "));
            line += &more.iter().map(|note| format!(", {note}")).collect::<String>();
        }
        let visibility = short(&field.vis);
        if visibility != "pub" {
            line += &format!(", visibility {visibility:?}");
        }
        let mut more = on_wire.map(|one| one.notes.clone()).unwrap_or_default();
        more.extend(notes(&field.attrs, &[]));
        line += &more.iter().map(|note| format!(", {note}")).collect::<String>();
        lines(out, "    ", &line);
        seen.push(ident.to_string());
    }
    let left =
        model.map(|model| &model.fields).into_iter().flatten().filter(|one| !seen.contains(&one.ident.to_string()));
    left.for_each(|one| lines(out, "    ", &format!("{} has no field", named(&one.ident, &one.wire))));
    if kinds == ["model"] && !seen.contains(&"extra".to_owned()) {
        lines(out, "    ", "unknown fields are dropped");
    }
    for function in parts.functions.iter().filter(|function| function.sig.ident != "new") {
        if !item
            .fields
            .iter()
            .filter_map(|field| field.ident.as_ref())
            .any(|field| assigns(function, &field.to_string()))
        {
            lines(out, "    ", &format!("also: {}", short(&function.sig)));
        }
    }
}

/// Whether a setter sets this field.
fn assigns(function: &ImplItemFn, field: &str) -> bool {
    short(&function.block).contains(&format!("self.{field} ="))
}

fn enumeration(kind: &str, one: &Enumeration, conditions: &[String]) -> String {
    let mut heading = match (kind, &one.number) {
        ("open_enum", None) => format!("enum {}", one.name),
        (_, Some(number)) => format!("enum {}, a number ({}) or a prefixed string", one.name, short(number)),
        _ => format!("{kind} {}", one.name),
    };
    let mut more = conditions.to_vec();
    more.extend(notes(&one.attributes, &[]));
    let pairs: Vec<String> = one
        .values
        .iter()
        .map(|value| {
            let notes: String = value.notes.iter().map(|note| format!(" ({note})")).collect();
            format!("{} {:?}{notes}", value.name, value.wire)
        })
        .collect();
    let mut shown = pairs.clone();
    if pairs.len() > LONGEST {
        let digest = Sha256::digest(pairs.join("\n"));
        let digest: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        heading += &format!(", {} values, digest {digest}", pairs.len());
        shown.truncate(FIRST);
        shown.push("…".to_owned());
    }
    more.iter().for_each(|note| heading += &format!("; {note}"));
    let docs = docs(&one.attributes);
    if !docs.is_empty() {
        heading += &format!(": {}", first_sentence(&docs));
    }
    let mut out = String::new();
    lines(&mut out, "", &heading);
    list("    ", &shown).iter().for_each(|line| out.push_str(&format!("{line}\n")));
    out
}
