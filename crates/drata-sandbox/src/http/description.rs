//! The contract as the sandbox keeps it, for tools that want to read it from a server.
//!
//! The contract does not document every refusal: an operation whose parameters can be wrong may have no answer 400.
//! The description that is served adds those, so that a tool can tell a response that nobody foresaw from one that only
//! the contract's author forgot.

use serde_json::{Map, Value, json};

use crate::contract::{V1, V2};

/// The document that is served at this path, if one is.
pub(crate) fn at(path: &str, base: &str) -> Option<Value> {
    let (bytes, root) = match path {
        "/openapi/v1.json" => (V1, "/public"),
        "/openapi/v2.json" => (V2, "/public/v2"),
        _ => return None,
    };
    let mut document: Value = serde_json::from_slice(bytes).ok()?;
    document["servers"] = json!([{ "url": format!("{base}{root}") }]);
    for item in document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
            complete(operation);
        }
    }
    spell_out(&mut document["components"]["schemas"]);
    Some(document)
}

/// Says in OpenAPI's own words that one of some properties is needed. That at most one is allowed stays unsaid: tools
/// stumble over a `not` beside a file.
fn spell_out(schemas: &mut Value) {
    for schema in schemas.as_object_mut().into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
        let Some(Value::Array(rules)) = schema.remove("x-field-rules") else { continue };
        let rules = rules.iter().filter_map(Value::as_object).flatten();
        let spelled = rules.filter_map(|(how_many, fields)| {
            let fields = fields.as_array().into_iter().flatten();
            let each: Vec<_> = fields.map(|field| json!({ "required": [field] })).collect();
            match how_many.as_str() {
                "exactlyOneOf" => Some(json!({ "oneOf": each })),
                "atLeastOneOf" => Some(json!({ "anyOf": each })),
                _ => None,
            }
        });
        let spelled: Vec<_> = spelled.collect();
        if !spelled.is_empty() {
            schema.insert("allOf".to_owned(), spelled.into());
        }
    }
}

/// Adds the refusals that an operation can answer with.
fn complete(operation: &mut Value) {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let has = |place: &str| parameters.iter().any(|parameter| parameter["in"] == place);
    let names_session = parameters.iter().any(|parameter| {
        parameter["name"].as_str().is_some_and(|name| name.eq_ignore_ascii_case("sessionId") || name == "x-session-id")
    });
    let has_body = operation["requestBody"].is_object();
    let possible = [
        (400, !parameters.is_empty() || has_body),
        (401, true),
        (402, true),
        (403, true),
        (404, has("path") || has_body),
        (409, names_session),
        (412, true),
        (413, has_body),
        (422, names_session),
        (429, true),
    ];
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    for (status, _) in possible.into_iter().filter(|(_, possible)| *possible) {
        responses.entry(status.to_string()).or_insert_with(refusal);
    }
}

fn refusal() -> Value {
    json!({
        "description": "Refused; the vendor does not document that this operation can be",
        "content": { "application/json": { "schema": {
            "type": "object",
            "required": ["statusCode", "message", "code"],
            "properties": {
                "statusCode": { "type": "integer" },
                "message": { "type": "string" },
                "code": { "type": "integer" },
                "name": { "type": "string" },
            },
        }}},
    })
}
