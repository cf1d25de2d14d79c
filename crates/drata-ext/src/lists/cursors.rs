//! Which page comes next in a list paged by cursor.

use super::recent::Recent;

/// How many cursors are remembered to notice a circle.
const REMEMBERED: usize = 10_000;

/// The plan of a walk by cursor.
#[derive(Debug)]
pub(super) struct Cursors {
    /// The cursor of the page to fetch next; the outer `None` when there is none.
    next: Option<Option<String>>,
    seen: Recent,
    repeated: Option<String>,
}

impl Cursors {
    pub(super) fn new(first: Option<String>) -> Self {
        let mut seen = Recent::new(REMEMBERED);
        if let Some(first) = &first {
            seen.insert_text(first);
        }
        Self { next: Some(first), seen, repeated: None }
    }

    /// The cursor of the page to fetch next: it is handed out once.
    pub(super) fn next(&mut self) -> Option<Option<String>> {
        self.next.take()
    }

    /// Plans on by the cursor that a page came with. An empty page with a cursor is not the end.
    pub(super) fn see(&mut self, cursor: Option<String>) {
        let Some(cursor) = cursor else { return };
        if self.seen.insert_text(&cursor) {
            self.next = Some(Some(cursor));
        } else {
            self.repeated = Some(cursor);
        }
    }

    /// A cursor that came twice.
    pub(super) fn repeated(&self) -> Option<&str> {
        self.repeated.as_deref()
    }
}
