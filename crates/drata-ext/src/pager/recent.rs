//! What was seen lately.

use std::collections::hash_map::RandomState;
use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, Hash};

/// Remembers the last values of a sequence, and how many at most. Hashes are kept, not the values.
#[derive(Debug)]
pub(super) struct Recent {
    capacity: usize,
    hasher: RandomState,
    order: VecDeque<u64>,
    known: HashSet<u64, RandomState>,
}

impl Recent {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, hasher: RandomState::new(), order: VecDeque::new(), known: HashSet::default() }
    }

    /// Whether `value` is new; remembers it.
    pub(super) fn insert(&mut self, value: &impl Hash) -> bool {
        let hash = self.hasher.hash_one(value);
        if !self.known.insert(hash) {
            return false;
        }
        self.order.push_back(hash);
        if self.order.len() > self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_as_many_as_it_may() {
        let mut recent = Recent::new(2);
        assert!(recent.insert(&1));
        assert!(recent.insert(&2));
        assert!(!recent.insert(&1));
        assert!(recent.insert(&3));
        assert!(recent.insert(&1), "forgotten, as the oldest");
    }
}
