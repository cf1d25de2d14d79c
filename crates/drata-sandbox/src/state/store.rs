//! Which rows there are: the seeded ones, which cost nothing until they are looked at, and over them what was created,
//! changed and deleted.

use std::collections::{BTreeMap, HashMap, HashSet};

use drata_contract::operation::ApiVersion;
use drata_contract::resource::KindId;
use serde_json::{Map, Value};

use super::files::Files;
use super::memory::Memory;
use super::relate::{Links, Span};
use super::settings::Settings;
use crate::contract::Catalog;

/// A row: its kind and its number, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) kind: KindId,
    pub(crate) number: u64,
}

/// The properties of a row that were written.
pub(crate) type Written = Map<String, Value>;

/// Restricts the rows of a kind to those of a parent or of a workspace.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Within {
    pub(crate) parent: Option<u64>,
    pub(crate) workspace: Option<u64>,
}

impl Within {
    pub(crate) const ALL: Self = Self { parent: None, workspace: None };

    pub(crate) const fn parent(parent: u64) -> Self {
        Self { parent: Some(parent), workspace: None }
    }
}

/// Everything that requests can change.
#[derive(Debug)]
pub(crate) struct Store {
    catalog: &'static Catalog,
    kinds: Vec<Rows>,
    workspaces: u64,
    nested: u64,
    pub(super) links: Links,
    pub(crate) files: Files,
    /// What effects remember besides rows.
    pub(crate) memory: Memory,
}

/// The rows of one kind.
#[derive(Debug, Default)]
struct Rows {
    /// How many rows are seeded below each parent, or at all for a kind without one.
    each: u64,
    /// How many rows are seeded: their numbers are `1..=seeded`.
    seeded: u64,
    written: HashMap<u64, Written>,
    /// Created rows and the numbers of their parents.
    created: BTreeMap<u64, Option<u64>>,
    /// Which version deleted which rows. A created row is gone for both; a seeded one is gone for the version that
    /// deleted it, so that test suites for either version can share a sandbox that starts with the same rows for each.
    deleted: HashSet<(ApiVersion, u64)>,
}

impl Store {
    pub(crate) fn new(catalog: &'static Catalog, settings: &Settings) -> Self {
        let kinds = catalog.kinds().all();
        let mut rows: Vec<_> = kinds.iter().map(|_| Rows::default()).collect();
        for (place, kind) in kinds.iter().enumerate() {
            let parent = kind.parent.map(|parent| &*catalog.kinds().get(parent).key);
            rows[place].each = settings.seeded(&kind.key, parent);
            let mut ancestors = 1_u64;
            let mut next = kind.parent;
            while let Some(parent) = next {
                let parent = catalog.kinds().get(parent);
                let above = parent.parent.map(|above| &*catalog.kinds().get(above).key);
                ancestors = ancestors.saturating_mul(settings.seeded(&parent.key, above));
                next = parent.parent;
            }
            rows[place].seeded = rows[place].each.saturating_mul(ancestors);
        }
        let mut store = Self {
            catalog,
            kinds: rows,
            workspaces: settings.workspaces.max(1),
            nested: settings.nested.min(settings.records),
            links: Links::default(),
            files: Files::default(),
            memory: Memory::default(),
        };
        store.strand_a_session();
        store
    }

    /// Leaves the first session of custom data open, as a client that crashed would: there is one to clean up.
    fn strand_a_session(&mut self) {
        if let Some(kind) = self.catalog.kinds().by_key("connections/resources/sessions") {
            let row = Row { kind, number: 1 };
            self.write(row, Written::from_iter([("status".to_owned(), "IN_PROGRESS".into())]));
        }
    }

    /// How many rows a nested list holds at most.
    pub(super) fn nested(&self) -> u64 {
        self.nested
    }

    fn rows(&self, kind: KindId) -> &Rows {
        &self.kinds[kind.place()]
    }

    /// How many rows are seeded.
    pub(crate) fn seeded(&self, kind: KindId) -> u64 {
        self.rows(kind).seeded
    }

    /// The seeded rows of a kind; those of the workspace where the kind belongs to workspaces.
    pub(crate) fn span(&self, kind: KindId, workspace: u64) -> Span {
        let seeded = self.seeded(kind);
        if !self.catalog.in_workspaces(kind) {
            return Span { first: 1, count: seeded };
        }
        let each = seeded / self.workspaces;
        Span { first: workspace.saturating_sub(1).saturating_mul(each) + 1, count: each }
    }

    /// The workspace that a row belongs to, if it belongs to one.
    pub(crate) fn workspace(&self, mut row: Row) -> Option<u64> {
        if !self.catalog.in_workspaces(row.kind) {
            return None;
        }
        while let (Some(kind), Some(number)) = (self.catalog.kinds().get(row.kind).parent, self.parent(row)) {
            row = Row { kind, number };
        }
        Some(row.number)
    }

