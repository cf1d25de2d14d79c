//! What a row holds besides single values: other rows, lists of them, parts of its own.

use drata_contract::role::{self, Noun, Role};
use serde_json::{Map, Value};

use super::excerpt::{EXCERPT, is_sublist, with_count};
use super::painter::{PUBLISHED, Painter, Subject, View};
use super::refs::Pointed;
use super::theme::Theme;
use crate::contract::schema::{Array, Format, Object, Property, SchemaId, Shape};
use crate::contract::targets::Target;
use crate::draw::Draw;
use crate::state::numbers::Numbers;
use crate::state::row::{Row, Within};

/// Rows at this depth show only what they must.
const DEEP_ENOUGH: u8 = 2;

/// As many seeded rows as an embedded list shows: the latest. The list of its own has them all.
const EMBEDDED: u64 = 50;

impl Painter<'_> {
    /// The value of a property that points to rows: their ids, or the rows; the inner option is empty when it is left out.
    pub(super) fn pointing(&self, subject: &Subject<'_>, property: &Property) -> Option<Option<Value>> {
        let rows = self.pointed(subject, property)?;
        let schema = self.catalog.schemas.get(property.schema);
        let value = self.rows_as(property.schema, subject, &rows);
        Some(match value {
            Some(value) => Some(value),
            None if schema.nullable => Some(Value::Null),
            None if !property.required => None,
            // Something must stand there although there is no row at all.
            None => return None,
        })
    }

    /// Rows as a schema shows them; `None` where it wants one and there is none.
    fn rows_as(&self, schema: SchemaId, subject: &Subject<'_>, rows: &Pointed<'_>) -> Option<Value> {
        let one = |row: Row| self.row_as(schema, subject, row);
        match &self.catalog.schemas.get(schema).shape {
            Shape::Array(array) => {
                if let Some(object) = self.catalog.schemas.object(array.items).filter(|object| is_sublist(object)) {
                    return Some(Value::Array(vec![self.excerpt(object, subject, rows)?]));
                }
                Some(rows.latest(EMBEDDED).map(|row| self.row_as(array.items, subject, row)).collect())
            }
            Shape::Object(object) if is_sublist(object) => self.excerpt(object, subject, rows),
            _ => rows.first().map(one),
        }
    }

    /// The first rows of a longer list, and how long that is: `owners: {data, totalCount}`.
    fn excerpt(&self, object: &Object, subject: &Subject<'_>, rows: &Pointed<'_>) -> Option<Value> {
        let items = self.catalog.schemas.items(object.property("data")?.schema)?;
        let shown = rows.iter().take(EXCERPT).map(|row| self.row_as(items, subject, row)).collect();
        Some(with_count(object, shown, rows.numbers.count()))
    }

    /// A row as a schema shows it: its id, its name, or itself.
    fn row_as(&self, schema: SchemaId, subject: &Subject<'_>, row: Row) -> Value {
        match self.catalog.schemas.get(schema).shape {
            Shape::Integer(_) | Shape::Number(_) => row.number.into(),
            Shape::Text(text) if text.format == Format::Uuid => self.uuid(row).into(),
            // A number with zeros before it is found again by its number.
            Shape::Text(text) => format!("{:0>width$}", self.id_text(row), width = text.min_length).into(),
            Shape::Object(ref object) if object.properties.is_empty() => {
                let own = self.catalog.kinds().get(row.kind).schema.unwrap_or(schema);
                self.entity(row, own, View::default(), subject.depth + DEEP_ENOUGH)
            }
            _ => self.entity(row, schema, View::default(), subject.depth + 1),
        }
    }

    /// Whether what a property shows follows from which rows there are.
    pub(super) fn is_decided(&self, subject: &Subject<'_>, property: &Property) -> bool {
        let Some(owner) = subject.owner else { return false };
        if property.role == Role::Count {
            return self.counted(subject, property).is_some();
        }
        let sorted =
            || property.name.ends_with("Ids").then(|| self.catalog.target_of(owner.kind, property.noun, property.stem));
        let Some(target) = self.pointed_target(owner, property).or_else(|| sorted().flatten()) else { return false };
        let linked =
            || subject.is_row && self.store.linked(owner, self.catalog.stem(owner.kind, property.stem)).is_some();
        // Whom a seeded row points to is the same whether it is shown, filtered by or counted.
        let is_list = || !subject.sparse && self.is_many(property);
        !matches!(target, Target::Any(_) | Target::Below { .. }) || linked() || is_list()
    }

    /// A value that follows from which rows there are: a count, which version is the current one.
    pub(super) fn known(&self, subject: &Subject<'_>, property: &Property) -> Option<Value> {
        if property.role == Role::Count {
            return Some(match self.counted(subject, property) {
                Some(count) => count.into(),
                None => self.counted_part(subject, property)?.into(),
            });
        }
        let row = subject.row().filter(|row| self.catalog.is_ordered(row.kind))?;
        let key = &*self.catalog.kinds().get(row.kind).key;
        let place = || self.siblings(row).rank(row.number);
        let is_number =
            || matches!(self.catalog.schemas.get(property.schema).shape, Shape::Integer(_) | Shape::Number(_));
        match (key.rsplit('/').next().unwrap_or(key), &*property.name) {
            ("versions" | "policy-versions", "current" | "isCurrent") => {
                Some((self.current(row) == Some(row.number)).into())
            }
            ("versions" | "policy-versions", "version") if is_number() => Some(place().into()),
            ("versions" | "policy-versions", "subVersion") if is_number() => Some(0.into()),
            ("policy-versions", "policyVersionStatus") => Some(PUBLISHED.into()),
            ("artifacts", "artifactVersion") => Some(1.into()),
            ("versions" | "artifacts", "source") => Some(self.source(subject, row).into()),
            ("approval-configuration", "tier") => Some(place().into()),
            ("custom-field-definitions", _) => self.defined(row, property),
            _ => None,
        }
    }

    /// The number of the version that counts: the last one that nobody still has to agree to.
    pub(super) fn current(&self, row: Row) -> Option<u64> {
        const WAITING: &[&str] = &["DRAFT", "NEEDS_APPROVAL", "APPROVED", "DISCARDED"];
        let waits = |number: u64| {
            let written = self.store.written(Row { number, ..row });
            let status = written.and_then(|written| written.get("policyVersionStatus")?.as_str());
            status.is_some_and(|status| WAITING.contains(&status))
        };
        self.siblings(row).iter().rfind(|number| !waits(*number))
    }

    /// Where a piece of evidence is: behind a signed link when it is a file.
    fn source(&self, subject: &Subject<'_>, row: Row) -> String {
        if self.store.files.of(row).is_some() {
            return self.signed_url(subject);
        }
        let kind = self.catalog.kinds().get(row.kind);
        let text = |name| kind.schema.and_then(|schema| self.field(row, schema, name)?.as_str().map(str::to_owned));
        match text("artifactType").or_else(|| text("type")).as_deref() {
            Some("S3_FILE") => self.signed_url(subject),
            _ => format!("https://{}/evidence/{}", self.domain, row.number),
        }
    }

    /// The numbers of the rows below the same parent.
    fn siblings(&self, row: Row) -> Numbers<'_> {
        let within = Within { parent: self.store.parent(row), workspace: None };
        self.store.numbers(self.by, row.kind, within)
    }

    /// `devicesFailingComplianceCount`: some of those that `devicesCount` counts.
    fn counted_part(&self, subject: &Subject<'_>, property: &Property) -> Option<u64> {
        let owner = subject.row()?;
        let end = property.name.find(|letter: char| letter.is_ascii_uppercase())?;
        let (noun, stem) = (Noun::of(&property.name[..end]), role::stem(&property.name[..end]));
        let target = self.catalog.target_of(owner.kind, noun, stem)?;
        let rows = self.rows(subject, target, noun, stem, true);
        let some = || subject.draw.within(property.hash).below(rows.numbers.count() + 1);
        Some(self.counted_with(rows.iter(), &property.name[end..]).unwrap_or_else(some))
    }

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
            let about = Subject { number: part_number(subject.number, step), ..*subject };
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

    /// An object that is part of a row and no row itself.
    pub(super) fn part(
        &self,
        schema: SchemaId,
        object: &Object,
        subject: &Subject<'_>,
        property: Option<&Property>,
        draw: Draw,
    ) -> Value {
        if let Some(data) = object.property("data").filter(|_| is_sublist(object)) {
            let Shape::Array(array) = self.catalog.schemas.get(data.schema).shape else { return Value::Null };
            // The items are what the list is called after, not what they are called.
            let items = self.array(array, subject, property, draw);
            let count = items.as_array().map_or(0, Vec::len) as u64;
            return with_count(object, items, count);
        }
        if let Some(sorted) = property.and_then(|property| self.sorted_tests(object, subject, property)) {
            return sorted;
        }
        if let Some(Role::FileBuffer) = property.map(|property| property.role) {
            return self.file_buffer(subject);
        }
        let name = property.map(|property| &*property.name).or(self.catalog.schemas.get(schema).name.as_deref());
        let theme = name.map_or(Theme::Other, Theme::of);
        let inner = Subject {
            draw,
            number: if subject.is_row { part_number(subject.number, 0) } else { subject.number },
            person: if subject.theme == Theme::Person { subject.person } else { 1 + draw.named("person").below(1_000) },
            theme: if theme == Theme::Other { subject.theme } else { theme },
            is_row: false,
            written: None,
            values: property.and_then(|property| self.catalog.schemas.enumeration(property.hash)),
            sparse: false,
            depth: subject.depth + 1,
            ..*subject
        };
        self.object(object, &inner, View::default())
    }

    /// The ids of tests by how they ended: `testIds: {passing, failing, monitored}`.
    fn sorted_tests(&self, object: &Object, subject: &Subject<'_>, property: &Property) -> Option<Value> {
        let owner = subject.owner.filter(|_| property.noun == Some(Noun::Monitor) && property.name.ends_with("Ids"))?;
        let target = self.catalog.target_of(owner.kind, property.noun, property.stem)?;
        let rows = self.rows(subject, target, property.noun, property.stem, true);
        let schema = self.catalog.kinds().get(target.kind()).schema?;
        let sorted = |row: &Row| match self.field(*row, schema, "checkResultStatus").as_ref().and_then(Value::as_str) {
            Some("PASSED") => "passing",
            Some("FAILED") => "failing",
            _ => "monitored",
        };
        let names = object.properties.iter().map(|property| &*property.name);
        let rows: Vec<_> = rows.latest(EMBEDDED).collect();
        let ids = |name| rows.iter().filter(|row| sorted(row) == name).map(|row| Value::from(row.number)).collect();
        Some(Value::Object(names.map(|name| (name.to_owned(), ids(name))).collect()))
    }

    /// A part of a row as it was written.
    pub(super) fn written_part(
        &self,
        object: &Object,
        subject: &Subject<'_>,
        property: &Property,
        step: u64,
        written: &Map<String, Value>,
    ) -> Value {
        let inner = Subject {
            draw: subject.draw.within(property.hash).within(step),
            number: part_number(subject.number, step),
            is_row: false,
            written: Some(written),
            sparse: subject.sparse || !subject.is_row || step > 0,
            depth: subject.depth + 1,
            ..*subject
        };
        self.object(object, &inner, View::default())
    }
}

/// The number of a part of a row or of a part: no two parts of one list share theirs.
fn part_number(number: u64, step: u64) -> u64 {
    number.wrapping_sub(1).wrapping_mul(8).wrapping_add(step) % 1_000_000_000 + 1
}
