//! How a response is being read.

use std::cell::Cell;

/// How lists are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Straight from the input: one bad item fails the whole. That is the fast path, where no item is buffered.
    Straight,
    /// Item by item: a bad one is kept as it came.
    Tolerant,
}

thread_local! {
    static MODE: Cell<Option<Mode>> = const { Cell::new(None) };
}

/// Returns how a response is being read on this thread; `None` when something else reads.
pub(crate) fn mode() -> Option<Mode> {
    MODE.get()
}

/// Sets the mode of this thread, and returns what it was.
pub(crate) fn replace(mode: Option<Mode>) -> Option<Mode> {
    MODE.replace(mode)
}
