//! Rows as a schema wants them: seeded values under whatever was written.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::coerce;
use super::dates::Timeline;
use super::hash::{Draw, mix};
use super::role::{Noun, Role};
use super::theme::Theme;
use crate::contract::Catalog;
use crate::contract::operation::ApiVersion;
use crate::contract::resource::KindId;
use crate::contract::schema::{Array, Object, Property, SchemaId, Schemas, Shape};
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
    written: Option<&'a Written>,
    /// What its `value` is one of, where the contract has an enumeration named after the property it stands in.
    pub(crate) values: Option<SchemaId>,
    /// Created rows hold what was written and otherwise as little as the schema allows.
    sparse: bool,
    depth: u8,
}

/// Objects deeper than this hold only what they must.
const DEEP: u8 = 3;

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

    fn entity(&self, row: Row, schema: SchemaId, view: View<'_>, depth: u8) -> Value {
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
            theme: kind.theme,
            row: Some(row),
            timeline: Timeline::of(draw),
            written: self.store.written(row),
            values: None,
            sparse: self.store.is_created(row),
            depth,
        }
    }

    fn object(&self, object: &Object, subject: &Subject<'_>, view: View<'_>) -> Value {
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
        if map.contains_key("data") && object.properties.len() <= 3 {
            // An embedded part of a list says how much there is of it.
            let count = map["data"].as_array().map(Vec::len);
            if let (Some(count), Some(total)) = (count, map.get_mut("totalCount")) {
                *total = count.into();
            }
        }
        Value::Object(map)
    }

    /// The value of one property; `None` when it is left out.
    fn property(&self, subject: &Subject<'_>, property: &Property) -> Option<Value> {
        if let Some(value) = self.written_value(subject, property) {
            return Some(value);
        }
        let schema = self.catalog.schemas.get(property.schema);
        let draw = subject.draw.within(property.hash);
        let bare = subject.sparse || subject.depth >= DEEP;
        let essential = matches!(property.role, Role::Id | Role::Name | Role::Title | Role::Email | Role::SignedUrl)
            || matches!(property.role, Role::At(super::dates::Moment::Created | super::dates::Moment::Updated));
        if bare && !essential {
            return match (property.required, schema.nullable, &schema.shape) {
                (false, ..) => None,
                (true, true, _) => Some(Value::Null),
                (true, false, Shape::Array(array)) if array.min_items == 0 => Some(Value::Array(Vec::new())),
                _ => Some(self.value(property.schema, subject, Some(property), draw)),
            };
        }
        let is_self = matches!((property.role, subject.row), (Role::Reference(noun), Some(row)) if self.same_person(row.kind, noun));
        let essential = essential || is_self;
        if !essential && !property.required && draw.named("absent").chance(1, 12) {
            return None;
        }
        if schema.nullable && !is_self && self.is_null(subject, property, draw) {
            return Some(Value::Null);
        }
        Some(self.value(property.schema, subject, Some(property), draw))
    }

    /// What was written for a property, if it was and the schema can hold it.
    fn written_value(&self, subject: &Subject<'_>, property: &Property) -> Option<Value> {
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
            (Shape::Object(_), value) => paint(value, property.schema),
            (Shape::Array(array), Value::Array(values)) => {
                Some(values.iter().filter_map(|value| paint(value, array.items)).collect())
            }
            _ => None,
        }
    }

    fn is_null(&self, subject: &Subject<'_>, property: &Property, draw: Draw) -> bool {
        use super::dates::Moment;
        match property.role {
            Role::Id | Role::Name | Role::Title | Role::Email => false,
            Role::At(Moment::Failed) => !self.has_failed(subject),
            Role::At(Moment::Gone) => !draw.named("gone").chance(1, 20),
            Role::At(Moment::Created | Moment::Updated) => false,
            Role::SignedUrl => self.links.is_missing(self.store, subject.row, draw),
            Role::FileBuffer => !self.has_text_file(subject),
            _ => draw.named("null").chance(1, 7),
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

    fn array(&self, array: Array, subject: &Subject<'_>, property: Option<&Property>, draw: Draw) -> Value {
        let wanted = match subject.depth {
            0 => draw.named("length").below(4),
            1 => draw.named("length").below(2),
            _ => 0,
        };
        let wanted = usize::try_from(wanted).unwrap_or(0).clamp(array.min_items, array.max_items.max(array.min_items));
        let mut values: Vec<Value> = Vec::with_capacity(wanted);
        for step in 0..wanted as u64 {
            let draw = draw.within(step);
            // Each item is about another row, person or choice.
            let about = Subject { number: subject.number + step, ..*subject };
            let value = match (property.map(|property| property.role), step) {
                (Some(Role::Id), _) | (None, _) => self.value(array.items, &about, None, draw),
                (Some(_), _) => self.value(array.items, &about, property, draw),
            };
            let known = values.contains(&value);
            if !known || (!array.unique && !matches!(value, Value::String(_) | Value::Number(_))) {
                values.push(value);
            }
        }
        Value::Array(values)
    }

    fn embedded(
        &self,
        schema: SchemaId,
        object: &Object,
        subject: &Subject<'_>,
        property: Option<&Property>,
        draw: Draw,
    ) -> Value {
        if let Some(Role::Reference(noun)) = property.map(|property| property.role)
            && let Some(row) = self.pick(noun, subject, draw)
        {
            return self.entity(row, schema, View::default(), subject.depth + 1);
        }
        if let Some(Role::FileBuffer) = property.map(|property| property.role) {
            return self.file_buffer(subject);
        }
        let name = property.map(|property| &*property.name).or(self.catalog.schemas.get(schema).name.as_deref());
        let theme = name.map_or(Theme::Other, Theme::of);
        let inner = Subject {
            draw,
            number: 1 + draw.below(1_000),
            theme: if theme == Theme::Other { subject.theme } else { theme },
            // A link in an object of its own is still the link of the row.
            row: subject.row.filter(|_| property.is_some_and(|property| property.role == Role::SignedUrl)),
            timeline: subject.timeline,
            written: None,
            values: property.and_then(|property| self.catalog.schemas.enumeration(property.hash)),
            sparse: false,
            depth: subject.depth + 1,
        };
        self.object(object, &inner, View::default())
    }

    /// A row for something to point to: its parent, its own person, or any.
    pub(crate) fn pick(&self, noun: Noun, subject: &Subject<'_>, draw: Draw) -> Option<Row> {
        let kind = self.catalog.kinds.by_noun(noun)?;
        if let Some(row) = subject.row {
            // `testId` of a test is its own number; only people point to other people.
            if row.kind == kind && noun != Noun::User {
                return Some(row);
            }
            if self.catalog.kinds.get(row.kind).parent == Some(kind)
                && let Some(number) = self.store.parent(row)
            {
                return Some(Row { kind, number });
            }
            if self.same_person(row.kind, noun) {
                return Some(Row { kind, number: row.number });
            }
        }
        let seeded = self.store.seeded(kind);
        let first = draw.named("pick").below(seeded);
        // Deleted rows are stepped over.
        let mut steps = (0..seeded.min(100)).map(|step| Row { kind, number: (first + step) % seeded + 1 });
        steps.find(|row| self.store.has(self.by, *row, None))
    }

    /// A user and a member of personnel of the same number are the same person.
    fn same_person(&self, kind: KindId, noun: Noun) -> bool {
        let key = &*self.catalog.kinds.get(kind).key;
        matches!((key, noun), ("personnel", Noun::User) | ("users", Noun::Personnel))
    }
}
