//! From named values to a request, checked against the contract.

use drata_api::{Body, Call, Form, Upload};
use drata_contract::check;
use drata_contract::operation::{Parameter, Place};
use drata_contract::sample::is_file;
use drata_contract::schema::{SchemaId, Schemas};
use http::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::meta::Known;
use crate::Error;

/// The values that a call of an operation was given, by their names on the wire.
#[derive(Clone)]
pub(super) struct Values {
    pub(super) known: Known,
    pub(super) parameters: Vec<(&'static Parameter, Value)>,
    pub(super) body: Option<Value>,
    pub(super) fields: Map<String, Value>,
    pub(super) files: Vec<(String, Upload)>,
    /// What was given and has no place in the operation.
    pub(super) problems: Vec<String>,
}

impl Values {
    pub(super) fn new(known: Known) -> Self {
        Self { known, parameters: Vec::new(), body: None, fields: Map::new(), files: Vec::new(), problems: Vec::new() }
    }

    /// The fields of the body that take files.
    pub(super) fn file_fields(&self) -> Vec<&'static str> {
        let Known { contract, operation, .. } = self.known;
        let form = operation.form_body().and_then(|form| contract.schemas.object(form));
        let fields = form.into_iter().flat_map(|object| &object.properties);
        fields.filter(|field| is_file(&contract.schemas, field.schema)).map(|field| &*field.name).collect()
    }
}

/// Checks the values and writes them into the call.
pub(super) fn build(values: &Values, mut call: Call) -> Result<Call, Error> {
    let mut problems = values.problems.clone();
    parameters(values, &mut call, &mut problems);
    match body(values, &mut problems) {
        Body::Empty => {}
        body => call.request_mut().body = body,
    }
    match (call.violation(), problems.as_slice()) {
        (None, []) => Ok(call),
        (violation, _) => {
            problems.extend(violation.map(str::to_owned));
            Err(Error::invalid(Some(values.known.meta), problems.join("; ")))
        }
    }
}

fn parameters(values: &Values, call: &mut Call, problems: &mut Vec<String>) {
    let schemas = &values.known.contract.schemas;
    for parameter in &values.known.operation.parameters {
        if parameter.required && !values.parameters.iter().any(|(given, _)| std::ptr::eq(*given, parameter)) {
            problems.push(format!("{} is required", parameter.name));
        }
    }
    for (parameter, value) in &values.parameters {
        let found = check::check(schemas, parameter.schema, value, &parameter.name);
        if !found.is_empty() {
            problems.extend(found);
            continue;
        }
        match parameter.place {
            Place::Path => *call = call.clone().path(&parameter.name, text(value)),
            Place::Query => query(parameter, value, call),
            Place::Header => header(parameter, value, call, problems),
        }
    }
}

/// Adds query pairs: one for each item of an array, and `name[0][property]` for objects.
fn query(parameter: &'static Parameter, value: &Value, call: &mut Call) {
    let query = &mut call.request_mut().query;
    match value {
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                match item {
                    Value::Object(properties) => nested(&format!("{}[{place}]", parameter.name), properties, query),
                    item => query.push((parameter.name.as_str().into(), text(item))),
                }
            }
        }
        Value::Object(properties) => nested(&parameter.name, properties, query),
        Value::Null => {}
        value => query.push((parameter.name.as_str().into(), text(value))),
    }
}

fn nested(name: &str, properties: &Map<String, Value>, query: &mut Vec<(std::borrow::Cow<'static, str>, String)>) {
    for (property, value) in properties {
        let name = format!("{name}[{property}]");
        match value {
            Value::Object(inner) => nested(&name, inner, query),
            Value::Array(items) => query.extend(items.iter().map(|item| (format!("{name}[]").into(), text(item)))),
            value => query.push((name.into(), text(value))),
        }
    }
}

fn header(parameter: &Parameter, value: &Value, call: &mut Call, problems: &mut Vec<String>) {
    let text = text(value);
    match (HeaderName::from_bytes(parameter.name.as_bytes()), HeaderValue::from_str(&text)) {
        (Ok(name), Ok(value)) => call.request_mut().headers.push((name, value)),
        (Err(_), _) => problems.push(format!("{:?} is not the name of a header", parameter.name)),
        (_, Err(_)) => {
            problems.push(format!("{}: {text:?} cannot stand in a header: only visible ASCII can", parameter.name))
        }
    }
}

/// The body, as a form where it holds files or the operation takes nothing else.
fn body(values: &Values, problems: &mut Vec<String>) -> Body {
    let Known { contract, operation, meta } = values.known;
    let Some(expected) = &operation.body else {
        if values.body.is_some() || !values.files.is_empty() {
            problems.push(format!("{} takes no body", meta.rust_path));
        }
        return Body::Empty;
    };
    let mut given = values.body.clone();
    if !values.fields.is_empty() || !values.files.is_empty() {
        match given.get_or_insert_with(|| Map::new().into()) {
            Value::Object(map) => map.extend(values.fields.clone()),
            _ => problems.push("the body is no object, so it takes no fields".to_owned()),
        }
    }
    let Some(given) = given else {
        if expected.required {
            problems.push("a body is required".to_owned());
        }
        return Body::Empty;
    };
    let form = operation.form_body().filter(|_| !values.files.is_empty() || operation.json_body().is_none());
    let Some(schema) = form.or_else(|| operation.json_body()) else {
        problems.push(format!("{} takes a body of another media type", meta.rust_path));
        return Body::Empty;
    };
    if form.is_none() && !values.files.is_empty() {
        problems.push(format!("{} takes no files", meta.rust_path));
    }
    let schemas = &contract.schemas;
    for field in values.file_fields().into_iter().filter(|_| form.is_some()) {
        if given.get(field).is_some() {
            problems.push(format!("{field} takes a file, not a value"));
        }
    }
    // For the check, a file stands in its field by its name.
    let whole = match &given {
        Value::Object(fields) => with_files(values, schemas, schema, fields),
        other => other.clone(),
    };
    problems.extend(check::check(schemas, schema, &whole, ""));
    for name in check::undeclared(schemas, schema, &whole) {
        problems.push(format!("{name} is not a property of the body: the service rejects what it does not know"));
    }
    match (form, given) {
        (Some(_), Value::Object(fields)) => Body::Form(self::form(values, &fields)),
        (Some(_), _) => {
            problems.push("a form takes an object".to_owned());
            Body::Empty
        }
        (None, given) => Body::Json(given.to_string().into()),
    }
}

fn with_files(values: &Values, schemas: &Schemas, schema: SchemaId, fields: &Map<String, Value>) -> Value {
    let mut whole = fields.clone();
    let object = schemas.object(schema);
    for (field, file) in &values.files {
        let property = object.and_then(|object| object.property(field));
        let name = Value::from(file.file_name());
        if property.is_some_and(|property| schemas.items(property.schema).is_some()) {
            if let Value::Array(items) = whole.entry(field.as_str()).or_insert_with(|| Value::Array(Vec::new())) {
                items.push(name);
            }
        } else {
            whole.insert(field.clone(), name);
        }
    }
    Value::Object(whole)
}

fn form(values: &Values, fields: &Map<String, Value>) -> Form {
    let mut form = Form::default();
    for (name, value) in fields {
        match value {
            Value::Null => {}
            Value::Array(items) => items.iter().for_each(|item| form.text(name.clone(), text(item))),
            value => form.text(name.clone(), text(value)),
        }
    }
    for (field, file) in &values.files {
        form.file(field.clone(), file.clone());
    }
    form
}

/// A value as paths, queries and forms write it.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}
