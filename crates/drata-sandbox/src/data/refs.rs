//! The one place that decides which rows a row points to.
//!
//! Every id in a response comes from here: `ownerId`, `owner`, `ownerIds`, the owners in a list of owners, a count of them.

use drata_contract::role::{Noun, Role};

use super::painter::{Painter, Subject};
use crate::contract::resource::KindId;
use crate::contract::schema::{Property, Shape};
use crate::contract::targets::Target;
use crate::draw::{self, Draw};
use crate::state::numbers::Numbers;
use crate::state::row::{Row, Within};

/// Rows of one kind that a row points to.
#[derive(Clone, Debug)]
pub(crate) struct Pointed<'a> {
    pub(crate) kind: KindId,
    pub(crate) numbers: Numbers<'a>,
}

impl Pointed<'_> {
    fn one(row: Option<Row>, kind: KindId) -> Self {
        Self { kind: row.map_or(kind, |row| row.kind), numbers: Numbers::one(row.map(|row| row.number)) }
    }

    pub(crate) fn first(&self) -> Option<Row> {
        self.iter().next()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Row> {
        self.numbers.iter().map(|number| Row { kind: self.kind, number })
    }

    /// What stands in a row for all of them: so many, besides those that requests have named.
    pub(super) fn latest(&self, most: u64) -> impl Iterator<Item = Row> {
        self.numbers.latest(most).map(|number| Row { kind: self.kind, number })
    }
}

impl<'a> Painter<'a> {
    /// The rows that a property points to; `None` when the property points to nothing that the contract serves.
    pub(crate) fn pointed(&self, subject: &Subject<'_>, property: &Property) -> Option<Pointed<'a>> {
        let owner = subject.owner?;
        let target = self.pointed_target(owner, property)?;
        // What is of no use is not there in a sandbox, where everything is of use.
        if property.name.starts_with("invalid") {
            return Some(Pointed::one(None, target.kind()));
        }
        Some(self.rows(subject, target, property.noun, property.stem, self.is_many(property)))
    }

    /// How many rows a count such as `devicesCount` counts.
    pub(super) fn counted(&self, subject: &Subject<'_>, property: &Property) -> Option<u64> {
        let owner = subject.owner.filter(|_| subject.is_row)?;
        let name = property.name.strip_suffix("Count")?;
        // The members of a group are people.
        let name = if name == "members" { "personnel" } else { name };
        let (noun, stem) = (Noun::of(name), drata_contract::role::stem(name));
        let target = self.catalog.target_of(owner.kind, noun, stem)?;
        Some(self.rows(subject, target, noun, stem, true).numbers.count())
    }

    /// What a property of a row, or of a part of it, points to.
    pub(super) fn pointed_target(&self, owner: Row, property: &Property) -> Option<Target> {
        let target = || self.catalog.target_of(owner.kind, property.noun, property.stem);
        self.is_pointing(property).then(target).flatten()
    }

    /// Whether the values of a property are ids of rows, or rows.
    fn is_pointing(&self, property: &Property) -> bool {
        let schemas = &self.catalog.schemas;
        if property.noun.is_none() {
            return false;
        }
        let is_id = property.name.ends_with("Id") || property.name.ends_with("Ids");
        let by_shape = |shape: &Shape| match shape {
            Shape::Integer(_) | Shape::Number(_) => is_id || matches!(property.role, Role::Reference(_)),
            Shape::Text(_) => is_id && !matches!(property.role, Role::Code | Role::Handle),
            // `testIds: {passing, failing}` sorts ids and is no row.
            Shape::Object(_) => !property.name.ends_with("Ids"),
            _ => false,
        };
        match &schemas.get(property.schema).shape {
            Shape::Array(array) => by_shape(&schemas.get(array.items).shape),
            shape => by_shape(shape),
        }
    }

    /// Whether a property holds several rows.
    pub(super) fn is_many(&self, property: &Property) -> bool {
        match &self.catalog.schemas.get(property.schema).shape {
            Shape::Array(_) => true,
            Shape::Object(object) => super::excerpt::is_sublist(object),
            _ => false,
        }
    }

    /// The rows of a target that are there.
    pub(crate) fn rows(
        &self,
        subject: &Subject<'_>,
        target: Target,
        noun: Option<Noun>,
        stem: u64,
        many: bool,
    ) -> Pointed<'a> {
        let kind = target.kind();
        let Some(owner) = subject.owner else { return Pointed::one(None, kind) };
        let stem = self.catalog.stem(owner.kind, stem);
        if let Target::Related(side) = target {
            return Pointed { kind, numbers: self.store.related(self.by, side, owner.number, self.workspace) };
        }
        if let Some(linked) = self.store.linked(owner, stem).filter(|_| subject.is_row) {
            let there =
                linked.iter().copied().filter(|number| self.store.has(self.by, Row { kind, number: *number }, None));
            return Pointed { kind, numbers: Numbers::of(there.collect()) };
        }
        match target {
            Target::Related(_) => Pointed::one(None, kind),
            Target::Own(_) if !many => Pointed::one(Some(owner), kind),
            Target::Ancestor(kind) => Pointed::one(self.above(owner, kind), kind),
            Target::Children(kind) => self.children(Some(owner), kind, many),
            Target::Cousins { above, kind } => self.children(self.above(owner, above), kind, many),
            Target::Below { noun, above, kind } => {
                let way = self.catalog.target_of(owner.kind, Some(noun), noun.stem());
                let holder = way.and_then(|way| self.rows(subject, way, Some(noun), noun.stem(), false).first());
                self.children(holder.filter(|holder| holder.kind == above), kind, many)
            }
            Target::Any(_) | Target::Own(_) => {
                if Some(kind) == self.catalog.workspaces && !many {
                    return Pointed::one(Some(Row { kind, number: self.workspace }), kind);
                }
                match self.same_person(owner, noun, stem) {
                    Some(person) => Pointed::one(Some(person), kind),
                    None => Pointed { kind, numbers: Numbers::of(self.some(subject, kind, stem, many)) },
                }
            }
        }
    }

