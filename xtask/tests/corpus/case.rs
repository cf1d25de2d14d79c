//! The cases of the corpus: one YAML file for each construct, reduced to the part that matters.
//!
//! A file begins with a comment that names the construct. Its keys:
//!
//! - `expect`: `accepted` or `refused`. Refused is only what has no faithful form.
//! - `METHOD /path`: an operation. The harness adds `operationId`, `tags`, a permission, a 204 and a string parameter for each
//!   placeholder, unless the operation has them. `takes: SCHEMA` is a required JSON body, `returns: SCHEMA` the body of a
//!   200. A `$ref` that is a single word refers to a component schema.
//! - `schemas`: short for `components.schemas`.
//! - `document`: the whole document as text, in place of the above.
//! - `wire`: the full sample request as text, or a list of alternatives. Where there are several operations, a mapping from
//!   `METHOD /path`.
//! - `responses`: what the service sends and what the client makes of it. Give `body` (JSON), `text` or `bytes` (a list of
//!   numbers). `back` is what the client writes back, by default what was sent; `fails` is a part of the error. `of` is the
//!   operation, `status` the status (200), `media` the media type to ask for.
//! - `accept`: the media type that the minimal request asks for.
//! - `code`: parts that the generated code must contain.
//! - `finds`: the rules of all findings of a document that is accepted: what is degraded, and nothing silently.
//! - `says`: parts that the diagnosis must contain.
//! - `newer`: a merge patch that makes a newer document of this one. The public names of this one must stay.
//!
//! All other keys go into the document unchanged.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Map, Number, Value, json};

/// What must become of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    Accepted,
    Refused,
}

/// One construct.
#[derive(Debug)]
pub(crate) struct Case {
    /// The folder of its file.
    pub(crate) theme: String,
    /// The name of its file.
    pub(crate) name: String,
    /// What it is: the first line of its file.
    pub(crate) about: String,
    /// The vendor's document.
    pub(crate) document: String,
    pub(crate) expect: Expect,
    /// Full sample requests by `METHOD /path`; `""` stands for the only one. Any of a list will do.
    pub(crate) wire: BTreeMap<String, Vec<String>>,
    pub(crate) responses: Vec<Reading>,
    /// The media type that the minimal request asks for.
    pub(crate) accept: Option<String>,
    /// What the generated code must contain.
    pub(crate) code: Vec<String>,
    /// The rules of its findings.
    pub(crate) finds: BTreeSet<String>,
    /// What the diagnosis must contain.
    pub(crate) says: Vec<String>,
    /// A newer document, which must keep the names of this one.
    pub(crate) newer: Option<String>,
    /// Whether the file gives the whole text of the document.
    pub(crate) is_text: bool,
    /// The operations, as `METHOD /path`.
    pub(crate) operations: Vec<String>,
}

/// A response, and what the client must make of it.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// `METHOD /path`, or `""` for the only operation.
    pub(crate) of: String,
    pub(crate) status: u16,
    /// The media type to ask for, or `""` for the usual one.
    pub(crate) media: String,
    pub(crate) body: Vec<u8>,
    pub(crate) expected: Expected,
}

/// What the client must make of a response.
#[derive(Clone, Debug)]
pub(crate) enum Expected {
    /// It reads it, and writes this back.
    Back(Value),
    /// It reads it.
    Anything,
    /// It fails with an error that contains this.
    Fails(String),
}

const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

impl Reading {
    /// The body, as a person reads it.
    pub(crate) fn shown(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap_or_else(|_| format!("{} bytes", self.body.len()))
    }
}

impl Case {
    /// The module that holds its generated code.
    pub(crate) fn module(&self) -> String {
        format!("{}_{}", self.theme, self.name).replace('-', "_")
    }

    /// `theme/name`.
    pub(crate) fn title(&self) -> String {
        format!("{}/{}", self.theme, self.name)
    }
}

/// The variable that names the constructs to judge, in place of all.
pub(crate) const ONLY: &str = "CORPUS_ONLY";

/// Every construct, theme by theme.
pub(crate) fn all() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let only = std::env::var(ONLY).ok();
    let cases: Vec<Case> = listed(&root)
        .into_iter()
        .filter(|folder| folder.is_dir() && !folder.ends_with("snapshots"))
        .flat_map(|folder| listed(&folder))
        .map(|path| read(&path))
        .filter(|case| only.as_ref().is_none_or(|only| only.split_whitespace().any(|part| case.title().contains(part))))
        .collect();
    let modules: BTreeSet<String> = cases.iter().map(Case::module).collect();
    assert_eq!(modules.len(), cases.len(), "two constructs have the same name");
    cases
}

