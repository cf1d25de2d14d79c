//! `cargo xtask diff`: what changed between two contracts, classified for a client.
//!
//! - *compile*: a program that compiles with the SDK of the old document does not with that of the new one.
//! - *run*: a program built with the SDK of the old document fails, or means something else, once the service follows the
//!   new one.
//! - *adds*: neither.
//!
//! The SDK is tolerant, and the classes count on that: enumerations are open and types with fields non-exhaustive, so that
//! a new value or a new answer field only adds; a field that is optional or nullable is an `Option` either way; a number in
//! quotes is a number; any 2xx is a success. What is compared are the contracts, not the overlays over them.

mod bodies;
mod change;
mod comparison;
mod fields;
mod limits;
mod operations;
mod parameters;
mod reach;
mod render;
mod schemas;
mod shape;
mod source;
mod values;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::ValueEnum;
use serde_json::Value;

use crate::contract::Version;
use crate::document::Document;
use crate::files;

pub(crate) use change::{Change, Class};
pub(crate) use comparison::compare;
pub(crate) use reach::{Reach, Way, reaches};
pub(crate) use render::Changes;
pub(crate) use shape::Shape;
pub(crate) use source::{Source, contract_at};

/// Compares two contracts, two documents of the vendor's, or the contracts of two git revisions.
///
/// Every change is classified for a client. compile: a program's source no longer compiles with the SDK of the new
/// document. run: a program built with the SDK of the old document fails, or means something else, once the service
/// follows the new one. adds: neither.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A contract, a document of the vendor's, its reference page, or a git revision.
    old: String,
    /// The same, for the newer side.
    new: String,
    /// The version whose contracts are compared; both when two revisions are compared and none is given.
    #[arg(long, value_enum)]
    api_version: Option<Version>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For a person at a terminal.
    Text,
    /// For a pull request.
    Markdown,
    /// For a program.
    Json,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let (old, new) = (Source::parse(&args.old), Source::parse(&args.new));
    let mut all = Vec::new();
    for version in versions(args.api_version, &old, &new)? {
        all.push(changes(version, (&old, &old.contract(version)?), (&new, &new.contract(version)?)));
    }
    files::print(&match args.format {
        Format::Text => all.iter().map(Changes::to_text).collect::<Vec<_>>().join("\n"),
        Format::Markdown => all.iter().map(Changes::to_markdown).collect::<Vec<_>>().join("\n"),
        Format::Json => format!("{:#}\n", Value::from(all.iter().map(Changes::to_json).collect::<Vec<_>>())),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// The changes between two sides that are named in the headings.
pub(crate) fn changes(version: Version, old: (&Source, &Document), new: (&Source, &Document)) -> Changes {
    Changes { version, old: old.0.name(version), new: new.0.name(version), changes: compare(old.1, new.1) }
}

/// Which versions to compare. A file says by its path which version it is of; a revision holds both.
fn versions(asked: Option<Version>, old: &Source, new: &Source) -> Result<Vec<Version>> {
    if let Some(version) = asked {
        return Ok(vec![version]);
    }
    let said = |source: &Source| match source {
        Source::File(path) => {
            let path = path.to_string_lossy().into_owned();
            Version::ALL.into_iter().filter(|version| path.contains(version.name())).collect::<Vec<_>>()
        }
        Source::Revision(_) => Vec::new(),
    };
    match (old, new) {
        (Source::Revision(_), Source::Revision(_)) => Ok(Version::ALL.to_vec()),
        (Source::File(_), Source::File(_)) => Ok(vec![said(new).first().copied().unwrap_or(Version::V2)]),
        _ => match [said(old), said(new)].concat().as_slice() {
            [version] => Ok(vec![*version]),
            _ => bail!(
                "a revision holds both versions, and the file does not say which it is; add `--api-version v1` or `v2`"
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A document with one of everything that a contract holds.
    fn document() -> Value {
        let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let media = |schema: Value| json!({ "application/json": { "schema": schema } });
        json!({
            "servers": [{ "url": "https://example.com" }],
            "paths": { "/a/{id}": { "put": {
                "operationId": "A_put",
                "tags": ["A"],
                "deprecated": true,
                "x-drata-permissions": ["a-put"],
                "x-drata-permission-name": "A: Put",
                "x-drata-entitlement": "PLAN",
                "x-drata-beta": true,
                "security": [{ "oauth": [] }],
                "parameters": [
                    { "name": "id", "in": "path", "required": true, "schema": { "oneOf": [{ "type": "number" }, { "type": "string" }] } },
                    { "name": "kinds[]", "in": "query", "required": true, "style": "form", "deprecated": true, "schema": {
                        "type": "array", "minItems": 1, "maxItems": 9, "items": { "type": "string", "nullable": true, "enum": ["A", "B"] } } },
                    { "name": "size", "in": "query", "schema": { "type": "number", "minimum": 1, "maximum": 50, "default": 20 } },
                ],
                "requestBody": { "required": true, "content": {
                    "application/json": { "schema": schema("Write") },
                    "multipart/form-data": { "schema": schema("Write") },
                } },
                "responses": { "200": { "content": media(schema("Read")) }, "404": { "content": media(schema("Fault")) } },
            } } },
            "components": { "schemas": {
                "Write": { "type": "object", "additionalProperties": false, "required": ["name"], "properties": {
                    "name": { "type": "string", "minLength": 1, "maxLength": 9, "pattern": "^a", "format": "email" },
                    "labels": { "type": "object", "additionalProperties": { "type": "string" } },
                    "note": { "nullable": true, "allOf": [schema("Note")] },
                } },
                "Note": { "type": "object", "properties": { "text": { "type": "string", "deprecated": true } } },
                "Read": { "type": "object", "required": ["id", "state"], "properties": {
                    "id": { "type": "number", "format": "double", "x-observed-type": "string" },
                    "state": { "type": "string", "nullable": true, "enum": ["ON", "OFF"] },
                    "at": { "type": "string", "format": "date-time" },
                    "next": { "allOf": [schema("Read")] },
                } },
                "Fault": { "type": "object", "properties": { "code": { "type": "number" } } },
            } },
        })
    }

    /// Every JSON pointer into `value`.
    fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
        let children: Vec<(String, &Value)> = match value {
            Value::Object(map) => map.iter().map(|(key, value)| (crate::document::escape(key), value)).collect(),
            Value::Array(list) => list.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
            _ => Vec::new(),
        };
        for (key, value) in children {
            let pointer = format!("{at}/{key}");
            pointers(value, &pointer, found);
            found.push(pointer);
        }
    }

    fn without(document: &Value, pointer: &str) -> Value {
        let mut document = document.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match document.pointer_mut(parent).unwrap() {
            Value::Object(map) => {
                map.shift_remove(&key.replace("~1", "/").replace("~0", "~"));
            }
            Value::Array(list) => {
                list.remove(key.parse().unwrap());
            }
            other => panic!("{other} holds nothing"),
        }
        document
    }

    #[test]
    fn no_change_goes_unnoticed() {
        let old = document();
        let mut all = Vec::new();
        pointers(&old, "", &mut all);
        let unnoticed = |new: Value| compare(&Document(old.clone()), &Document(new)).is_empty();
        let mut missed = Vec::new();
        // References that lead nowhere are refused on import, and a path parameter is required whatever is said.
        let dangles = |pointer: &str| {
            let named = pointer.strip_prefix("/components").is_some_and(|rest| rest.matches('/').count() <= 2);
            named || pointer.ends_with("/$ref") || pointer.ends_with("/parameters/0/required")
        };
        for pointer in all.iter().filter(|pointer| !dangles(pointer)) {
            if unnoticed(without(&old, pointer)) {
                missed.push(format!("{pointer} removed"));
            }
            let mut altered = old.clone();
            let value = altered.pointer_mut(pointer).unwrap();
            *value = match &*value {
                Value::String(text) => format!("{text}X").into(),
                Value::Number(number) => (number.as_i64().unwrap() + 1).into(),
                Value::Bool(flag) => (!flag).into(),
                _ => continue,
            };
            if unnoticed(altered) {
                missed.push(format!("{pointer} altered"));
            }
        }
        assert!(missed.is_empty(), "{missed:#?}");
    }

    #[test]
    fn the_way_a_field_travels_decides() {
        let class = |pointer: &str, change: &dyn Fn(&mut Value)| -> Vec<(&'static str, Class)> {
            let old = document();
            let mut new = old.clone();
            change(new.pointer_mut(pointer).unwrap());
            compare(&Document(old), &Document(new)).iter().map(|change| (change.kind, change.class())).collect()
        };
        let (write, read, fault) =
            ("/components/schemas/Write", "/components/schemas/Read", "/components/schemas/Fault/properties/code/type");
        let required = |schema: &mut Value| {
            schema["properties"]["new"] = json!({ "type": "string" });
            schema["required"].as_array_mut().unwrap().push("new".into());
        };
        assert_eq!(class(write, &required), [("required-field-added", Class::Both)]);
        assert_eq!(class(read, &required), [("required-field-added", Class::Adds)]);

        let optional = |schema: &mut Value| schema["required"] = json!([]);
        assert_eq!(class(write, &optional), [("field-optional", Class::Compile)]);
        // `state` may be null already, and so is an option either way.
        assert_eq!(class(read, &optional), [("field-optional", Class::Both), ("field-optional", Class::Adds)]);

        let retype = |kind: &mut Value| *kind = "string".into();
        assert_eq!(class(fault, &retype), [("retyped", Class::Adds)]);
        assert_eq!(
            class(&format!("{write}/properties/labels/additionalProperties/type"), &|kind| *kind = "number".into()),
            [("retyped", Class::Both)]
        );
        // Texts are read whatever scalar comes.
        assert_eq!(
            class(&format!("{read}/properties/at"), &|at| *at = json!({ "type": "string" })),
            [("retyped", Class::Both)]
        );
    }

    #[test]
    fn a_type_that_holds_itself_ends() {
        let old = document();
        let new: Value = serde_json::from_str(
            &old.to_string().replace("schemas/Read", "schemas/Seen").replace("\"Read\"", "\"Seen\""),
        )
        .unwrap();
        let kinds: Vec<&str> = compare(&Document(old), &Document(new)).iter().map(|change| change.kind).collect();
        assert_eq!(kinds, ["type-renamed"]);
    }
}
