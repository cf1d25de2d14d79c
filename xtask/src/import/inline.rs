//! What a document may keep apart from its operations is written into them: parameters of a whole path, and components
//! other than schemas. The contract has one place for everything.

use serde_json::Value;

use crate::document::{Document, METHODS, items, text};

pub(crate) fn inline(document: &mut Document) {
    let whole = document.clone();
    for (_, item) in document.0["paths"].as_object_mut().into_iter().flatten() {
        resolve(&whole, item);
    }
    share_parameters(document);
    document.each_operation(|_, operation| {
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            resolve(&whole, parameter);
        }
        if let Some(body) = operation.get_mut("requestBody") {
            resolve(&whole, body);
            contents(&whole, body);
        }
        for (_, response) in operation.get_mut("responses").and_then(Value::as_object_mut).into_iter().flatten() {
            resolve(&whole, response);
            contents(&whole, response);
        }
    });
}

/// Parameters of a path go to all of its operations that do not have their own of that name.
fn share_parameters(document: &mut Document) {
    for (_, item) in document.0["paths"].as_object_mut().into_iter().flatten() {
        let Some(shared) = item.as_object_mut().and_then(|item| item.shift_remove("parameters")) else { continue };
        let shared = shared.as_array().cloned().unwrap_or_default();
        for method in METHODS {
            let Some(operation) = item.get_mut(method) else { continue };
            let own = items(operation, "parameters").to_vec();
            let key = |parameter: &Value| {
                [
                    text(parameter, "in").to_owned(),
                    text(parameter, "name").to_owned(),
                    text(parameter, "$ref").to_owned(),
                ]
            };
            let inherited = shared.iter().filter(|one| !own.iter().any(|other| key(other) == key(one))).cloned();
            operation["parameters"] = inherited.chain(own.clone()).collect();
        }
    }
}

/// Follows references to shared media types.
fn contents(document: &Document, holder: &mut Value) {
    for (_, media) in holder.get_mut("content").and_then(Value::as_object_mut).into_iter().flatten() {
        resolve(document, media);
    }
}

/// Follows references to components that are no schemas.
fn resolve(document: &Document, value: &mut Value) {
    // Longer chains than this are circles.
    for _ in 0..16 {
        let target = value.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
        match target.and_then(|target| document.0.pointer(target)) {
            Some(found) => *value = found.clone(),
            None => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_stands_apart_is_written_into_the_operations() {
        let mut document = Document(json!({
            "paths": { "/a/{id}": {
                "parameters": [{ "in": "path", "name": "id" }, { "in": "query", "name": "q", "schema": { "type": "string" } }],
                "get": {
                    "parameters": [{ "in": "query", "name": "q" }, { "$ref": "#/components/parameters/Page" }],
                    "responses": { "404": { "$ref": "#/components/responses/Gone" } },
                },
            } },
            "components": {
                "parameters": { "Page": { "in": "query", "name": "page" } },
                "responses": { "Gone": { "content": {} } },
            },
        }));
        inline(&mut document);
        assert_eq!(
            document.0["paths"]["/a/{id}"],
            json!({ "get": {
                "parameters": [{ "in": "path", "name": "id" }, { "in": "query", "name": "q" }, { "in": "query", "name": "page" }],
                "responses": { "404": { "content": {} } },
            } })
        );
    }
}
