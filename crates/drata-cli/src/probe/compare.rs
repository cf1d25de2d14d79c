//! A response beside its schema.

use std::collections::HashSet;

use drata_contract::check;
use drata_contract::schema::{Additional, Format, Object, SchemaId, Schemas, Shape};
use drata_ext::by_name::Known;
use serde_json::Value;

use super::report::Finding;

/// How deep responses are looked into.
const DEEP: usize = 24;

/// Where a response differs from its schema.
pub(super) struct Compared {
    pub(super) rows: usize,
    pub(super) rejected: usize,
    pub(super) findings: Vec<Finding>,
}

/// Compares a response with its schema; `rejected` are the rows in which the contract is broken.
pub(super) fn compare(known: Known, schema: SchemaId, value: &Value) -> Compared {
    let mut walk = Walk {
        known,
        schemas: &known.contract.schemas,
        findings: Vec::new(),
        at: String::new(),
        within: Vec::new(),
        broken: HashSet::new(),
        row: None,
        rows_at: rows_at(known),
    };
    walk.value(schema, value, 0);
    let rows = known.operation.rows().and_then(|way| {
        way.iter().try_fold(value, |value, step| value.get(*step)).and_then(Value::as_array).map(Vec::len)
    });
    Compared { rows: rows.unwrap_or(0), rejected: walk.broken.len(), findings: walk.findings }
}

/// Where rows stand in the notation of places: `data[]`.
fn rows_at(known: Known) -> Option<String> {
    known.operation.rows().map(|way| format!("{}[]", way.join(".")))
}

struct Walk<'a> {
    known: Known,
    schemas: &'a Schemas,
    findings: Vec<Finding>,
    /// The place in the response: `data[].owner.email`.
    at: String,
    /// The named schemas on the way, with where each began.
    within: Vec<(String, usize)>,
    broken: HashSet<usize>,
    row: Option<usize>,
    rows_at: Option<String>,
}

impl Walk<'_> {
    fn found(&mut self, kind: &'static str, expected: impl Into<String>, found: impl Into<String>) {
        let (schema, begin) = self.within.last().cloned().unwrap_or_default();
        let property = self.at.get(begin..).unwrap_or_default().trim_start_matches('.').to_owned();
        self.findings.push(Finding::new(
            self.known,
            kind,
            &self.at,
            (&schema, &property),
            expected.into(),
            found.into(),
        ));
        // What is unknown breaks no reader.
        if !matches!(kind, "unknown-field" | "unknown-value")
            && let Some(row) = self.row
        {
            self.broken.insert(row);
        }
    }

    fn below(&mut self, step: &str, run: impl FnOnce(&mut Self)) {
        let before = self.at.len();
        if before > 0 && step != "[]" {
            self.at.push('.');
        }
        self.at.push_str(step);
        run(self);
        self.at.truncate(before);
    }

    fn value(&mut self, id: SchemaId, value: &Value, deep: usize) {
        let schema = self.schemas.get(id);
        let named = schema.name.as_ref().filter(|_| matches!(schema.shape, Shape::Object(_) | Shape::Enum(_)));
        if let Some(name) = named {
            self.within.push((name.to_string(), self.at.len()));
        }
        self.inside(id, value, deep);
        if named.is_some() {
            self.within.pop();
        }
    }

    fn inside(&mut self, id: SchemaId, value: &Value, deep: usize) {
        let schema = self.schemas.get(id);
        if deep > DEEP || matches!(schema.shape, Shape::Any | Shape::Reference(_)) {
            return;
        }
        if value.is_null() {
            if !schema.nullable {
                self.found("null", expected(&schema.shape), "null");
            }
            return;
        }
        match (&schema.shape, value) {
            (Shape::Boolean, Value::Bool(_)) | (Shape::Number(_), Value::Number(_)) => {}
            (Shape::Integer(_), Value::Number(number)) if number.is_i64() || number.is_u64() => {}
            (Shape::Integer(_), Value::Number(_)) => self.found("type", "integer", "number"),
            (Shape::Text(text), Value::String(written)) => {
                if let Some(format) = broken_format(text.format, written) {
                    self.found("format", format, "string");
                }
            }
            (Shape::Enum(values), value) => {
                if !values.contains(value) {
                    self.found("unknown-value", "", constant(value));
                }
            }
            (Shape::Array(array), Value::Array(items)) => {
                let items = items.clone();
                let rows = self.rows_at.clone();
                for (place, item) in items.iter().enumerate() {
                    self.below("[]", |walk| {
                        let is_row = rows.as_deref() == Some(walk.at.as_str());
                        if is_row {
                            walk.row = Some(place);
                        }
                        walk.value(array.items, item, deep + 1);
                        if is_row {
                            walk.row = None;
                        }
                    });
                }
            }
            (Shape::Object(object), Value::Object(_)) => self.object(&object.clone(), value, deep),
            (Shape::OneOf(choices), value) => {
                // The choice that fits, or else the first: its differences are what there is to say.
                let fits = choices.iter().find(|choice| check::check(self.schemas, **choice, value, "").is_empty());
                if let Some(choice) = fits.or_else(|| choices.first()) {
                    self.value(*choice, value, deep + 1);
                }
            }
            (shape, value) => self.found("type", expected(shape), kind(value)),
        }
    }

    fn object(&mut self, object: &Object, value: &Value, deep: usize) {
        let Some(map) = value.as_object() else { return };
        for (name, value) in map {
            match (object.property(name), &object.additional) {
                (Some(property), _) => self.below(name, |walk| walk.value(property.schema, value, deep + 1)),
                (None, Additional::Schema(schema)) => self.below("*", |walk| walk.value(*schema, value, deep + 1)),
                // An object that names no property may hold any: their names are the account's.
                (None, _) if object.properties.is_empty() => {}
                (None, _) => self.below(name, |walk| walk.found("unknown-field", "", kind(value))),
            }
        }
        for property in object.properties.iter().filter(|property| property.required) {
            if !map.contains_key(&*property.name) {
                let shape = self.schemas.get(property.schema).shape.clone();
                self.below(&property.name, |walk| walk.found("missing", expected(&shape), "absent"));
            }
        }
    }
}

fn broken_format(format: Format, written: &str) -> Option<&'static str> {
    use drata_contract::dates;
    match format {
        Format::DateTime if dates::parse(written).is_none() => Some("date-time"),
        Format::Date if dates::parse(written).is_none() => Some("date"),
        _ => None,
    }
}

fn expected(shape: &Shape) -> &'static str {
    match shape {
        Shape::Any | Shape::Reference(_) => "any",
        Shape::Boolean => "boolean",
        Shape::Integer(_) => "integer",
        Shape::Number(_) => "number",
        Shape::Text(_) | Shape::Enum(_) => "string",
        Shape::Array(_) => "array",
        Shape::Object(_) => "object",
        Shape::OneOf(_) => "one of several",
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A value of an enumeration, where it looks like a constant; anything else may be somebody's.
fn constant(value: &Value) -> String {
    let fits = |text: &str| {
        !text.is_empty()
            && text.len() <= 64
            && text.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
    };
    match value.as_str() {
        Some(text) if fits(text) => text.to_owned(),
        Some(_) => "a string that is no constant".to_owned(),
        None => kind(value).to_owned(),
    }
}