fn listed(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

fn read(path: &Path) -> Case {
    let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let text = fs::read_to_string(path).unwrap();
    let about = text.lines().next().and_then(|line| line.strip_prefix("# "));
    let about = about
        .unwrap_or_else(|| panic!("{}: the first line must be a comment that names the construct", path.display()))
        .to_owned();
    let yaml = Yaml::load_from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let Value::Object(mut keys) = json_of(&yaml[0]) else { panic!("{}: no mapping", path.display()) };
    let expect = match keys.shift_remove("expect").as_ref().and_then(Value::as_str) {
        Some("accepted") => Expect::Accepted,
        Some("refused") => Expect::Refused,
        other => panic!("{}: expect: {other:?}", path.display()),
    };
    let wire = match keys.shift_remove("wire") {
        None => BTreeMap::new(),
        Some(Value::Object(of)) => of.into_iter().map(|(of, wire)| (of, requests(&wire))).collect(),
        Some(one) => BTreeMap::from([(String::new(), requests(&one))]),
    };
    let responses = keys.shift_remove("responses").unwrap_or(Value::Array(Vec::new()));
    let responses: Vec<Reading> = responses.as_array().unwrap().iter().map(reading).collect();
    let mut parts = |key: &str| -> Vec<String> {
        let parts = keys.shift_remove(key).unwrap_or(Value::Array(Vec::new()));
        parts.as_array().unwrap().iter().map(|part| part.as_str().unwrap().to_owned()).collect()
    };
    let (code, says) = (parts("code"), parts("says"));
    let finds: BTreeSet<String> = parts("finds").into_iter().collect();
    let newer = keys.shift_remove("newer");
    let accept = keys.shift_remove("accept").map(|accept| accept.as_str().unwrap().to_owned());
    let checks = !wire.is_empty() || !responses.is_empty() || !code.is_empty() || !finds.is_empty();
    assert!(
        if expect == Expect::Accepted { says.is_empty() } else { !checks },
        "{}: `says` belongs to what is refused, all other checks to what is accepted",
        path.display()
    );
    let text = keys.shift_remove("document");
    let is_text = text.is_some();
    let (document, operations) = match text {
        Some(text) => (text.as_str().unwrap().to_owned(), Vec::new()),
        None => {
            let document = envelope(keys.clone());
            (format!("{document:#}\n"), operations(&document))
        }
    };
    let newer = newer.map(|changes| {
        let mut keys = Value::Object(keys);
        merge(&mut keys, changes);
        let Value::Object(keys) = keys else { panic!("{}: newer: no mapping", path.display()) };
        format!("{:#}\n", envelope(keys))
    });
    let (theme, name) = (stem(path.parent().unwrap()), stem(path));
    Case {
        theme,
        name,
        about,
        document,
        expect,
        wire,
        responses,
        accept,
        code,
        finds,
        says,
        newer,
        is_text,
        operations,
    }
}

/// Applies a JSON merge patch.
fn merge(value: &mut Value, changes: Value) {
    match (value, changes) {
        (Value::Object(map), Value::Object(changes)) => {
            for (key, change) in changes {
                if change.is_null() {
                    map.shift_remove(&key);
                } else {
                    merge(map.entry(key).or_insert(Value::Null), change);
                }
            }
        }
        (value, changes) => *value = changes,
    }
}

fn operations(document: &Value) -> Vec<String> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, item)| {
            let methods = METHODS.iter().filter(|method| item.get(**method).is_some_and(Value::is_object));
            let path = encoded(path);
            methods.map(move |method| format!("{method} {path}"))
        })
        .collect()
}

/// A path as it is on the wire, its placeholders as they are.
fn encoded(path: &str) -> String {
    const FIXED: &AsciiSet = &CONTROLS.add(b' ');
    let fixed = |text: &str| utf8_percent_encode(text, FIXED).to_string();
    let parts = path.split_inclusive(['{', '}']);
    parts.map(|part| if part.ends_with('}') { part.to_owned() } else { fixed(part) }).collect()
}

/// The request, or the alternatives.
fn requests(wire: &Value) -> Vec<String> {
    let one = |wire: &Value| wire.as_str().unwrap().trim_end_matches('\n').to_owned();
    wire.as_array().map_or_else(|| vec![one(wire)], |several| several.iter().map(one).collect())
}

