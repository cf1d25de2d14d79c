//! What was written to a row, as the schema of a response wants it.

use serde_json::Value;

use super::coerce;
use super::nested::{is_sublist, with_count};
use super::painter::{Painter, Subject};
use crate::contract::schema::{Property, SchemaId, Shape};

/// Properties that requests and responses call differently.
const COUNTERPARTS: &[(&str, &[&str])] = &[("clientAlias", &["name"]), ("contactsEmail", &["contactEmail"])];

impl Painter<'_> {
    /// What was written for a property, if it was and the schema can hold it; the inner option is empty when what was
    /// written leaves the property out.
    pub(super) fn written_value(&self, subject: &Subject<'_>, property: &Property) -> Option<Option<Value>> {
        let written = subject.written?;
        let name = &*property.name;
        let value = written.get(name).or_else(|| {
            let (_, others) = COUNTERPARTS.iter().find(|(known, _)| *known == name)?;
            others.iter().find_map(|other| written.get(*other))
        })?;
        if value.is_null() && !self.catalog.schemas.get(property.schema).nullable {
            // Null where none is possible: the property goes, or is as if nobody had written it.
            return (!property.required).then_some(None);
        }
        self.reshaped(property.schema, subject, property, 0, value).map(Some)
    }

    /// A written value in the shape that a response shows it in; `None` when the response has no room for it.
    fn reshaped(
        &self,
        schema: SchemaId,
        subject: &Subject<'_>,
        property: &Property,
        step: u64,
        value: &Value,
    ) -> Option<Value> {
        if let Some(value) = coerce::to(&self.catalog.schemas, schema, value) {
            return Some(value);
        }
        match (&self.catalog.schemas.get(schema).shape, value) {
            (Shape::Array(array), Value::Array(items)) => {
                Some(self.all_reshaped(array.items, subject, property, items))
            }
            (Shape::Object(object), Value::Array(items)) if is_sublist(object) => {
                let rows = self.catalog.schemas.items(object.property("data")?.schema)?;
                let shown = self.all_reshaped(rows, subject, property, items);
                let count = shown.as_array().map_or(0, Vec::len);
                Some(with_count(object, shown, count))
            }
            (Shape::Object(object), Value::Object(map)) if !is_sublist(object) => {
                Some(self.written_part(object, subject, property, step, map))
            }
            _ => None,
        }
    }

    fn all_reshaped(&self, schema: SchemaId, subject: &Subject<'_>, property: &Property, items: &[Value]) -> Value {
        let items = items.iter().zip(0..);
        items.filter_map(|(item, step)| self.reshaped(schema, subject, property, step, item)).collect()
    }
}
