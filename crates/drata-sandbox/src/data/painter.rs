//! Rows as a schema wants them: seeded values under whatever was written.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::coerce;
use super::dates::{self, Moment, Timeline};
use super::definition;
use super::theme::{self, Theme};
use crate::contract::Catalog;
use crate::contract::operation::ApiVersion;
use crate::contract::schema::{Object, Property, SchemaId, Schemas, Shape};
use crate::draw::{self, Draw, mix};
use crate::state::row::{Row, Written};
use crate::state::signed::Links;
use crate::state::store::Store;
use drata_contract::role::Role;

/// Paints rows.
#[derive(Clone, Copy)]
pub(crate) struct Painter<'a> {
    pub(crate) catalog: &'static Catalog,
    pub(crate) store: &'a Store,
    /// The version that asks.
    pub(crate) by: ApiVersion,
    /// The workspace that the request names; rows that belong to none point into this one.
    pub(crate) workspace: u64,
    pub(crate) links: &'a Links,
    pub(crate) seed: u64,
    /// The mail domain of the account.
    pub(crate) domain: &'a str,
    /// Where it is noted that a link was signed: such links are true for a while only.
    pub(crate) signed: Option<&'a Cell<bool>>,
}

/// What of a row is wanted.
#[derive(Clone, Copy, Default)]
pub(crate) struct View<'a> {
    /// Optional properties that are left out: those that `expand[]` names and the request does not.
    pub(crate) hidden: &'a [String],
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

/// What is being painted: a row, or a part of one.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) draw: Draw,
    /// The number of the row or of the part.
    pub(crate) number: u64,
    /// Which person it is about, if it is about one.
    pub(crate) person: u64,
    pub(crate) theme: Theme,
    /// The row that it is, or is a part of.
    pub(crate) owner: Option<Row>,
    pub(crate) is_row: bool,
    pub(crate) timeline: Timeline,
    pub(super) written: Option<&'a Written>,
    /// What its `value` is one of, where the contract has an enumeration named after the property it stands in.
    pub(crate) values: Option<SchemaId>,
    /// Created rows hold what was written and otherwise as little as the schema allows.
    pub(super) sparse: bool,
    pub(super) depth: u8,
}

impl Subject<'_> {
    /// The row that it is.
    pub(crate) fn row(&self) -> Option<Row> {
        self.owner.filter(|_| self.is_row)
    }
}

/// Objects deeper than this hold only what they must; those above it, within a row, no lists and objects that they need not.
const DEEP: u8 = 2;

/// Properties that others follow from: every schema of the row says the same of them.
const DECISIVE: &[&str] = &["isDeviceCompliant"];

