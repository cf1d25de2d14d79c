//! Which rows are related: as the seed has it until a request says otherwise.

use std::borrow::Cow;

use drata_contract::operation::ApiVersion;

use super::links::Span;
use super::numbers::{Numbers, Seeded};
use super::row::Row;
use super::store::Store;
use crate::contract::relations::{Relation, Share, Side};

impl Store {
    /// What a request has said that a row names by a property with this stem.
    pub(crate) fn linked(&self, row: Row, stem: u64) -> Option<&[u64]> {
        self.links.get(&(row.kind, stem))?.get(&row.number).map(Vec::as_slice)
    }

    /// Says what a row names from now on.
    pub(crate) fn link(&mut self, row: Row, stem: u64, numbers: Vec<u64>) {
        self.memo.forget_values();
        self.links.entry((row.kind, stem)).or_default().insert(row.number, numbers);
    }

    /// The numbers of the rows that a row is related to and that are there. `workspace` is where rows are looked for when
    /// the row itself is in none.
    pub(crate) fn related(&self, by: ApiVersion, side: Side, number: u64, workspace: u64) -> Numbers<'_> {
        let gone = self.deleted(by, side.leads_to());
        let (seeded, said) = if side.is_back {
            self.holders(side.relation, number, workspace)
        } else {
            self.held(side.relation, number, workspace)
        };
        Numbers::new(seeded, gone, said)
    }

    /// The same, whatever has been deleted.
    fn all_related(&self, side: Side, number: u64, workspace: u64) -> Vec<u64> {
        let (seeded, said) = if side.is_back {
            self.holders(side.relation, number, workspace)
        } else {
            self.held(side.relation, number, workspace)
        };
        seeded.iter().chain(said.iter().copied()).collect()
    }

    /// Says which rows a row is related to, from either side.
    pub(crate) fn relate(&mut self, side: Side, number: u64, mut wanted: Vec<u64>, workspace: u64) {
        let Side { relation, is_back } = side;
        // A set has no order, and lists show their rows in the order of the numbers.
        wanted.sort_unstable();
        wanted.dedup();
        if !is_back {
            if relation.share == Share::Split {
                for target in &wanted {
                    self.leave_others(relation, *target, number, workspace);
                }
            }
            return self.link(Row { kind: relation.holder, number }, relation.stem, wanted);
        }
        for holder in self.all_related(side, number, workspace) {
            if !wanted.contains(&holder) {
                self.change_held(relation, holder, workspace, |held| held.retain(|target| *target != number));
            }
        }
        for holder in wanted {
            if relation.share == Share::Split {
                self.leave_others(relation, number, holder, workspace);
            }
            self.change_held(relation, holder, workspace, |held| {
                if let Err(place) = held.binary_search(&number) {
                    held.insert(place, number);
                }
            });
        }
    }

    /// Takes a row from everyone but its new holder.
    fn leave_others(&mut self, relation: Relation, target: u64, keeper: u64, workspace: u64) {
        for holder in self.all_related(Side { relation, is_back: true }, target, workspace) {
            if holder != keeper {
                self.change_held(relation, holder, workspace, |held| held.retain(|known| *known != target));
            }
        }
    }

    fn change_held(&mut self, relation: Relation, holder: u64, workspace: u64, change: impl FnOnce(&mut Vec<u64>)) {
        let mut held = self.all_related(Side { relation, is_back: false }, holder, workspace);
        change(&mut held);
        self.link(Row { kind: relation.holder, number: holder }, relation.stem, held);
    }

    fn held(&self, relation: Relation, holder: u64, workspace: u64) -> (Seeded, Cow<'_, [u64]>) {
        const NOTHING: (Seeded, Cow<'_, [u64]>) = (Seeded::NONE, Cow::Borrowed(&[]));
        let row = Row { kind: relation.holder, number: holder };
        if let Some(linked) = self.linked(row, relation.stem) {
            return (Seeded::NONE, linked.into());
        }
        let workspace = self.workspace(row).unwrap_or(workspace);
        let (holders, targets) = (self.span(relation.holder, workspace), self.span(relation.target, workspace));
        let Some(position) = holders.position(holder).filter(|_| targets.count > 0) else { return NOTHING };
        let few = self.few(relation, holders, targets);
        let begin = position.saturating_mul(few);
        if relation.share == Share::Split {
            let end = begin.saturating_add(few).min(targets.count);
            return (Seeded::run(targets.first + begin.min(end)..targets.first + end), NOTHING.1);
        }
        // Goes around at the end of the targets.
        let begin = begin % targets.count;
        let around = (begin + few).saturating_sub(targets.count);
        (Seeded::Runs([(targets.first, around), (targets.first + begin, few - around)]), NOTHING.1)
    }

    fn holders(&self, relation: Relation, target: u64, workspace: u64) -> (Seeded, Cow<'_, [u64]>) {
        let row = Row { kind: relation.target, number: target };
        let workspace = self.workspace(row).unwrap_or(workspace);
        let (holders, targets) = (self.span(relation.holder, workspace), self.span(relation.target, workspace));
        let few = self.few(relation, holders, targets);
        let seeded = match targets.position(target).filter(|_| few > 0) {
            None => Seeded::NONE,
            Some(place) if relation.share == Share::Split => {
                let holder = place / few;
                Seeded::run(holders.first + holder..holders.first + holder + u64::from(holder < holders.count))
            }
            // Walks around the targets as often as the holders do.
            Some(start) => Seeded::Steps {
                first: holders.first,
                start,
                step: targets.count,
                share: few,
                count: holders.count.saturating_mul(few).saturating_sub(start).div_ceil(targets.count),
            },
        };
        let Some(said) = self.links.get(&(relation.holder, relation.stem)) else { return (seeded, Cow::Borrowed(&[])) };
        let mut numbers: Vec<_> = seeded.iter().filter(|number| !said.contains_key(number)).collect();
        numbers.extend(said.iter().filter(|(_, held)| held.contains(&target)).map(|(number, _)| *number));
        numbers.sort_unstable();
        numbers.dedup();
        (Seeded::NONE, numbers.into())
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
