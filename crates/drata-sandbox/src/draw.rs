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
        for part in 0..(digits as u64).div_ceil(16).min(4) {
            all.push_str(&format!("{:016x}", mix(self.0, part)));
        }
        all.truncate(digits);
        all
    }

    /// A UUID of version 4 that holds a number below 2^48.
    pub(crate) fn uuid_of(self, number: u64) -> String {
        // Whoever reads it sees no pattern: the number is mixed with what follows from the rest.
        let high = mix(mix(self.0, 1), number);
        let low = number ^ (mix(self.0, high >> 16) & 0xffff_ffff_ffff);
        let (a, b, c) = (high >> 32, (high >> 16) & 0xffff, high & 0xfff);
        // The lowest bits of `high` stand where the version is; `low` is mixed with the others alone.
        let d = 0x8000 | (mix(self.0, high >> 16) >> 50);
        format!("{a:08x}-{b:04x}-4{c:03x}-{d:04x}-{low:012x}")
    }

    /// The number in a UUID that this source has made.
    pub(crate) fn number_in(self, uuid: &str) -> Option<u64> {
        let hex: String = uuid.chars().filter(|letter| *letter != '-').collect();
        let (high, low) = (hex.get(..16)?, hex.get(20..)?);
        // `high` without the digit of the version.
        let start = u64::from_str_radix(high.get(..12)?, 16).ok()?;
        let end = u64::from_str_radix(high.get(13..)?, 16).ok()?;
        let known = (start << 16) | end;
        let low = u64::from_str_radix(low, 16).ok()?;
        let number = low ^ (mix(self.0, known >> 16) & 0xffff_ffff_ffff);
        (self.uuid_of(number) == uuid).then_some(number)
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
    fn the_number_in_a_uuid_is_found_again() {
        for number in [0, 1, 7, 100_000, (1 << 48) - 1] {
            let uuid = Draw(42).uuid_of(number);
            assert_eq!((uuid.len(), &uuid[14..15], &uuid[19..20]), (36, "4", &uuid[19..20]));
            assert_eq!(Draw(42).number_in(&uuid), Some(number), "{uuid}");
            assert_eq!(Draw(43).number_in(&uuid), None);
        }
        assert_eq!(Draw(42).number_in("not a UUID, but as long as one is.. "), None);
    }

    #[test]
    fn a_uuid_has_the_marks_of_version_4() {
        let uuid = Draw(42).uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
        assert!(matches!(&uuid[19..20], "8" | "9" | "a" | "b"), "{uuid}");
    }
}
