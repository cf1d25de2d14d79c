//! Rows as a schema wants them: seeded values under whatever was written.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::coerce;
use super::dates::{Moment, Timeline};
use super::hash::{Draw, mix};
use super::role::Role;
use super::theme::Theme;
use crate::contract::Catalog;
use crate::contract::operation::ApiVersion;
use crate::contract::schema::{Object, Property, SchemaId, Schemas, Shape};
use crate::signed::Links;
use crate::store::{Row, Store, Written};

/// Paints rows.
#[derive(Clone, Copy)]
pub(crate) struct Painter<'a> {
    pub(crate) catalog: &'static Catalog,
    pub(crate) store: &'a Store,
    /// The version that asks.
    pub(crate) by: ApiVersion,
    pub(crate) links: &'a Links,
    pub(crate) seed: u64,
    /// The mail domain of the account.
    pub(crate) domain: &'a str,
}

/// What of a row is wanted.
#[derive(Clone, Copy, Default)]
pub(crate) struct View<'a> {
    /// Optional properties that are left out: those that `expand[]` names and the request does not.
    pub(crate) hidden: &'a [&'a str],
    /// Properties whose values the path gives.
    pub(crate) fixed: &'a [Fixed],
}

/// A property whose value the path gives, as the text that stands there or as the number of the row that it names.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    pub(crate) name: String,
    pub(crate) text: Value,
    pub(crate) number: Value,
}

impl Fixed {
    /// The value as the schema of the property has it.
    pub(crate) fn value(all: &[Self], name: &str, schemas: &Schemas, schema: SchemaId) -> Option<Value> {
        let fixed = all.iter().find(|fixed| fixed.name == name)?;
        match schemas.get(schema).shape {
            Shape::Integer(_) | Shape::Number(_) => coerce::to(schemas, schema, &fixed.number),
            _ => coerce::to(schemas, schema, &fixed.text),
        }
    }
}

/// What is being painted: a row, or an object within one.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) draw: Draw,
    /// Which person, which company; the row's number where it is a row.
    pub(crate) number: u64,
    pub(crate) theme: Theme,
    pub(crate) row: Option<Row>,
    pub(crate) timeline: Timeline,
    pub(super) written: Option<&'a Written>,
    /// What its `value` is one of, where the contract has an enumeration named after the property it stands in.
    pub(crate) values: Option<SchemaId>,
    /// Created rows hold what was written and otherwise as little as the schema allows.
    pub(super) sparse: bool,
    pub(super) depth: u8,
}

/// Objects deeper than this hold only what they must.
const DEEP: u8 = 3;

/// What is to be seen of a property.
enum Presence {
    Absent,
    Null,
    /// An array without items.
    Empty,
    Valued,
}

/// Whether a row is hard to use without the property.
fn is_essential(role: Role) -> bool {
    matches!(role, Role::Id | Role::Name | Role::Title | Role::Email | Role::SignedUrl)
        || matches!(role, Role::At(Moment::Created | Moment::Updated))
}

impl<'a> Painter<'a> {
    /// A row.
    pub(crate) fn row(&self, row: Row, schema: SchemaId, view: View<'_>) -> Value {
        self.entity(row, schema, view, 0)
    }

    /// A value about nothing in particular, seeded by a name.
    pub(crate) fn detached(&self, name: &str, schema: SchemaId) -> Value {
        let draw = Draw(self.seed).named(name);
        let subject = Subject {
            draw,
            number: 1,
            theme: Theme::of(name),
            row: None,
            timeline: Timeline::of(draw),
            written: None,
            values: None,
            sparse: false,
            depth: 0,
        };
        self.value(schema, &subject, None, draw)
    }

    /// One property of a row, by name; of what belongs to the row's person too.
    pub(crate) fn field(&self, row: Row, schema: SchemaId, name: &str) -> Option<Value> {
        let object = self.catalog.schemas.object(schema)?;
        let subject = self.subject(row, 0);
        if let Some(property) = object.property(name) {
            return Some(self.property(&subject, property).unwrap_or(Value::Null));
        }
        let user = self.property(&subject, object.property("user")?)?;
        user.get(name).cloned()
    }

    pub(super) fn entity(&self, row: Row, schema: SchemaId, view: View<'_>, depth: u8) -> Value {
        match self.catalog.schemas.object(schema) {
            Some(object) => self.object(object, &self.subject(row, depth), view),
            None => self.value(schema, &self.subject(row, depth), None, self.subject(row, depth).draw),
        }
    }

