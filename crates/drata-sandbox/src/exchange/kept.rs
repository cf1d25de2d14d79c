//! What lists have answered, kept until a request writes something: rows as JSON, and which rows a filter and an order
//! select. A list costs its page the first time and a copy of it afterwards.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::state::store::Store;

/// Rows as JSON take no more bytes than this; when they would, all of them go.
const ROOM: usize = 16 << 20;
/// Selections hold no more numbers than this; when they would, all of them go.
const SELECTED: usize = 1 << 20;

/// What lists have answered.
#[derive(Debug, Default)]
pub(crate) struct Kept(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// The state of the store that all of it is true of.
    revision: u64,
    rows: HashMap<(u64, u64), Painted>,
    bytes: usize,
    selections: HashMap<u64, Arc<[u64]>>,
    selected: usize,
}

/// A row as JSON.
#[derive(Clone, Debug)]
pub(crate) struct Painted {
    pub(crate) json: Arc<[u8]>,
    /// The second in which it was painted, when it holds a link that runs out.
    pub(crate) second: Option<i64>,
}

/// What tells one view of a list from another.
pub(crate) fn key(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

impl Kept {
    /// What is true of the store as it is.
    fn of(&self, store: &Store) -> MutexGuard<'_, Inner> {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.revision != store.revision() {
            *inner = Inner { revision: store.revision(), ..Inner::default() };
        }
        inner
    }

    /// Rows as a view of them shows them in a second; those that are not kept are painted.
    pub(crate) fn rows(
        &self,
        store: &Store,
        view: u64,
        second: i64,
        numbers: impl Iterator<Item = u64>,
        paint: impl Fn(u64) -> Painted,
    ) -> Vec<Arc<[u8]>> {
        let inner = self.of(store);
        let good = |kept: &&Painted| kept.second.is_none_or(|painted| painted == second);
        let found = numbers.map(|number| {
            let kept = inner.rows.get(&(view, number)).filter(good);
            kept.map_or_else(|| Err(number), |kept| Ok(kept.json.clone()))
        });
        let found: Vec<_> = found.collect();
        // Others are served while these are painted.
        drop(inner);
        let mut painted = Vec::new();
        let take = |found: Result<Arc<[u8]>, u64>| {
            found.unwrap_or_else(|number| {
                let row = paint(number);
                let json = row.json.clone();
                painted.push((number, row));
                json
            })
        };
        let rows = found.into_iter().map(take).collect();
        if painted.is_empty() {
            return rows;
        }
        let mut inner = self.of(store);
        let more: usize = painted.iter().map(|(_, row)| row.json.len()).sum();
        if inner.bytes + more > ROOM {
            inner.rows = HashMap::new();
            inner.bytes = 0;
        }
        for (number, row) in painted.into_iter().filter(|_| more <= ROOM) {
            inner.bytes += row.json.len();
            let before = inner.rows.insert((view, number), row);
            inner.bytes -= before.map_or(0, |before| before.json.len());
        }
        rows
    }

    /// The numbers that a list selects, in its order.
    pub(crate) fn selection(&self, store: &Store, list: u64, select: impl FnOnce() -> Vec<u64>) -> Arc<[u64]> {
        if let Some(kept) = self.of(store).selections.get(&list) {
            return kept.clone();
        }
        let selected: Arc<[u64]> = select().into();
        let mut inner = self.of(store);
        if inner.selected + selected.len() > SELECTED {
            inner.selections = HashMap::new();
            inner.selected = 0;
        }
        if selected.len() <= SELECTED && inner.selections.insert(list, selected.clone()).is_none() {
            inner.selected += selected.len();
        }
        selected
    }
}
