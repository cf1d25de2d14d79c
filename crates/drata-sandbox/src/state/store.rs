//! Which rows there are: the seeded ones, which cost nothing until they are looked at, and over them what was created,
//! changed and deleted.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use drata_contract::operation::ApiVersion;
use drata_contract::resource::KindId;
use serde_json::Value;

use super::files::Files;
use super::links::{Links, Span};
use super::memo::Memo;
use super::memory::Memory;
use super::numbers::{Numbers, Seeded};
use super::row::{Row, Within, Written};
use super::settings::Settings;
use crate::contract::Catalog;

/// Of which rows the first or, if true, the last one below the first parent is in which state, so that the operations that
/// need it find one.
const UNDONE: &[(&str, bool, &str, &str)] = &[
    ("connections/resources/sessions", false, "status", "IN_PROGRESS"),
    ("policies/policy-versions", true, "policyVersionStatus", "DRAFT"),
];
/// The list that the first of its rows is missing from, so that it can be added.
const UNSCOPED: &str = "scoped-personnel-groups";

/// Everything that requests can change.
#[derive(Debug)]
pub(crate) struct Store {
    catalog: &'static Catalog,
    /// Grows with every request that may write.
    revision: u64,
    kinds: Vec<Rows>,
    workspaces: u64,
    nested: u64,
    pub(super) links: Links,
    pub(crate) files: Files,
    /// What effects remember besides rows.
    pub(crate) memory: Memory,
    /// What follows from all of it.
    pub(crate) memo: Memo,
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
    /// Created rows in their order, of all parents and of each.
    all_created: Vec<u64>,
    created_below: HashMap<u64, Vec<u64>>,
    /// Which rows version 1 and version 2 have deleted. A created row is gone for both; a seeded one is gone for the
    /// version that deleted it, so that test suites for either version can share a sandbox that starts with the same
    /// rows for each.
    deleted: [BTreeSet<u64>; 2],
}

