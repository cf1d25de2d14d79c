//! Operations that take a body in two forms become two operations.
//!
//! progenitor takes one media type for each operation, and no multipart at all. So the JSON form stays, and the multipart
//! form becomes a twin at the same path behind a fragment, declared as JSON; the surface turns it into a form. A lone
//! multipart body is declared as JSON in place.

use serde_json::{Map, Value, json};

use crate::diagnosis::{Diagnoses, Diagnosis};
use crate::document::{Document, JSON, MULTIPART, Place, text, walk};
use crate::overlay::RUST_NAME;

/// Marks an operation whose body is a form.
pub(crate) const MULTIPART_TWIN: &str = "x-multipart";

pub(crate) fn split(document: &mut Document) -> anyhow::Result<()> {
    let mut found = Vec::new();
    let mut twins = Vec::new();
    for place in document.places() {
        let Some(operation) = document.operation_mut(&place) else { continue };
        let id = text(operation, "operationId").to_owned();
        let Some(content) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut) else {
            continue;
        };
        if let Some(other) = content.keys().find(|media| ![JSON, MULTIPART].contains(&media.as_str())) {
            found.push(
                Diagnosis::new(
                    format!("{}/requestBody/content", place.pointer()),
                    format!("a request body of media type {other:?} has no builder"),
                    format!("in corrections.yaml: `operation: {id}`, `body: {other}` and `remove: true`, or teach xtask the media type"),
                )
                .in_operation(id),
            );
            continue;
        }
        let forms: Vec<String> = content.keys().cloned().collect();
        operation["x-bodies"] = forms.clone().into();
        if !forms.iter().any(|media| media == MULTIPART) {
            continue;
        }
        let mut form = operation.clone();
        form[MULTIPART_TWIN] = true.into();
        let schema = form["requestBody"]["content"][MULTIPART]["schema"].clone();
        form["requestBody"]["content"] = json!({ JSON: { "schema": schema } });
        if forms.len() == 1 {
            *operation = form;
        } else {
            if let Some(content) = operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut) {
                content.shift_remove(MULTIPART);
            }
            operation["x-json-alternative"] = true.into();
            form["operationId"] = format!("{id}#multipart").into();
            twins.push((place, form));
        }
    }
    for (place, mut form) in twins {
        let mut schema = document.resolve(&form["requestBody"]["content"][JSON]["schema"]).clone();
        // A name that was given is the JSON body's.
        schema.as_object_mut().map(|map| map.shift_remove(RUST_NAME));
        // The form's type is another than the JSON body's: there, a file is a file.
        let name = form_name(text(&form, "operationId"), &form["requestBody"]["content"][JSON]["schema"]);
        form["requestBody"]["content"][JSON]["schema"] = json!({ "$ref": format!("#/components/schemas/{name}") });
        document.schemas_mut().entry(name).or_insert(schema);
        let path = Place { path: format!("{}#multipart", place.path), method: place.method.clone() };
        if let Some(paths) = document.0["paths"].as_object_mut() {
            let item = paths.entry(path.path).or_insert_with(|| Value::Object(Map::new()));
            item[path.method] = form;
        }
        strip_files(document, &place);
    }
    Diagnoses(found).into_result()
}

/// The name of a form's schema, beside the name of the JSON body's.
fn form_name(operation_id: &str, schema: &Value) -> String {
    match crate::document::reference(schema) {
        // A form that the overlay wrote is no copy of a JSON body.
        Some(name) if name.ends_with("FormDto") => name.to_owned(),
        Some(name) => format!("{}Form", name.replace("Request", "")),
        None => format!("{}Form", operation_id.replace("#multipart", "").rsplit('_').next().unwrap_or_default()),
    }
}

/// A JSON body cannot hold a file; what it can hold instead is a field of its own.
fn strip_files(document: &mut Document, place: &Place) {
    let Some(operation) = document.operation_mut(place) else { return };
    let Some(name) =
        crate::document::reference(&operation["requestBody"]["content"][JSON]["schema"]).map(str::to_owned)
    else {
        return;
    };
    let Some(schema) = document.schemas_mut().get_mut(&name) else { return };
    walk("", schema, &mut |_, schema| {
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.retain(|_, property| !is_file(property));
        }
    });
    crate::overlay::forget_required(schema);
}

/// Whether a property is a file or a list of files.
fn is_file(property: &Value) -> bool {
    text(property, "format") == "binary" || property.get("items").is_some_and(is_file)
}
