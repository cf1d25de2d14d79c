//! Which page comes next in a list paged by number.

/// The plan of a walk by page number.
#[derive(Debug)]
pub(super) struct Numbers {
    /// Rows a page, as asked for; less when the service gives less.
    limit: u64,
    /// The next page to fetch.
    next: u32,
    /// The last page, as far as known. Until a page has arrived, there is nothing to plan by.
    last: Option<u32>,
    max_page: Option<u32>,
    /// Rows of the whole list, as the service said last.
    total: Option<u64>,
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

/// What a page that arrived says about the list.
pub(super) struct Seen {
    pub(super) page: u32,
    pub(super) rows: u64,
    /// Rows that were not seen on earlier pages.
    pub(super) new_rows: u64,
    /// Whether the rows are others than those of the page before: a service that shows its last page again and again has no
    /// end.
    pub(super) goes_on: bool,
    pub(super) total: Option<u64>,
}

impl Numbers {
    pub(super) fn new(limit: u32, first: u32, max_page: Option<u32>) -> Self {
        Self { limit: u64::from(limit.max(1)), next: first, last: None, max_page, total: None, beyond: None }
    }

    /// Goes on from a page that an earlier walk got to.
    pub(super) fn begin_at(&mut self, page: u32) {
        self.next = page;
    }

    /// Sets how many rows a page has.
    pub(super) fn set_limit(&mut self, limit: u32) {
        self.limit = u64::from(limit.max(1));
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
            let page = self.next;
            self.next = self.next.saturating_add(1);
            page
        })
    }

    /// Plans on by a page that arrived. A total is what the service believes; the end is a page that is not full.
    pub(super) fn see(&mut self, seen: &Seen) {
        let is_full = seen.rows >= self.limit;
        let last = match seen.total {
            _ if seen.rows == 0 => seen.page,
            Some(total) => {
                let complete = u64::from(seen.page).saturating_mul(self.limit) >= total;
                if self.last.is_none() && !is_full && !complete {
                    // The service gives fewer rows a page than asked for, and counts its pages by what it gives.
                    self.limit = seen.rows;
                }
                let believed = self.last_page(total);
                if seen.page >= believed && seen.rows >= self.limit && seen.goes_on {
                    self.within(seen.page.saturating_add(1))
                } else {
                    believed
                }
            }
            // Without a total a short page is the end, and so is one that holds nothing new: some endpoints that look
            // paged send everything each time.
            None if seen.rows < self.limit || seen.new_rows == 0 || !seen.goes_on => seen.page,
            None => self.within(seen.page.saturating_add(1)),
        };
        self.last = Some(last);
        // Until the list is known to end, pages without a total are fetched one after the other.
        if seen.total.is_none() && seen.rows > 0 {
            self.next = self.next.max(seen.page.saturating_add(1));
        }
    }

    /// Whether a page has rows by the total that it came with, or else by the one before.
    pub(super) fn counts(&self, page: u32, total: Option<u64>) -> bool {
        let before = u64::from(page.saturating_sub(1)).saturating_mul(self.limit);
        total.or(self.total).is_some_and(|total| before < total)
    }

    /// Whether a page was asked for only to see that the list ends where its total says.
    pub(super) fn is_beyond_total(&self, page: u32) -> bool {
        self.total.is_some_and(|total| u64::from(page - 1).saturating_mul(self.limit) >= total)
    }

    /// Whether a page that was asked for lies after the end that became known since.
    pub(super) fn is_over(&self, page: u32) -> bool {
        self.last.is_some_and(|last| page > last)
    }

    /// What the service keeps back.
    pub(super) fn beyond(&self) -> Option<Beyond> {
        self.beyond
    }

    /// The page that ends the list, by its total: the first that is not full, which may be empty.
    fn last_page(&mut self, total: u64) -> u32 {
        self.total = Some(total);
        let pages = |rows: u64| u32::try_from(rows).unwrap_or(u32::MAX);
        let holding_rows = pages(total.div_ceil(self.limit));
        let last = self.within(holding_rows);
        self.beyond =
            (last < holding_rows).then(|| Beyond { max_page: last, reachable: u64::from(last) * self.limit, total });
        self.within(pages(total / self.limit).saturating_add(1))
    }

    fn within(&self, page: u32) -> u32 {
        self.max_page.map_or(page, |max| page.min(max))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_the_total_says_every_row_is_fetched(
            rows in 0..400u64,
            claimed in prop::option::of(0..500u64),
            limit in 1..60u32,
            in_flight in 1..8usize,
        ) {
            // Without a total, a list that ends with a full page is known by an empty one.
            let mut numbers = Numbers::new(limit, 1, None);
            let mut waiting = std::collections::VecDeque::new();
            let mut fetched = 0;
            for _ in 0..10_000 {
                while waiting.len() < in_flight && let Some(page) = numbers.next(waiting.len()) {
                    waiting.push_back(page);
                }
                let Some(page) = waiting.pop_front() else { break };
                let begin = u64::from(page - 1) * u64::from(limit);
                let here = rows.saturating_sub(begin).min(u64::from(limit));
                fetched += here;
                numbers.see(&Seen { page, rows: here, new_rows: here, goes_on: true, total: claimed });
                while waiting.back().is_some_and(|page| numbers.is_over(*page)) {
                    waiting.pop_back();
                }
            }
            prop_assert!(waiting.is_empty());
            // A total that is too large and a short page before the end cannot both be right; the total is believed then.
            if claimed.is_none_or(|claimed| claimed <= rows || rows == 0) {
                prop_assert_eq!(fetched, rows);
            }
        }
    }

    fn seen(page: u32, rows: u64, total: Option<u64>) -> Seen {
        Seen { page, rows, new_rows: rows, goes_on: true, total }
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
        assert_eq!(fetchable(&mut numbers), [2, 3], "the end is a page that is not full");
        numbers.see(&seen(2, 50, Some(151)));
        numbers.see(&seen(3, 50, Some(151)));
        assert_eq!(fetchable(&mut numbers), [4]);
        numbers.see(&seen(4, 0, Some(1_000_000)));
        assert!(fetchable(&mut numbers).is_empty());
    }

    #[test]
    fn a_last_page_that_is_shown_again_ends_the_list() {
        let mut numbers = Numbers::new(50, 1, None);
        numbers.next(0);
        numbers.see(&seen(1, 50, Some(50)));
        assert_eq!(fetchable(&mut numbers), [2]);
        numbers.see(&Seen { goes_on: false, ..seen(2, 50, Some(50)) });
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
        for (rows, new_rows, more) in [(50, 50, true), (30, 30, false), (0, 0, false), (50, 0, false), (70, 70, true)] {
            let mut numbers = Numbers::new(50, 1, None);
            numbers.next(0);
            numbers.see(&Seen { page: 1, rows, new_rows, goes_on: new_rows > 0, total: None });
            assert_eq!(numbers.next(0).is_some(), more, "{rows} rows, {new_rows} new");
        }
    }

    #[test]
    fn what_lies_after_the_last_page_is_reported() {
        let mut numbers = Numbers::new(50, 1, Some(3));
        numbers.next(0);
        numbers.see(&seen(1, 50, Some(1000)));
        assert_eq!(fetchable(&mut numbers), [2, 3]);
        assert_eq!(numbers.beyond(), Some(Beyond { max_page: 3, reachable: 150, total: 1000 }));
    }
}
