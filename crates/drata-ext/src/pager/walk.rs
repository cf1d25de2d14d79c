//! The walk through the pages of a list.

use std::collections::VecDeque;
use std::task::{Context, Poll, ready};

use drata_api::{Checkpoint, PageRef, Paged, Pagination, Position};

use super::cursors::Cursors;
use super::fetch::{Fetch, Fetched};
use super::numbers::{Numbers, Seen};
use super::progress::Progress;
use super::recent::Recent;
use super::rows::Rows;
use super::trail::Trail;
use crate::Error;

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
    in_flight: VecDeque<Fetch<P::Item>>,
    /// How many rows of the first page were delivered before the walk was resumed.
    skip: usize,
    /// Whether the walk was resumed, and its first page has not come yet.
    resumed: bool,
    trail: Trail,
    progress: Progress,
    ended: bool,
}

enum Plan {
    Numbers(Numbers, Recent),
    Cursors(Cursors),
    /// One answer is all there is.
    Single(Option<PageRef>),
}

/// A page that came.
pub(super) struct Arrived<T> {
    pub(super) page: PageRef,
    /// The page behind it, as far as it is known by now.
    pub(super) next: Option<PageRef>,
    /// Its rows, without those that were delivered before.
    pub(super) rows: Rows<T>,
}

impl<P: Paged> Walk<P> {
    /// Begins where the list's own parameters say, with the largest page that is allowed unless they say otherwise.
    pub(super) fn new(mut list: P) -> Self {
        let number = |list: &P, name| parameter(list, name).and_then(|value| value.parse::<u32>().ok());
        let plan = match pagination(&list) {
            Pagination::Number { max_limit, max_page } => {
                let limit = number(&list, "limit").unwrap_or_else(|| {
                    list.call_mut().query("limit", i64::from(max_limit));
                    max_limit
                });
                let first = number(&list, "page").unwrap_or(1);
                Plan::Numbers(Numbers::new(limit, first, max_page), Recent::new(REMEMBERED))
            }
            Pagination::Cursor { max_size, .. } => {
                if number(&list, "size").is_none() {
                    list.call_mut().query("size", i64::from(max_size));
                }
                Plan::Cursors(Cursors::new(parameter(&list, "cursor")))
            }
            Pagination::None => Plan::Single(Some(PageRef::Cursor(None))),
        };
        Self {
            list,
            plan,
            concurrency: CONCURRENCY,
            in_flight: VecDeque::new(),
            skip: 0,
            resumed: false,
            trail: Trail::default(),
            progress: Progress::default(),
            ended: false,
        }
    }

    pub(super) fn set_concurrency(&mut self, pages: usize) {
        self.concurrency = pages.max(1);
    }

    /// Asks for the total with the first page, where the service can tell it.
    pub(super) fn ask_total(&mut self) {
        if let Pagination::Cursor { total: true, .. } = pagination(&self.list) {
            self.list.call_mut().query("includeTotalCount", true);
        }
    }

    pub(super) fn resume(&mut self, checkpoint: &Checkpoint) -> Result<(), Error> {
        checkpoint.check(self.list.call())?;
        let Position { page, skip, rows } = checkpoint.position();
        match (&mut self.plan, page) {
            (Plan::Numbers(numbers, recent), PageRef::Number(page)) => {
                numbers.begin_at(*page);
                for key in rows {
                    recent.insert_key(key);
                }
            }
            (Plan::Cursors(cursors), PageRef::Cursor(cursor)) => *cursors = Cursors::new(cursor.clone()),
            (Plan::Single(_), PageRef::Cursor(None)) => {}
            _ => {
                let operation = self.list.call().request().operation;
                return Err(Error::other_list(operation, "the checkpoint belongs to a list that pages in another way"));
            }
        }
        self.skip = *skip;
        self.resumed = true;
        self.trail = Trail::resume(rows);
        self.progress.resume(checkpoint);
        Ok(())
    }

    /// Where to go on: at `page` behind its first `skip` rows, when `taken` rows of the page that came last were delivered.
    pub(super) fn checkpoint(&self, page: PageRef, skip: usize, taken: usize) -> Checkpoint {
        let position = Position { page, skip, rows: self.trail.up_to(taken) };
        Checkpoint::new(self.list.call(), position, self.progress.delivered, self.progress.total)
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

    /// The next page; `None` behind the last one and behind an error.
    pub(super) fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Arrived<P::Item>, Error>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        self.fetch_ahead();
        let Some(first) = self.in_flight.front_mut() else {
            self.ended = true;
            return Poll::Ready(self.unfinished().map(Err));
        };
        let outcome = ready!(first.poll(context));
        let page = first.page.clone();
        self.in_flight.pop_front();
        Poll::Ready(Some(match outcome {
            Ok(fetched) => {
                let arrived = self.arrive(page, fetched);
                // The next pages come while the consumer is busy with this one.
                self.fetch_ahead();
                Ok(arrived)
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

        let skip = std::mem::take(&mut self.skip);
        let operation = self.list.call().request().operation;
        let mut keys = Vec::new();
        let rows = Rows::new(operation, fetched.items, |place, item| match (&mut self.plan, item.and_then(P::key)) {
            // Rows may have moved, so that a key says more than a place.
            (Plan::Numbers(_, recent), Some(key)) => {
                let is_new = recent.insert_key(&key);
                keys.push(key);
                !is_new
            }
            _ => place < skip,
        });
        self.trail.turn(keys);
        // What an earlier walk delivered of the page where it stopped did not come twice.
        let duplicates = if std::mem::take(&mut self.resumed) { 0 } else { rows.left_out() as u64 };
        self.progress.duplicates += duplicates;
        let next = match &mut self.plan {
            Plan::Numbers(numbers, _) => {
                let PageRef::Number(number) = page else { unreachable!("a plan by number asks for numbers") };
                let count = rows.of_page() as u64;
                numbers.see(&Seen { page: number, rows: count, new_rows: count - duplicates, total });
                while let Some(Fetch { page: PageRef::Number(last), .. }) = self.in_flight.back()
                    && numbers.is_over(*last)
                {
                    self.in_flight.pop_back();
                }
                let behind = number.saturating_add(1);
                (!numbers.is_over(behind)).then_some(PageRef::Number(behind))
            }
            Plan::Cursors(cursors) => {
                cursors.see(fetched.cursor.clone());
                fetched.cursor.map(|cursor| PageRef::Cursor(Some(cursor)))
            }
            Plan::Single(_) => None,
        };
        Arrived { page, next, rows }
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
    fn next(&mut self, in_flight: usize) -> Option<PageRef> {
        match self {
            Self::Numbers(numbers, _) => numbers.next(in_flight).map(PageRef::Number),
            Self::Cursors(cursors) => cursors.next().map(PageRef::Cursor),
            Self::Single(page) => page.take(),
        }
    }
}

fn pagination<P: Paged>(list: &P) -> Pagination {
    list.call().request().operation.map_or(Pagination::None, |operation| operation.pagination)
}

fn parameter<P: Paged>(list: &P, name: &str) -> Option<String> {
    let query = &list.call().request().query;
    query.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
}
