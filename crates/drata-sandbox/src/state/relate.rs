//! Which rows are related: as the seed has it until a request says otherwise.

use std::collections::BTreeMap;

use drata_contract::operation::ApiVersion;
use drata_contract::resource::KindId;

use super::store::{Row, Store};
use crate::contract::relations::{Relation, Share, Side};

/// What requests have said about which rows a row names, by the stem of the property and the row.
pub(super) type Links = BTreeMap<(KindId, u64), BTreeMap<u64, Vec<u64>>>;

/// The seeded rows of a kind, in one workspace where the kind belongs to those.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) first: u64,
    pub(crate) count: u64,
}

impl Span {
    /// Where a number stands in the span, counted from 0.
    fn position(self, number: u64) -> Option<u64> {
        number.checked_sub(self.first).filter(|position| *position < self.count)
    }
}

impl Store {
    /// What a request has said that a row names by a property with this stem.
    pub(crate) fn linked(&self, row: Row, stem: u64) -> Option<&[u64]> {
        self.links.get(&(row.kind, stem))?.get(&row.number).map(Vec::as_slice)
    }

    /// Says what a row names from now on.
    pub(crate) fn link(&mut self, row: Row, stem: u64, numbers: Vec<u64>) {
        self.links.entry((row.kind, stem)).or_default().insert(row.number, numbers);
    }

    /// The numbers of the rows that a row is related to and that are there. `workspace` is where rows are looked for when
    /// the row itself is in none.
    pub(crate) fn related(&self, by: ApiVersion, side: Side, number: u64, workspace: u64) -> Vec<u64> {
        let kind = side.leads_to();
        let mut numbers = if side.is_back {
            self.holders(side.relation, number, workspace)
        } else {
            self.held(side.relation, number, workspace)
        };
        numbers.retain(|number| self.has(by, Row { kind, number: *number }, None));
        numbers
    }

    /// Says which rows a row is related to, from either side.
    pub(crate) fn relate(&mut self, side: Side, number: u64, wanted: Vec<u64>, workspace: u64) {
        let Side { relation, is_back } = side;
        if !is_back {
            if relation.share == Share::Split {
                for target in &wanted {
                    self.leave_others(relation, *target, number, workspace);
                }
            }
            return self.link(Row { kind: relation.holder, number }, relation.stem, wanted);
        }
        for holder in self.holders(relation, number, workspace) {
            if !wanted.contains(&holder) {
                self.change_held(relation, holder, workspace, |held| held.retain(|target| *target != number));
            }
        }
        for holder in wanted {
            if relation.share == Share::Split {
                self.leave_others(relation, number, holder, workspace);
            }
            self.change_held(relation, holder, workspace, |held| {
                if !held.contains(&number) {
                    held.push(number);
                }
            });
        }
    }

    /// Takes a row from everyone but its new holder.
    fn leave_others(&mut self, relation: Relation, target: u64, keeper: u64, workspace: u64) {
        for holder in self.holders(relation, target, workspace) {
            if holder != keeper {
                self.change_held(relation, holder, workspace, |held| held.retain(|known| *known != target));
            }
        }
    }

    fn change_held(&mut self, relation: Relation, holder: u64, workspace: u64, change: impl FnOnce(&mut Vec<u64>)) {
        let mut held = self.held(relation, holder, workspace);
        change(&mut held);
        self.link(Row { kind: relation.holder, number: holder }, relation.stem, held);
    }

    fn held(&self, relation: Relation, holder: u64, workspace: u64) -> Vec<u64> {
        let row = Row { kind: relation.holder, number: holder };
        if let Some(linked) = self.linked(row, relation.stem) {
            return linked.to_vec();
        }
        let workspace = self.workspace(row).unwrap_or(workspace);
        let (holders, targets) = (self.span(relation.holder, workspace), self.span(relation.target, workspace));
        let Some(position) = holders.position(holder).filter(|_| targets.count > 0) else { return Vec::new() };
        let few = self.few(relation, holders, targets);
        let positions = (0..few).map(|step| position * few + step);
        let mut numbers: Vec<_> = match relation.share {
            Share::Split => {
                positions.filter(|place| *place < targets.count).map(|place| targets.first + place).collect()
            }
            _ => positions.map(|place| targets.first + place % targets.count).collect(),
        };
        numbers.sort_unstable();
        numbers
    }

    fn holders(&self, relation: Relation, target: u64, workspace: u64) -> Vec<u64> {
        let row = Row { kind: relation.target, number: target };
        let workspace = self.workspace(row).unwrap_or(workspace);
        let (holders, targets) = (self.span(relation.holder, workspace), self.span(relation.target, workspace));
        let said = self.links.get(&(relation.holder, relation.stem));
        let mut numbers = Vec::new();
        let few = self.few(relation, holders, targets);
        if let Some(mut place) = targets.position(target).filter(|_| few > 0) {
            // Walks around the targets as often as the holders do.
            while place / few < holders.count {
                numbers.push(holders.first + place / few);
                if relation.share == Share::Split {
                    break;
                }
                place += targets.count;
            }
        }
        if let Some(said) = said {
            numbers.retain(|number| !said.contains_key(number));
            numbers.extend(said.iter().filter(|(_, held)| held.contains(&target)).map(|(number, _)| *number));
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// How many rows each seeded holder holds.
    fn few(&self, relation: Relation, holders: Span, targets: Span) -> u64 {
        match relation.share {
            Share::Few(few) => few.min(self.nested()).min(targets.count),
            Share::Nested => self.nested().min(targets.count),
            Share::Split => targets.count.div_ceil(holders.count.max(1)),
        }
    }
}
