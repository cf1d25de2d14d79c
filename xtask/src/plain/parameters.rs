//! Parameters: each has a place that can be sent, a schema, and a way of being written.

use http::HeaderName;
use serde_json::{Value, json};

use super::identify::id;
use super::responses::{Media, media_of};
use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{Document, Place, items, members, text};
use crate::keys::STYLE;

/// Drops what cannot be sent, and gives a schema to what has none.
pub(crate) fn make_plain(document: &mut Document, found: &mut Findings) {
    for place in document.places() {
        let Some(operation) = document.operation_mut(&place) else { continue };
        let id = id(operation).to_owned();
        let mut kept = Vec::new();
        for (index, parameter) in items(operation, "parameters").iter().enumerate() {
            let at = format!("{}/parameters/{index}", place.pointer());
            kept.extend(one(&place, &id, at, parameter.clone(), found));
        }
        for name in place.placeholders() {
            let declared = |parameter: &Value| text(parameter, "in") == "path" && text(parameter, "name") == name;
            if !kept.iter().any(declared) {
                found.push(
                    Diagnosis::unusual(
                        "placeholder",
                        format!("{}/parameters", place.pointer()),
                        format!("path parameter {name} of {} is undeclared", place.path),
                        "it is taken for a string",
                        format!("in corrections.yaml: `operation: {id}` and a `merge` with all its `parameters`, {name} among them"),
                    )
                    .in_operation(&id),
                );
                kept.push(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
            }
        }
        // Placeholders in the order of the path, the rest as the contract has them.
        kept.sort_by_key(|parameter| match text(parameter, "in") {
            "path" => place.path.find(&format!("{{{}}}", text(parameter, "name"))).unwrap_or_default(),
            _ => usize::MAX,
        });
        operation["parameters"] = kept.into();
    }
}

fn one(place: &Place, id: &str, at: String, mut parameter: Value, found: &mut Findings) -> Option<Value> {
    let (name, within) = (text(&parameter, "name").to_owned(), text(&parameter, "in").to_owned());
    let fix = |action: &str| format!("in corrections.yaml: `operation: {id}`, `parameter: {name}`, and {action}");
    let mut note = |problem: String, effect: &str, fix: String| {
        found.push(Diagnosis::unusual("parameter", at.clone(), problem, effect, fix).in_operation(id));
    };
    // A content type of one parameter's value: its text, or its JSON.
    let content = members(&parameter, "content").next().map(|(media, content)| (media.clone(), content.clone()));
    if let Some((media, content)) = content {
        let schema = content.get("schema").cloned().unwrap_or_else(|| json!({}));
        let as_json = media_of(&media, content.get("schema")) != Media::Text;
        if as_json {
            note(
                format!("{within} parameter {name} is written as {media}"),
                "it is sent as the text of its JSON",
                fix("a `merge` that gives it a `schema` of one string"),
            );
        }
        let required = parameter["required"] == true;
        parameter = json!({ "name": name, "in": within, "required": required, "schema": schema });
        if as_json {
            parameter["content"] = true.into();
        }
    }
    let placeholder = place.placeholders().any(|placeholder| placeholder == name);
    match within.as_str() {
        "path" if !placeholder => {
            note(
                format!("path parameter {name} is not in the path {}", place.path),
                "it is not sent",
                fix("`remove: true`"),
            );
            return None;
        }
        "header" if HeaderName::try_from(&name).is_err() => {
            let problem = format!("header {name:?} has a name that no header can have");
            leave_out(&parameter, problem, id, at, found);
            return None;
        }
        "path" | "query" | "header" => {}
        _ => {
            let problem = format!("parameter {name} stands in a {within}, and only path, query and header can be sent");
            leave_out(&parameter, problem, id, at, found);
            return None;
        }
    }
    // The key and the media types are the transport's business.
    if within == "header" && ["accept", "authorization", "content-type"].contains(&name.to_ascii_lowercase().as_str()) {
        return None;
    }
    if parameter.get("schema").is_none_or(|schema| !schema.is_object()) {
        note(
            format!("{within} parameter {name} has no schema"),
            "it is taken for a string",
            fix("`merge: { schema: { type: string } }`"),
        );
        parameter["schema"] = json!({ "type": "string" });
    }
    Some(parameter)
}

/// A parameter that no request can hold: without it, the request is another one if it is required.
fn leave_out(parameter: &Value, problem: String, id: &str, at: String, found: &mut Findings) {
    let action = if parameter["required"] == true {
        "a `merge` that makes it optional or gives it another place"
    } else {
        "`remove: true`"
    };
    let fix = format!("in corrections.yaml: `operation: {id}`, `parameter: {}`, and {action}", text(parameter, "name"));
    let diagnosis = match parameter["required"] == true {
        true => Diagnosis::refused(at, problem, fix),
        false => Diagnosis::unusual("parameter", at, problem, "it is not sent", fix),
    };
    found.push(diagnosis.in_operation(id));
}

/// Notes how each parameter is written, once its schema is plain: `plain`, `repeat`, `join:,`, `label`, `matrix`, `pairs:=`,
/// `nested`, `spread` or `json`.
pub(crate) fn note_styles(document: &mut Document, found: &mut Findings) {
    let whole = document.clone();
    document.each_operation(|place, operation| {
        let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) else { return };
        let mut index = 0;
        parameters.retain_mut(|parameter| {
            let at = format!("{}/parameters/{index}", place.pointer());
            index += 1;
            let (name, within) = (text(parameter, "name").to_owned(), text(parameter, "in").to_owned());
            match style(&whole, parameter) {
                Some(style) => {
                    if style == "nested" && is_list_of_lists(&whole, &parameter["schema"]) {
                        let fix = format!("in corrections.yaml: `operation: {id}`, `parameter: {name}`, and a `merge` with the `schema` that the service reads");
                        let problem = format!("{within} parameter {name} is a list of lists, which no style of OpenAPI writes");
                        let effect = "it is sent as `name[0][0]=value`";
                        found.push(Diagnosis::unusual("parameter", at, problem, effect, fix).in_operation(&id));
                    }
                    parameter[STYLE] = style.into();
                    true
                }
                None => {
                    let problem = format!("{within} parameter {name} holds objects or lists, and a {within} holds scalars");
                    leave_out(parameter, problem, &id, at, found);
                    false
                }
            }
        });
    });
}

