//! Through progenitor: from the plain document to Rust items.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};

use anyhow::{Result, bail};
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle};
use serde_json::{Value, json};

use crate::diagnosis::Diagnosis;
use crate::document::{Document, Place, items, text, walk};
use crate::normalise::{NULLABLE, enum_values};

/// What progenitor is told a file is. The surface knows it by this name.
pub(crate) const UPLOAD: &str = "Upload";

/// Generates the whole document.
///
/// # Errors
/// When progenitor refuses the document or panics. Then every operation is tried alone, so that the diagnosis names one.
pub(crate) fn generate(document: &Document) -> Result<syn::File> {
    let problem = match attempt(document) {
        Ok(file) => return Ok(file),
        Err(problem) => problem,
    };
    for (place, operation) in document.operations() {
        let mut alone = document.clone();
        alone.0["paths"] = json!({ place.path.clone(): { place.method.clone(): operation } });
        if let Err(problem) = attempt(&alone) {
            let id = text(operation, crate::normalise::operation_names::VENDOR_ID);
            return Err(diagnose(&place, id, &problem).into());
        }
    }
    bail!(
        "progenitor: {problem}; no single operation causes it, so a schema does: compare the contract with the one before"
    )
}

/// One run of progenitor, with a panic made an error.
fn attempt(document: &Document) -> Result<syn::File, String> {
    let prepared = prepare(document);
    let spec: openapiv3::OpenAPI =
        serde_json::from_value(prepared.0).map_err(|error| format!("not OpenAPI 3.0: {error}"))?;
    let mut settings = GenerationSettings::default();
    settings.with_interface(InterfaceStyle::Positional).with_tag(TagStyle::Merged);
    // The schema's type is that of progenitor's own schemars, which is a version behind ours.
    let file = serde_json::from_value(json!({ "type": "string", "format": "binary" }));
    settings.with_conversion(file.map_err(|error| error.to_string())?, UPLOAD, std::iter::empty());
    // The panic becomes a diagnosis; its own report would only frighten.
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let tokens = catch_unwind(AssertUnwindSafe(|| Generator::new(&settings).generate_tokens(&spec)));
    set_hook(hook);
    let tokens = match tokens {
        Ok(Ok(tokens)) => tokens,
        Ok(Err(error)) => return Err(error.to_string()),
        Err(panic) => {
            let said = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            return Err(format!("panicked: {}", said.unwrap_or_else(|| "without a message".to_owned())));
        }
    };
    syn::parse2(tokens).map_err(|error| format!("its output is not Rust: {error}"))
}

/// Operations and parameters get numbers for names, so that what comes back is matched by number, never by spelling; and
/// what may be null is not required, which is all that progenitor can say of it.
pub(crate) fn prepare(document: &Document) -> Document {
    let mut document = document.clone();
    document.each_schema(|_, schema| {
        let nullable: Vec<String> = crate::document::members(schema, "properties")
            .filter(|(_, property)| property.get(NULLABLE).or(property.get("nullable")) == Some(&Value::Bool(true)))
            .map(|(name, _)| name.clone())
            .collect();
        let required: Vec<Value> = items(schema, "required")
            .iter()
            .filter(|name| !nullable.iter().any(|nullable| *name == nullable))
            .cloned()
            .collect();
        let values: Vec<Value> = enum_values(schema).into_iter().map(Value::from).collect();
        let Some(map) = schema.as_object_mut() else { return };
        map.shift_remove("nullable");
        map.shift_remove("description");
        if map.contains_key("required") {
            map.insert("required".to_owned(), required.into());
        }
        if map.contains_key("enum") {
            map.insert("enum".to_owned(), values.into());
        }
    });
    // Our own keys are no part of a schema to progenitor, but it tells a file by a schema that is exactly that.
    document.each_schema(|_, schema| {
        if let Some(map) = schema.as_object_mut() {
            map.retain(|key, _| !key.starts_with("x-"));
        }
    });
    let numbered: Vec<(String, Place)> =
        document.places().into_iter().enumerate().map(|(index, place)| (format!("op_{index}"), place)).collect();
    let mut paths = serde_json::Map::new();
    for (id, place) in numbered {
        let Some(operation) = document.operation_mut(&place) else { continue };
        operation["operationId"] = id.into();
        let mut path = place.path.clone();
        if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
            for (index, parameter) in parameters.iter_mut().enumerate() {
                let name = format!("p_{index}");
                if text(parameter, "in") == "path" {
                    path = path.replace(&format!("{{{}}}", text(parameter, "name")), &format!("{{{name}}}"));
                }
                parameter["name"] = name.into();
                if let Some(schema) = parameter.get_mut("schema") {
                    walk("", schema, &mut |_, schema| {
                        schema.as_object_mut().map(|map| map.shift_remove("description"));
                    });
                }
            }
        }
        // A path holds each operation under its own fragment, since renamed placeholders set them apart.
        let item = paths.entry(path).or_insert_with(|| json!({}));
        item[place.method.as_str()] = operation.clone();
    }
    document.0["paths"] = paths.into();
    document
}

/// What progenitor's known refusals mean, and what mends them.
fn diagnose(place: &Place, id: &str, problem: &str) -> Diagnosis {
    let (meaning, mend) = match problem {
        _ if problem.contains("more media types than expected") => {
            ("an answer or a body has more than one media type", "`remove` all but one of them")
        }
        _ if problem.contains("response_types.len()") => {
            ("the operation has more than one type of answer", "`merge` one body into its `response`s")
        }
        _ if problem.contains("default") => {
            ("a default does not fit its type", "`merge: { default: null }` at the schema")
        }
        _ if problem.contains("multipart") => {
            ("a multipart body was left", "`merge` a media type into its request body")
        }
        _ => ("progenitor does not take the operation", "`replace` what it stumbles over with a plainer schema"),
    };
    Diagnosis::new(
        place.pointer(),
        format!("{meaning}; progenitor says: {}", problem.lines().next().unwrap_or_default()),
        format!("in corrections.yaml: `operation: {id}` and {mend}"),
    )
    .in_operation(id)
}
