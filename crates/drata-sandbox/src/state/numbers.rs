//! Numbers of rows in their order. How many there are, which stands at a place and which place a number has follows from
//! where the seeded ones begin and end: a list of a hundred thousand rows costs what is taken from it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

static NONE: BTreeSet<u64> = BTreeSet::new();

/// Numbers of rows, each greater than the one before.
#[derive(Clone, Debug)]
pub(crate) struct Numbers<'a> {
    seeded: Seeded,
    /// Seeded or not, these are no longer there.
    gone: &'a BTreeSet<u64>,
    /// What requests have said, after the seeded ones.
    said: Cow<'a, [u64]>,
}

/// Numbers that the seed has, as arithmetic.
#[derive(Clone, Copy, Debug)]
pub(super) enum Seeded {
    /// Numbers that follow each other, and after them others that do: the first and how many.
    Runs([(u64, u64); 2]),
    /// `first + (start + place * step) / share`
    Steps { first: u64, start: u64, step: u64, share: u64, count: u64 },
}

impl Seeded {
    pub(super) const NONE: Self = Self::Runs([(0, 0), (0, 0)]);

    pub(super) fn run(numbers: Range<u64>) -> Self {
        Self::Runs([(numbers.start, numbers.end.saturating_sub(numbers.start)), (0, 0)])
    }

    pub(super) fn iter(self) -> impl DoubleEndedIterator<Item = u64> {
        (0..self.count()).map(move |place| self.at(place))
    }

    fn count(self) -> u64 {
        match self {
            Self::Runs([(_, a), (_, b)]) => a + b,
            Self::Steps { count, .. } => count,
        }
    }

    /// The number at a place below the count.
    fn at(self, place: u64) -> u64 {
        match self {
            Self::Runs([(first, count), _]) if place < count => first + place,
            Self::Runs([(_, before), (first, _)]) => first + (place - before),
            Self::Steps { first, start, step, share, .. } => {
                first.saturating_add(start.saturating_add(place.saturating_mul(step)) / share)
            }
        }
    }

    /// How many of the numbers are smaller than this one.
    fn below(self, number: u64) -> u64 {
        let (mut least, mut most) = (0, self.count());
        while least < most {
            let middle = least + (most - least) / 2;
            if self.at(middle) < number {
                least = middle + 1;
            } else {
                most = middle;
            }
        }
        least
    }

    fn has(self, number: u64) -> bool {
        let place = self.below(number);
        place < self.count() && self.at(place) == number
    }
}

impl<'a> Numbers<'a> {
    /// Seeded numbers and those that requests have added, without those that are gone.
    pub(super) fn new(seeded: Seeded, gone: &'a BTreeSet<u64>, said: Cow<'a, [u64]>) -> Self {
        Self { seeded, gone, said }
    }

    /// These numbers, whatever their order.
    pub(crate) fn of(mut numbers: Vec<u64>) -> Self {
        numbers.sort_unstable();
        numbers.dedup();
        Self { seeded: Seeded::NONE, gone: &NONE, said: Cow::Owned(numbers) }
    }

    /// One number or none.
    pub(crate) fn one(number: Option<u64>) -> Self {
        Self::of(number.into_iter().collect())
    }

    /// The numbers that are gone among the seeded ones, in their order.
    fn holes(&self) -> impl Iterator<Item = u64> {
        let ends = self.seeded.count().checked_sub(1).map(|last| (self.seeded.at(0), self.seeded.at(last)));
        let within = ends.into_iter().flat_map(|(first, last)| self.gone.range(first..=last).copied());
        within.filter(|number| self.seeded.has(*number))
    }

    pub(crate) fn count(&self) -> u64 {
        let said = self.said.iter().filter(|number| !self.gone.contains(number)).count() as u64;
        self.seeded.count() - self.holes().count() as u64 + said
    }

    pub(crate) fn has(&self, number: u64) -> bool {
        (self.seeded.has(number) || self.said.binary_search(&number).is_ok()) && !self.gone.contains(&number)
    }

