//! Operations that take a body in two forms become two operations.
//!
//! The JSON form stays, and the multipart form becomes a second operation at the same path behind a fragment. There, what
//! is a file is a file; the JSON body cannot hold one. A body of another media type is sent as the bytes that it is given.

use serde_json::{Map, Value, json};

use super::identify::id;
use super::responses::{Media, media_of};
use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{
    Document, JSON, MULTIPART, Place, escape, forget_required, members, refer_to, reference, text, walk,
};
use crate::keys::{BODIES, FORM, JSON_ALTERNATIVE, RAW_BODY, RULE_NAME};

/// What stands behind the path and the id of the operation that sends the form.
pub(super) const FRAGMENT: &str = "#multipart";

/// The vendor's id of an operation, whichever of its forms it is.
pub(crate) fn plain_id(operation: &Value) -> String {
    id(operation).replace(FRAGMENT, "")
}

/// Where the schema of a plain request body stands within its operation, that of a form too.
pub(super) const SLOT: &str = "/requestBody/content/application~1json/schema";

/// The schema of a plain operation's request body, that of a form too.
pub(crate) fn body_schema(operation: &Value) -> Option<&Value> {
    operation.pointer(SLOT)
}

pub(crate) fn split(document: &mut Document, found: &mut Findings) {
    let mut forms = Vec::new();
    for place in document.places() {
        let Some(operation) = document.operation_mut(&place) else { continue };
        let Some(body) = operation.get("requestBody") else { continue };
        let id = id(operation).to_owned();
        let mut json_schema = None;
        let mut form_schema = None;
        let mut others = Vec::new();
        for (media, content) in members(body, "content") {
            let schema = content.get("schema").filter(|schema| schema.is_object());
            let schema = schema.cloned().unwrap_or_else(|| json!({}));
            if media.split(';').next().is_some_and(|essence| essence.trim() == MULTIPART) {
                form_schema.get_or_insert(schema);
            } else if media_of(media, content.get("schema")) == Media::Json {
                json_schema.get_or_insert(schema);
            } else {
                others.push(media.clone());
            }
        }
        let required = body["required"].clone();
        let at = format!("{}/requestBody/content", place.pointer());
        let fix = |media: &str| format!("in corrections.yaml: `operation: {id}`, `body: {media}` and `remove: true`");
        if json_schema.is_none() && form_schema.is_none() {
            let Some(media) = others.first() else {
                operation.as_object_mut().map(|operation| operation.shift_remove("requestBody"));
                continue;
            };
            if media.starts_with("multipart/") {
                let problem = format!("a request body of {media:?} has parts without names, and no builder writes it");
                found.push(Diagnosis::refused(at, problem, fix(media)).in_operation(&id));
                continue;
            }
            found.push(
                Diagnosis::unusual(
                    "body-media",
                    at,
                    format!("no builder writes a request body of {media:?}"),
                    "the method takes the bytes as they are",
                    fix(media),
                )
                .in_operation(&id),
            );
            operation[BODIES] = others.clone().into();
            operation[RAW_BODY] = media.clone().into();
            operation.as_object_mut().map(|operation| operation.shift_remove("requestBody"));
            continue;
        }
        for media in others {
            let problem = format!("the request body may be {media:?} beside JSON or a form");
            let effect = "the SDK sends the other";
            found.push(Diagnosis::unusual("body-media", at.clone(), problem, effect, fix(&media)).in_operation(&id));
        }
        let mut medias = Vec::new();
        medias.extend(json_schema.is_some().then_some(JSON));
        medias.extend(form_schema.is_some().then_some(MULTIPART));
        operation[BODIES] = medias.into();
        let content = |schema: Value| json!({ "required": required, "content": { JSON: { "schema": schema } } });
        match (json_schema, form_schema) {
            (Some(schema), None) => operation["requestBody"] = content(schema),
            (None, Some(schema)) => {
                operation["requestBody"] = content(schema);
                operation[FORM] = true.into();
            }
            (Some(schema), Some(form)) => {
                let mut other = operation.clone();
                other[FORM] = true.into();
                other["operationId"] = format!("{id}{FRAGMENT}").into();
                other["requestBody"] = content(form);
                operation["requestBody"] = content(schema);
                operation[JSON_ALTERNATIVE] = true.into();
                forms.push((place, other));
            }
            (None, None) => {}
        }
    }
    for (place, mut form) in forms {
        let slot = &form["requestBody"]["content"][JSON]["schema"];
        let mut schema = document.resolve(slot).clone();
        // The form's type is another than the JSON body's: there, a file is a file.
        let (key, name) = form_name(id(&form), slot);
        schema[RULE_NAME] = name.into();
        form["requestBody"]["content"][JSON]["schema"] = refer_to(&key);
        document.schemas_mut().entry(key).or_insert(schema);
        let path = Place { path: format!("{}{FRAGMENT}", place.path), method: place.method.clone() };
        if let Some(paths) = document.0["paths"].as_object_mut() {
            let item = paths.entry(path.path).or_insert_with(|| Value::Object(Map::new()));
            item[path.method] = form;
        }
        strip_files(document, &place);
    }
}

