//! How far a walk is.

use drata_api::Checkpoint;

/// How far a walk through a list is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Items delivered so far, in this walk and in those it resumed.
    pub delivered: u64,
    /// Pages received so far in this walk.
    pub pages: u64,
    /// Rows in the whole list, as the service said last; `None` when it does not say.
    pub total: Option<u64>,
    /// The total that the service said first and the one it said last, when they differ: the list changed during the walk,
    /// or since the checkpoint that it resumes from, so a row may have been missed.
    pub total_changed: Option<TotalChange>,
    /// Rows that came twice because the list moved, and were delivered once.
    pub duplicates: u64,
    /// Items that lists within the rows rejected. An event is emitted for each, and [`Pages`](crate::Pages) name them.
    pub rejected: u64,
}

/// A total that changed during a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TotalChange {
    /// What the service said first.
    pub first: u64,
    /// What it said last.
    pub latest: u64,
}

impl Progress {
    /// Goes on with the counts of an earlier walk.
    pub(super) fn resume(&mut self, checkpoint: &Checkpoint) {
        self.delivered = checkpoint.delivered();
        self.total = checkpoint.total();
    }

    /// Takes note of the total that a page names.
    pub(super) fn see_total(&mut self, total: Option<u64>) {
        let Some(latest) = total else { return };
        let first = self.total_changed.map(|change| change.first).or(self.total).unwrap_or(latest);
        self.total_changed = (first != latest).then_some(TotalChange { first, latest });
        self.total = Some(latest);
    }
}
