//! What was written to a row, as the schema of a response wants it.

use serde_json::{Map, Value};

use super::coerce;
use super::excerpt::{is_sublist, with_count};
use super::painter::{Painter, Subject};
use crate::contract::schema::{Format, Object, Property, SchemaId, Shape};
use crate::state::row::Written;

/// Properties that requests and responses call differently: as a response calls it, and as requests do.
const COUNTERPARTS: &[(&str, &[&str])] = &[
    ("clientAlias", &["name"]),
    ("contactsEmail", &["contactEmail"]),
    ("separatedAt", &["separationDate"]),
    ("separationDate", &["separatedAt"]),
    ("startedAt", &["startDate"]),
    ("startDate", &["startedAt"]),
    ("status", &["vendorStatus", "securityReviewStatus"]),
    ("type", &["securityReviewType", "sourceType"]),
    ("recipientEmail", &["email"]),
    ("osVersion", &["platformVersion"]),
    ("requiresAcknowledgment", &["requiresAcknowledgement"]),
    ("scope", &["assignedTo"]),
    ("assignedTo", &["scope"]),
];

/// Objects within a row whose properties requests write to the row itself.
const PARTS: &[(&str, &[&str])] = &[("renewalSchema", &["renewalDate", "renewalScheduleType"])];

impl Painter<'_> {
    /// What was written for a property, if it was and the schema can hold it; the inner option is empty when what was
    /// written leaves the property out.
    pub(super) fn written_value(&self, subject: &Subject<'_>, property: &Property) -> Option<Option<Value>> {
        let written = subject.written?;
        let Some(value) = find(written, property) else {
            return self.gathered(subject, property, written).map(Some);
        };
        let schema = self.catalog.schemas.get(property.schema);
        if value.is_null() && !schema.nullable {
            // Null where none is possible: the property goes, or holds as little as it can.
            return match (&schema.shape, property.required) {
                (_, false) => Some(None),
                (Shape::Text(text), true) if text.format == Format::Plain && text.min_length == 0 => {
                    Some(Some("".into()))
                }
                (Shape::Array(array), true) if array.min_items == 0 => Some(Some(Value::Array(Vec::new()))),
                _ => None,
            };
        }
        self.reshaped(property.schema, subject, property, 0, value).map(Some)
    }

    /// An object within the row whose properties were written to the row itself.
    fn gathered(&self, subject: &Subject<'_>, property: &Property, written: &Written) -> Option<Value> {
        let (_, names) = PARTS.iter().find(|(part, _)| *part == &*property.name)?;
        let Shape::Object(object) = &self.catalog.schemas.get(property.schema).shape else { return None };
        let part: Written = written.iter().filter(|(name, _)| names.contains(&name.as_str())).map(clone).collect();
        (!part.is_empty()).then(|| self.written_part(object, subject, property, 0, &part))
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
        let found = self.catalog.schemas.get(schema);
        // What is nested is taken apart: a response holds nothing that its schema does not declare.
        let is_nested = match &found.shape {
            Shape::Object(object) => value.is_object() && !object.properties.is_empty(),
            Shape::Array(array) => value.is_array() && self.catalog.schemas.object(array.items).is_some(),
            _ => false,
        };
        if let Some(value) = coerce::to(&self.catalog.schemas, schema, value).filter(|_| !is_nested) {
            return Some(value);
        }
        match (&found.shape, value) {
            (Shape::Array(array), Value::Array(items)) => {
                Some(self.all_reshaped(array.items, subject, property, items))
            }
            (Shape::Object(object), Value::Array(items)) if is_sublist(object) => {
                let rows = self.catalog.schemas.items(object.property("data")?.schema)?;
                let shown = self.all_reshaped(rows, subject, property, items);
                let count = shown.as_array().map_or(0, Vec::len) as u64;
                Some(with_count(object, shown, count))
            }
            (Shape::Object(object), Value::Object(map)) if !is_sublist(object) => {
                Some(self.written_part(object, subject, property, step, map))
            }
            (Shape::Object(object), Value::String(_) | Value::Number(_)) => {
                let name = self.holder(object, property, value)?;
                let part = Map::from_iter([(name, value.clone())]);
                Some(self.written_part(object, subject, property, step, &part))
            }
            // A switch that the response shows as the moment it was set.
            (Shape::Text(text), Value::Bool(_)) if text.format == Format::DateTime => {
                let moment = subject.written?.get(&format!("{}At", property.name))?;
                (found.nullable || !moment.is_null()).then(|| moment.clone())
            }
            _ => None,
        }
    }

    fn all_reshaped(&self, schema: SchemaId, subject: &Subject<'_>, property: &Property, items: &[Value]) -> Value {
        let items = items.iter().zip(0..);
        items.filter_map(|(item, step)| self.reshaped(schema, subject, property, step, item)).collect()
    }

    /// The property of an object that holds what a request gives as a single value: its id, or what it is called.
    fn holder(&self, object: &Object, property: &Property, value: &Value) -> Option<String> {
        let own = property.name.strip_suffix('s').unwrap_or(&property.name);
        let names: &[&str] =
            if value.is_number() { &["id"] } else { &[own, "value", "name", "code", "domain", "email"] };
        let fits = |name: &&&str| {
            let inner = object.property(name);
            inner.is_some_and(|inner| coerce::to(&self.catalog.schemas, inner.schema, value).is_some())
        };
        names.iter().find(fits).map(|name| (**name).to_owned())
    }
}

/// What was written for a property: under its own name, as requests call it, or as the ids of what it shows.
fn find<'a>(written: &'a Written, property: &Property) -> Option<&'a Value> {
    let name = &*property.name;
    if let Some(value) = written.get(name) {
        return Some(value);
    }
    let counterpart = COUNTERPARTS.iter().find(|(known, _)| *known == name);
    if let Some(value) = counterpart.and_then(|(_, others)| others.iter().find_map(|other| written.get(*other))) {
        return Some(value);
    }
    let stem = name.strip_suffix('s').unwrap_or(name);
    let ids = [format!("{stem}Ids"), format!("{stem}Id")];
    ids.iter().find_map(|id| written.get(id))
}

fn clone((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}