fn is_list_of_lists(document: &Document, schema: &Value) -> bool {
    let items = document.resolve(schema).get("items");
    items.is_some_and(|items| text(document.resolve(items), "type") == "array")
}

/// Whether it is an object of scalars.
fn is_flat(document: &Document, schema: &Value) -> bool {
    let scalar = |schema: &Value| {
        let schema = document.resolve(schema);
        schema.get("properties").is_none() && !matches!(text(schema, "type"), "object" | "array" | "")
    };
    let more = schema.get("additionalProperties").filter(|more| more.is_object());
    let is_object = schema.get("properties").is_some() || more.is_some();
    is_object && members(schema, "properties").map(|(_, property)| property).chain(more).all(scalar)
}

/// How a parameter is written; `None` if it cannot be.
fn style(document: &Document, parameter: &Value) -> Option<String> {
    if parameter.get("content").is_some() {
        return Some("json".to_owned());
    }
    let schema = document.resolve(&parameter["schema"]);
    let declared = text(parameter, "style");
    let within = text(parameter, "in");
    let holds_more =
        |schema: &Value| schema.get("properties").is_some() || matches!(text(schema, "type"), "object" | "array");
    // The default of `explode` is that of the style: only a form has one.
    let explodes = parameter.get("explode").and_then(Value::as_bool).unwrap_or(matches!(declared, "" | "form"));
    let is_list = text(schema, "type") == "array";
    let nested = is_list && schema.get("items").is_some_and(|items| holds_more(document.resolve(items)));
    Some(match within {
        "query" if is_list && !nested => match declared {
            "spaceDelimited" if !explodes => "join: ".to_owned(),
            "pipeDelimited" if !explodes => "join:|".to_owned(),
            _ if !explodes => "join:,".to_owned(),
            _ => "repeat".to_owned(),
        },
        "query" if is_list => "nested".to_owned(),
        "query" if holds_more(schema) && declared != "deepObject" && explodes && schema.get("properties").is_some() => {
            "spread".to_owned()
        }
        "query" if holds_more(schema) => "nested".to_owned(),
        _ if is_flat(document, schema) && matches!(declared, "" | "simple") => {
            format!("pairs:{}", if parameter["explode"] == true { '=' } else { ',' })
        }
        _ if holds_more(schema) && (nested || !is_list) => return None,
        "path" if matches!(declared, "label" | "matrix") => match (declared, is_list, explodes) {
            ("matrix", true, true) => "matrix:;".to_owned(),
            (_, true, true) => "label:.".to_owned(),
            (_, true, false) => format!("{declared}:,"),
            (_, false, _) => declared.to_owned(),
        },
        _ if is_list => "join:,".to_owned(),
        _ => "plain".to_owned(),
    })
}