    /// Whether the row is there for a version; `parent` restricts it to the rows of one parent.
    pub(crate) fn has(&self, by: ApiVersion, row: Row, parent: Option<u64>) -> bool {
        if let Some((side, parent)) = self.catalog.relations.listed_by(row.kind).zip(parent) {
            return self.related(by, side, parent, 1).contains(&row.number);
        }
        let rows = self.rows(row.kind);
        let known = (1..=rows.seeded).contains(&row.number) || rows.created.contains_key(&row.number);
        known && !rows.deleted.contains(&(by, row.number)) && (parent.is_none() || self.parent(row) == parent)
    }

    /// The number of the row's parent.
    pub(crate) fn parent(&self, row: Row) -> Option<u64> {
        self.catalog.kinds().get(row.kind).parent?;
        let rows = self.rows(row.kind);
        match rows.created.get(&row.number) {
            Some(parent) => *parent,
            None => Some((row.number.checked_sub(1)?).checked_div(rows.each)? + 1),
        }
    }

    /// The row above a row.
    pub(crate) fn above(&self, row: Row) -> Option<Row> {
        Some(Row { kind: self.catalog.kinds().get(row.kind).parent?, number: self.parent(row)? })
    }

    /// What was written to the row.
    pub(crate) fn written(&self, row: Row) -> Option<&Written> {
        self.rows(row.kind).written.get(&row.number)
    }

    /// Whether the row was created by a request.
    pub(crate) fn is_created(&self, row: Row) -> bool {
        self.rows(row.kind).created.contains_key(&row.number)
    }

    /// The numbers of the rows that were created by requests.
    pub(crate) fn created(&self, by: ApiVersion, kind: KindId) -> impl DoubleEndedIterator<Item = u64> {
        let rows = self.rows(kind);
        rows.created.keys().copied().filter(move |number| !rows.deleted.contains(&(by, *number)))
    }

    /// The numbers of the rows that are there, in their order.
    pub(crate) fn numbers(
        &self,
        by: ApiVersion,
        kind: KindId,
        within: Within,
    ) -> Box<dyn DoubleEndedIterator<Item = u64> + '_> {
        if let Some((side, parent)) = self.catalog.relations.listed_by(kind).zip(within.parent) {
            return Box::new(self.related(by, side, parent, within.workspace.unwrap_or(1)).into_iter());
        }
        let kind = self.catalog.home(kind);
        let rows = self.rows(kind);
        let of_parent = within.parent.filter(|_| self.catalog.kinds().get(kind).parent.is_some());
        let of_workspace = within.workspace.filter(|_| of_parent.is_none() && self.catalog.in_workspaces(kind));
        let seeded = match (of_parent, of_workspace) {
            (Some(parent), _) => {
                let first = (parent.saturating_sub(1)).saturating_mul(rows.each) + 1;
                first..(first + rows.each).min(rows.seeded + 1)
            }
            (None, Some(workspace)) => {
                let span = self.span(kind, workspace);
                span.first..span.first + span.count
            }
            (None, None) => 1..rows.seeded + 1,
        };
        if rows.created.is_empty() && rows.deleted.is_empty() {
            return Box::new(seeded);
        }
        let created = rows.created.iter().filter(move |(number, of)| {
            (of_parent.is_none() || **of == of_parent)
                && (of_workspace.is_none() || self.workspace(Row { kind, number: **number }) == of_workspace)
        });
        let all = seeded.chain(created.map(|(number, _)| *number));
        Box::new(all.filter(move |number| !rows.deleted.contains(&(by, *number))))
    }

    /// Adds a row; its number follows on the last one.
    pub(crate) fn create(&mut self, kind: KindId, parent: Option<u64>, written: Written) -> Row {
        let kind = self.catalog.home(kind);
        let rows = &mut self.kinds[kind.place()];
        let last = rows.created.keys().next_back().copied().unwrap_or(0).max(rows.seeded);
        let number = last + 1;
        rows.created.insert(number, parent);
        rows.written.insert(number, written);
        Row { kind, number }
    }

    /// Takes back a row that was just created.
    pub(crate) fn forget(&mut self, row: Row) {
        let rows = &mut self.kinds[row.kind.place()];
        rows.created.remove(&row.number);
        rows.written.remove(&row.number);
    }

    /// Writes properties over those that the row has.
    pub(crate) fn write(&mut self, row: Row, changes: Written) {
        self.kinds[row.kind.place()].written.entry(row.number).or_default().extend(changes);
    }

    /// Writes one property.
    pub(crate) fn set(&mut self, row: Row, name: &str, value: impl Into<Value>) {
        self.write(row, Written::from_iter([(name.to_owned(), value.into())]));
    }

    /// Removes a row; of a list whose rows live elsewhere only the relation to its parent.
    pub(crate) fn delete(&mut self, by: ApiVersion, row: Row, parent: Option<u64>) {
        if let Some((side, parent)) = self.catalog.relations.listed_by(row.kind).zip(parent) {
            let mut left = self.related(by, side, parent, 1);
            left.retain(|number| *number != row.number);
            return self.relate(side, parent, left, 1);
        }
        let is_created = self.is_created(row);
        let rows = &mut self.kinds[row.kind.place()];
        rows.deleted.insert((by, row.number));
        if is_created {
            rows.deleted.extend([ApiVersion::V1, ApiVersion::V2].map(|version| (version, row.number)));
            rows.written.remove(&row.number);
            self.files.remove(row);
        }
    }
}
