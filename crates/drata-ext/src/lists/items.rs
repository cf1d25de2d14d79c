//! The items of a list, one by one.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use drata_api::{Checkpoint, Error, PageRef, Paged, Position};
use futures_core::Stream;

use super::progress::Progress;
use super::rows::Rows;
use super::walk::{Arrived, Walk};

/// The items of a list, page after page. Made by [`ListExt::stream`](crate::ListExt::stream).
///
/// An item that does not decode comes out as an error of its own ([`Error::is_item`]) with its raw JSON, and the walk goes
/// on after it. Any other error ends the walk, and carries a [`Checkpoint`] to resume from.
#[must_use = "a stream does nothing until it is read"]
pub struct Items<P: Paged> {
    walk: Walk<P>,
    rows: Rows<P::Item>,
    /// The page whose rows are being handed out, or will be next.
    page: PageRef,
    next_page: Option<PageRef>,
    /// How many of its rows were delivered by an earlier walk.
    skip: usize,
    finished: bool,
}

impl<P: Paged> Items<P> {
    pub(super) fn new(list: P) -> Self {
        let walk = Walk::new(list);
        let page = walk.first_page();
        Self { walk, rows: Rows::none(), page, next_page: None, skip: 0, finished: false }
    }

    /// Sets how many pages are fetched at once, once their number is known; 4 by default. Lists paged by cursor are always
    /// fetched one page ahead.
    pub fn concurrency(mut self, pages: usize) -> Self {
        self.walk.set_concurrency(pages);
        self
    }

    /// Asks for the number of rows of a list paged by cursor, where the service can tell it; see [`Progress::total`].
    pub fn with_total(mut self) -> Self {
        self.walk.ask_total();
        self
    }

    /// Goes on where an earlier walk through the same list stopped.
    ///
    /// # Errors
    ///
    /// When the checkpoint belongs to another list or another query ([`Error::is_checkpoint`]).
    pub fn resume(mut self, checkpoint: &Checkpoint) -> Result<Self, Error> {
        self.walk.resume(checkpoint)?;
        let Position { page, skip, .. } = checkpoint.position();
        (self.page, self.skip) = (page.clone(), *skip);
        Ok(self)
    }

    /// Returns the next item; `None` after the last one.
    pub async fn next(&mut self) -> Option<Result<P::Item, Error>> {
        std::future::poll_fn(|context| self.poll_item(context)).await
    }

    /// Returns how far the walk is.
    pub fn progress(&self) -> Progress {
        self.walk.progress()
    }

    /// Returns where to resume in another process: after the last item that was delivered. `None` when the list is done.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        if self.finished {
            return None;
        }
        let (page, skip) = match &self.next_page {
            // All of this page is handed out.
            Some(next) if self.rows.is_empty() => (next, 0),
            _ => (&self.page, self.skip.max(self.rows.place())),
        };
        Some(self.walk.checkpoint(page.clone(), skip, self.rows.taken()))
    }

    #[inline]
    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<P::Item, Error>>> {
        match self.rows.next_plain() {
            Some(item) => {
                self.walk.delivered(1);
                Poll::Ready(Some(Ok(item)))
            }
            None => self.poll_other(context),
        }
    }

    /// What is not a plain row of the page at hand: one that did not decode, or the next page.
    fn poll_other(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<P::Item, Error>>> {
        loop {
            if let Some(row) = self.rows.next() {
                self.walk.delivered(1);
                return Poll::Ready(Some(row));
            }
            match ready!(self.walk.poll_page(context)) {
                Some(Ok(Arrived { page, next, rows, .. })) => {
                    (self.page, self.next_page, self.rows) = (page, next, rows);
                    self.skip = 0;
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    self.finished = true;
                    return Poll::Ready(None);
                }
            }
        }
    }
}

impl<P: Paged> fmt::Debug for Items<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("progress", &self.progress()).finish_non_exhaustive()
    }
}

/// Nothing in it is pinned.
impl<P: Paged> Unpin for Items<P> {}

impl<P: Paged> Stream for Items<P> {
    type Item = Result<P::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(context)
    }
}