    /// How many of the numbers are not greater than this one: the place of a row among its siblings, counted from 1.
    pub(crate) fn rank(&self, number: u64) -> u64 {
        let seeded = self.seeded.below(number.saturating_add(1))
            - self.holes().take_while(|hole| *hole <= number).count() as u64;
        let said = self.said.iter().take_while(|said| **said <= number).filter(|said| !self.gone.contains(said));
        seeded + said.count() as u64
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = u64> {
        self.from(0)
    }

    /// Those from a place on, counted from 0.
    pub(crate) fn skip(&self, places: u64) -> impl Iterator<Item = u64> {
        let mut place = places;
        for hole in self.holes() {
            if self.seeded.below(hole) > place {
                break;
            }
            place += 1;
        }
        // What is left to skip lies behind the seeded ones.
        let rest = usize::try_from(place.saturating_sub(self.seeded.count())).unwrap_or(usize::MAX);
        let said = self.said.iter().copied().filter(|number| !self.gone.contains(number));
        self.seeded_from(place).chain(said.skip(rest))
    }

    /// Those that are greater than a number.
    pub(crate) fn after(&self, number: u64) -> impl DoubleEndedIterator<Item = u64> {
        self.from(number.saturating_add(1))
    }

    /// Those that are smaller than a number.
    pub(crate) fn before(&self, number: u64) -> impl DoubleEndedIterator<Item = u64> {
        let seeded = (0..self.seeded.below(number)).map(|place| self.seeded.at(place));
        let end = self.said.partition_point(|said| *said < number);
        seeded.chain(self.said[..end].iter().copied()).filter(|number| !self.gone.contains(number))
    }

    /// The last of the seeded ones, as many as are asked for, and whatever requests have said: what stands for a long list
    /// where the whole has no room.
    pub(crate) fn latest(&self, most: u64) -> impl DoubleEndedIterator<Item = u64> {
        let said = self.said.iter().copied().filter(|number| !self.gone.contains(number));
        self.seeded_from(self.seeded.count().saturating_sub(most)).chain(said)
    }

    fn from(&self, number: u64) -> impl DoubleEndedIterator<Item = u64> {
        let begin = self.said.partition_point(|said| *said < number);
        let said = self.said[begin..].iter().copied().filter(|number| !self.gone.contains(number));
        self.seeded_from(self.seeded.below(number)).chain(said)
    }

    fn seeded_from(&self, place: u64) -> impl DoubleEndedIterator<Item = u64> {
        let all = (place..self.seeded.count()).map(|place| self.seeded.at(place));
        all.filter(|number| !self.gone.contains(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is asked of the arithmetic has the answer of a plain list.
    #[test]
    fn numbers_are_what_a_plain_list_of_them_is() {
        let shapes = [
            Seeded::NONE,
            Seeded::run(1..13),
            Seeded::Runs([(1, 3), (9, 4)]),
            Seeded::Steps { first: 5, start: 2, step: 7, share: 3, count: 6 },
        ];
        for seeded in shapes {
            for gone in [vec![], vec![1, 2, 10], vec![5, 31], (1..40).collect()] {
                let gone = BTreeSet::from_iter(gone);
                let numbers = Numbers::new(seeded, &gone, Cow::Borrowed(&[30, 31, 35]));
                let plain: Vec<u64> = (0..seeded.count()).map(|place| seeded.at(place)).chain([30, 31, 35]).collect();
                let plain: Vec<u64> = plain.into_iter().filter(|number| !gone.contains(number)).collect();
                assert!(plain.is_sorted());
                assert_eq!(numbers.iter().collect::<Vec<_>>(), plain, "{numbers:?}");
                assert_eq!(numbers.count(), plain.len() as u64, "{numbers:?}");
                for place in 0..20 {
                    let rest: &[u64] = plain.get(place..).unwrap_or_default();
                    assert_eq!(numbers.skip(place as u64).collect::<Vec<_>>(), rest, "{place} of {numbers:?}");
                }
                for number in 0..40 {
                    let (upto, after): (Vec<u64>, Vec<u64>) = plain.iter().copied().partition(|known| *known <= number);
                    assert_eq!(numbers.rank(number), upto.len() as u64, "{number} in {numbers:?}");
                    assert_eq!(numbers.after(number).collect::<Vec<u64>>(), after);
                    assert_eq!(numbers.before(number + 1).collect::<Vec<u64>>(), upto);
                    assert_eq!(numbers.has(number), plain.contains(&number));
                }
            }
        }
    }
}
