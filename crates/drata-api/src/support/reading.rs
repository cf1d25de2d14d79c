//! How a response is being read on this thread, and what was rejected.

use std::cell::RefCell;

use super::rejected::Rejected;

/// How lists are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Straight from the input: one bad item fails the whole. That is the fast path, where no item is buffered.
    Straight,
    /// Item by item, by the [`Node`](super::node::Node) that the list stands in: a bad one is kept as it came.
    Tolerant,
}

#[derive(Default)]
struct Reading {
    mode: Option<Mode>,
    /// What lists rejected so far, wherever they stand.
    rejected: Vec<Rejected>,
    /// The item that was rejected last, for the list that it stands in.
    last: Option<Rejected>,
    /// Whether the list that is read next came as its only item.
    is_lone: bool,
}

thread_local! {
    static READING: RefCell<Reading> = RefCell::default();
}

/// Runs `read` on a response, and returns with its outcome what lists rejected, wherever they stand.
pub(crate) fn reading<R>(mode: Mode, read: impl FnOnce() -> R) -> (R, Vec<Rejected>) {
    let begun = Begun::new(mode);
    let outcome = read();
    (outcome, begun.rejected())
}

/// A response is being read. What was being read before goes on when this ends, also by a panic.
struct Begun(Option<Reading>);

impl Begun {
    fn new(mode: Mode) -> Self {
        Self(Some(READING.replace(Reading { mode: Some(mode), ..Reading::default() })))
    }

    fn rejected(self) -> Vec<Rejected> {
        READING.take().rejected
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        READING.set(self.0.take().unwrap_or_default());
    }
}

/// How a response is being read; `None` when something else reads.
pub(crate) fn mode() -> Option<Mode> {
    READING.with_borrow(|reading| reading.mode)
}

/// How many items were rejected so far.
pub(crate) fn count() -> usize {
    READING.with_borrow(|reading| reading.rejected.len())
}

/// Notes that an item was rejected; what lists within it rejected since there were `before` is part of it.
pub(crate) fn reject(rejected: Rejected, before: usize) {
    READING.with_borrow_mut(|reading| {
        reading.rejected.truncate(before);
        reading.rejected.push(rejected.clone());
        reading.last = Some(rejected);
    });
}

/// The item that was rejected just now.
pub(crate) fn take_last() -> Option<Rejected> {
    READING.with_borrow_mut(|reading| reading.last.take())
}

/// Notes that the list that is read next came as its only item.
pub(crate) fn note_lone(is_lone: bool) {
    READING.with_borrow_mut(|reading| reading.is_lone = is_lone);
}

/// Whether the list that is about to be read came as its only item.
pub(crate) fn take_lone() -> bool {
    READING.with_borrow_mut(|reading| std::mem::take(&mut reading.is_lone))
}
