//! Which value of an enumeration a row has.

use std::sync::Arc;

use serde_json::Value;

use super::painter::{Painter, Subject};
use crate::draw::Draw;

impl Painter<'_> {
    /// Every value of an enumeration occurs within so many rows, in an order of its own for each property.
    pub(super) fn choice(&self, values: &Arc<[Value]>, subject: &Subject<'_>, hash: u64, draw: Draw) -> Value {
        let count = values.len() as u64;
        if count == 0 {
            return Value::Null;
        }
        let first = |words: &[&str]| {
            words.iter().find_map(|word| values.iter().find(|value| value.as_str() == Some(word))).cloned()
        };
        if let Some(first) = first(FIRST).or_else(|| first(USUAL)).filter(|_| subject.sparse) {
            return first;
        }
        // Most things are in order; long enumerations are of sorts, not of states.
        if count <= FEW
            && draw.named("usual").chance(3, 5)
            && let Some(usual) = first(USUAL)
        {
            return usual;
        }
        let block = Draw(self.seed).within(hash).within(subject.number / count);
        let place = (subject.number % count + block.below(count)) % count;
        values[usize::try_from(place).unwrap_or(0)].clone()
    }

    /// A value for a row whose own has no word in this enumeration: it is none of those that most rows have.
    pub(super) fn unusual(&self, values: &[Value], draw: Draw) -> Option<Value> {
        let is_usual = |value: &&Value| value.as_str().is_some_and(|value| USUAL.contains(&value));
        let others: Vec<_> = values.iter().filter(|value| !is_usual(value)).collect();
        others.get(usize::try_from(draw.below(others.len().max(1) as u64)).unwrap_or(0)).map(|value| (*value).clone())
    }
}

/// Enumerations of states have no more values than this.
const FEW: u64 = 16;

/// The states that things begin in.
const FIRST: &[&str] = &[
    "NOT_YET_STARTED",
    "READY_FOR_REVIEW",
    "NEEDS_ARTIFACT",
    "OUTSTANDING",
    "PREPARING",
    "NO_RENEWAL",
    "NEW",
    "DRAFT",
];

/// The values that most rows have, the first that an enumeration has.
const USUAL: &[&str] = &["ACTIVE", "CURRENT_EMPLOYEE", "PASSED", "PUBLISHED", "READY", "COMPLETED"];