impl Rows {
    fn deleted(&self, by: ApiVersion) -> &BTreeSet<u64> {
        &self.deleted[by as usize]
    }
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
            revision: 0,
            kinds: rows,
            workspaces: settings.workspaces.max(1),
            nested: settings.nested.min(settings.records),
            links: Links::default(),
            files: Files::default(),
            memory: Memory::default(),
            memo: Memo::default(),
        };
        store.leave_undone();
        store
    }

    /// Which state this is: what was read at one revision is true as long as the revision is the same.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Says that what was read before may no longer be true.
    pub(crate) fn revise(&mut self) {
        self.revision += 1;
        self.memo.forget_values();
    }

    /// Brings the first state back.
    pub(crate) fn reset(&mut self, settings: &Settings) {
        *self = Self { revision: self.revision + 1, ..Self::new(self.catalog, settings) };
    }

    /// Leaves something to do: a session that a client left open when it crashed, the draft of a policy.
    fn leave_undone(&mut self) {
        for (key, is_last, name, state) in UNDONE {
            let Some(kind) = self.catalog.kinds().by_key(key) else { continue };
            let numbers = self.numbers(ApiVersion::V2, kind, Within::parent(1));
            let number = if *is_last { numbers.iter().next_back() } else { numbers.iter().next() };
            if let Some(number) = number {
                self.set(Row { kind, number }, name, *state);
            }
        }
        let list = self.catalog.kinds().by_key(UNSCOPED).and_then(|list| self.catalog.relations.listed_by(list));
        if let Some(side) = list {
            let others = self.related(ApiVersion::V2, side, 1, 1).iter().skip(1).collect();
            self.relate(side, 1, others, 1);
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
            return self.related(by, side, parent, 1).has(row.number);
        }
        let rows = self.rows(row.kind);
        let known = (1..=rows.seeded).contains(&row.number) || rows.created.contains_key(&row.number);
        known && !rows.deleted(by).contains(&row.number) && (parent.is_none() || self.parent(row) == parent)
    }

    /// The rows of a kind that a version has deleted.
    pub(super) fn deleted(&self, by: ApiVersion, kind: KindId) -> &BTreeSet<u64> {
        self.rows(kind).deleted(by)
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

    /// The numbers of the rows that something was written to, in no order.
    pub(crate) fn written_numbers(&self, kind: KindId) -> impl Iterator<Item = u64> {
        self.rows(self.catalog.home(kind)).written.keys().copied()
    }

    /// The numbers of the rows that were created by requests.
    pub(crate) fn created(&self, by: ApiVersion, kind: KindId) -> impl DoubleEndedIterator<Item = u64> {
        let rows = self.rows(kind);
        rows.all_created.iter().copied().filter(move |number| !rows.deleted(by).contains(number))
    }

    /// The numbers of the rows that are there.
    pub(crate) fn numbers(&self, by: ApiVersion, kind: KindId, within: Within) -> Numbers<'_> {
        if let Some((side, parent)) = self.catalog.relations.listed_by(kind).zip(within.parent) {
            return self.related(by, side, parent, within.workspace.unwrap_or(1));
        }
        let kind = self.catalog.home(kind);
        let rows = self.rows(kind);
        let of_parent = within.parent.filter(|_| self.catalog.kinds().get(kind).parent.is_some());
        let of_workspace = within.workspace.filter(|_| of_parent.is_none() && self.catalog.in_workspaces(kind));
        let all = Cow::Borrowed(rows.all_created.as_slice());
        let (seeded, created) = match (of_parent, of_workspace) {
            (Some(parent), _) => {
                let first = (parent.saturating_sub(1)).saturating_mul(rows.each).saturating_add(1);
                let end = first.saturating_add(rows.each).min(rows.seeded.saturating_add(1));
                (first..end, Cow::Borrowed(rows.created_below.get(&parent).map_or(&[][..], Vec::as_slice)))
            }
            (None, Some(workspace)) => {
                let span = self.span(kind, workspace);
                let is_there = |number: &u64| self.workspace(Row { kind, number: *number }) == of_workspace;
                let created = rows.all_created.iter().copied().filter(is_there).collect();
                (span.first..span.first.saturating_add(span.count), Cow::Owned(created))
            }
            (None, None) => (1..rows.seeded.saturating_add(1), all),
        };
        Numbers::new(Seeded::run(seeded), rows.deleted(by), created)
    }

    /// Adds a row; its number follows on the last one.
    pub(crate) fn create(&mut self, kind: KindId, parent: Option<u64>, written: Written) -> Row {
        let kind = self.catalog.home(kind);
        self.memo.forget_values();
        let rows = &mut self.kinds[kind.place()];
        let last = rows.created.keys().next_back().copied().unwrap_or(0).max(rows.seeded);
        let number = last + 1;
        rows.created.insert(number, parent);
        rows.all_created.push(number);
        parent.into_iter().for_each(|parent| rows.created_below.entry(parent).or_default().push(number));
        rows.written.insert(number, written);
        Row { kind, number }
    }

    /// Takes back a row that was just created.
    pub(crate) fn forget(&mut self, row: Row) {
        self.memo.forget_values();
        let rows = &mut self.kinds[row.kind.place()];
        let parent = rows.created.remove(&row.number).flatten();
        rows.written.remove(&row.number);
        let others = parent.and_then(|parent| rows.created_below.get_mut(&parent));
        others.into_iter().chain([&mut rows.all_created]).for_each(|all| all.retain(|number| *number != row.number));
    }

    /// Writes properties over those that the row has.
    pub(crate) fn write(&mut self, row: Row, changes: Written) {
        self.memo.forget_values();
        self.kinds[row.kind.place()].written.entry(row.number).or_default().extend(changes);
    }

    /// Writes one property.
    pub(crate) fn set(&mut self, row: Row, name: &str, value: impl Into<Value>) {
        self.write(row, Written::from_iter([(name.to_owned(), value.into())]));
    }

    /// Removes a row; of a list whose rows live elsewhere only the relation to its parent.
    pub(crate) fn delete(&mut self, by: ApiVersion, row: Row, parent: Option<u64>) {
        if let Some((side, parent)) = self.catalog.relations.listed_by(row.kind).zip(parent) {
            let left = self.related(by, side, parent, 1);
            let left = left.iter().filter(|number| *number != row.number).collect();
            return self.relate(side, parent, left, 1);
        }
        self.memo.forget_values();
        let is_created = self.is_created(row);
        let rows = &mut self.kinds[row.kind.place()];
        rows.deleted[by as usize].insert(row.number);
        if is_created {
            rows.deleted.iter_mut().for_each(|deleted| _ = deleted.insert(row.number));
            rows.written.remove(&row.number);
            self.files.remove(row);
        }
    }
}
