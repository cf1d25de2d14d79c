//! An OpenAPI 3.0 document as JSON, and the ways through it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The methods that an OpenAPI path may have, in the order we write them.
pub(crate) const METHODS: [&str; 8] = ["get", "post", "put", "patch", "delete", "head", "options", "trace"];

/// Where component schemas stand.
pub(crate) const SCHEMAS: &str = "/components/schemas";

/// The media types that bodies and responses have most often.
pub(crate) const JSON: &str = "application/json";
pub(crate) const MULTIPART: &str = "multipart/form-data";

/// The start of a reference to a component schema.
pub(crate) const SCHEMA_REF: &str = "#/components/schemas/";

/// An OpenAPI 3.0 document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Document(pub(crate) Value);

/// Where an operation stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) path: String,
    pub(crate) method: String,
}

impl Place {
    /// Its JSON pointer.
    pub(crate) fn pointer(&self) -> String {
        format!("/paths/{}/{}", escape(&self.path), self.method)
    }

    /// The names between braces in its path.
    pub(crate) fn placeholders(&self) -> impl Iterator<Item = &str> {
        self.path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
    }
}

/// Escapes one segment of a JSON pointer.
pub(crate) fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// The segment of a JSON pointer without escapes.
pub(crate) fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

/// The string at `key`, or `""`.
pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The members of the object at `key`, or none.
pub(crate) fn members<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.get(key).and_then(Value::as_object).into_iter().flatten()
}

/// The items of the array at `key`, or none.
pub(crate) fn items<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The name of the component schema that `schema` refers to.
pub(crate) fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(SCHEMA_REF)
}

/// A reference to a component schema.
pub(crate) fn refer_to(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("{SCHEMA_REF}{name}") })
}

/// The JSON type as OpenAPI names it.
pub(crate) fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

impl Document {
    /// The operations, path by path, in the order of the document.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (Place, &Value)> {
        members(&self.0, "paths").flat_map(|(path, item)| {
            METHODS.iter().filter_map(move |method| {
                Some((Place { path: path.clone(), method: (*method).to_owned() }, item.get(method)?))
            })
        })
    }

    /// The operation at `place`.
    pub(crate) fn operation_mut(&mut self, place: &Place) -> Option<&mut Value> {
        self.0.get_mut("paths")?.get_mut(&place.path)?.get_mut(&place.method)
    }

    /// Where the operations stand.
    pub(crate) fn places(&self) -> Vec<Place> {
        self.operations().map(|(place, _)| place).collect()
    }

    /// Runs `change` on every operation.
    pub(crate) fn each_operation(&mut self, mut change: impl FnMut(&Place, &mut Map<String, Value>)) {
        for place in self.places() {
            if let Some(operation) = self.operation_mut(&place).and_then(Value::as_object_mut) {
                change(&place, operation);
            }
        }
    }

    /// The component schemas, by name.
    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.0.pointer(SCHEMAS).and_then(Value::as_object).into_iter().flatten()
    }

    /// The component schemas, by name.
    pub(crate) fn schemas_mut(&mut self) -> &mut Map<String, Value> {
        object_at(&mut self.0, "components");
        object_at(&mut self.0["components"], "schemas")
    }

    /// The component schema called `name`.
    pub(crate) fn schema(&self, name: &str) -> Option<&Value> {
        self.0.pointer(SCHEMAS)?.get(name)
    }

    /// What `schema` is after following references to components.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut current = schema;
        // A chain of references longer than there are schemas is a circle.
        for _ in 0..=self.schemas().count() {
            match reference(current).and_then(|name| self.schema(name)) {
                Some(next) => current = next,
                None => break,
            }
        }
        current
    }

    /// Adds the names of the component schemas that `value` leads to.
    pub(crate) fn reach(&self, value: &Value, found: &mut BTreeSet<String>) {
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            if let Some(name) = reference(value)
                && found.insert(name.to_owned())
            {
                open.extend(self.schema(name));
            }
            match value {
                Value::Object(map) => open.extend(map.values()),
                Value::Array(list) => open.extend(list),
                _ => {}
            }
        }
    }

    /// Runs `change` on every schema, the inner ones first, with its JSON pointer.
    pub(crate) fn each_schema(&mut self, mut change: impl FnMut(&str, &mut Value)) {
        let places = self.places();
        for place in places {
            let pointer = place.pointer();
            let Some(operation) = self.operation_mut(&place) else { continue };
            for (index, parameter) in array_mut(operation, "parameters").enumerate() {
                if let Some(schema) = parameter.get_mut("schema") {
                    walk(&format!("{pointer}/parameters/{index}/schema"), schema, &mut change);
                }
            }
            if let Some(body) = operation.get_mut("requestBody") {
                each_content(&format!("{pointer}/requestBody"), body, &mut change);
            }
            for (status, response) in object_mut(operation, "responses") {
                each_content(&format!("{pointer}/responses/{status}"), response, &mut change);
            }
        }
        for (name, schema) in self.schemas_mut().iter_mut() {
            walk(&format!("{SCHEMAS}/{}", escape(name)), schema, &mut change);
        }
    }

    /// The document as canonical text: two spaces, and a line break at the end.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing a `Value` into a `String` cannot fail.
        let _ = write!(text, "{:#}", self.0);
        text.push('\n');
        text
    }
}

/// The object at `key`, made if it is not there.
pub(crate) fn object_at<'a>(value: &'a mut Value, key: &str) -> &'a mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let Value::Object(map) = value else { unreachable!("made an object above") };
    let inner = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
    if !inner.is_object() {
        *inner = Value::Object(Map::new());
    }
    match inner {
        Value::Object(map) => map,
        _ => unreachable!("made an object above"),
    }
}

fn array_mut<'a>(value: &'a mut Value, key: &str) -> impl Iterator<Item = &'a mut Value> {
    value.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten()
}

fn object_mut<'a>(value: &'a mut Value, key: &str) -> impl Iterator<Item = (&'a String, &'a mut Value)> {
    value.get_mut(key).and_then(Value::as_object_mut).into_iter().flat_map(|map| map.iter_mut())
}

fn each_content(pointer: &str, holder: &mut Value, change: &mut impl FnMut(&str, &mut Value)) {
    for (media, content) in object_mut(holder, "content") {
        if let Some(schema) = content.get_mut("schema") {
            walk(&format!("{pointer}/content/{}/schema", escape(media)), schema, change);
        }
    }
}

/// Runs `change` on the schemas within `schema`, then on itself.
pub(crate) fn walk(pointer: &str, schema: &mut Value, change: &mut impl FnMut(&str, &mut Value)) {
    for (name, property) in object_mut(schema, "properties") {
        walk(&format!("{pointer}/properties/{}", escape(name)), property, change);
    }
    for key in ["items", "additionalProperties", "not"] {
        if let Some(inner) = schema.get_mut(key).filter(|inner| inner.is_object()) {
            walk(&format!("{pointer}/{key}"), inner, change);
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for (index, inner) in array_mut(schema, key).enumerate() {
            walk(&format!("{pointer}/{key}/{index}"), inner, change);
        }
    }
    change(pointer, schema);
}

/// Drops from `required` what is no property any more.
pub(crate) fn forget_required(schema: &mut Value) {
    let kept: Vec<Value> = items(schema, "required")
        .iter()
        .filter(|name| {
            name.as_str().is_some_and(|name| schema.pointer("/properties").is_some_and(|all| all.get(name).is_some()))
        })
        .cloned()
        .collect();
    if let Some(required) = schema.get_mut("required") {
        *required = kept.into();
    }
}
