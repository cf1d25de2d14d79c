//! The walk through the pages of a list.

use std::collections::VecDeque;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use drata_api::{Checkpoint, Error, ItemKey, PageRef, Paged, Pagination, Position, Rejected, Violation};

use super::cursors::Cursors;
use super::fetch::{self, Fetch, Fetched};
use super::numbers::{self, Numbers};
use super::progress::Progress;
use super::recent::Recent;
use super::rows::Rows;
use super::trail::Trail;

/// How many pages are fetched at once when their number is known.
const CONCURRENCY: usize = 4;
/// How many rows are remembered to notice those that come twice: a row moves on by as many places as rows are inserted while
/// one page is fetched.
const REMEMBERED: usize = 1_000;

/// A walk through the pages of a list, in their order.
pub(super) struct Walk<P: Paged> {
    list: P,
    plan: Plan,
    concurrency: usize,
    in_flight: VecDeque<Fetch<P>>,
    /// How many rows of the first page were delivered before the walk was resumed.
    skip: usize,
    /// Whether the walk was resumed, and its first page has not come yet.
    resumed: bool,
    trail: Trail,
    /// The page before as it came, where its rows had no keys.
    before: Option<Bytes>,
    progress: Progress,
    /// Rows a page, where the list has pages.
    size: Option<u32>,
    /// Whether the program asked for that size.
    size_is_asked: bool,
    ended: bool,
}

enum Plan {
    Numbers(Numbers, Seen),
    Cursors(Cursors),
    /// One response is all there is.
    Single(Option<PageRef>),
}

/// Which rows of a list paged by number were delivered.
struct Seen {
    recent: Recent,
    /// Whether keys tell rows apart. A page that holds a key twice says that they do not; then only positions do.
    keys_are_unique: bool,
}

/// A page that arrived.
pub(super) struct Arrived<T> {
    pub(super) page: PageRef,
    /// The page after it, as far as it is known by now.
    pub(super) next: Option<PageRef>,
    /// What lists within its items rejected.
    pub(super) report: Vec<Rejected>,
    /// Its rows, without those that were delivered before.
    pub(super) rows: Rows<T>,
}

/// The rows of a page that were not delivered before.
struct Undelivered<T> {
    rows: Rows<T>,
    /// How many came a second time because the list moved.
    duplicates: u64,
    /// Whether the page has rows that can be told from those of the page before.
    goes_on: bool,
}

