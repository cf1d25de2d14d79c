//! What requests say about which rows are related, and the seeded rows that are otherwise.

use std::collections::BTreeMap;

use drata_contract::resource::KindId;

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
    pub(super) fn position(self, number: u64) -> Option<u64> {
        number.checked_sub(self.first).filter(|position| *position < self.count)
    }
}
