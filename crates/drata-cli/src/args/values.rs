//! Values of flags: read as the contract wants them, and checked at once.

use std::ops::RangeInclusive;
use std::sync::Arc;

use clap::builder::{PossibleValue, TypedValueParser, ValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command};
use drata_contract::schema::{SchemaId, Schemas, Shape};
use drata_contract::{check, text};
use serde_json::Value;

/// As many values as help names.
const SHOWN: usize = 24;

/// Reads and checks the value of a flag.
#[derive(Clone)]
struct ContractValue {
    schemas: &'static Schemas,
    schema: SchemaId,
    name: Arc<str>,
}

impl TypedValueParser for ContractValue {
    type Value = Value;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, raw: &std::ffi::OsStr) -> Result<Value, clap::Error> {
        let invalid = |problem: String| {
            let flag = arg.map_or_else(String::new, |arg| format!(" for '{arg}'"));
            let shown = raw.to_string_lossy();
            let message = format!("invalid value '{}'{flag}: {problem}\n", crate::output::clean::short(&shown));
            clap::Error::raw(ErrorKind::ValueValidation, message).with_cmd(command)
        };
        let Some(written) = raw.to_str() else { return Err(invalid(format!("{}: not UTF-8", self.name))) };
        // A value may begin with a dash, but an option in its place is a value that was forgotten.
        let option = written.strip_prefix("--").map(|name| name.split('=').next().unwrap_or_default());
        if option.is_some_and(|option| command.get_arguments().any(|known| known.get_long() == Some(option))) {
            return Err(invalid(format!("{written} is an option, so the value is missing")));
        }
        let value = text::read(self.schemas, self.schema, written);
        match check::check(self.schemas, self.schema, &value, &self.name).first() {
            None => Ok(value),
            Some(problem) => Err(invalid(problem.clone())),
        }
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let values: Vec<PossibleValue> = match &self.schemas.get(self.schema).shape {
            Shape::Enum(values) => values.iter().map(|value| PossibleValue::new(text::written(value))).collect(),
            Shape::Boolean => ["true", "false"].map(PossibleValue::new).into(),
            _ => return None,
        };
        Some(Box::new(values.into_iter()))
    }
}

/// A number of things that is not zero.
pub(crate) fn at_least_one(written: &str) -> Result<u64, String> {
    whole(1..=u64::MAX)(written)
}

/// A whole number within limits.
pub(crate) fn whole(
    limits: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<u64, String> + Clone + Send + Sync + 'static {
    move |written| match written.parse() {
        Ok(number) if limits.contains(&number) => Ok(number),
        _ if *limits.end() == u64::MAX => Err(format!("it must be a whole number of at least {}", limits.start())),
        _ => Err(format!("it must be a whole number from {} to {}", limits.start(), limits.end())),
    }
}

/// A number that identifies a row.
pub(crate) fn id(written: &str) -> Result<i64, String> {
    written.parse().map_err(|_| "it must be a whole number, the id of one".to_owned())
}

/// The parser of values of a schema; `name` stands in its errors.
pub(crate) fn parser(schemas: &'static Schemas, schema: SchemaId, name: &str) -> ValueParser {
    ValueParser::new(ContractValue { schemas, schema, name: name.into() })
}

/// Whether a flag can hold values of a schema: what is no object, and no list of objects or lists.
pub(crate) fn is_flat(schemas: &Schemas, schema: SchemaId) -> bool {
    match &schemas.get(schema).shape {
        Shape::Object(_) => false,
        Shape::Array(array) => is_flat(schemas, array.items) && schemas.items(array.items).is_none(),
        Shape::OneOf(choices) => choices.iter().all(|choice| is_flat(schemas, *choice)),
        _ => true,
    }
}

/// What a value is called in help, such as `NUMBER`.
pub(crate) fn value_name(schemas: &Schemas, schema: SchemaId) -> &'static str {
    use drata_contract::schema::Format;
    match &schemas.get(schema).shape {
        Shape::Boolean => "true|false",
        Shape::Integer(_) | Shape::Number(_) => "NUMBER",
        Shape::Text(text) => match text.format {
            Format::DateTime => "TIME",
            Format::Date => "DATE",
            Format::Email => "EMAIL",
            Format::Uri => "URL",
            Format::Uuid => "UUID",
            Format::Binary => "PATH",
            Format::Plain => "TEXT",
        },
        Shape::Enum(_) => "VALUE",
        Shape::Array(array) => value_name(schemas, array.items),
        Shape::OneOf(_) | Shape::Any | Shape::Reference(_) => "VALUE",
        Shape::Object(_) => "JSON",
    }
}

/// The limits and values of a schema, as help shows them behind a description.
pub(crate) fn limits(schemas: &Schemas, schema: SchemaId) -> Vec<String> {
    let found = schemas.get(schema);
    let mut notes = Vec::new();
    match &found.shape {
        Shape::Integer(bounds) | Shape::Number(bounds) => {
            match (bounds.minimum.is_finite(), bounds.maximum.is_finite()) {
                (true, true) => notes.push(format!("{} to {}", bounds.minimum, bounds.maximum)),
                (true, false) => notes.push(format!("at least {}", bounds.minimum)),
                (false, true) => notes.push(format!("at most {}", bounds.maximum)),
                (false, false) => {}
            }
        }
        Shape::Text(text) if text.max_length != usize::MAX => {
            notes.push(format!("at most {} characters", text.max_length));
        }
        Shape::Enum(values) => notes.extend(choices(values)),
        Shape::Array(array) => {
            if array.max_items != usize::MAX {
                notes.push(format!("at most {} values", array.max_items));
            }
            notes.extend(limits(schemas, array.items));
        }
        _ => {}
    }
    notes
}

fn choices(values: &[Value]) -> Option<String> {
    const FEW: usize = 8;
    let some = |count: usize| values.iter().take(count).map(text::written).collect::<Vec<_>>().join(", ");
    Some(match values.len() {
        ..=SHOWN => some(SHOWN),
        count => format!("{} and {} more: see `drata describe`", some(FEW), count - FEW),
    })
}
