//! Valid instances of a schema.

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
pub fn instance(contract: &Contract, schema: &Value, extent: Extent) -> Value {
    build(contract, schema, extent, &mut Vec::new()).expect("a schema that requires itself has no instance")
}

/// `None` where the same schema would begin again: whatever holds it there has to do without.
fn build<'a>(contract: &'a Contract, schema: &'a Value, extent: Extent, within: &mut Vec<&'a str>) -> Option<Value> {
    let name = contract.name(schema);
    if name.is_some_and(|name| within.contains(&name)) {
        return contract.is_nullable(schema).then_some(Value::Null);
    }
    within.extend(name);
    let built = of_shape(contract, schema, extent, within);
    within.truncate(within.len() - usize::from(name.is_some()));
    built
}

fn of_shape<'a>(contract: &'a Contract, schema: &'a Value, extent: Extent, within: &mut Vec<&'a str>) -> Option<Value> {
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
        Shape::Object(properties, required) => {
            let mut map = Map::new();
            for (name, property) in properties {
                let required = required.iter().any(|required| required == name);
                let value = match extent {
                    Extent::Minimal if !required => continue,
                    Extent::Minimal if contract.is_nullable(property) => Some(Value::Null),
                    _ => build(contract, property, extent, within),
                };
                match value {
                    Some(value) => map.insert(name.clone(), value),
                    None if required => return None,
                    None => continue,
                };
            }
            Value::Object(map)
        }
    })
}

fn text(format: &str) -> &'static str {
    match format {
        "date" => "2026-06-26",
        "date-time" => "2026-06-26T08:30:00.000Z",
        "email" => "ada@example.com",
        "uri" => "https://example.com/sample",
        "uuid" => "3fa85f64-5717-4562-b3fc-2c963f66afa6",
        _ => "sample",
    }
}
