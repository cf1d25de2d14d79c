//! Two contracts side by side, and the changes found so far.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, Effect};
use super::reach::{Reach, Way, reaches};
use crate::document::{Document, SCHEMAS, escape};

/// A comparison under way.
pub(crate) struct Comparison<'a> {
    pub(super) old: &'a Document,
    pub(super) new: &'a Document,
    /// References being followed at the moment, so that types that hold themselves end.
    pub(super) following: Vec<(String, String)>,
    changes: Vec<Change>,
}

/// A place that is being compared.
#[derive(Clone)]
pub(super) struct Spot<'r> {
    /// The operation or schema.
    pub(super) subject: String,
    /// The way from there: `data[].name`, or nothing.
    pub(super) within: String,
    pub(super) pointer: String,
    pub(super) reach: &'r Reach,
}

impl Spot<'_> {
    /// The place of a field.
    pub(super) fn field(&self, name: &str) -> Self {
        let separator = if self.within.is_empty() { "" } else { "." };
        Self {
            within: format!("{}{separator}{name}", self.within),
            pointer: format!("{}/properties/{}", self.pointer, escape(name)),
            ..self.clone()
        }
    }

    /// The place of what stands at `key` in the schema, such as the items of a list.
    pub(super) fn part(&self, key: &str, mark: &str) -> Self {
        Self { within: format!("{}{mark}", self.within), pointer: format!("{}/{key}", self.pointer), ..self.clone() }
    }

    /// What the place is called in a sentence.
    pub(super) fn name(&self) -> String {
        match self.within.as_str() {
            "" => "it".to_owned(),
            within => format!("`{within}`"),
        }
    }

    /// The effect in all the ways that the place travels. Errors have no types, so a change of one breaks nothing.
    pub(super) fn effect(&self, of: impl Fn(Way) -> Effect) -> Effect {
        let ways = self.reach.ways.iter().filter(|way| **way != Way::Error);
        ways.map(|way| of(*way)).fold(Effect::COMPATIBLE, Effect::and)
    }
}

/// Every change between two contracts, by area, the most severe first.
pub(crate) fn compare(old: &Document, new: &Document) -> Vec<Change> {
    let mut comparison = Comparison { old, new, following: Vec::new(), changes: Vec::new() };
    comparison.operations();
    comparison.named_schemas();
    comparison.finish()
}

impl<'a> Comparison<'a> {
    pub(super) fn note(&mut self, kind: &'static str, spot: &Spot<'_>, what: String, effect: Effect) {
        self.changes.push(Change {
            area: spot.reach.area(),
            kind,
            subject: spot.subject.clone(),
            what,
            pointer: spot.pointer.clone(),
            effect,
            operations: spot.reach.operations.clone(),
        });
    }

    /// Schemas that both documents name: a change there is one change, whatever number of operations it reaches.
    fn named_schemas(&mut self) {
        let (before, after) = (reaches(self.old), reaches(self.new));
        let both: BTreeSet<&String> = self.old.schemas().map(|(name, _)| name).collect();
        let (old, new) = (self.old, self.new);
        for (name, schema) in new.schemas().filter(|(name, _)| both.contains(name)) {
            let mut reach = Reach::default();
            // The ways that it travels in both: a new way in is a change of the operation, not of the schema.
            match (before.get(name), after.get(name)) {
                (Some(before), Some(after)) => {
                    reach.join(before);
                    reach.join(after);
                    reach.ways = before.ways.intersection(&after.ways).copied().collect();
                }
                (Some(one), None) | (None, Some(one)) => {
                    reach.join(one);
                    reach.ways.clear();
                }
                (None, None) => {}
            }
            let spot = Spot {
                subject: format!("schema {name}"),
                within: String::new(),
                pointer: format!("{SCHEMAS}/{}", escape(name)),
                reach: &reach,
            };
            if let Some(old) = old.schema(name) {
                self.schemas(&spot, old, schema);
            }
        }
    }

    /// The same change met on several ways is one.
    fn finish(self) -> Vec<Change> {
        let mut merged: BTreeMap<(String, &'static str, String), Change> = BTreeMap::new();
        for change in self.changes {
            let key = (change.pointer.clone(), change.kind, change.what.clone());
            match merged.get_mut(&key) {
                Some(known) => {
                    known.effect = known.effect.and(change.effect);
                    known.operations.extend(change.operations);
                    if known.area != change.area {
                        let areas: BTreeSet<&str> = known.area.split(", ").chain(change.area.split(", ")).collect();
                        known.area = areas.into_iter().collect::<Vec<_>>().join(", ");
                    }
                }
                None => {
                    merged.insert(key, change);
                }
            }
        }
        let mut changes: Vec<Change> = merged.into_values().collect();
        changes.sort_by(|left, right| {
            (&left.area, left.class(), &left.pointer, left.kind).cmp(&(
                &right.area,
                right.class(),
                &right.pointer,
                right.kind,
            ))
        });
        changes
    }
}
