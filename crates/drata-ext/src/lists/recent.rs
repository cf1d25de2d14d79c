//! What was seen lately.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, BuildHasherDefault, Hasher};
use std::mem;

use drata_api::ItemKey;

/// Remembers the last values of a sequence: at least `capacity` of them and at most twice as many.
///
/// In two generations: when the younger is full, it becomes the older, and what was the older is forgotten.
#[derive(Debug)]
pub(super) struct Recent {
    capacity: usize,
    hasher: RandomState,
    younger: Generation,
    older: Generation,
    direction: Direction,
}

/// Which way the numbers of the sequence go, as its first two show.
#[derive(Clone, Copy, Debug)]
enum Direction {
    Unknown,
    Rising,
    Falling,
}

/// Values that were seen.
#[derive(Debug, Default)]
struct Generation {
    /// Numbers that came in order, which most lists do: there is no cheaper way to keep and to find them. Those of a falling
    /// sequence are turned around.
    in_order: Vec<i64>,
    /// Hashes of all others.
    others: Hashes,
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
        Self {
            capacity,
            hasher: RandomState::new(),
            younger: Generation::default(),
            older: Generation::default(),
            direction: Direction::Unknown,
        }
    }

    /// Whether the item with this key is new; remembers it.
    pub(super) fn insert_key(&mut self, key: &ItemKey) -> bool {
        match key {
            ItemKey::Number(number) => self.insert_number(*number),
            ItemKey::Text(text) => self.insert_text(text),
            _ => true,
        }
    }

    /// Whether `text` is new; remembers it.
    pub(super) fn insert_text(&mut self, text: &str) -> bool {
        let hash = self.hasher.hash_one(text);
        if self.older.others.contains(&hash) || !self.younger.others.insert(hash) {
            return false;
        }
        self.turn();
        true
    }

    fn insert_number(&mut self, number: i64) -> bool {
        if let (Direction::Unknown, Some(first)) = (self.direction, self.younger.in_order.last_mut()) {
            self.direction = if number < *first { Direction::Falling } else { Direction::Rising };
            if number < *first {
                *first = !*first;
            }
        }
        // The order of what is turned around bit by bit is the opposite one.
        let place = if matches!(self.direction, Direction::Falling) { !number } else { number };
        if self.older.has_number(place) || !self.younger.insert_number(place) {
            return false;
        }
        self.turn();
        true
    }

    /// Begins a new generation, if this one is full.
    fn turn(&mut self) {
        if self.younger.in_order.len() + self.younger.others.len() >= self.capacity {
            mem::swap(&mut self.younger, &mut self.older);
            self.younger.in_order.clear();
            self.younger.others.clear();
        }
    }
}

impl Generation {
    fn has_number(&self, number: i64) -> bool {
        let in_order = self.in_order.last().is_some_and(|last| number <= *last);
        in_order && self.in_order.binary_search(&number).is_ok() || self.others.contains(&spread(number))
    }

    /// Whether `number` is new; remembers it.
    fn insert_number(&mut self, number: i64) -> bool {
        match self.in_order.last() {
            Some(last) if number <= *last => {
                self.in_order.binary_search(&number).is_err() && self.others.insert(spread(number))
            }
            _ if self.others.contains(&spread(number)) => false,
            _ => {
                self.in_order.push(number);
                true
            }
        }
    }
}

/// Numbers are spread by an odd factor, which maps no two of them to the same.
fn spread(number: i64) -> u64 {
    number.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15)
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
        let kept = |generation: &Generation| generation.in_order.len() + generation.others.len();
        assert!(kept(&recent.younger) + kept(&recent.older) <= 20);
    }

    #[test]
    fn numbers_are_known_again_in_whatever_order_they_come() {
        let rising: Vec<i64> = (-30..30).collect();
        let falling: Vec<i64> = rising.iter().rev().copied().collect();
        let mixed: Vec<i64> = (0..60).map(|place| place * 37 % 61).collect();
        let risen: Vec<i64> = [5, 4, 3, 9, 8, i64::MAX, 10, i64::MIN, 0].into();
        for numbers in [rising, falling, mixed, risen, vec![7]] {
            let mut recent = Recent::new(100);
            assert!(numbers.iter().all(|number| recent.insert_key(&(*number).into())), "{numbers:?}");
            assert!(numbers.iter().all(|number| !recent.insert_key(&(*number).into())), "{numbers:?}");
        }
    }
}
