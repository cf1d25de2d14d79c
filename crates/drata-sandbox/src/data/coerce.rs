//! Written values in the form that another schema wants: a request may say a day where the response says a moment.

use drata_contract::check;
use serde_json::Value;

use super::dates;
use crate::contract::schema::{Format, SchemaId, Schemas, Shape};

/// The value as the schema holds it, or `None` when it cannot.
pub(crate) fn to(schemas: &Schemas, schema: SchemaId, value: &Value) -> Option<Value> {
    if check::conforms(schemas, schema, value) {
        return Some(value.clone());
    }
    let changed = match (&schemas.get(schema).shape, value) {
        (Shape::Text(text), Value::String(written)) => match text.format {
            Format::DateTime => dates::date_time(dates::parse(written)?).into(),
            Format::Date => dates::date(dates::parse(written)?).into(),
            _ => return None,
        },
        (Shape::Text(_), Value::Number(number)) => number.to_string().into(),
        (Shape::Text(_), Value::Bool(switch)) => switch.to_string().into(),
        (Shape::Integer(_) | Shape::Number(_), Value::String(written)) => number(written)?,
        (Shape::Boolean, Value::String(written)) => Value::Bool(written.parse().ok()?),
        _ => return None,
    };
    check::conforms(schemas, schema, &changed).then_some(changed)
}

/// A number as texts write it: `5`, `5.0`, `-1`.
pub(crate) fn number(text: &str) -> Option<Value> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.into());
    }
    let float: f64 = text.parse().ok().filter(|float: &f64| float.is_finite())?;
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked first")]
    if float.fract() == 0.0 && float.abs() < 9e15 {
        return Some((float as i64).into());
    }
    serde_json::Number::from_f64(float).map(Value::Number)
}

/// A value as a text: a string without its quotes, anything else as JSON writes it.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