impl<P: Paged> Walk<P> {
    /// Begins where the list's own parameters say, with the largest page that is allowed unless they say otherwise.
    pub(super) fn new(mut list: P) -> Self {
        let number = |list: &mut P, name: &'static str| {
            let value = parameter(list, name)?;
            let number = value.parse::<u32>().ok().filter(|number| *number < u32::MAX);
            if number.is_none() {
                let shown: String = value.chars().take(40).collect();
                let problem = format!("{name} {shown} is no number below {}, which a walk counts by", u32::MAX);
                list.call_mut().refuse("", Violation::new(problem));
            }
            number
        };
        let (plan, size, size_is_asked) = match list.pagination() {
            Pagination::Number { max_limit, max_page } => {
                let (asked, first) = (number(&mut list, "limit"), number(&mut list, "page").unwrap_or(1));
                let limit = asked.unwrap_or(max_limit);
                if parameter(&list, "limit").is_none() {
                    list.call_mut().query("limit", i64::from(limit));
                }
                let seen = Seen { recent: Recent::new(REMEMBERED), keys_are_unique: true };
                (Plan::Numbers(Numbers::new(limit, first.max(1), max_page), seen), Some(limit), asked.is_some())
            }
            Pagination::Cursor { max_size, .. } => {
                let asked = number(&mut list, "size");
                let size = asked.unwrap_or(max_size);
                if parameter(&list, "size").is_none() {
                    list.call_mut().query("size", i64::from(size));
                }
                (Plan::Cursors(Cursors::new(parameter(&list, "cursor"))), Some(size), asked.is_some())
            }
            _ => (Plan::Single(Some(PageRef::Cursor(None))), None, false),
        };
        Self {
            list,
            plan,
            concurrency: CONCURRENCY,
            in_flight: VecDeque::new(),
            skip: 0,
            resumed: false,
            trail: Trail::default(),
            before: None,
            progress: Progress::default(),
            size,
            size_is_asked,
            ended: false,
        }
    }

    pub(super) fn set_concurrency(&mut self, pages: usize) {
        self.concurrency = pages.max(1);
    }

    /// Asks for the total with the first page, where the service can tell it.
    pub(super) fn ask_total(&mut self) {
        if let Pagination::Cursor { total: true, .. } = self.list.pagination() {
            self.list.call_mut().query("includeTotalCount", true);
        }
    }

    pub(super) fn resume(&mut self, checkpoint: &Checkpoint) -> Result<(), Error> {
        let operation = self.list.call().request().operation;
        let refuse = |problem: String| Err(Error::other_list(operation, problem));
        if let Err(problem) = checkpoint.check(&self.list.call().list_identity()) {
            return refuse(problem);
        }
        let Position { page, size, skip, rows } = checkpoint.position();
        match (&mut self.plan, page) {
            (Plan::Numbers(numbers, seen), PageRef::Number(page)) => {
                // Page numbers mean what they meant only with as many rows a page as then.
                if let Some(size) = *size {
                    if self.size_is_asked && self.size != Some(size) {
                        return refuse(format!(
                            "the checkpoint counts pages of {size} rows, and the query asks for {}; ask for {size}",
                            self.size.unwrap_or_default()
                        ));
                    }
                    self.size = Some(size);
                    self.list.call_mut().query("limit", i64::from(size));
                    numbers.set_limit(size);
                }
                numbers.begin_at((*page).max(1));
                for key in rows {
                    seen.recent.insert_key(key);
                }
            }
            (Plan::Cursors(cursors), PageRef::Cursor(cursor)) => *cursors = Cursors::new(cursor.clone()),
            (Plan::Single(_), PageRef::Cursor(None)) => {}
            _ => return refuse("the checkpoint belongs to a list that pages in another way".to_owned()),
        }
        self.skip = *skip;
        self.resumed = true;
        self.trail = Trail::resume(rows);
        self.progress.resume(checkpoint);
        Ok(())
    }

    /// Where to resume: at `page` after its first `skip` rows, when `taken` rows of the page that arrived last were delivered.
    pub(super) fn checkpoint(&self, page: PageRef, skip: usize, taken: usize) -> Checkpoint {
        let position = Position { page, size: self.size, skip, rows: self.trail.up_to(taken) };
        let list = self.list.call().list_identity();
        Checkpoint::new(list, position, self.progress.delivered, self.progress.total)
    }

    /// The page that the walk begins with.
    pub(super) fn first_page(&self) -> PageRef {
        match &self.plan {
            Plan::Numbers(numbers, _) => PageRef::Number(numbers.upcoming()),
            Plan::Cursors(_) => PageRef::Cursor(parameter(&self.list, "cursor")),
            Plan::Single(_) => PageRef::Cursor(None),
        }
    }

    pub(super) fn progress(&self) -> Progress {
        self.progress
    }

    pub(super) fn delivered(&mut self, items: u64) {
        self.progress.delivered += items;
    }

    /// The next page; `None` after the last one and after an error.
    pub(super) fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Arrived<P::Item>, Error>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        self.fetch_ahead();
        let Some(first) = self.in_flight.front_mut() else {
            self.ended = true;
            return Poll::Ready(self.unfinished().map(Err));
        };
        let outcome = ready!(first.poll(context)).and_then(|page| fetch::take_apart(&self.list, page));
        let page = first.page.clone();
        self.in_flight.pop_front();
        Poll::Ready(Some(match outcome {
            Ok(fetched) => {
                let arrived = self.arrive(page, fetched);
                // The next pages come while the consumer is busy with this one.
                self.fetch_ahead();
                Ok(arrived)
            }
            // Some lists have no page after the last, not even an empty one.
            Err(error) if self.plan.ends_before(&page) && (error.is_not_found() || error.is_bad_request()) => {
                self.ended = true;
                return Poll::Ready(self.unfinished().map(Err));
            }
            Err(error) => {
                self.ended = true;
                self.in_flight.clear();
                Err(error.with_checkpoint(self.checkpoint(page, self.skip, usize::MAX)))
            }
        }))
    }

    fn fetch_ahead(&mut self) {
        while self.in_flight.len() < self.concurrency
            && let Some(page) = self.plan.next(self.in_flight.len())
        {
            self.in_flight.push_back(Fetch::start(&self.list, page));
        }
    }

    fn arrive(&mut self, page: PageRef, fetched: Fetched<P::Item>) -> Arrived<P::Item> {
        let total = fetched.total.and_then(|total| u64::try_from(total).ok());
        self.progress.pages += 1;
        let changed_before = self.progress.total_changed;
        self.progress.see_total(total);
        if let Some(change) = self.progress.total_changed.filter(|change| Some(*change) != changed_before) {
            tracing::warn!(first = change.first, latest = change.latest, "the list changed during the walk");
        }

        self.progress.rejected += fetched.report.len() as u64;
        let repeats = self.repeats(&page, fetched.body, total);
        let Undelivered { rows, duplicates, goes_on } = self.undelivered(fetched.items, repeats);
        let count = rows.of_page() as u64;
        let next = self.plan.see(&page, fetched.cursor, |page| numbers::Seen {
            page,
            rows: count,
            new_rows: count - duplicates,
            goes_on,
            total,
        });
        while let Some(Fetch { page, .. }) = self.in_flight.back()
            && self.plan.is_over(page)
        {
            self.in_flight.pop_back();
        }
        Arrived { page, next, report: fetched.report, rows }
    }

    /// Whether a page shows the rows of the page before again, which have no keys to tell that by. Rows that the total counts
    /// are other ones that look the same.
    fn repeats(&mut self, page: &PageRef, body: Option<Bytes>, total: Option<u64>) -> bool {
        let before = std::mem::replace(&mut self.before, body);
        match (&self.plan, page, &self.before, before) {
            (Plan::Numbers(numbers, _), PageRef::Number(page), Some(body), Some(before)) => {
                !numbers.counts(*page, total) && fetch::have_same_lists(&before, body)
            }
            _ => false,
        }
    }

    /// The rows of a page that were not delivered before; none, if the page `repeats` the one before.
    fn undelivered(&mut self, items: drata_api::List<P::Item>, repeats: bool) -> Undelivered<P::Item> {
        let skip = std::mem::take(&mut self.skip);
        let operation = self.list.call().request().operation;
        let mut keys: Vec<_> = Vec::new();
        if let Plan::Numbers(_, seen) = &mut self.plan {
            keys.extend(items.iter().filter_map(P::key));
            seen.keys_are_unique &= are_distinct(&keys);
        }
        let rows = Rows::new(operation, items, |place, item| match (&mut self.plan, item.and_then(P::key)) {
            // Rows may have moved, so that a key says more than a position.
            (Plan::Numbers(_, seen), Some(key)) if seen.keys_are_unique => !seen.recent.insert_key(&key),
            _ => place < skip || repeats,
        });
        let is_page_before = !keys.is_empty() && self.trail.is_page(&keys);
        let goes_on = !is_page_before && rows.left_out() < rows.of_page();
        self.trail.turn(keys);
        // What an earlier walk delivered of the page where it stopped did not come twice.
        let duplicates = if std::mem::take(&mut self.resumed) { 0 } else { rows.left_out() as u64 };
        self.progress.duplicates += duplicates;
        Undelivered { rows, duplicates, goes_on }
    }

    /// What kept the walk from seeing the whole list.
    fn unfinished(&self) -> Option<Error> {
        let operation = self.list.call().request().operation;
        match &self.plan {
            Plan::Numbers(numbers, _) => numbers
                .beyond()
                .map(|beyond| Error::page_limit(operation, beyond.max_page, beyond.reachable, beyond.total)),
            Plan::Cursors(cursors) => cursors.repeated().map(|cursor| {
                let page = PageRef::Cursor(Some(cursor.to_owned()));
                Error::repeated_cursor(operation, cursor).with_checkpoint(self.checkpoint(page, 0, usize::MAX))
            }),
            Plan::Single(_) => None,
        }
    }
}