/// Gives a form a type of its own where JSON has its schema too, be it within a part of the form: there, a file cannot be one.
pub(crate) fn give_forms_types(document: &mut Document) {
    let is_form = |operation: &Value| operation.get(FORM).is_some();
    let mut unfolded = document.clone();
    for place in document.places() {
        if let Some(slot) =
            unfolded.operation_mut(&place).filter(|one| is_form(one)).and_then(|one| one.pointer_mut(SLOT))
        {
            *slot = document.resolve(slot).clone();
        }
    }
    let elsewhere = super::directions(&unfolded);
    for place in document.places() {
        let Some(operation) = document.operation_mut(&place).filter(|operation| is_form(operation)) else { continue };
        let id = id(operation).to_owned();
        let Some(slot) = operation.pointer_mut(SLOT) else { continue };
        let Some(shared) = reference(slot).filter(|name| elsewhere.contains_key(*name)).map(str::to_owned) else {
            continue;
        };
        let (_, name) = form_name(&id, slot);
        let key = format!("{shared}.form");
        *slot = refer_to(&key);
        if let Some(mut schema) = document.schema(&shared).cloned() {
            schema[RULE_NAME] = name.into();
            document.schemas_mut().entry(key).or_insert(schema);
        }
    }
}

/// A form that lists no fields is a struct without any: what it sends is set as further fields.
pub(crate) fn give_forms_fields(document: &mut Document, found: &mut Findings) {
    for place in document.places() {
        let Some(operation) = document.operation_mut(&place).filter(|operation| operation.get(FORM).is_some()) else {
            continue;
        };
        let id = plain_id(operation);
        let Some(schema) = operation.pointer(SLOT).cloned() else { continue };
        if document.resolve(&schema).get("properties").is_some() {
            continue;
        }
        let key = format!("{id}.form");
        if let Some(slot) = document.operation_mut(&place).and_then(|operation| operation.pointer_mut(SLOT)) {
            *slot = refer_to(&key);
        }
        found.push(
            Diagnosis::unusual(
                "form",
                format!("{}/requestBody/content/{}", place.pointer().replace(FRAGMENT, ""), escape(MULTIPART)),
                "the form does not say which fields it has",
                "its fields are set by name",
                format!(
                    "in corrections.yaml: `operation: {id}`, `body: {MULTIPART}` and a `replace` that lists its fields"
                ),
            )
            .in_operation(&id),
        );
        let name = crate::names::rules::type_name(&format!("{}Form", id.rsplit('_').next().unwrap_or_default()));
        document.schemas_mut().insert(key, json!({ "type": "object", "properties": {}, RULE_NAME: name }));
    }
}

/// The key of a form's schema, beside that of the JSON body, and the name that it suggests.
fn form_name(operation_id: &str, schema: &Value) -> (String, String) {
    use crate::names::rules::type_name;
    match reference(schema) {
        // A form that the overlay wrote is no copy of a JSON body.
        Some(name) if name.ends_with("FormDto") => (name.to_owned(), type_name(name)),
        Some(name) => {
            let form = format!("{}Form", name.replace("Request", ""));
            (format!("{name}.form"), type_name(&form))
        }
        None => {
            let id = operation_id.replace(FRAGMENT, "");
            let form = format!("{}Form", id.rsplit('_').next().unwrap_or_default());
            (format!("{id}.form"), type_name(&form))
        }
    }
}

/// A JSON body cannot hold a file; what it can hold instead is a field of its own.
fn strip_files(document: &mut Document, place: &Place) {
    let Some(operation) = document.operation_mut(place) else { return };
    let Some(slot) = operation.pointer_mut(SLOT) else { return };
    let strip = |schema: &mut Value| {
        walk("", schema, &mut |_, schema| {
            if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
                properties.retain(|_, property| !is_file(property));
            }
        });
        forget_required(schema);
    };
    match reference(slot).map(str::to_owned) {
        Some(name) => {
            if let Some(schema) = document.schemas_mut().get_mut(&name) {
                strip(schema);
            }
        }
        None => strip(slot),
    }
}

/// Whether a property is a file or a list of files.
pub(crate) fn is_file(property: &Value) -> bool {
    text(property, "format") == "binary" || property.get("items").is_some_and(is_file)
}
