//! What a row holds besides single values: lists, objects, other rows.

use serde_json::Value;

use super::painter::{Painter, Subject, View};
use super::role::{Noun, Role};
use super::theme::Theme;
use crate::contract::resource::KindId;
use crate::contract::schema::{Array, Object, Property, SchemaId, Shape};
use crate::draw::Draw;
use crate::state::store::Row;

impl Painter<'_> {
    pub(super) fn array(&self, array: Array, subject: &Subject<'_>, property: Option<&Property>, draw: Draw) -> Value {
        let wanted = match subject.depth {
            0 => draw.named("length").below(4),
            1 => draw.named("length").below(2),
            _ => 0,
        };
        let wanted = usize::try_from(wanted).unwrap_or(0).clamp(array.min_items, array.max_items.max(array.min_items));
        let mut values: Vec<Value> = Vec::with_capacity(wanted);
        // Few choices come more than once; without some more tries there might be too few items.
        for step in 0..4 * wanted as u64 {
            let draw = draw.within(step);
            // Each item is about another row, person or choice.
            let about = Subject { number: subject.number + step, ..*subject };
            let value = self.value(array.items, &about, property, draw);
            if !values.contains(&value) {
                values.push(value);
            }
            if values.len() == wanted {
                break;
            }
        }
        Value::Array(values)
    }

    pub(super) fn embedded(
        &self,
        schema: SchemaId,
        object: &Object,
        subject: &Subject<'_>,
        property: Option<&Property>,
        draw: Draw,
    ) -> Value {
        if let Some(list) = self.sublist(object, subject, property, draw) {
            return list;
        }
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

    /// Some rows of a longer list, and how long that is: `owners: {data, totalCount}`.
    fn sublist(
        &self,
        object: &Object,
        subject: &Subject<'_>,
        property: Option<&Property>,
        draw: Draw,
    ) -> Option<Value> {
        let data = object.property("data").filter(|_| is_sublist(object))?;
        let Shape::Array(array) = self.catalog.schemas.get(data.schema).shape else { return None };
        // The rows are what the list is called after, not what they are called.
        let rows = self.array(array, subject, property, draw);
        Some(with_count(object, rows))
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
    pub(super) fn same_person(&self, kind: KindId, noun: Noun) -> bool {
        let key = &*self.catalog.kinds.get(kind).key;
        matches!((key, noun), ("personnel", Noun::User) | ("users", Noun::Personnel))
    }
}

/// Whether an object is a part of a list and nothing else.
pub(super) fn is_sublist(object: &Object) -> bool {
    let only = |name: &str| matches!(name, "data" | "totalCount" | "total" | "page" | "limit");
    object.property("data").is_some() && object.properties.iter().all(|property| only(&property.name))
}

/// Rows as a part of a list that says how long it is.
pub(super) fn with_count(object: &Object, rows: Value) -> Value {
    let count = rows.as_array().map_or(0, Vec::len);
    let mut rows = Some(rows);
    let mut part = |name: &str| match name {
        "data" => rows.take().unwrap_or_default(),
        "page" => 1.into(),
        "limit" => 10.into(),
        _ => count.into(),
    };
    let names = object.properties.iter().map(|property| property.name.to_string());
    Value::Object(names.map(|name| (name.clone(), part(&name))).collect())
}
