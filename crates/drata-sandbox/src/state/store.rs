//! Which rows there are: the seeded ones, which cost nothing until they are looked at, and over them what was created,
//! changed and deleted.

use std::collections::{BTreeMap, HashMap, HashSet};

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::contract::Catalog;
use crate::contract::operation::ApiVersion;
use crate::contract::resource::KindId;
use crate::state::settings::Settings;

/// A row: its kind and its number, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    pub(crate) kind: KindId,
    pub(crate) number: u64,
}

/// The properties of a row that were written.
pub(crate) type Written = Map<String, Value>;

/// An uploaded file.
#[derive(Clone, Debug)]
pub(crate) struct StoredFile {
    pub(crate) name: String,
    pub(crate) media: String,
    pub(crate) content: Bytes,
}

/// Everything that requests can change.
#[derive(Debug)]
pub(crate) struct Store {
    catalog: &'static Catalog,
    kinds: Vec<Rows>,
    /// Changed memberships, such as the owners of a control, by the nested kind and its parent's number.
    members: HashMap<(KindId, u64), Vec<u64>>,
    files: HashMap<Row, StoredFile>,
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
        let kinds = catalog.kinds.all();
        let mut rows: Vec<_> = kinds.iter().map(|_| Rows::default()).collect();
        for (place, kind) in kinds.iter().enumerate() {
            let parent = kind.parent.map(|parent| &*catalog.kinds.get(parent).key);
            rows[place].each = settings.seeded(&kind.key, parent);
            let mut ancestors = 1_u64;
            let mut next = kind.parent;
            while let Some(parent) = next {
                let parent = catalog.kinds.get(parent);
                let above = parent.parent.map(|above| &*catalog.kinds.get(above).key);
                ancestors = ancestors.saturating_mul(settings.seeded(&parent.key, above));
                next = parent.parent;
            }
            rows[place].seeded = rows[place].each.saturating_mul(ancestors);
        }
        let mut store = Self { catalog, kinds: rows, members: HashMap::new(), files: HashMap::new() };
        store.strand_a_session();
        store
    }

    /// Leaves the first session of custom data open, as a client that crashed would: there is one to clean up.
    fn strand_a_session(&mut self) {
        if let Some(kind) = self.catalog.kinds.by_key("sessions") {
            let row = Row { kind, number: 1 };
            self.write(row, Written::from_iter([("status".to_owned(), "IN_PROGRESS".into())]));
        }
    }

    fn rows(&self, kind: KindId) -> &Rows {
        &self.kinds[kind.place()]
    }

    /// How many rows are seeded.
    pub(crate) fn seeded(&self, kind: KindId) -> u64 {
        self.rows(kind).seeded
    }

    /// Whether the row is there for a version; `parent` restricts it to the rows of one parent.
    pub(crate) fn has(&self, by: ApiVersion, row: Row, parent: Option<u64>) -> bool {
        if let Some((_, parent)) = self.catalog.kinds.get(row.kind).members_of.zip(parent) {
            return self.members(by, row.kind, parent).contains(&row.number);
        }
        let rows = self.rows(row.kind);
        let known = (1..=rows.seeded).contains(&row.number) || rows.created.contains_key(&row.number);
        known && !rows.deleted.contains(&(by, row.number)) && (parent.is_none() || self.parent(row) == parent)
    }

    /// The number of the row's parent.
    pub(crate) fn parent(&self, row: Row) -> Option<u64> {
        self.catalog.kinds.get(row.kind).parent?;
        let rows = self.rows(row.kind);
        match rows.created.get(&row.number) {
            Some(parent) => *parent,
            None => Some((row.number.checked_sub(1)?).checked_div(rows.each)? + 1),
        }
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

    /// The numbers of all rows, of one parent or of all.
    pub(crate) fn numbers(
        &self,
        by: ApiVersion,
        kind: KindId,
        parent: Option<u64>,
    ) -> Box<dyn Iterator<Item = u64> + '_> {
        let members_of = self.catalog.kinds.get(kind).members_of;
        if let Some((_, parent)) = members_of.zip(parent) {
            return Box::new(self.members(by, kind, parent).into_iter());
        }
        let rows = self.rows(kind);
        let seeded = match parent.filter(|_| self.catalog.kinds.get(kind).parent.is_some()) {
            None => 1..=rows.seeded,
            Some(parent) => {
                let first = (parent.saturating_sub(1)).saturating_mul(rows.each) + 1;
                first..=(first + rows.each - 1).min(rows.seeded)
            }
        };
        let created = rows.created.iter().filter(move |(_, of)| parent.is_none() || **of == parent);
        let all = seeded.chain(created.map(|(number, _)| *number));
        if rows.deleted.is_empty() {
            return Box::new(all);
        }
        Box::new(all.filter(move |number| !rows.deleted.contains(&(by, *number))))
    }

    /// The members of a nested list whose rows live elsewhere: a few of them for each parent, until they are changed.
    pub(crate) fn members(&self, by: ApiVersion, kind: KindId, parent: u64) -> Vec<u64> {
        let Some(home) = self.catalog.kinds.get(kind).members_of else { return Vec::new() };
        let there = |number: &u64| self.has(by, Row { kind: home, number: *number }, None);
        if let Some(members) = self.members.get(&(kind, parent)) {
            return members.iter().copied().filter(there).collect();
        }
        let (all, few) = (self.seeded(home).max(1), self.rows(kind).each.min(self.seeded(home)));
        let first = parent.saturating_sub(1).wrapping_mul(few.max(1));
        let mut members: Vec<_> = (0..few).map(|step| (first + step) % all + 1).filter(there).collect();
        members.sort_unstable();
        members
    }

    /// Replaces the members of a nested list.
    pub(crate) fn set_members(&mut self, kind: KindId, parent: u64, mut members: Vec<u64>) {
        // In order, as cursors expect rows to come.
        members.sort_unstable();
        members.dedup();
        self.members.insert((kind, parent), members);
    }

    /// Adds a row and returns its number.
    pub(crate) fn create(&mut self, by: ApiVersion, kind: KindId, parent: Option<u64>, written: Written) -> Row {
        let home = self.catalog.kinds.get(kind).members_of;
        let own = home.unwrap_or(kind);
        let rows = &mut self.kinds[own.place()];
        let last = rows.created.last_key_value().map_or(rows.seeded, |(number, _)| *number);
        let number = last + 1;
        rows.created.insert(number, if home.is_some() { None } else { parent });
        rows.written.insert(number, written);
        if let Some((_, parent)) = home.zip(parent) {
            let mut members = self.members(by, kind, parent);
            members.push(number);
            self.set_members(kind, parent, members);
        }
        Row { kind: own, number }
    }

    /// Writes properties over those that the row has.
    pub(crate) fn write(&mut self, row: Row, changes: Written) {
        self.kinds[row.kind.place()].written.entry(row.number).or_default().extend(changes);
    }

    /// Removes a row; of a nested list whose rows live elsewhere only the membership.
    pub(crate) fn delete(&mut self, by: ApiVersion, row: Row, parent: Option<u64>) {
        if let Some((_, parent)) = self.catalog.kinds.get(row.kind).members_of.zip(parent) {
            let left = self.members(by, row.kind, parent).into_iter().filter(|number| *number != row.number).collect();
            return self.set_members(row.kind, parent, left);
        }
        let is_created = self.is_created(row);
        let rows = &mut self.kinds[row.kind.place()];
        rows.deleted.insert((by, row.number));
        if is_created {
            rows.deleted.extend([ApiVersion::V1, ApiVersion::V2].map(|version| (version, row.number)));
            rows.written.remove(&row.number);
            self.files.remove(&row);
        }
    }

    /// Keeps an uploaded file with its row.
    pub(crate) fn keep_file(&mut self, row: Row, file: StoredFile) {
        self.files.insert(row, file);
    }

    /// The file that was uploaded to the row, or to the one it belongs to: versions hold the files of their documents.
    pub(crate) fn file(&self, row: Row) -> Option<&StoredFile> {
        let above = || {
            let kind = self.catalog.kinds.get(row.kind).parent?;
            self.files.get(&Row { kind, number: self.parent(row)? })
        };
        self.files.get(&row).or_else(above)
    }
}
