//! From what a person or a query writes to the value that a schema wants.

use serde_json::Value;

use crate::check;
use crate::schema::{SchemaId, Schemas, Shape};

/// The value that `text` stands for where `schema` is wanted, or the string itself where it stands for none: a check of the
/// result says what is wrong with it.
///
/// ```
/// use drata_contract::{Contract, operation::ApiVersion, text};
///
/// let contract = Contract::of(ApiVersion::V2)?;
/// let list = contract.at("v2::vendors::list").expect("an operation");
/// let size = list.parameter("size").expect("a parameter").schema;
/// assert_eq!(text::read(&contract.schemas, size, "50"), 50);
/// assert_eq!(text::read(&contract.schemas, size, "many"), "many");
/// # Ok::<(), String>(())
/// ```
pub fn read(schemas: &Schemas, schema: SchemaId, text: &str) -> Value {
    let found = schemas.get(schema);
    let value = match &found.shape {
        Shape::Integer(_) => integer(text),
        Shape::Number(_) => {
            integer(text).or_else(|| text.parse().ok().and_then(serde_json::Number::from_f64).map(Value::Number))
        }
        Shape::Boolean => text.parse().ok().map(Value::Bool),
        Shape::Enum(values) => values.iter().find(|value| written(value) == text).cloned(),
        Shape::OneOf(choices) => choices
            .iter()
            .map(|choice| (read(schemas, *choice, text), *choice))
            .find(|(value, choice)| check::check(schemas, *choice, value, "").is_empty())
            .map(|(value, _)| value),
        Shape::Object(_) | Shape::Array(_) => serde_json::from_str(text).ok(),
        Shape::Any => serde_json::from_str(text).ok().filter(|value: &Value| !value.is_null()),
        Shape::Text(_) | Shape::Reference(_) => None,
    };
    match value {
        Some(value) => value,
        None if found.nullable && text == "null" => Value::Null,
        None => text.into(),
    }
}

/// A whole number, exactly as written: `007` is no number, it would lose its zeros.
fn integer(text: &str) -> Option<Value> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then(|| number.into())
}

/// A value as paths, queries and the values of flags write it.
pub fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