fn reading(value: &Value) -> Reading {
    let keys = value.as_object().unwrap();
    for key in keys.keys() {
        let known = ["of", "status", "media", "body", "text", "bytes", "back", "fails"];
        assert!(known.contains(&key.as_str()), "responses: {key}?");
    }
    let byte = |value: &Value| u8::try_from(value.as_u64().unwrap()).unwrap();
    let (body, came) = match (keys.get("body"), keys.get("text"), keys.get("bytes")) {
        (Some(body), None, None) => (body.to_string().into_bytes(), Expected::Back(body.clone())),
        (None, Some(text), None) => (text.as_str().unwrap().as_bytes().to_owned(), Expected::Back(text.clone())),
        (None, None, Some(bytes)) => (bytes.as_array().unwrap().iter().map(byte).collect(), Expected::Anything),
        _ => panic!("responses: one of body, text and bytes: {value}"),
    };
    let expected = match (keys.get("back"), keys.get("fails")) {
        (None, None) => came,
        (Some(back), None) => Expected::Back(back.clone()),
        (_, Some(part)) => Expected::Fails(part.as_str().unwrap().to_owned()),
    };
    let status = keys.get("status").map_or(200, |status| status.as_u64().unwrap().try_into().unwrap());
    let text = |key: &str| keys.get(key).map_or("", |text| text.as_str().unwrap()).to_owned();
    Reading { of: text("of"), status, media: text("media"), body, expected }
}

/// The whole document.
fn envelope(mut keys: Map<String, Value>) -> Value {
    let mut document = json!({ "openapi": "3.0.0", "info": { "title": "t", "version": "1" }, "servers": [] });
    let mut paths = keys.shift_remove("paths").unwrap_or_else(|| json!({}));
    let mut components = keys.shift_remove("components").unwrap_or_else(|| json!({}));
    if let Some(schemas) = keys.shift_remove("schemas") {
        components["schemas"] = schemas;
    }
    for (key, value) in keys {
        match key.split_once(' ').filter(|(method, _)| METHODS.contains(method)) {
            Some((method, path)) => paths[path][method] = operation(method, path, value),
            None => document[key] = value,
        }
    }
    document["paths"] = paths;
    document["components"] = components;
    refer(&mut document);
    document
}

fn operation(method: &str, path: &str, mut given: Value) -> Value {
    if given.is_null() {
        given = json!({});
    }
    let keys = given.as_object_mut().unwrap();
    let mut filled = json!({
        "operationId": format!("Things_{}", operation_id(method, path)),
        "tags": ["Things"],
        "x-drata-permissions": ["things"],
        "parameters": [],
        "responses": { "204": { "description": "" } },
    });
    let content = |schema: Value| json!({ "application/json": { "schema": schema } });
    if let Some(schema) = keys.shift_remove("takes") {
        filled["requestBody"] = json!({ "required": true, "content": content(schema) });
    }
    if let Some(schema) = keys.shift_remove("returns") {
        filled["responses"] = json!({ "200": { "description": "", "content": content(schema) } });
    }
    for (key, value) in keys {
        filled[key.as_str()] = value.take();
    }
    let placeholders = path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    let declared = filled["parameters"].as_array().unwrap().clone();
    for name in placeholders.filter(|name| !declared.iter().any(|one| one["name"] == **name)) {
        let parameter = json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
        filled["parameters"].as_array_mut().unwrap().push(parameter);
    }
    filled
}

/// `get /things/{id}/parts` is `getThingsPartsForId`.
fn operation_id(method: &str, path: &str) -> String {
    let verb = match method {
        "post" => "create",
        "put" => "update",
        other => other,
    };
    let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
    let segments = || path.split('/').filter(|segment| !segment.is_empty());
    let words: String = segments().filter(|segment| !segment.contains('{')).map(capital).collect();
    let placed: String = segments().filter(|segment| segment.contains('{')).map(|_| "ForOne").collect();
    format!("{verb}{}{placed}", words.replace('-', ""))
}

/// Completes references that are a single word.
fn refer(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match inner.as_str() {
                    Some(name) if key == "$ref" && !name.contains(['#', '/', '.']) => {
                        *inner = format!("#/components/schemas/{name}").into();
                    }
                    _ => refer(inner),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(refer),
        _ => {}
    }
}

/// YAML as JSON. A key that is a number becomes a string.
fn json_of(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(flag)) => (*flag).into(),
        Yaml::Value(Scalar::Integer(number)) => (*number).into(),
        Yaml::Value(Scalar::FloatingPoint(number)) => Number::from_f64(number.0).unwrap().into(),
        Yaml::Value(Scalar::String(text)) => text.as_ref().into(),
        Yaml::Sequence(items) => items.iter().map(json_of).collect(),
        Yaml::Mapping(map) => map.iter().map(|(key, value)| (key_of(key), json_of(value))).collect(),
        other => panic!("not plain YAML: {other:?}"),
    }
}

fn key_of(yaml: &Yaml<'_>) -> String {
    match json_of(yaml) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
