//! Overlay actions as they would be written in `corrections.yaml`.

use crate::document::{Document, items, text};

/// A `merge` of `patch` (YAML in one line) into what stands at `pointer`.
pub(super) fn merge(document: &Document, pointer: &str, patch: &str) -> String {
    let (target, rest) = target(document, pointer);
    // What an action cannot name, its patch walks to.
    let nested = rest.iter().rev().fold(patch.to_owned(), |inner, key| format!("{{ {key}: {inner} }}"));
    format!("- {{ {target}, merge: {nested} }}")
}

/// A `remove` of what stands at `pointer`.
pub(super) fn remove(document: &Document, pointer: &str) -> String {
    let (target, rest) = target(document, pointer);
    match rest.as_slice() {
        [] => format!("- {{ {target}, remove: true }}"),
        _ => merge(document, pointer, "null"),
    }
}

/// The longest target that leads towards `pointer`, and the keys that are left to go.
fn target(document: &Document, pointer: &str) -> (String, Vec<String>) {
    let parts: Vec<String> =
        pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (mut target, rest) = match parts.as_slice() {
        ["components", "schemas", name, rest @ ..] => (format!("schema: {name}"), rest),
        ["paths", path, method, rest @ ..] => in_operation(document, path, method, rest),
        rest => (String::new(), rest),
    };
    let (property, rest) = property(rest);
    if let Some(property) = property {
        target += &format!(", property: {}", quoted(&property));
    }
    (target, rest.iter().map(|key| quoted(key)).collect())
}

fn in_operation<'a>(document: &Document, path: &str, method: &str, rest: &'a [&'a str]) -> (String, &'a [&'a str]) {
    let operation = &document.0["paths"][path][method];
    let base = format!("operation: {}", text(operation, "operationId"));
    match rest {
        ["parameters", index, rest @ ..] => {
            let index: usize = index.parse().unwrap_or_default();
            let name = items(operation, "parameters").get(index).map_or("", |parameter| text(parameter, "name"));
            (format!("{base}, parameter: {}", quoted(name)), rest)
        }
        ["requestBody", "content", media, "schema", rest @ ..] => (format!("{base}, body: {media}"), rest),
        ["responses", status, rest @ ..] => (format!("{base}, response: \"{status}\""), rest),
        rest => (base, rest),
    }
}

/// As much of the way as is properties and items: `a.b[]`.
fn property<'a>(mut parts: &'a [&'a str]) -> (Option<String>, &'a [&'a str]) {
    let mut path: Option<String> = None;
    loop {
        match (parts, &mut path) {
            (["properties", name, rest @ ..], None) => {
                path = Some((*name).to_owned());
                parts = rest;
            }
            (["properties", name, rest @ ..], Some(path)) => {
                *path += &format!(".{name}");
                parts = rest;
            }
            (["items", rest @ ..], Some(path)) => {
                *path += "[]";
                parts = rest;
            }
            _ => return (path, parts),
        }
    }
}

/// A text as YAML has it in one line.
fn quoted(text: &str) -> String {
    let plain = text.chars().all(|one| one.is_ascii_alphanumeric() || "_-./".contains(one)) && !text.is_empty();
    if plain { text.to_owned() } else { format!("{text:?}") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn actions_are_aimed_as_near_as_targets_go() {
        let document = Document(json!({ "paths": { "/a/{id}": { "get": {
            "operationId": "A_get",
            "parameters": [{ "name": "status[]" }],
        } } } }));
        for (pointer, action) in [
            (
                "/components/schemas/X/properties/a/items/properties/b",
                "- { schema: X, property: \"a[].b\", merge: { type: string } }",
            ),
            ("/components/schemas/X/allOf/0", "- { schema: X, merge: { allOf: { 0: { type: string } } } }"),
            (
                "/paths/~1a~1{id}/get/parameters/0/schema",
                "- { operation: A_get, parameter: \"status[]\", merge: { schema: { type: string } } }",
            ),
            (
                "/paths/~1a~1{id}/get/responses/200/content/application~1json/schema",
                "- { operation: A_get, response: \"200\", merge: { content: { application/json: { schema: { type: string } } } } }",
            ),
            (
                "/paths/~1a~1{id}/get/requestBody/content/application~1json/schema/properties/a",
                "- { operation: A_get, body: application/json, property: a, merge: { type: string } }",
            ),
        ] {
            assert_eq!(merge(&document, pointer, "{ type: string }"), action);
        }
        assert_eq!(
            remove(&document, "/paths/~1a~1{id}/get/parameters/0"),
            "- { operation: A_get, parameter: \"status[]\", remove: true }"
        );
    }
}
