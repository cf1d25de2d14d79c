//! What was seen lately.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher};

use drata_api::ItemKey;

/// Remembers the last values of a sequence: at least `capacity` of them and at most twice as many.
///
/// Hashes are kept, not the values, in two generations: when the younger is full, it becomes the older, and what was the
/// older is forgotten.
#[derive(Debug)]
pub(super) struct Recent {
    capacity: usize,
    hasher: RandomState,
    younger: Hashes,
    older: Hashes,
}

type Hashes = HashSet<u64, BuildHasherDefault<Hashed>>;

/// The hasher of what is a hash already.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("only whole hashes are kept");
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Recent {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, hasher: RandomState::new(), younger: Hashes::default(), older: Hashes::default() }
    }

    /// Whether the item with this key is new; remembers it.
    pub(super) fn insert_key(&mut self, key: &ItemKey) -> bool {
        match key {
            // Numbers are spread by an odd factor, which maps no two of them to the same.
            ItemKey::Number(number) => self.insert_hash(number.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            ItemKey::Text(text) => self.insert_text(text),
            _ => true,
        }
    }

    /// Whether `text` is new; remembers it.
    pub(super) fn insert_text(&mut self, text: &str) -> bool {
        self.insert_hash(self.hasher.hash_one(text))
    }

    fn insert_hash(&mut self, hash: u64) -> bool {
        if self.older.contains(&hash) || !self.younger.insert(hash) {
            return false;
        }
        if self.younger.len() == self.capacity {
            std::mem::swap(&mut self.younger, &mut self.older);
            self.younger.clear();
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_as_many_as_it_should_and_no_more_than_twice() {
        let mut recent = Recent::new(10);
        for value in 0..1000i64 {
            assert!(recent.insert_key(&value.into()));
            assert!((0..10).all(|back| !recent.insert_key(&(value - back).max(0).into())));
        }
        assert!(recent.insert_key(&(1000 - 21).into()), "forgotten");
        assert!(recent.insert_text("a") && !recent.insert_text("a"));
        assert!(recent.younger.len() + recent.older.len() <= 20);
    }
}
