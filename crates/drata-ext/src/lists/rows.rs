//! The rows of a page.

use std::iter::Peekable;
use std::vec;

use drata_api::{Error, List, OperationMeta};

/// The rows of a page that are to be delivered, each with its place in the page.
///
/// They are taken out of the page one by one, so that none is moved about before the consumer asks for it.
pub(super) struct Rows<T> {
    decoded: vec::IntoIter<T>,
    /// How many of them there were.
    decodable: usize,
    /// Those that did not decode, with their places.
    rejected: Peekable<vec::IntoIter<(usize, Error)>>,
    /// The places of those that were delivered before.
    left_out: Peekable<vec::IntoIter<usize>>,
    /// The place of the next row.
    place: usize,
    /// How many rows the page has.
    count: usize,
}

impl<T> Rows<T> {
    /// The rows of `list` but those of which `was_delivered` says so, by their place and, where they decoded, themselves.
    pub(super) fn new(
        operation: Option<&'static OperationMeta>,
        list: List<T>,
        mut was_delivered: impl FnMut(usize, Option<&T>) -> bool,
    ) -> Self {
        let rejected: Vec<_> =
            list.rejected().iter().map(|rejected| (rejected.index(), Error::item(operation, rejected))).collect();
        let decodable = list.len();
        let count = decodable + rejected.len();
        let mut gaps = rejected.iter().map(|(place, _)| *place).peekable();
        let mut items = list.iter();
        let mut left_out = Vec::new();
        for place in 0..count {
            let item = if gaps.next_if_eq(&place).is_some() { None } else { items.next() };
            if was_delivered(place, item) {
                left_out.push(place);
            }
        }
        Self {
            decoded: list.into_vec().into_iter(),
            decodable,
            rejected: rejected.into_iter().peekable(),
            left_out: left_out.into_iter().peekable(),
            place: 0,
            count,
        }
    }

    /// No rows.
    pub(super) fn none() -> Self {
        Self::new(None, List::default(), |_, _| false)
    }

    /// How many rows the page has, whether they are delivered or not.
    pub(super) fn of_page(&self) -> usize {
        self.count
    }

    /// How many of those to come were delivered before.
    pub(super) fn left_out(&self) -> usize {
        self.left_out.len()
    }

    /// The position after the row that was taken last.
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
        if self.rejected.len() + self.left_out.len() > 0 {
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
            if self.left_out.next_if_eq(&place).is_none() {
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
        let raw = |error: Error| String::from_utf8_lossy(error.raw_body().unwrap()).into_owned();
        rows.map(|row| row.map_or_else(raw, |item| item.to_string())).collect()
    }

    #[test]
    fn what_was_delivered_before_is_left_out() {
        let list = || serde_json::from_str::<List<i64>>(r#"[10, "bad", 11, 10, 12, "worse"]"#).unwrap();
        let mut rows = Rows::new(None, list(), |place, item| item.map_or(place < 2, |item| *item == 11));
        assert_eq!((rows.of_page(), rows.left_out()), (6, 2));
        assert_eq!(texts(&mut rows), ["10", "10", "12", r#""worse""#]);
        assert!(rows.is_empty());

        let mut rows = Rows::new(None, list(), |_, _| false);
        assert!(rows.next().is_some());
        assert_eq!((rows.place(), rows.taken(), rows.is_empty()), (1, 1, false));
    }
}
