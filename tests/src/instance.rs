//! Valid instances of a schema.

use drata_contract::schema::{Format, SchemaId};
use serde_json::{Map, Value, json};

use crate::contract::{Contract, Shape};

/// How much of an instance is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What is required; `null` where that is allowed, and no items.
    Minimal,
    /// Every property, and one item in every list.
    Full,
}

/// A valid instance of `schema`.
///
/// # Panics
/// When a schema requires itself.
pub fn instance(contract: &Contract, schema: SchemaId, extent: Extent) -> Value {
    build(contract, schema, extent, &mut Vec::new()).expect("a schema that requires itself has no instance")
}

/// `None` where the same schema would begin again: whatever holds it there has to do without.
fn build<'a>(contract: &'a Contract, schema: SchemaId, extent: Extent, within: &mut Vec<&'a str>) -> Option<Value> {
    let name = contract.name(schema);
    if name.is_some_and(|name| within.contains(&name)) {
        return contract.is_nullable(schema).then_some(Value::Null);
    }
    within.extend(name);
    let built = of_shape(contract, schema, extent, within);
    within.truncate(within.len() - usize::from(name.is_some()));
    built
}

fn of_shape<'a>(contract: &'a Contract, schema: SchemaId, extent: Extent, within: &mut Vec<&'a str>) -> Option<Value> {
    Some(match contract.shape(schema) {
        Shape::Any => json!({ "any": ["thing", 1, null] }),
        Shape::Boolean => json!(true),
        Shape::Integer => json!(7),
        Shape::Number => json!(2.5),
        Shape::Text(format) => text(format).into(),
        Shape::Enumeration(first) => first.into(),
        Shape::List(_) if extent == Extent::Minimal => json!([]),
        Shape::List(items) => Value::Array(build(contract, items, extent, within).into_iter().collect()),
        Shape::Map(values) => Value::Object(
            build(contract, values, extent, within).map(|value| ("key".to_owned(), value)).into_iter().collect(),
        ),
        Shape::Object(object) => {
            let mut map = Map::new();
            for property in &object.properties {
                let required = property.required;
                let value = match extent {
                    Extent::Minimal if !required => continue,
                    Extent::Minimal if contract.is_nullable(property.schema) => Some(Value::Null),
                    _ => build(contract, property.schema, extent, within),
                };
                match value {
                    Some(value) => map.insert(property.name.to_string(), value),
                    None if required => return None,
                    None => continue,
                };
            }
            Value::Object(map)
        }
    })
}

fn text(format: Format) -> &'static str {
    match format {
        Format::Date => "2026-06-26",
        Format::DateTime => "2026-06-26T08:30:00.000Z",
        Format::Email => "ada@example.com",
        Format::Uri => "https://example.com/sample",
        Format::Uuid => "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        Format::Plain | Format::Binary => "sample",
    }
}
