//! What was written to a row, as the schema of an answer wants it.

use serde_json::Value;

use super::painter::{Painter, Subject, View};
use super::role::Role;
use super::{coerce, nested};
use crate::contract::schema::{Property, Shape};
use crate::state::store::Row;

impl Painter<'_> {
    /// What was written for a property, if it was and the schema can hold it.
    pub(super) fn written_value(&self, subject: &Subject<'_>, property: &Property) -> Option<Value> {
        let written = subject.written?;
        if let Some(value) = written.get(&*property.name) {
            if let Some(value) = coerce::to(&self.catalog.schemas, property.schema, value) {
                return Some(value);
            }
            if value.is_null() && !property.required {
                return None;
            }
            if let Some(pointed) = self.pointed_at(subject, property, value) {
                return Some(pointed);
            }
        }
        // `ownerId` was written and `owner` is asked for.
        let pointing = written.iter().find(|(name, value)| {
            !value.is_null()
                && name.strip_suffix("Ids").or_else(|| name.strip_suffix("Id")).is_some_and(|stem| {
                    *property.name == *stem || property.name.strip_suffix('s') == stem.strip_suffix('s').or(Some(stem))
                })
        });
        pointing.and_then(|(_, value)| self.pointed_at(subject, property, value))
    }

    /// The rows whose numbers were written, as the property wants them.
    fn pointed_at(&self, subject: &Subject<'_>, property: &Property, value: &Value) -> Option<Value> {
        let Role::Reference(noun) = property.role else { return None };
        let kind = self.catalog.kinds.by_noun(noun)?;
        let paint = |value: &Value, schema| {
            let number = value.as_u64().or_else(|| value.get("id")?.as_u64())?;
            Some(self.entity(Row { kind, number }, schema, View::default(), subject.depth + 1))
        };
        match (&self.catalog.schemas.get(property.schema).shape, value) {
            (Shape::Object(_), value) if !value.is_array() => paint(value, property.schema),
            (Shape::Array(array), Value::Array(values)) => {
                Some(values.iter().filter_map(|value| paint(value, array.items)).collect())
            }
            (Shape::Object(object), Value::Array(_)) => {
                // The ids of a list that the answer embeds with its length.
                let data = object.property("data").filter(|_| nested::is_sublist(object))?;
                let items = self.catalog.schemas.items(data.schema)?;
                let rows = value.as_array()?.iter().filter_map(|value| paint(value, items)).collect();
                Some(nested::with_count(object, rows))
            }
            _ => None,
        }
    }
}