impl Plan {
    /// Plans on by a page that arrived, and returns the page after it, as far as it is known.
    fn see(
        &mut self,
        page: &PageRef,
        cursor: Option<String>,
        seen: impl FnOnce(u32) -> numbers::Seen,
    ) -> Option<PageRef> {
        match (self, page) {
            (Self::Numbers(numbers, _), PageRef::Number(page)) => {
                numbers.see(&seen(*page));
                let after = page.saturating_add(1);
                (!numbers.is_over(after)).then_some(PageRef::Number(after))
            }
            (Self::Cursors(cursors), _) => {
                cursors.see(cursor.clone());
                cursor.map(|cursor| PageRef::Cursor(Some(cursor)))
            }
            _ => None,
        }
    }

    /// Whether a page that was asked for lies after the end that became known since.
    fn is_over(&self, page: &PageRef) -> bool {
        matches!((self, page), (Self::Numbers(numbers, _), PageRef::Number(page)) if numbers.is_over(*page))
    }

    /// Whether the list ends before this page, as far as its total can be believed.
    fn ends_before(&self, page: &PageRef) -> bool {
        matches!((self, page), (Self::Numbers(numbers, _), PageRef::Number(page)) if numbers.is_beyond_total(*page))
    }

    fn next(&mut self, in_flight: usize) -> Option<PageRef> {
        match self {
            Self::Numbers(numbers, _) => numbers.next(in_flight).map(PageRef::Number),
            Self::Cursors(cursors) => cursors.next().map(PageRef::Cursor),
            Self::Single(page) => page.take(),
        }
    }
}

/// Whether no key comes twice. Most lists come in the order of their keys, which shows at a glance.
fn are_distinct(keys: &[ItemKey]) -> bool {
    let rises = |one: &ItemKey, other: &ItemKey| one < other;
    if keys.is_sorted_by(rises) {
        return true;
    }
    let mut sorted: Vec<_> = keys.iter().collect();
    sorted.sort_unstable();
    sorted.is_sorted_by(|one, other| one < other)
}

fn parameter<P: Paged>(list: &P, name: &str) -> Option<String> {
    let query = &list.call().request().query;
    query.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
}