    /// A row as something to paint.
    pub(crate) fn subject(&self, row: Row, depth: u8) -> Subject<'a> {
        let home = self.catalog.kinds.get(row.kind).members_of;
        let row = home.map_or(row, |home| Row { kind: home, number: row.number });
        let kind = self.catalog.kinds.get(row.kind);
        let draw = Draw(mix(mix(self.seed, kind.hash), row.number));
        Subject {
            draw,
            number: row.number,
            theme: self.catalog.theme(row.kind),
            row: Some(row),
            timeline: Timeline::of(draw),
            written: self.store.written(row),
            values: None,
            sparse: self.store.is_created(row),
            depth,
        }
    }

    pub(super) fn object(&self, object: &Object, subject: &Subject<'_>, view: View<'_>) -> Value {
        let mut map = Map::new();
        for property in &object.properties {
            let name = &*property.name;
            if !property.required && view.hidden.contains(&name) {
                continue;
            }
            let fixed = Fixed::value(view.fixed, name, &self.catalog.schemas, property.schema);
            if let Some(value) = fixed.or_else(|| self.property(subject, property)) {
                map.insert(name.to_owned(), value);
            }
        }
        Value::Object(map)
    }

    /// The value of one property; `None` when it is left out.
    fn property(&self, subject: &Subject<'_>, property: &Property) -> Option<Value> {
        if let Some(value) = self.written_value(subject, property) {
            return Some(value);
        }
        let draw = subject.draw.within(property.hash);
        match self.presence(subject, property, draw) {
            Presence::Absent => None,
            Presence::Null => Some(Value::Null),
            Presence::Empty => Some(Value::Array(Vec::new())),
            Presence::Valued => Some(self.value(property.schema, subject, Some(property), draw)),
        }
    }

    /// Whether a property that nobody has written has a value.
    fn presence(&self, subject: &Subject<'_>, property: &Property, draw: Draw) -> Presence {
        let schema = self.catalog.schemas.get(property.schema);
        let is_bare = (subject.sparse || subject.depth >= DEEP) && !is_essential(property.role);
        let is_own_person = matches!((property.role, subject.row), (Role::Reference(noun), Some(row))
            if self.same_person(row.kind, noun));
        match (&schema.shape, property.required, schema.nullable) {
            (_, false, _) if is_bare => Presence::Absent,
            (_, true, true) if is_bare => Presence::Null,
            (Shape::Array(array), true, false) if is_bare && array.min_items == 0 => Presence::Empty,
            _ if is_bare || is_own_person => Presence::Valued,
            (_, false, _) if !is_essential(property.role) && draw.named("absent").chance(1, 12) => Presence::Absent,
            (_, _, true) if self.is_null(subject, property, draw) => Presence::Null,
            _ => Presence::Valued,
        }
    }

    fn is_null(&self, subject: &Subject<'_>, property: &Property, draw: Draw) -> bool {
        match property.role {
            Role::At(Moment::Failed) => !self.has_failed(subject),
            Role::At(Moment::Gone) => !draw.named("gone").chance(1, 20),
            Role::SignedUrl => self.links.is_missing(self.store, subject.row, draw),
            Role::FileBuffer => !self.has_text_file(subject),
            role => !is_essential(role) && draw.named("null").chance(1, 7),
        }
    }

    /// Only the content of texts comes with their links.
    fn has_text_file(&self, subject: &Subject<'_>) -> bool {
        subject.row.and_then(|row| self.store.file(row)).is_some_and(|file| file.media.starts_with("text/"))
    }

    /// Whether the state of the row is one of failure.
    fn has_failed(&self, subject: &Subject<'_>) -> bool {
        self.state(subject).is_none_or(|state| matches!(state.as_str(), "MISCONFIGURED" | "FAILED" | "ERROR"))
    }

    /// Whether the state of the row is one of working; rows without a state work.
    pub(crate) fn is_connected(&self, subject: &Subject<'_>) -> bool {
        self.state(subject).is_none_or(|state| state == "ACTIVE")
    }

    fn state(&self, subject: &Subject<'_>) -> Option<String> {
        let object = self.catalog.schemas.object(self.catalog.kinds.get(subject.row?.kind).schema?)?;
        let value = self.property(subject, object.property("state").or_else(|| object.property("status"))?)?;
        value.as_str().map(str::to_owned)
    }

    /// A value of a schema.
    pub(crate) fn value(
        &self,
        schema: SchemaId,
        subject: &Subject<'_>,
        property: Option<&Property>,
        draw: Draw,
    ) -> Value {
        match &self.catalog.schemas.get(schema).shape {
            Shape::Array(array) => self.array(*array, subject, property, draw),
            Shape::Object(object) => self.embedded(schema, object, subject, property, draw),
            Shape::Enum(values) => self.choice(values, subject, property, draw),
            Shape::OneOf(choices) => match choices.first() {
                Some(first) => self.value(*first, subject, property, draw),
                None => Value::Null,
            },
            scalar => self.scalar(scalar, subject, property, draw),
        }
    }

    /// Every value of an enumeration occurs within so many rows, in an order of its own for each property.
    fn choice(&self, values: &Arc<[Value]>, subject: &Subject<'_>, property: Option<&Property>, draw: Draw) -> Value {
        let count = values.len() as u64;
        if count == 0 {
            return Value::Null;
        }
        // Most things are in order.
        let active = values.iter().find(|value| value.as_str() == Some("ACTIVE"));
        if let Some(active) = active.filter(|_| draw.named("active").chance(1, 2)) {
            return active.clone();
        }
        let hash = property.map_or(draw.0, |property| property.hash);
        let block = Draw(self.seed).within(hash).within(subject.number / count);
        let place = (subject.number % count + block.below(count)) % count;
        values[usize::try_from(place).unwrap_or(0)].clone()
    }
}
