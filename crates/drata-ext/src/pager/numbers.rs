//! Which page comes next in a list paged by number.

/// The plan of a walk by page number.
#[derive(Debug)]
pub(super) struct Numbers {
    /// Rows a page, as asked for; less when the service gives less.
    limit: u64,
    /// The next page to fetch.
    next: u32,
    /// The last page, as far as known. Until a page has come, there is nothing to plan by.
    last: Option<u32>,
    max_page: Option<u32>,
    /// Rows beyond the last page that the service serves.
    beyond: Option<Beyond>,
}

/// What cannot be reached because the service ends the list before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Beyond {
    pub(super) max_page: u32,
    pub(super) reachable: u64,
    pub(super) total: u64,
}

/// What a page that came says about the list.
pub(super) struct Seen {
    pub(super) page: u32,
    pub(super) rows: u64,
    /// Rows that were not seen on earlier pages.
    pub(super) new_rows: u64,
    pub(super) total: Option<u64>,
}

impl Numbers {
    pub(super) fn new(limit: u32, first: u32, max_page: Option<u32>) -> Self {
        Self { limit: u64::from(limit.max(1)), next: first, last: None, max_page, beyond: None }
    }

    /// Goes on from a page that an earlier walk came to.
    pub(super) fn begin_at(&mut self, page: u32) {
        self.next = page;
    }

    /// The page that will be fetched next.
    pub(super) fn upcoming(&self) -> u32 {
        self.next
    }

    /// The page to fetch next, when `in_flight` are on their way.
    pub(super) fn next(&mut self, in_flight: usize) -> Option<u32> {
        let may_go = match self.last {
            Some(last) => self.next <= last,
            None => in_flight == 0,
        };
        may_go.then(|| {
            self.next += 1;
            self.next - 1
        })
    }

    /// Plans on by a page that came.
    pub(super) fn see(&mut self, seen: &Seen) {
        let end_here = seen.rows == 0;
        let last = match seen.total {
            _ if end_here => seen.page,
            Some(total) => {
                let complete = u64::from(seen.page) * self.limit >= total;
                if self.last.is_none() && seen.rows < self.limit && !complete {
                    // The service gives fewer rows a page than asked for, and counts its pages by what it gives.
                    self.limit = seen.rows;
                }
                self.last_page(total)
            }
            // Without a total a short page is the end, and so is one that holds nothing new: some endpoints that look
            // paged send everything each time.
            None if seen.rows != self.limit || seen.new_rows == 0 => seen.page,
            None => self.within(seen.page.saturating_add(1)),
        };
        self.last = Some(last);
        // Until the list is known to end, pages without a total are fetched one after the other.
        if seen.total.is_none() && !end_here {
            self.next = self.next.max(seen.page.saturating_add(1));
        }
    }

    /// Whether a page that was asked for lies behind the end that became known since.
    pub(super) fn is_over(&self, page: u32) -> bool {
        self.last.is_some_and(|last| page > last)
    }

    /// What the service keeps back.
    pub(super) fn beyond(&self) -> Option<Beyond> {
        self.beyond
    }

    fn last_page(&mut self, total: u64) -> u32 {
        let wanted = u32::try_from(total.div_ceil(self.limit)).unwrap_or(u32::MAX);
        let last = self.within(wanted);
        self.beyond =
            (last < wanted).then(|| Beyond { max_page: last, reachable: u64::from(last) * self.limit, total });
        last
    }

    fn within(&self, page: u32) -> u32 {
        self.max_page.map_or(page, |max| page.min(max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(page: u32, rows: u64, total: Option<u64>) -> Seen {
        Seen { page, rows, new_rows: rows, total }
    }

    fn fetchable(numbers: &mut Numbers) -> Vec<u32> {
        std::iter::from_fn(|| numbers.next(1)).collect()
    }

    #[test]
    fn the_first_page_tells_how_many_there_are() {
        let mut numbers = Numbers::new(50, 1, None);
        assert_eq!(numbers.next(0), Some(1));
        assert_eq!(numbers.next(1), None, "nothing is known yet");
        numbers.see(&seen(1, 50, Some(201)));
        assert_eq!(fetchable(&mut numbers), [2, 3, 4, 5]);
    }

    #[test]
    fn follows_a_total_that_grows_and_stops_at_an_empty_page() {
        let mut numbers = Numbers::new(50, 1, None);
        numbers.next(0);
        numbers.see(&seen(1, 50, Some(100)));
        assert_eq!(fetchable(&mut numbers), [2]);
        numbers.see(&seen(2, 50, Some(101)));
        assert_eq!(fetchable(&mut numbers), [3]);
        numbers.see(&seen(3, 0, Some(1_000_000)));
        assert!(fetchable(&mut numbers).is_empty());
    }

    #[test]
    fn a_service_that_gives_less_than_asked_is_walked_to_the_end() {
        let mut numbers = Numbers::new(50, 1, None);
        numbers.next(0);
        numbers.see(&seen(1, 20, Some(90)));
        assert_eq!(fetchable(&mut numbers), [2, 3, 4, 5]);
    }

    #[test]
    fn without_a_total_short_or_repeated_pages_are_the_end() {
        for (rows, new_rows, more) in [(50, 50, true), (30, 30, false), (0, 0, false), (50, 0, false), (70, 70, false)]
        {
            let mut numbers = Numbers::new(50, 1, None);
            numbers.next(0);
            numbers.see(&Seen { page: 1, rows, new_rows, total: None });
            assert_eq!(numbers.next(0).is_some(), more, "{rows} rows, {new_rows} new");
        }
    }

    #[test]
    fn what_lies_behind_the_last_page_is_reported() {
        let mut numbers = Numbers::new(50, 1, Some(3));
        numbers.next(0);
        numbers.see(&seen(1, 50, Some(1000)));
        assert_eq!(fetchable(&mut numbers), [2, 3]);
        assert_eq!(numbers.beyond(), Some(Beyond { max_page: 3, reachable: 150, total: 1000 }));
    }
}
