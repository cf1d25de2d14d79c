//! Repeatable randomness without state: every value follows from what it is drawn for.

pub(crate) use drata_contract::hash::{mix, text};

/// A source of values for one place in one row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    /// A source for something within this place.
    pub(crate) const fn within(self, hash: u64) -> Self {
        Self(mix(self.0, hash))
    }

    /// A source for something within this place, by name.
    #[inline(always)]
    pub(crate) const fn named(self, name: &str) -> Self {
        self.within(text(name))
    }

    /// A number in `0..end`, or 0 when `end` is 0.
    pub(crate) fn below(self, end: u64) -> u64 {
        self.0.checked_rem(end).unwrap_or(0)
    }

    /// True in `hits` of `of` places.
    pub(crate) fn chance(self, hits: u64, of: u64) -> bool {
        self.below(of) < hits
    }

    /// One of `choices`, which must not be empty.
    pub(crate) fn pick<T: Copy>(self, choices: &[T]) -> T {
        let end = u64::try_from(choices.len()).unwrap_or(u64::MAX);
        choices[usize::try_from(self.below(end)).unwrap_or(0)]
    }

    /// Hexadecimal digits; at most 64 of them.
    pub(crate) fn hex(self, digits: usize) -> String {
        let mut all = String::with_capacity(64);
        for part in 0..4 {
            all.push_str(&format!("{:016x}", mix(self.0, part)));
        }
        all.truncate(digits);
        all
    }

    /// A UUID of version 4.
    pub(crate) fn uuid(self) -> String {
        let high = (mix(self.0, 1) & 0xffff_ffff_ffff_0fff) | 0x4000;
        let low = (mix(self.0, 2) & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xffff);
        format!("{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_draws_the_same_value() {
        assert_eq!(Draw(7).named("email").0, Draw(7).named("email").0);
        assert_ne!(Draw(7).named("email").0, Draw(8).named("email").0);
    }

    #[test]
    fn a_uuid_has_the_marks_of_version_4() {
        let uuid = Draw(42).uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"), "{uuid}");
    }
}
