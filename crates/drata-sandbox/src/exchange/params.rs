//! The parameters of a request, typed and checked.

use drata_contract::check;
use std::collections::BTreeMap;

use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::contract::operation::{Operation, Parameter, Place, Style};
use crate::contract::schema::{SchemaId, Schemas, Shape};
use crate::data::coerce;

/// The typed parameters of one request.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    values: Vec<(String, Value)>,
}

impl Parameters {
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        let value = self.get(name)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "such a cast saturates")]
        value.as_u64().or_else(|| value.as_f64().map(|float| float as u64))
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.get(name) == Some(&Value::Bool(true))
    }

    /// The texts of a repeated parameter.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        let value = self.get(name);
        value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
    }

    pub(crate) fn all(&self) -> &[(String, Value)] {
        &self.values
    }

    /// Reads the parameters of an operation; the errors are its problems, each beginning with a parameter's name.
    pub(crate) fn read(
        schemas: &Schemas,
        operation: &Operation,
        path: &[String],
        query: &[(String, String)],
        headers: &HeaderMap,
    ) -> Result<Self, Vec<String>> {
        let mut values = Vec::new();
        let mut problems = Vec::new();
        for (parameter, texts) in given(operation, path, query, headers) {
            if let Some(objects) = objects(schemas, parameter, query) {
                problems.extend(check::check(schemas, parameter.schema, &objects, &parameter.name));
                values.push((parameter.name.clone(), objects));
                continue;
            }
            let value = match texts.as_slice() {
                [] if parameter.required => {
                    problems.push(format!("{} is required", parameter.name));
                    continue;
                }
                [] => continue,
                texts => typed_all(schemas, parameter.schema, &apart(parameter, texts)),
            };
            let is_taken = TAKEN
                .iter()
                .any(|(id, name, text)| operation.short_id() == *id && parameter.name == *name && value == *text);
            if !is_taken {
                problems.extend(check::check(schemas, parameter.schema, &value, &parameter.name));
            }
            values.push((parameter.name.clone(), value));
        }
        if problems.is_empty() { Ok(Self { values }) } else { Err(problems) }
    }
}

/// Values that the service takes beside those of the contract: the operation, the parameter, the value.
const TAKEN: &[(&str, &str, &str)] = &[("getMonitorFailedResultsReport", "type", "FAILED")];

/// Each parameter of an operation with the texts that the request gives for it.
fn given<'a>(
    operation: &'a Operation,
    path: &'a [String],
    query: &'a [(String, String)],
    headers: &'a HeaderMap,
) -> impl Iterator<Item = (&'a Parameter, Vec<&'a str>)> {
    operation.parameters.iter().map(move |parameter| {
        let texts = match parameter.place {
            Place::Path => {
                let place = operation.anchors.iter().position(|anchor| anchor.parameter == parameter.name);
                place.and_then(|place| path.get(place)).map(String::as_str).into_iter().collect()
            }
            Place::Query => {
                query.iter().filter(|(name, _)| *name == parameter.name).map(|(_, text)| text.as_str()).collect()
            }
            Place::Header => headers.get_all(&parameter.name).iter().filter_map(|value| value.to_str().ok()).collect(),
        };
        (parameter, texts)
    })
}

/// The texts of a list that is written as one, apart.
fn apart<'a>(parameter: &Parameter, texts: &[&'a str]) -> Vec<&'a str> {
    match parameter.style {
        Some(Style::Join(between)) => texts.iter().flat_map(|text| text.split(between)).collect(),
        _ => texts.to_vec(),
    }
}

/// Objects in a query: `fields[0][id]=3&fields[0][value]=x`, an index and a property for each text.
fn objects(schemas: &Schemas, parameter: &Parameter, query: &[(String, String)]) -> Option<Value> {
    let items = schemas.items(parameter.schema)?;
    let object = schemas.object(items).filter(|_| parameter.place == Place::Query)?;
    let mut found: BTreeMap<u64, Map<String, Value>> = BTreeMap::new();
    for (name, text) in query {
        let Some((index, property)) = indexed(&parameter.name, name) else { continue };
        let known = object.property(property);
        let value = known.map_or_else(|| text.as_str().into(), |known| typed(schemas, known.schema, text));
        found.entry(index).or_default().insert(property.to_owned(), value);
    }
    (!found.is_empty()).then(|| found.into_values().map(Value::Object).collect())
}

/// The index and the property in a name such as `fields[0][id]`.
fn indexed<'a>(parameter: &str, name: &'a str) -> Option<(u64, &'a str)> {
    let rest = name.strip_prefix(parameter)?.strip_prefix('[')?.strip_suffix(']')?;
    let (index, property) = rest.split_once("][")?;
    Some((index.parse().ok()?, property))
}

/// The names in a query that the operation does not know; the service ignores them.
pub(crate) fn unknown<'a>(operation: &Operation, query: &'a [(String, String)]) -> Vec<&'a str> {
    let known = |name: &str| {
        let is_its = |parameter: &Parameter| parameter.name == name || indexed(&parameter.name, name).is_some();
        operation.in_place(Place::Query).any(is_its)
    };
    query.iter().map(|(name, _)| name.as_str()).filter(|name| !known(name)).collect()
}

fn typed_all(schemas: &Schemas, schema: SchemaId, texts: &[&str]) -> Value {
    match (schemas.items(schema), texts) {
        (Some(items), texts) => texts.iter().map(|text| typed(schemas, items, text)).collect(),
        // The last of several wins, as in most servers.
        (None, [.., last]) => typed(schemas, schema, last),
        (None, []) => Value::Null,
    }
}

/// A text as the value that a schema wants, or as the text when it is none.
pub(crate) fn typed(schemas: &Schemas, schema: SchemaId, text: &str) -> Value {
    let found = schemas.get(schema);
    let typed = match &found.shape {
        Shape::Integer(_) | Shape::Number(_) => coerce::number(text),
        Shape::Boolean => text.parse().ok().map(Value::Bool),
        Shape::Enum(values) => values.iter().find(|value| coerce::text(value) == text).cloned(),
        Shape::OneOf(choices) => choices
            .iter()
            .map(|choice| typed(schemas, *choice, text))
            .zip(choices.iter())
            .find(|(value, choice)| check::conforms(schemas, **choice, value))
            .map(|(value, _)| value),
        Shape::Object(_) | Shape::Array(_) => serde_json::from_str(text).ok(),
        Shape::Text(_) | Shape::Any | Shape::Reference(_) => None,
    };
    match typed {
        Some(value) => value,
        None if found.nullable && text == "null" => Value::Null,
        None => text.into(),
    }
}

/// Takes a query string apart; a plus is a space.
pub(crate) fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => (decode(name), decode(value)),
            None => (decode(pair), String::new()),
        })
        .collect()
}
