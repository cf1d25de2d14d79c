//! The contract as programs read it at run time: the effective document with our words, and with what the generated crate
//! knows of each operation. A line holds one path or one schema, so that a diff names what changed.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::document::{Document, text};
use crate::files::Output;
use crate::keys;
use crate::model::{Api, Operation, Param};

/// Where an operation holds what the surface knows of it.
const CALL: &str = "x-drata-call";
/// Where a parameter says how it is written, if that does not follow from its value.
const STYLE: &str = "x-drata-style";
/// Where the document holds the names of the areas and our words about them.
const AREAS: &str = "x-drata-areas";

pub(crate) fn emit(api: &Api, output: &mut Output) {
    let mut document = api.wire.clone();
    document.each_operation(|_, operation| {
        let id = operation.get("operationId").and_then(Value::as_str);
        let forms = api.operations().filter(|form| Some(form.id.as_str()) == id);
        // Of an operation with a form and a JSON body, the form is the one that can do everything.
        if let Some(known) = forms.min_by_key(|form| form.json_alternative) {
            let mut call = call(known);
            if let Some(replaces) = operation.shift_remove(keys::REPLACES) {
                call["replaces"] = replaces;
            }
            operation.insert(CALL.to_owned(), call);
            note_styles(known, operation);
        }
        operation.retain(|key, _| !["summary", "tags", keys::ARGUMENT, keys::UPSERT].contains(&key.as_str()));
    });
    let areas: Map<String, Value> = api.areas.iter().map(|area| (area.name.clone(), area.doc.clone().into())).collect();
    if let Some(root) = document.0.as_object_mut() {
        root.shift_remove("tags");
        root.insert(AREAS.to_owned(), areas.into());
    }
    output.add(format!("crates/drata-contract/contract/{}.json", api.module), lines(&document));
}

fn call(operation: &Operation) -> Value {
    let mut call = json!({ "area": operation.area, "name": operation.name });
    if operation.meta.upsert {
        call["upsert"] = true.into();
    }
    if let Some(paging) = &operation.paging {
        call["paging"] = json!({
            "by": if paging.by_cursor { "cursor" } else { "number" },
            "max": paging.max_size,
            "rows": paging.items,
        });
        let optional = [
            ("last", paging.max_page.map(Value::from)),
            ("counts", paging.counts.then(|| true.into())),
            ("total", paging.total.clone().map(Value::from)),
            ("cursor", paging.cursor.clone().map(Value::from)),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                call["paging"][name] = value;
            }
        }
    }
    call
}

fn note_styles(known: &Operation, operation: &mut Map<String, Value>) {
    for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
        let is_its =
            |param: &&Param| text(parameter, "name") == param.wire && text(parameter, "in") == param.place.word();
        let style = known.params.iter().find(is_its).map(|param| param.style).filter(|style| !style.is_usual());
        if let (Some(style), Some(parameter)) = (style, parameter.as_object_mut()) {
            parameter.insert(STYLE.to_owned(), style.to_string().into());
        }
    }
}

/// The document, a line for each path and each schema.
fn lines(document: &Document) -> String {
    let mut out = "{\n".to_owned();
    let mut first = true;
    for (name, value) in document.0.as_object().into_iter().flatten() {
        out += if std::mem::take(&mut first) { "" } else { ",\n" };
        match (name.as_str(), value) {
            ("paths", Value::Object(paths)) => _ = write!(out, "{}: {}", quoted(name), one_a_line(paths)),
            ("components", Value::Object(parts)) => {
                let parts: Vec<String> = parts
                    .iter()
                    .map(|(part, members)| match members {
                        Value::Object(members) => format!("{}: {}", quoted(part), one_a_line(members)),
                        other => format!("{}: {other}", quoted(part)),
                    })
                    .collect();
                _ = write!(out, "{}: {{\n{}\n}}", quoted(name), parts.join(",\n"));
            }
            _ => _ = write!(out, "{}: {value}", quoted(name)),
        }
    }
    out + "\n}\n"
}

fn one_a_line(members: &Map<String, Value>) -> String {
    let lines: Vec<String> = members.iter().map(|(name, value)| format!("{}: {value}", quoted(name))).collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

fn quoted(name: &str) -> Value {
    name.into()
}
