//! Responses that are not quite what the contract promises.

use serde_json::{Map, Value};

use crate::contract::schema::{SchemaId, Schemas, Shape};
use crate::faults::Effect;

/// Changes a body as a fault demands; `cursor` is the one that the request came with.
pub(crate) fn apply(
    effect: &Effect,
    schemas: &Schemas,
    schema: Option<SchemaId>,
    body: &mut Value,
    cursor: Option<&str>,
) {
    match effect {
        Effect::RepeatedCursor => {
            if let Some(pagination) = body.get_mut("pagination").and_then(Value::as_object_mut) {
                let next = pagination.get("cursor").and_then(Value::as_str);
                let repeated = cursor.or(next).unwrap_or("again").to_owned();
                pagination.insert("cursor".to_owned(), repeated.into());
            }
        }
        Effect::MissingCursor => {
            if let Some(pagination) = body.get_mut("pagination").and_then(Value::as_object_mut) {
                pagination.insert("cursor".to_owned(), Value::Null);
            }
        }
        Effect::UnknownEnum => walk(schemas, schema, body, &|schemas, schema, value| {
            let is_enum = |schema| matches!(schemas.get(schema).shape, Shape::Enum(_));
            if schema.is_some_and(is_enum) && value.is_string() {
                *value = "SOMETHING_NEW".into();
            }
        }),
        Effect::ExtraFields => walk(schemas, schema, body, &|_, _, value| {
            if let Some(map) = value.as_object_mut() {
                map.insert("addedLater".to_owned(), "a property of a later version".into());
            }
        }),
        Effect::MissingFields => walk(schemas, schema, body, &|schemas, schema, value| {
            let object = schema.and_then(|schema| schemas.object(schema));
            let object = object.filter(|object| !PAGING.iter().any(|name| object.property(name).is_some()));
            if let (Some(object), Some(map)) = (object, value.as_object_mut()) {
                map.retain(|name, _| object.property(name).is_none_or(|property| property.required));
                for (name, value) in map.iter_mut() {
                    if object.property(name).is_some_and(|property| schemas.get(property.schema).nullable) {
                        *value = Value::Null;
                    }
                }
            }
        }),
        Effect::TextIds => walk(schemas, schema, body, &|_, _, value| {
            if let Some(id) = value.as_object_mut().and_then(|map| map.get_mut("id")).filter(|id| id.is_number()) {
                *id = id.to_string().into();
            }
        }),
        _ => {}
    }
}

/// Properties of what pages a list: a page without them would be another page.
const PAGING: &[&str] = &["cursor", "pagination", "page"];

type Change<'a> = &'a dyn Fn(&Schemas, Option<SchemaId>, &mut Value);

/// Visits a value and everything in it, with the schema where the contract has one.
fn walk(schemas: &Schemas, schema: Option<SchemaId>, value: &mut Value, change: Change<'_>) {
    change(schemas, schema, value);
    match value {
        Value::Object(map) => walk_object(schemas, schema, map, change),
        Value::Array(items) => {
            let inner = schema.and_then(|schema| schemas.items(schema));
            items.iter_mut().for_each(|item| walk(schemas, inner, item, change));
        }
        _ => {}
    }
}

fn walk_object(schemas: &Schemas, schema: Option<SchemaId>, map: &mut Map<String, Value>, change: Change<'_>) {
    let object = schema.and_then(|schema| schemas.object(schema));
    for (name, value) in map {
        let inner = object.and_then(|object| object.property(name)).map(|property| property.schema);
        walk(schemas, inner, value, change);
    }
}