/// What seeded versions of a policy are.
pub(super) const PUBLISHED: &str = "PUBLISHED";

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
            person: 1,
            theme: Theme::of(name),
            owner: None,
            is_row: false,
            timeline: Timeline::of(draw),
            written: None,
            values: None,
            sparse: false,
            depth: 0,
        };
        self.value(schema, &subject, None, draw)
    }

    /// What is known of an object, with whatever else its schema demands.
    pub(crate) fn completed(&self, schema: SchemaId, known: &Value) -> Value {
        let draw = Draw(self.seed).named("completed");
        let (Some(object), Some(written)) = (self.catalog.schemas.object(schema), known.as_object()) else {
            return known.clone();
        };
        let subject = Subject {
            draw,
            number: 1,
            person: 1,
            theme: Theme::Other,
            owner: None,
            is_row: false,
            timeline: Timeline::of(draw),
            written: Some(written),
            values: None,
            sparse: true,
            depth: 0,
        };
        self.object(object, &subject, View::default())
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
        let subject = self.subject(row, depth);
        match self.catalog.schemas.object(schema) {
            Some(object) => self.object(object, &subject, view),
            None => self.value(schema, &subject, None, subject.draw),
        }
    }

    /// A row as something to paint.
    pub(crate) fn subject(&self, row: Row, depth: u8) -> Subject<'a> {
        let row = Row { kind: self.catalog.home(row.kind), number: row.number };
        let kind = self.catalog.kinds().get(row.kind);
        let draw = Draw(mix(mix(self.seed, kind.hash), row.number));
        let theme = theme::of_kind(self.catalog, row.kind);
        let above = self.store.above(row).map(|above| Timeline::of(self.draw_of(above)));
        let written = self.store.written(row);
        let is_created = self.store.is_created(row);
        let created = written.and_then(|written| written.get("createdAt")?.as_str()).filter(|_| is_created);
        let timeline = match created.and_then(dates::parse) {
            Some(created) => Timeline::beginning(created),
            None => above.map_or_else(|| Timeline::of(draw), |above| above.later(draw)),
        };
        Subject {
            draw,
            number: row.number,
            person: if theme == Theme::Person { row.number } else { 1 + draw.named("person").below(1_000) },
            theme,
            owner: Some(row),
            is_row: true,
            timeline,
            written,
            values: None,
            sparse: is_created,
            depth,
        }
    }

    fn draw_of(&self, row: Row) -> Draw {
        Draw(mix(mix(self.seed, self.catalog.kinds().get(row.kind).hash), row.number))
    }

    pub(super) fn object(&self, object: &Object, subject: &Subject<'_>, view: View<'_>) -> Value {
        let mut map = Map::new();
        for property in &object.properties {
            let name = &*property.name;
            if !property.required && view.hidden.iter().any(|hidden| hidden == name) {
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
    pub(super) fn property(&self, subject: &Subject<'_>, property: &Property) -> Option<Value> {
        if let Some(fields) = self.custom_property(subject, property) {
            return Some(fields);
        }
        if let Some(value) = self.written_value(subject, property) {
            return value;
        }
        if let Some(value) = self.derived(subject, property) {
            return Some(value);
        }
        let draw = subject.draw.within(self.seed_of(subject, property));
        let presence = self.presence(subject, property, draw);
        match presence {
            Presence::Absent => return None,
            Presence::Null => return Some(Value::Null),
            Presence::Empty => return Some(Value::Array(Vec::new())),
            Presence::Valued => {}
        }
        if let Some(value) = self.pointing(subject, property) {
            return value;
        }
        Some(
            self.known(subject, property)
                .or_else(|| self.told_elsewhere(subject, property))
                .unwrap_or_else(|| self.value(property.schema, subject, Some(property), draw)),
        )
    }

    /// The custom fields of a row, in either shape that responses have for them.
    fn custom_property(&self, subject: &Subject<'_>, property: &Property) -> Option<Value> {
        if &*property.name != "customFields" || subject.depth >= DEEP {
            return None;
        }
        match &self.catalog.schemas.get(property.schema).shape {
            Shape::Array(array) => self.custom_fields(subject, property, array.items),
            Shape::Object(object) => {
                let items = self.catalog.schemas.items(object.property("data")?.schema)?;
                let fields = self.custom_fields(subject, property, items)?;
                let count = fields.as_array().map_or(0, Vec::len) as u64;
                Some(super::excerpt::with_count(object, fields, count))
            }
            _ => None,
        }
    }

    /// What the value of a property is drawn for: names of the same meaning have values that fit together.
    fn seed_of(&self, subject: &Subject<'_>, property: &Property) -> u64 {
        match subject.owner.filter(|_| property.noun.is_some()) {
            Some(owner) => self.catalog.stem(owner.kind, property.stem),
            None => property.hash,
        }
    }

    /// Whether a property that nobody has written has a value.
    fn presence(&self, subject: &Subject<'_>, property: &Property, draw: Draw) -> Presence {
        let schema = self.catalog.schemas.get(property.schema);
        if let Some(row) = subject.row().filter(|row| {
            self.catalog.is_ordered(row.kind) && definition::is_definition(&self.catalog.kinds().get(row.kind).key)
        }) {
            return if definition::is_left_out(row, property) { Presence::Absent } else { Presence::Valued };
        }
        let is_nested = matches!(schema.shape, Shape::Array(_) | Shape::Object(_));
        let is_spared = subject.depth >= DEEP || (subject.depth > 0 && is_nested);
        if is_spared && !property.required && !is_essential(property.role) {
            return Presence::Absent;
        }
        if self.is_decided(subject, property) || DECISIVE.contains(&&*property.name) {
            return Presence::Valued;
        }
        // What an embedded row must show is what it shows alone; what it holds besides single values is left out.
        let is_bare = (subject.sparse || is_spared && is_nested) && !is_essential(property.role);
        match (&schema.shape, property.required, schema.nullable) {
            (_, false, _) if is_bare => Presence::Absent,
            (_, true, true) if is_bare => Presence::Null,
            (Shape::Array(array), true, false) if is_bare && array.min_items == 0 => Presence::Empty,
            _ if is_bare => Presence::Valued,
            (_, false, _) if !is_essential(property.role) && draw.named("absent").chance(1, 12) => Presence::Absent,
            (_, _, true) if self.is_null(subject, property, draw) => Presence::Null,
            _ => Presence::Valued,
        }
    }

    fn is_null(&self, subject: &Subject<'_>, property: &Property, draw: Draw) -> bool {
        match property.role {
            Role::At(moment) => self.is_dateless(subject, property, moment, draw),
            Role::SignedUrl => subject.owner.is_none_or(|row| self.store.files.of(row).is_none() && draw.chance(1, 7)),
            Role::FileBuffer => !self.has_text_file(subject),
            // What a row is in decides over much of it.
            Role::Status if subject.is_row => false,
            role => !is_essential(role) && draw.named("null").chance(1, 7),
        }
    }

    /// Only the content of texts comes with their links.
    fn has_text_file(&self, subject: &Subject<'_>) -> bool {
        subject.owner.and_then(|row| self.store.files.of(row)).is_some_and(|file| file.media.starts_with("text/"))
    }

    /// What the row is in, such as `ACTIVE`, if its schema has such a property.
    pub(super) fn state(&self, subject: &Subject<'_>) -> Option<String> {
        const STATES: &[&str] = &["state", "status", "policyVersionStatus", "policyStatus", "employmentStatus"];
        let row = subject.row()?;
        STATES.iter().find_map(|name| {
            let hash = draw::text(name);
            let schema = self.catalog.enumeration_of(row.kind, hash)?;
            let written = subject.written.and_then(|written| written.get(*name)?.as_str());
            if *name == "policyVersionStatus" && written.is_none() {
                return Some(PUBLISHED.to_owned());
            }
            let seeded = || self.shared(schema, subject, hash)?.as_str().map(str::to_owned);
            written.map(str::to_owned).or_else(seeded)
        })
    }

    /// The value of an enumeration that all schemas of a row share, so that its two versions say the same.
    fn shared(&self, schema: SchemaId, subject: &Subject<'_>, hash: u64) -> Option<Value> {
        match &self.catalog.schemas.get(schema).shape {
            Shape::Enum(values) => Some(self.choice(values, subject, hash, subject.draw.within(hash))),
            _ => None,
        }
    }

    /// The value that the enumeration of another schema of the same row has for a property, where this schema can hold it.
    fn told_elsewhere(&self, subject: &Subject<'_>, property: &Property) -> Option<Value> {
        let schema = self.catalog.enumeration_of(subject.row()?.kind, property.hash)?;
        let value = self.shared(schema, subject, property.hash)?;
        if schema == property.schema {
            return Some(value);
        }
        let told = coerce::to(&self.catalog.schemas, property.schema, &value);
        told.or_else(|| match &self.catalog.schemas.get(property.schema).shape {
            Shape::Enum(values) => self.unusual(values, subject.draw.within(property.hash)),
            _ => None,
        })
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
            Shape::Object(object) => self.part(schema, object, subject, property, draw),
            Shape::Enum(values) => {
                let hash = property.map_or(draw.0, |property| property.hash);
                self.choice(values, subject, hash, draw)
            }
            Shape::OneOf(choices) => match choices.first() {
                Some(first) => self.value(*first, subject, property, draw),
                None => Value::Null,
            },
            scalar => self.scalar(scalar, subject, property, draw),
        }
    }
}