    /// The row of a kind that lies above a row.
    fn above(&self, row: Row, kind: KindId) -> Option<Row> {
        std::iter::successors(self.store.above(row), |row| self.store.above(*row)).find(|row| row.kind == kind)
    }

    /// The rows below a row; of one, the last, and of versions the one that counts.
    fn children(&self, row: Option<Row>, kind: KindId, many: bool) -> Pointed<'a> {
        let home = self.catalog.home(kind);
        let Some(row) = row else { return Pointed::one(None, home) };
        let numbers = self.store.numbers(self.by, kind, Within::parent(row.number));
        let last = || {
            let last = numbers.iter().next_back();
            let current = last.and_then(|number| self.current(Row { kind: home, number }));
            Numbers::one(current.or(last))
        };
        Pointed { kind: home, numbers: if many { numbers } else { last() } }
    }

    /// The user of the person that a row belongs to: the user of a device is the user of its owner.
    fn same_person(&self, owner: Row, noun: Option<Noun>, stem: u64) -> Option<Row> {
        if noun != Some(Noun::User) || stem != draw::text("user") {
            return None;
        }
        let first = |kind, stem, number| {
            let side = self.catalog.relations.shown_by(kind, stem)?;
            let numbers = self.store.related(self.by, side, number, self.workspace);
            numbers.iter().next().map(|number| Row { kind: side.leads_to(), number })
        };
        let person: Row = first(owner.kind, draw::text("personnel"), owner.number)?;
        first(person.kind, draw::text("user"), person.number)
    }

    /// Rows that nothing else decides: rows that follow each other point to rows that follow each other.
    fn some(&self, subject: &Subject<'_>, kind: KindId, stem: u64, many: bool) -> Vec<u64> {
        let Some(owner) = subject.owner else { return Vec::new() };
        let workspace = self.store.workspace(owner).unwrap_or(self.workspace);
        let span = self.store.span(kind, workspace);
        if span.count == 0 {
            return Vec::new();
        }
        let wanted = if many { 1 + Draw(self.seed).within(stem).within(subject.number).below(3) } else { 1 };
        let first = subject.number.wrapping_sub(1).wrapping_add(Draw(self.seed).within(stem).below(span.count));
        let steps = (0..span.count.min(100)).map(|step| span.first + first.wrapping_add(step) % span.count);
        let there = steps.map(|number| Row { kind, number });
        let there = there.filter(|row| *row != owner && self.store.has(self.by, *row, None));
        there.take(usize::try_from(wanted).unwrap_or(1)).map(|row| row.number).collect()
    }

    /// The id of a row as a string.
    pub(crate) fn id_text(&self, row: Row) -> String {
        if let Some(written) = self.store.written(row).and_then(|written| written.get("id")) {
            return super::coerce::text(written);
        }
        if self.catalog.has_text_ids(row.kind) { self.uuid(row) } else { row.number.to_string() }
    }

    /// The UUID of a row: it holds the number, so that the row is found again without looking at every other.
    pub(crate) fn uuid(&self, row: Row) -> String {
        let draw = self.uuid_draw(row.kind);
        draw.uuid_of(row.number)
    }

    /// The number in a UUID, when it is one of this kind's.
    pub(crate) fn number_in(&self, kind: KindId, uuid: &str) -> Option<u64> {
        self.uuid_draw(kind).number_in(uuid)
    }

    fn uuid_draw(&self, kind: KindId) -> Draw {
        Draw(self.seed).within(self.catalog.kinds().get(kind).hash).named("uuid")
    }
}
