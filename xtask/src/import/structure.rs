//! Whether a document is built as OpenAPI says: every part, by its kind, from the document down to its schemas.
//!
//! What is of another kind than it should be has no meaning that could be kept, so it is refused, all of it in one run. What
//! is only unusual is for later steps to say.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::references::target;
use crate::diagnosis::{Diagnosis, Findings};
use crate::document::{METHODS, escape, json_type, text};

const FIX: &str = "ask the vendor for a document without it, or correct the saved one before importing it";

/// How deep JSON goes for most that read it.
const DEEPEST: usize = 128;

/// Longer chains of references than this are circles.
const CHAIN: usize = 16;

/// What is not built as OpenAPI says.
pub(crate) fn check(document: &Value) -> Findings {
    let mut checker = Checker { root: document, found: Findings::default() };
    checker.document();
    checker.found
}

struct Checker<'a> {
    root: &'a Value,
    found: Findings,
}

impl<'a> Checker<'a> {
    fn wrong(&mut self, at: &str, problem: String) {
        self.found.push(Diagnosis::refused(at, problem, FIX));
    }

    /// The members of an object.
    fn object(&mut self, at: &str, value: &'a Value, what: &str) -> Option<&'a Map<String, Value>> {
        let members = value.as_object();
        if members.is_none() {
            self.wrong(at, format!("{what} is of the type {}, and OpenAPI has an object here", json_type(value)));
        }
        members
    }

    /// The items of a list that may be absent.
    fn list(
        &mut self,
        at: &str,
        holder: &'a Map<String, Value>,
        key: &str,
    ) -> impl Iterator<Item = (String, &'a Value)> {
        let found = holder.get(key);
        if let Some(value) = found.filter(|value| !value.is_array()) {
            self.wrong(
                &format!("{at}/{key}"),
                format!("{key} is of the type {}, and OpenAPI has a list here", json_type(value)),
            );
        }
        let at = format!("{at}/{key}");
        found
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
            .map(move |(index, one)| (format!("{at}/{index}"), one))
    }

    /// The members of an object that may be absent.
    fn map(
        &mut self,
        at: &str,
        holder: &'a Map<String, Value>,
        key: &str,
    ) -> impl Iterator<Item = (String, &'a String, &'a Value)> {
        let at = format!("{at}/{key}");
        let members = holder.get(key).and_then(|value| self.object(&at, value, key));
        members.into_iter().flatten().map(move |(name, one)| (format!("{at}/{}", escape(name)), name, one))
    }

    /// The members of a part of the document, unless it is a reference; then what it refers to has a turn of its own.
    fn part(&mut self, at: &str, value: &'a Value, what: &str) -> Option<&'a Map<String, Value>> {
        let members = self.object(at, value, what)?;
        let Some(reference) = members.get("$ref") else { return Some(members) };
        let at = format!("{at}/$ref");
        match reference.as_str() {
            None => {
                self.wrong(&at, format!("a reference is of the type {}, and it must be a string", json_type(reference)))
            }
            Some(text) if target(self.root, text).is_none() => {
                self.found.push(Diagnosis::refused(
                    at,
                    format!("reference {text:?} leads nowhere"),
                    "ask the vendor for the whole document, or add what it refers to before importing it",
                ));
            }
            Some(_) => {}
        }
        None
    }

    fn document(&mut self) {
        let Some(root) = self.object("", self.root, "the document") else { return };
        for (at, path, item) in self.map("", root, "paths").collect::<Vec<_>>() {
            if !path.starts_with("x-") {
                self.path(&at, path, item);
            }
        }
        let Some(components) = root.get("components").and_then(|value| self.object("/components", value, "components"))
        else {
            return;
        };
        for (at, _, one) in self.map("/components", components, "parameters").collect::<Vec<_>>() {
            self.parameter(&at, one);
        }
        for (at, _, one) in self.map("/components", components, "requestBodies").collect::<Vec<_>>() {
            self.content(&at, one, "a request body");
        }
        for (at, _, one) in self.map("/components", components, "responses").collect::<Vec<_>>() {
            self.content(&at, one, "a response");
        }
        for (at, _, one) in self.map("/components", components, "schemas").collect::<Vec<_>>() {
            self.schema(&at, one);
        }
    }

    fn path(&mut self, at: &str, path: &str, item: &'a Value) {
        if let Some(problem) = path_problem(path) {
            self.wrong(at, problem);
        }
        let Some(members) = self.part(at, item, "a path") else { return };
        let shared: Vec<(String, &Value)> = self.list(at, members, "parameters").collect();
        for (at, parameter) in &shared {
            self.parameter(at, parameter);
        }
        for method in METHODS {
            let Some(operation) = members.get(method) else { continue };
            let at = format!("{at}/{method}");
            let Some(operation) = self.object(&at, operation, "an operation") else { continue };
            let own: Vec<(String, &Value)> = self.list(&at, operation, "parameters").collect();
            for (at, parameter) in &own {
                self.parameter(at, parameter);
            }
            self.placeholders(path, shared.iter().chain(&own));
            if let Some(body) = operation.get("requestBody") {
                self.content(&format!("{at}/requestBody"), body, "a request body");
            }
            for (at, status, response) in self.map(&at, operation, "responses").collect::<Vec<_>>() {
                if status.starts_with("x-") {
                    continue;
                }
                if !is_status(status) {
                    self.wrong(
                        &at,
                        format!("{status:?} is no status: a response has one like 200, one like 2XX, or default"),
                    );
                }
                self.content(&at, response, "a response");
            }
        }
    }

    /// A placeholder and a parameter that differ in case only: the one was meant to be the other.
    fn placeholders<'b>(&mut self, path: &str, parameters: impl Iterator<Item = &'b (String, &'a Value)>)
    where
        'a: 'b,
    {
        let names: BTreeSet<&str> =
            path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
        for (at, parameter) in parameters {
            let parameter = self.resolved(parameter);
            let name = text(parameter, "name");
            let twin = names.iter().find(|other| other.eq_ignore_ascii_case(name));
            if let Some(twin) = twin.filter(|_| text(parameter, "in") == "path" && !names.contains(name)) {
                self.wrong(
                    at,
                    format!("path parameter {name} differs from the placeholder {{{twin}}} of its path by its case"),
                );
            }
        }
    }

    fn resolved(&self, value: &'a Value) -> &'a Value {
        let next = |value: &'a Value| target(self.root, value.get("$ref")?.as_str()?);
        (0..CHAIN).try_fold(value, |value, _| next(value).ok_or(value)).unwrap_or_else(|last| last)
    }

    fn parameter(&mut self, at: &str, value: &'a Value) {
        let Some(members) = self.part(at, value, "a parameter") else { return };
        if text(value, "name").is_empty() {
            self.wrong(at, "the parameter has no name".to_owned());
        }
        let within = text(value, "in");
        if !["path", "query", "header", "cookie", "querystring"].contains(&within) {
            self.wrong(
                at,
                format!(
                    "parameter {:?} is in {within:?}, and OpenAPI has path, query, header and cookie",
                    text(value, "name")
                ),
            );
        }
        if let Some(schema) = members.get("schema") {
            self.schema(&format!("{at}/schema"), schema);
        }
        self.content(at, value, "a parameter");
    }

    /// What holds `content`: a body, a response or a parameter.
    fn content(&mut self, at: &str, value: &'a Value, what: &str) {
        let Some(members) = self.part(at, value, what) else { return };
        for (at, _, media) in self.map(at, members, "content").collect::<Vec<_>>() {
            let Some(members) = self.part(&at, media, "a media type") else { continue };
            if let Some(schema) = members.get("schema") {
                self.schema(&format!("{at}/schema"), schema);
            }
        }
    }

    fn schema(&mut self, at: &str, value: &'a Value) {
        // `true` is any JSON, also where it is not said in the words of 3.0.
        if value.is_boolean() {
            return;
        }
        if at.matches('/').count() > DEEPEST {
            return self.wrong(at, format!("a schema is nested deeper than {DEEPEST} levels, as JSON may be"));
        }
        let Some(members) = self.part(at, value, "a schema") else { return };
        for (at, _, property) in self.map(at, members, "properties").collect::<Vec<_>>() {
            self.schema(&at, property);
        }
        for key in ["items", "additionalProperties", "not"] {
            if let Some(inner) = members.get(key) {
                self.schema(&format!("{at}/{key}"), inner);
            }
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            for (at, inner) in self.list(at, members, key).collect::<Vec<_>>() {
                self.schema(&at, inner);
            }
        }
        let _ = self.list(at, members, "enum");
    }
}

/// Why a path is none.
fn path_problem(path: &str) -> Option<String> {
    let rule = "and a path begins with a slash and holds segments and placeholders";
    if !path.starts_with('/') {
        return Some(format!("path {path:?} does not begin with a slash, {rule}"));
    }
    // A question mark that ends a placeholder marks it as optional, and is a part of its name.
    let marks_optional = |at: usize| path[at..].starts_with("?}");
    if let Some((at, _)) = path.match_indices(['?', '#']).find(|(at, _)| !marks_optional(*at)) {
        return Some(format!("path {path:?} holds {:?}, which is no part of a path, {rule}", &path[at..]));
    }
    let balanced = path.split('{').enumerate().all(|(index, part)| {
        let closed = part.matches('}').count();
        if index == 0 {
            closed == 0
        } else {
            closed == 1 && !part.split('}').next().is_some_and(|name| name.contains('/'))
        }
    });
    (!balanced).then(|| format!("path {path:?} has a brace without its other, {rule}"))
}

fn is_status(status: &str) -> bool {
    let bytes = status.as_bytes();
    let range = |rest: &[u8]| rest.iter().all(u8::is_ascii_digit) || rest.iter().all(|one| matches!(one, b'X' | b'x'));
    status == "default" || bytes.len() == 3 && (b'1'..=b'5').contains(&bytes[0]) && range(&bytes[1..])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn everything_of_the_wrong_kind_is_found_in_one_run() {
        let found = check(&json!({
            "paths": {
                "things": {},
                "/a/{id}": { "get": {
                    "parameters": [7, { "in": "query" }, { "name": "ID", "in": "path" }],
                    "responses": { "fine": { "content": [] }, "200": { "$ref": "#/components/responses/Gone" } },
                } },
                "/b?c=d": { "post": "gone", "get": { "responses": { "2XX": {}, "default": {} } } },
            },
            "components": { "schemas": {
                "A": { "properties": [], "items": "A", "oneOf": {}, "enum": "A" },
                "B": { "$ref": 7 },
                "C": { "properties": { "$ref": { "type": "string" }, "c": { "example": { "$ref": 7 } } }, "additionalProperties": true },
            } },
        }));
        let places: Vec<&str> = found.0.iter().map(|one| one.pointer.as_str()).collect();
        assert_eq!(
            places,
            [
                "/paths/things",
                "/paths/~1a~1{id}/get/parameters/0",
                "/paths/~1a~1{id}/get/parameters/1",
                "/paths/~1a~1{id}/get/parameters/2",
                "/paths/~1a~1{id}/get/responses/fine",
                "/paths/~1a~1{id}/get/responses/fine/content",
                "/paths/~1a~1{id}/get/responses/200/$ref",
                "/paths/~1b?c=d",
                "/paths/~1b?c=d/post",
                "/components/schemas/A/properties",
                "/components/schemas/A/items",
                "/components/schemas/A/oneOf",
                "/components/schemas/A/enum",
                "/components/schemas/B/$ref",
            ]
        );
    }
}
