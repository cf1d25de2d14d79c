//! The rows of a page.

use std::iter::Peekable;
use std::vec;

use drata_api::{List, OperationMeta};

use crate::Error;

/// The rows of a page that are to be delivered, each with its place in the page.
///
/// They are taken out of the page one by one, so that none is moved about before the consumer asks for it.
pub(super) struct Rows<T> {
    decoded: vec::IntoIter<T>,
    /// How many of them there were.
    decodable: usize,
    /// Those that did not decode, with their places.
    rejected: Peekable<vec::IntoIter<(usize, Error)>>,
    /// The places of those that came before.
    duplicates: Peekable<vec::IntoIter<usize>>,
    /// How many rows at the beginning were delivered before.
    skip: usize,
    /// The place of the next row.
    place: usize,
    /// How many rows the page has.
    count: usize,
}

impl<T> Rows<T> {
    /// The rows of `list` but the first `skip`, and but those that `is_new` says were there before.
    pub(super) fn new(
        operation: Option<&'static OperationMeta>,
        list: List<T>,
        skip: usize,
        mut is_new: impl FnMut(&T) -> bool,
    ) -> Self {
        let rejected: Vec<_> =
            list.rejected().iter().map(|rejected| (rejected.index(), Error::item(operation, rejected))).collect();
        let decodable = list.len();
        let count = decodable + rejected.len();
        let mut duplicates = Vec::new();
        let mut gaps = rejected.iter().map(|(place, _)| *place).peekable();
        let mut place = 0;
        for item in list.iter() {
            while gaps.next_if_eq(&place).is_some() {
                place += 1;
            }
            if !is_new(item) {
                duplicates.push(place);
            }
            place += 1;
        }
        Self {
            decoded: list.into_vec().into_iter(),
            decodable,
            rejected: rejected.into_iter().peekable(),
            duplicates: duplicates.into_iter().peekable(),
            skip,
            place: 0,
            count,
        }
    }

    /// No rows.
    pub(super) fn none() -> Self {
        Self::new(None, List::default(), 0, |_| true)
    }

    /// How many rows the page has, whether they are delivered or not.
    pub(super) fn of_page(&self) -> usize {
        self.count
    }

    /// How many of them came before.
    pub(super) fn duplicates(&self) -> usize {
        self.duplicates.len()
    }

    /// The place behind the row that was taken last.
    pub(super) fn place(&self) -> usize {
        self.place
    }

    /// How many of the rows that decoded were taken.
    pub(super) fn taken(&self) -> usize {
        self.decodable - self.decoded.len()
    }

    /// Whether all rows were taken.
    pub(super) fn is_empty(&self) -> bool {
        self.place == self.count
    }

    /// The next row that decoded, if nothing else stands before it: what almost every row is.
    #[inline]
    pub(super) fn next_plain(&mut self) -> Option<T> {
        if self.rejected.len() + self.duplicates.len() > 0 || self.place < self.skip {
            return None;
        }
        let row = self.decoded.next()?;
        self.place += 1;
        Some(row)
    }
}

impl<T> Iterator for Rows<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_empty() {
            let place = self.place;
            self.place += 1;
            let row = match self.rejected.next_if(|(rejected, _)| *rejected == place) {
                Some((_, error)) => Err(error),
                None => Ok(self.decoded.next()?),
            };
            let duplicate = self.duplicates.next_if_eq(&place).is_some();
            if !duplicate && place >= self.skip {
                return Some(row);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(rows: &mut Rows<i64>) -> Vec<String> {
        rows.map(|row| row.map_or_else(|error| error.excerpt().unwrap_or_default().to_owned(), |item| item.to_string()))
            .collect()
    }

    #[test]
    fn what_was_delivered_before_is_left_out() {
        let list = || serde_json::from_str::<List<i64>>(r#"[10, "bad", 11, 10, 12, "worse"]"#).unwrap();
        let mut rows = Rows::new(None, list(), 1, |item| *item != 11);
        assert_eq!((rows.of_page(), rows.duplicates()), (6, 1));
        assert_eq!(texts(&mut rows), [r#""bad""#, "10", "12", r#""worse""#]);
        assert!(rows.is_empty());

        let mut rows = Rows::new(None, list(), 0, |_| true);
        assert!(rows.next().is_some());
        assert_eq!((rows.place(), rows.is_empty()), (1, false));
    }
}
