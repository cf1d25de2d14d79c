//! What was delivered last.

use std::mem;

use drata_api::ItemKey;

/// The keys of the rows of the last two pages, for checkpoints: in a list paged by number, rows move while a walk is
/// interrupted, and are known again by their keys.
#[derive(Debug, Default)]
pub(super) struct Trail {
    before: Vec<ItemKey>,
    page: Vec<ItemKey>,
}

impl Trail {
    /// Resumes after an earlier walk that ended with these rows.
    pub(super) fn resume(rows: &[ItemKey]) -> Self {
        Self { before: rows.to_vec(), page: Vec::new() }
    }

    /// Whether these are the rows of the page at hand.
    pub(super) fn is_page(&self, rows: &[ItemKey]) -> bool {
        self.page == rows
    }

    /// Turns to a page with these rows.
    pub(super) fn turn(&mut self, rows: Vec<ItemKey>) {
        if !self.page.is_empty() {
            self.before = mem::take(&mut self.page);
        }
        self.page = rows;
    }

    /// The keys up to the first `taken` rows of the page at hand.
    pub(super) fn up_to(&self, taken: usize) -> Vec<ItemKey> {
        self.before.iter().chain(self.page.iter().take(taken)).cloned().collect()
    }
}
